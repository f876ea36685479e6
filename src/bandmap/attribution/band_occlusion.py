"""Band occlusion: how much the answer changes when one band of one region is exchanged with background.

The joint region x band matrix, which a product of a frequency and a channel importance cannot give: that has rank one.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.attribution._forward import answers
from bandmap.context import Context
from bandmap.plugins import did_you_mean

AXES = ("region", "band")

_VIEWS = ("both", "deletion", "insertion")

_SHARES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {"whole": np.ceil, "weighted": np.array}

_SIZES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "root": np.sqrt,
    "channels": np.array,
    "none": np.ones_like,
}


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: int,
    *,
    context: Context,
    scale: str = "log_odds",
    view: str = "both",
    share: str = "weighted",
    size: str = "none",
    backgrounds: int = 2,
) -> NDArray[np.float32]:
    """Return the joint region x band importance of every window.

    Of a cell, the rows of the band in the channels of the region are exchanged between the window x and an
    interictal window b of the same subject: x' = x + m (b - x), with m the share of the channel that is exchanged.
    *Deletion* is answer(x) - answer(x'), the support that the window loses without the cell; *insertion* puts the
    cell into the background: answer(b') - answer(b), the support that the cell gives by itself. Deletion alone is
    blind to a discharge that its neighbours show too; insertion alone to one that needs them.

    The defaults were chosen by how often the largest cell is the planted one, on 20 simulated subjects (two cohorts of
    seeds other than the demo's, each subject held out, a ResNet-18 of width 8): band right in all 20, region in 17;
    dividing by the root of a region's size 15, by its size 12 to 15; exchanging whole derivations 16. Such differences
    are within chance, so these are defaults, not findings.

    Parameters
    ----------
    model : nn.Module
        Takes (batch, channels, frequencies, times), gives logits (batch, classes) or (batch, 1).
    windows : ndarray of float32, shape (windows, channels, frequencies, times)
    target : int
        Index of the class; 1 is seizure.
    context : Context
        Its `background` are the interictal windows.
    scale : {"log_odds", "probability"}
        What changes. A probability near one hardly changes, whatever is exchanged: log odds do not saturate.
    view : {"both", "deletion", "insertion"}
        "both" is the mean of the two.
    share : {"whole", "weighted"}
        How much of a derivation with one end in the region is exchanged: all of it, or half of the difference.
    size : {"root", "channels", "none"}
        What a region's change is divided by: a large region holds more channels, so that more changes even by chance
        (by the root of their number if channels vary independently). "channels" gives the change per channel,
        "none" the plain change.
    backgrounds : int
        Interictal windows that each window is compared with. Successive windows meet successive ones (cyclic), so
        that the mean over a seizure is over all of `context.background`, at the cost of these few.

    Returns
    -------
    ndarray of float32, shape (windows, regions, bands)
        Signed, in units of `scale` (divided by `size`); positive where the cell speaks for the class. Zero for a
        region without a channel or a band without a frequency.
    """
    _check(windows, view=view, share=share, size=size)
    weights = _SHARES[share](context.atlas.region_weights(context.channels))
    masks = _cells(weights, context.atlas.band_members(context.frequencies_hz))
    pairs = _pairs(len(windows), len(context.background), backgrounds)
    views: list[NDArray[np.float64]] = []
    if view != "insertion":
        views.append(_losses(model, windows, context.background, pairs, masks, target, scale, context))
    if view != "deletion":
        views.append(-_losses(model, context.background, windows, pairs[:, ::-1], masks, target, scale, context))
    changes: NDArray[np.float64] = np.mean(views, axis=0) / _divisors(weights, size)[:, None]
    importance = np.zeros((len(windows), *masks.shape[:2]))
    np.add.at(importance, pairs[:, 0], changes)
    return np.asarray(importance / min(backgrounds, len(context.background)), dtype=np.float32)


def _divisors(weights: NDArray[np.float64], size: str) -> NDArray[np.float64]:
    channels = weights.sum(axis=1)
    return np.where(channels > 0, _SIZES[size](channels), 1.0)


def _cells(weights: NDArray[np.float64], members: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return what of a window each cell exchanges, shape (regions, bands, channels, frequencies, 1)."""
    return (weights[:, None, :, None, None] * members[None, :, None, :, None]).astype(np.float32)


def _pairs(n_windows: int, n_backgrounds: int, per_window: int) -> NDArray[np.int64]:
    """Return (window, background) of every comparison, window by window, shape (comparisons, 2)."""
    per_window = min(per_window, n_backgrounds)
    window = np.repeat(np.arange(n_windows), per_window)
    return np.stack([window, np.arange(n_windows * per_window) % n_backgrounds], axis=1)


def _losses(
    model: nn.Module,
    starts: NDArray[np.float32],
    ends: NDArray[np.float32],
    pairs: NDArray[np.int64],
    masks: NDArray[np.float32],
    target: int,
    scale: str,
    context: Context,
) -> NDArray[np.float64]:
    """Return what each start's answer loses by taking each cell from its end, shape (comparisons, regions, bands)."""
    cells = masks.reshape(-1, *masks.shape[2:])

    def exchanged(k: int) -> NDArray[np.float32]:
        pair, cell = divmod(k, len(cells))
        start, end = starts[pairs[pair, 0]], ends[pairs[pair, 1]]
        return np.asarray(start + cells[cell] * (end - start))

    ask = partial(answers, model, target=target, scale=scale, device=context.device, batch_size=context.batch_size)
    used, position = np.unique(pairs[:, 0], return_inverse=True)
    before = ask(lambda k: starts[used[k]], len(used))[position]
    after = ask(exchanged, len(pairs) * len(cells)).reshape(len(pairs), *masks.shape[:2])
    return np.asarray(before[:, None, None] - after)


def _check(windows: NDArray[np.float32], *, view: str, share: str, size: str) -> None:
    if windows.ndim != 4:
        raise ValueError(
            f"band_occlusion takes windows of (channels, frequencies, times), not {windows.shape[1:]}; "
            "choose a model with a time-frequency representation"
        )
    for name, value, possible in (("view", view, _VIEWS), ("share", share, _SHARES), ("size", size, _SIZES)):
        if value not in possible:
            raise ValueError(f"band_occlusion: {name}: {did_you_mean(value, possible)}")
