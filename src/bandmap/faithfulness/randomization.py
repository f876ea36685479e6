"""Does a map change when the model forgets what it learnt? Fresh weights from the output down to the input.

The cascading randomization of Adebayo et al. 2018 (arXiv:1810.03292): a map that stays the same shows the input, not
the model. Similarity is Spearman's rank correlation of the two maps of a window, also of their magnitudes, for a map
may only turn its sign.
"""

from collections.abc import Iterator
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.aggregate.agreement import spearman

MOST_STEPS = 4
"""Steps of a cascade: each costs as much as explaining all windows once."""

_MOST_STAGES = 10
_WRAPPER = "network."
"""What the names in a `Normalized` network begin with."""


def stages(network: nn.Module) -> list[tuple[str, list[str]]]:
    """Return the parts of a network, from input to output, and the names in its `state_dict` that belong to each.

    Modules are opened as deep as leaves no more than ten parts (those of a ResNet-18 are conv1, bn1, layer1 to
    layer4 and fc); the order is that in which the network names them. A parameter that an opened module holds itself
    belongs to a part of that module's name. What holds none, such as the normalization of the input, is no part.
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
    """Yield a trained network with ever more fresh weights: first the output's, in the end all.

    Parameters
    ----------
    trained, fresh : nn.Module
        Of one architecture; the fresh one is as it was built, from another seed than the trained one was.
    most : int
        Steps; where there are more parts, those of a step are neighbours.

    Yields
    ------
    name : str
        The part nearest to the input whose weights are fresh, "all" in the end.
    network : nn.Module
        A copy; running statistics of norms are fresh where weights are.
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
        NaN where a map is constant or has fewer than three places: there are no ranks to compare.
    """
    return np.array([spearman(a.ravel(), b.ravel()) for a, b in zip(one, other, strict=True)], dtype=np.float64)
