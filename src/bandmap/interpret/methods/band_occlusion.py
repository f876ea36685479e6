"""Band occlusion: the change of the output when one band of one region is exchanged with background.

The joint region x band matrix, which a product of a frequency and a channel importance cannot give: of one window, that
has rank one.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._bands import bands_of, replacements
from bandmap.interpret.methods._forward import Target, losses, targets_of
from bandmap.interpret.methods._occluding import SHARES, check_choices

AXES = ("region", "band")

NEEDS = ()
"""Required features of a model: none."""

_VIEWS = ("both", "deletion", "insertion")

_SIZES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "root": np.sqrt,
    "channels": np.array,
    "none": np.ones_like,
}


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    *,
    context: Context,
    scale: str = "log_odds",
    view: str = "both",
    share: str = "weighted",
    size: str = "none",
    backgrounds: int = 2,
) -> NDArray[np.float32]:
    """Return the joint region x band importance of every window.

    For a cell, the band is exchanged in the channels of the region between the window x and an interictal window b of
    the same subject: x' = x + m (b - x) in the rows of the band, where m is the exchanged share of the channel. In raw
    signals, the band of x is replaced by that of b with random phases and unchanged power, by transforms without phase
    shift and edge artifacts; for insertion, the band of b is replaced by that of x unchanged. *Deletion* is
    output(x) - output(x'), the support that the window loses without the cell. *Insertion* puts the cell into the
    background: output(b') - output(b), the support of the cell on its own. Deletion alone misses a discharge that
    neighbouring channels also show; insertion alone misses a discharge that depends on them.

    The defaults were chosen by how often the largest cell is the planted one, on 20 simulated subjects (two cohorts
    with seeds other than the demo's, each subject held out, a ResNet-18 of width 8): the band is right in all 20, the
    region in 17; if divided by the root of a region's size in 15, by its size in 12 to 15; with whole derivations
    exchanged in 16. These differences are within chance, so the choice is not a finding.

    Parameters
    ----------
    model : nn.Module
        Takes (batch, channels[, frequencies], times), returns logits (batch, classes) or (batch, 1).
    windows : ndarray of float32, shape (windows, channels[, frequencies], times)
        Power, or raw signals.
    target : int or ndarray of int, shape (windows,)
        Index of the class (1 is seizure), for all windows or for each.
    context : Context
        Its `background` contains the interictal windows; for raw signals, its `seed` determines the phases.
    scale : {"log_odds", "probability"}
        The output whose change is measured. Probabilities near one hardly change; log odds do not saturate.
    view : {"both", "deletion", "insertion"}
        Direction of the exchange; "both" is the mean of the two.
    share : {"whole", "weighted"}
        Exchanged share of a derivation with one electrode in the region: all of it, or half of the difference.
    size : {"root", "channels", "none"}
        Divisor of the change of a region: a large region contains more channels, so that more changes even by chance
        (by the root of their number if channels vary independently). "channels" gives the change per channel,
        "none" the total change.
    backgrounds : int
        Number of interictal windows with which each window is compared. Successive windows use successive ones
        (cyclically), so that the mean over a seizure covers all of `context.background`.

    Returns
    -------
    ndarray of float32, shape (windows, regions, bands)
        Signed, in units of `scale` (divided by `size`); positive if the cell speaks for the class. Zero for a region
        without a channel or a band without a frequency.
    """
    check_choices("band_occlusion", view=(view, _VIEWS), share=(share, SHARES), size=(size, _SIZES))
    weights = SHARES[share](context.atlas.region_weights(context.channels))
    pairs = _pairs(len(windows), len(context.background), backgrounds)
    targets = targets_of(target, len(windows))[pairs[:, 0]]
    bands, replacement = bands_of(context), replacements(context)

    def taken(k: int) -> NDArray[np.float32]:
        window, background = pairs[k]
        return replacement(background) - bands(windows[window])

    def given(k: int) -> NDArray[np.float32]:
        window, background = pairs[k]
        return bands(windows[window]) - bands(context.background[background])

    ask = partial(losses, model, weights=weights, targets=targets, scale=scale, context=context)
    views: list[NDArray[np.float64]] = []
    if view != "insertion":
        views.append(ask(windows, pairs[:, 0], taken))
    if view != "deletion":
        views.append(-ask(context.background, pairs[:, 1], given))
    changes = np.mean(views, axis=0) / _divisors(weights, size)[:, None]
    importance = np.zeros((len(windows), len(weights), len(context.atlas.bands_hz)))
    np.add.at(importance, pairs[:, 0], changes)
    return np.asarray(importance / min(backgrounds, len(context.background)), dtype=np.float32)


def _divisors(weights: NDArray[np.float64], size: str) -> NDArray[np.float64]:
    channels = weights.sum(axis=1)
    return np.where(channels > 0, _SIZES[size](channels), 1.0)


def _pairs(n_windows: int, n_backgrounds: int, per_window: int) -> NDArray[np.int64]:
    """Return (window, background) of every comparison, sorted by window, shape (comparisons, 2)."""
    per_window = min(per_window, n_backgrounds)
    window = np.repeat(np.arange(n_windows), per_window)
    return np.stack([window, np.arange(n_windows * per_window) % n_backgrounds], axis=1)
