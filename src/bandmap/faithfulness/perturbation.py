"""Deletion and insertion: whether the cells with the highest importance matter most, compared with random order.

Petsiuk et al. 2018 (arXiv:1806.07421) delete pixels; here, the cells of the region x band matrix are exchanged one
after the other, as in band occlusion. Deletion starts with the window and ends with what takes its place; insertion
goes the other way. All kinds of maps are thus measured on the same scale. A map of regions ranks regions, with all
bands exchanged at once; a map of bands ranks bands. What takes the place of a cell changes which method looks best,
so all is repeated with several replacements (Hsieh et al. 2026, arXiv:2605.16905, show it for images, sound and EEG).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._bands import bands_of
from bandmap.interpret.methods._cells import with_exchanged_cells
from bandmap.interpret.methods._forward import outputs_of
from bandmap.interpret.methods._replacements import stand_ins

STEPS = 10
"""Maximum number of steps of a curve, which has at most one step per cell; it is reported at every tenth."""

RANDOM_ORDERS = 8
"""Number of random orders per window; their mean is compared with the order of a map."""

VIEWS = ("deletion", "insertion")

SHARES = np.linspace(0, 1, STEPS + 1)
"""Shares of exchanged cells at the points of a curve."""

Matrices = Mapping[str, NDArray[np.floating]]


@dataclass(frozen=True)
class Curves:
    """The output of a model while cells are exchanged.

    Attributes
    ----------
    order, random : ndarray of float64, shape (windows, points)
        Log odds of the window's class at every share of `SHARES`, for the order of the map and the mean of random
        orders.
    """

    order: NDArray[np.float64]
    random: NDArray[np.float64]

    @classmethod
    def mean(cls, several: Sequence["Curves"]) -> "Curves":
        """Return the mean of the curves of the same windows with several replacements."""
        order, random = (np.mean([getattr(one, name) for one in several], axis=0) for name in ("order", "random"))
        return cls(np.asarray(order), np.asarray(random))

    def gain(self, view: str) -> NDArray[np.float64]:
        """Return how much better the order of the map is than random, in log odds, shape (windows,)."""
        order, random = self.areas
        return random - order if view == "deletion" else order - random

    @property
    def areas(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean log odds along both curves, shape (windows,)."""
        order, random = (np.asarray(np.trapezoid(side, SHARES, axis=1)) for side in (self.order, self.random))
        return order, random


def curves(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: int,
    matrices: Matrices,
    *,
    context: Context,
    seed: int,
    replacement: str = "background",
) -> dict[tuple[str, str], Curves]:
    """Return the curves of deletion and insertion for the matrices of some windows.

    Parameters
    ----------
    model : nn.Module
    windows : ndarray of float32, shape (windows, channels[, frequencies], times)
    target : int
        The class of the log odds.
    matrices : mapping of str to ndarray, shape (windows, regions or 1, bands or 1)
        Name -> importance; the largest cells are exchanged first. Cells without a value (NaN) are not exchanged, and
        equal cells are in random order.
    context : Context
        Window k is exchanged with window k (cyclically) of those that take its place.
    seed : int
        Seed of the random orders, which are the same with every replacement.
    replacement : str
        What takes the place of cells, see `interpret.methods._replacements.stand_ins`.

    Returns
    -------
    dict
        (name, "deletion" or "insertion") -> curves. Names whose matrices have fewer than two cells are left out.
    """
    generator = np.random.default_rng(seed)
    found: dict[tuple[str, str], list[tuple[NDArray[np.float64], NDArray[np.float64]]]] = {}
    exchange = _exchange(windows, context, replacement)
    for place in range(len(windows)):
        orders = _orders({name: matrix[place] for name, matrix in matrices.items()}, context, generator)
        masks = [mask for order in orders.values() for steps in order for _, mask in steps]
        if not masks:
            continue
        for view in VIEWS:
            batches = exchange(place, np.array(masks), view)
            targets = np.full(len(masks), target)
            values = iter(outputs_of(model, batches, targets, scale="log_odds", context=context))
            outputs = {
                key: [_at_shares([(share, next(values)) for share, _ in steps]) for steps in order]
                for key, order in orders.items()
            }
            for name, matrix in matrices.items():
                if name in outputs:
                    random = np.mean(outputs[_random(matrix[place])], axis=0)
                    found.setdefault((name, view), []).append((outputs[name][0], random))
    return {key: Curves(*(np.array(side) for side in zip(*pairs, strict=True))) for key, pairs in found.items()}


_Steps = list[tuple[float, NDArray[np.bool_]]]
"""Share of exchanged cells at each step of a curve, and which cells, shape (regions, bands)."""


def _orders(matrices: Matrices, context: Context, generator: np.random.Generator) -> dict[str, list[_Steps]]:
    """Return name -> its order, and some random orders that all maps of one kind share."""
    found: dict[str, list[_Steps]] = {}
    for name, matrix in matrices.items():
        cells = np.flatnonzero(np.isfinite(matrix))
        if len(cells) < 2:
            continue
        shuffled = generator.permutation(cells)
        ranked = shuffled[np.argsort(-matrix.ravel()[shuffled], kind="stable")]
        found[name] = [_steps(ranked, matrix.shape, context)]
        if _random(matrix) not in found:
            drawn = [generator.permutation(cells) for _ in range(RANDOM_ORDERS)]
            found[_random(matrix)] = [_steps(order, matrix.shape, context) for order in drawn]
    return found


def _random(matrix: NDArray[np.floating]) -> str:
    """Return the name of the random orders of a matrix, which no interpretation can have."""
    return f"/{matrix.shape} {np.isfinite(matrix).tobytes().hex()}"


def _steps(ranked: NDArray[np.int64], shape: tuple[int, ...], context: Context) -> _Steps:
    """Return the exchanged cells at each step; the only row or column of a matrix stands for all."""
    size = len(context.atlas.regions), len(context.atlas.bands_hz)
    steps = []
    for count in np.unique((SHARES * len(ranked)).round().astype(int)):
        chosen = np.zeros(shape, dtype=bool)
        chosen.flat[ranked[:count]] = True
        steps.append((count / len(ranked), np.broadcast_to(chosen, size)))
    return steps


def _at_shares(points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    shares, values = np.array(points).T
    return np.asarray(np.interp(SHARES, shares, values))


def _exchange(
    windows: NDArray[np.float32], context: Context, replacement: str
) -> Callable[[int, NDArray[np.bool_], str], Iterator[Tensor]]:
    """Return a function of a window's number, cells (variants, regions, bands) and a view: the input of the model."""
    bands, others = bands_of(context), stand_ins(context, replacement)
    weights = context.atlas.region_weights(context.channels)

    def batches(place: int, masks: NDArray[np.bool_], view: str) -> Iterator[Tensor]:
        window, other = windows[place], others[place % len(others)]
        start, end = (window, other) if view == "deletion" else (other, window)
        return with_exchanged_cells(start, (bands(start), bands(end)), masks, weights, context)

    return batches
