"""Do the cells that a map ranks first matter most? Curves of deletion and insertion, against cells in random order.

After Petsiuk et al. 2018 (arXiv:1806.07421), who take out pixels; here it is the cells of the region x band matrix, as
band occlusion exchanges them, one after the other: deletion begins with the window and ends with background of the same
subject, insertion goes the other way. So maps of all kinds are measured by one scale. A map of regions alone ranks
regions, of which all bands go at once; one of bands alone likewise.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._bands import bands_of, replacements
from bandmap.interpret.methods._forward import answers, on_device

STEPS = 10
"""A curve has this many steps, or as many as there are cells where those are fewer; it is given at every tenth."""

RANDOM_ORDERS = 8
"""Orders of cells drawn for each window; their mean is what a map's own order is compared with."""

VIEWS = ("deletion", "insertion")

SHARES = np.linspace(0, 1, STEPS + 1)
"""Shares of the cells that are exchanged at the points of a curve."""

Matrices = Mapping[str, NDArray[np.floating]]


@dataclass(frozen=True)
class Curves:
    """How the answer goes while cells are exchanged.

    Attributes
    ----------
    order, random : ndarray of float64, shape (windows, points)
        Log odds of the window's class at every share of `SHARES`, cells in the map's order and, the mean, at random.
    """

    order: NDArray[np.float64]
    random: NDArray[np.float64]

    @property
    def areas(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean log odds along both curves, shape (windows,)."""
        order, random = (np.asarray(np.trapezoid(side, SHARES, axis=1)) for side in (self.order, self.random))
        return order, random


def curves(
    model: nn.Module, windows: NDArray[np.float32], target: int, matrices: Matrices, *, context: Context, seed: int
) -> dict[tuple[str, str], Curves]:
    """Return the curves of deletion and insertion by the matrices of some windows.

    Parameters
    ----------
    model : nn.Module
    windows : ndarray of float32, shape (windows, channels[, frequencies], times)
    target : int
        The class whose log odds are followed.
    matrices : mapping of str to ndarray, shape (windows, regions or 1, bands or 1)
        Name -> importance, the largest first. Cells without a value (NaN) stay as they are; equal ones come in random
        order.
    context : Context
        Window k is exchanged with background k, cyclic.
    seed : int
        Of the random orders.

    Returns
    -------
    dict
        (name, "deletion" or "insertion") -> curves. A name whose matrices have less than two cells is left out.
    """
    generator = np.random.default_rng(seed)
    found: dict[tuple[str, str], list[tuple[NDArray[np.float64], NDArray[np.float64]]]] = {}
    exchange = _exchange(windows, context)
    for place in range(len(windows)):
        orders = _orders({name: matrix[place] for name, matrix in matrices.items()}, context, generator)
        masks = [mask for order in orders.values() for steps in order for _, mask in steps]
        if not masks:
            continue
        for view in VIEWS:
            batches = exchange(place, np.array(masks), view)
            targets = np.full(len(masks), target)
            values = iter(answers(model, batches, targets, scale="log_odds", context=context))
            told = {
                key: [_at_shares([(share, next(values)) for share, _ in steps]) for steps in order]
                for key, order in orders.items()
            }
            for name, matrix in matrices.items():
                if name in told:
                    random = np.mean(told[_random(matrix[place])], axis=0)
                    found.setdefault((name, view), []).append((told[name][0], random))
    return {key: Curves(*(np.array(side) for side in zip(*pairs, strict=True))) for key, pairs in found.items()}


_Steps = list[tuple[float, NDArray[np.bool_]]]
"""Share of the cells that is exchanged at each step of a curve, and which, shape (regions, bands)."""


def _orders(matrices: Matrices, context: Context, generator: np.random.Generator) -> dict[str, list[_Steps]]:
    """Return name -> its order, and for each kind of matrix some random ones, that maps of one kind share."""
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
    """Return the name of the random orders of a matrix's cells, which no interpretation can have."""
    return f"/{matrix.shape} {np.isfinite(matrix).tobytes().hex()}"


def _steps(ranked: NDArray[np.int64], shape: tuple[int, ...], context: Context) -> _Steps:
    """Return the cells exchanged at each step; a row or column of a matrix that has only one stands for all."""
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
    windows: NDArray[np.float32], context: Context
) -> Callable[[int, NDArray[np.bool_], str], Iterator[Tensor]]:
    """Return a function of a window's number, cells (variants, regions, bands) and a view: what the model is shown."""
    bands, replacement = bands_of(context), replacements(context)
    weights = context.atlas.region_weights(context.channels)

    def batches(place: int, masks: NDArray[np.bool_], view: str) -> Iterator[Tensor]:
        number = place % len(context.background)
        window, background = windows[place], context.background[number]
        if view == "deletion":
            start, change = window, replacement(number) - bands(window)
        else:
            start, change = background, bands(window) - bands(background)
        shares = torch.tensor(np.einsum("vrb,rc->vcb", masks, weights), dtype=torch.float32, device=context.device)
        beginning, added = on_device(start[None], context.device), torch.tensor(change, device=context.device)
        for some in torch.split(shares, context.batch_size):
            yield beginning + torch.einsum("vcb,bc...->vc...", some, added.to(some.dtype))

    return batches
