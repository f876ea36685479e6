"""Randomization of weights: whether a map changes when the model loses what it learnt, from output to input.

This is the cascading randomization of Adebayo et al. 2018 (arXiv:1810.03292): a map that stays the same shows the
input, not the model. Similarity is Spearman's rank correlation between two maps of a window, also of their magnitudes,
because a map may only change its sign.
"""

from collections.abc import Iterator
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.aggregate.agreement import spearman

MOST_STEPS = 4
"""Number of steps of a cascade; each step explains all windows once."""

_MOST_STAGES = 10
_WRAPPER = "network."
"""Prefix of the names in a `Normalized` network."""


def stages(network: nn.Module) -> list[tuple[str, list[str]]]:
    """Return the parts of a network, from input to output, and the names in its `state_dict` that belong to each.

    Modules are split as deep as possible with at most ten parts (those of a ResNet-18 are conv1, bn1, layer1 to layer4
    and fc), in the order in which the network defines them. A parameter of a split module itself belongs to a part with
    the name of this module. Modules without parameters, such as the normalization of the input, are not parts.
    """
    learnt = {name for name, _ in network.named_parameters()}
    names = list(network.state_dict())
    found: list[tuple[str, list[str]]] = []
    for depth in range(1, 1 + max((name.count(".") for name in names), default=0)):
        parts: dict[str, list[str]] = {}
        for name in names:
            parts.setdefault(".".join(name.split(".")[:-1][:depth]), []).append(name)
        known = [(path, members) for path, members in parts.items() if learnt & set(members)]
        if found and len(known) > _MOST_STAGES:
            break
        found = known
    return found


def cascade(trained: nn.Module, fresh: nn.Module, *, most: int = MOST_STEPS) -> Iterator[tuple[str, nn.Module]]:
    """Yield a trained network with more and more fresh weights: first those of the output, finally all.

    Parameters
    ----------
    trained, fresh : nn.Module
        Networks of the same architecture; the fresh one is untrained and initialised with another seed.
    most : int
        Maximum number of steps; with more parts, a step covers adjacent parts.

    Yields
    ------
    name : str
        The part with fresh weights that is closest to the input, finally "all".
    network : nn.Module
        A copy; running statistics of norms are fresh if the weights are.
    """
    parts = stages(trained)[::-1]
    steps = np.unique(np.linspace(1, len(parts), min(most, len(parts))).round().astype(int))
    network, state = deepcopy(trained), fresh.state_dict()
    for last in steps:
        wanted = {name: state[name] for _, names in parts[:last] for name in names}
        network.load_state_dict(wanted, strict=False)
        yield "all" if last == len(parts) else parts[last - 1][0].removeprefix(_WRAPPER), network


def similarities(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the rank correlation of two maps of each window.

    Parameters
    ----------
    one, other : ndarray, shape (windows, ...)

    Returns
    -------
    ndarray of float64, shape (windows,)
        NaN if a map is constant or has fewer than three elements, so that there are no ranks to compare.
    """
    return np.array([spearman(a.ravel(), b.ravel()) for a, b in zip(one, other, strict=True)], dtype=np.float64)
