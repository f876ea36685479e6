"""Randomization of weights: whether a map changes when the model loses what it learnt.

These are the cascading randomization of Adebayo et al. 2018 (arXiv:1810.03292), from output to input, and their
independent one, of one part at a time: a map that stays the same shows the input, not the model. Similarity is
Spearman's rank correlation between two maps of a window, also of their magnitudes, because a map may only change its
sign.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.aggregate.agreement import spearman

MOST_STEPS = 4
"""Number of steps of a cascade; each step explains all windows once."""

_MOST_STAGES = 10
_WRAPPER = "network."
"""Prefix of the names in a `Normalized` network."""


_Stage = tuple[str, list[str]]


def stages(network: nn.Module) -> list[_Stage]:
    """Return the parts of a network, from input to output, and the names in its `state_dict` that belong to each.

    Modules are split as deep as possible with at most ten parts (those of a ResNet-18 are conv1, bn1, layer1 to layer4
    and fc), in the order in which the network defines them. A parameter of a split module itself belongs to a part with
    the name of this module. Modules without parameters, such as the normalization of the input, are not parts.
    """
    learnt = {name for name, _ in network.named_parameters()}
    names = list(network.state_dict())
    found: list[_Stage] = []
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
    network, groups = deepcopy(trained), _groups(trained, most)
    for covered, group in enumerate(groups, start=1):
        _refresh(network, fresh, group)
        yield "all" if covered == len(groups) else group[-1][0].removeprefix(_WRAPPER), network


def one_by_one(trained: nn.Module, fresh: nn.Module, *, most: int = MOST_STEPS) -> Iterator[tuple[str, nn.Module]]:
    """Yield a trained network in which one part after the other, from the output on, alone has fresh weights.

    Parameters
    ----------
    trained, fresh, most
        As for `cascade`, whose steps have the same parts.

    Yields
    ------
    name : str
        The part with fresh weights; the one closest to the input where several adjacent ones have them.
    network : nn.Module
        A copy.
    """
    for group in _groups(trained, most):
        network = deepcopy(trained)
        _refresh(network, fresh, group)
        yield group[-1][0].removeprefix(_WRAPPER), network


def _groups(network: nn.Module, most: int) -> list[list[_Stage]]:
    """Return the parts of a network from output to input, adjacent ones together so that there are at most `most`."""
    parts = stages(network)[::-1]
    ends = np.unique(np.linspace(1, len(parts), min(most, len(parts))).round().astype(int))
    return [parts[begin:end] for begin, end in pairwise([0, *ends])]


def _refresh(network: nn.Module, fresh: nn.Module, group: Sequence[_Stage]) -> None:
    state = fresh.state_dict()
    network.load_state_dict({name: state[name] for _, names in group for name in names}, strict=False)


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
