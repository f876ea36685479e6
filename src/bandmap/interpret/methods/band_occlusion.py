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
from bandmap.interpret.methods._bands import bands_of, filled
from bandmap.interpret.methods._forward import Exchanged, Target, losses, targets_of
from bandmap.interpret.methods._occluding import SHARES, check_choices, comparisons, mean_of_windows
from bandmap.interpret.methods._replacements import stand_ins

AXES = ("region", "band")

NEEDS = ()
"""Required features of a model: none."""

CHOICES = {
    "scale": ("log_odds", "probability"),
    "view": ("both", "deletion", "insertion"),
    "share": ("whole", "weighted"),
    "size": ("rows", "root", "channels", "none"),
    "replacement": ("background", "phase_randomized", "other_subject", "noise"),
}
"""The possible values of options, which the plan checks."""

_SIZES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "rows": np.sqrt,
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
    replacement: str = "background",
    backgrounds: int = 2,
) -> NDArray[np.float32]:
    """Return the joint region x band importance of every window.

    For a cell, the band is exchanged in the channels of the region between the window x and a window b that takes its
    place, by default an interictal window of the same subject: x' = x + m (b - x) in the rows of the band, where m is
    the exchanged share of the channel. In raw signals, the band of x is replaced by that of b, by transforms without
    phase shift and edge artifacts; where half of a channel is exchanged, the two are mixed such that power is kept:
    sqrt(1 - m) x + sqrt(m) b. *Deletion* is output(x) - output(x'), the support that the window loses without the
    cell. *Insertion* puts the cell into b: output(b') - output(b), the support of the cell on its own. Deletion alone
    misses a discharge that neighbouring channels also show; insertion alone misses a discharge that depends on them.

    The defaults were chosen by how often the largest cell is the planted one, on 20 simulated subjects (two cohorts
    with seeds other than the demo's, each subject held out, a ResNet-18 of width 8): the band is right in all 20, the
    region in 17; if divided by the root of a region's size in 15, by its size in 12 to 15; with whole derivations
    exchanged in 16. These differences are within chance, so the choice is not a finding. Without a divisor, large
    regions and wide bands win where a network has learnt nothing; docs/interpretation.md has figures.

    Parameters
    ----------
    model : nn.Module
        Takes (batch, channels[, frequencies], times), returns logits (batch, classes) or (batch, 1).
    windows : ndarray of float32, shape (windows, channels[, frequencies], times)
        Power, or raw signals.
    target : int or ndarray of int, shape (windows,)
        Index of the class (1 is seizure), for all windows or for each.
    context : Context
        Its `background` contains the interictal windows; its `seed` determines random phases and noise.
    scale : {"log_odds", "probability"}
        The output whose change is measured. Probabilities near one hardly change; log odds do not saturate.
    view : {"both", "deletion", "insertion"}
        Direction of the exchange; "both" is the mean of the two.
    share : {"whole", "weighted"}
        Exchanged share of a derivation with one electrode in the region: all of it, or half.
    size : {"rows", "root", "channels", "none"}
        Divisor of the change of a cell: a large region contains more channels, and a wide band more rows of power, so
        that more changes even by chance (by the root of their number if they vary independently). "rows" divides by the
        root of the number of channels times rows (of raw signals: of channels), "root" by that of channels, "channels"
        by their number; "none" gives the total change.
    replacement : {"background", "phase_randomized", "other_subject", "noise"}
        What takes the place of a cell: interictal windows of the subject as they are or with random phases, those of
        another subject, or noise of the same power. `_replacements.stand_ins` defines them.
    backgrounds : int
        Number of such windows with which each window is compared. Successive windows use successive ones
        (cyclically), so that the mean over a seizure covers all of them.

    Returns
    -------
    ndarray of float32, shape (windows, regions, bands)
        Signed, in units of `scale` (divided by `size`); positive if the cell speaks for the class. Exactly
        zero for a region without a channel or a band without a frequency, where nothing is exchanged.
    """
    given = {"scale": scale, "view": view, "share": share, "size": size, "replacement": replacement}
    check_choices("band_occlusion", given, CHOICES)
    weights = SHARES[share](context.atlas.region_weights(context.channels))
    regions, bands = weights.any(axis=1), filled(context, windows.shape[-1])
    others = stand_ins(context, replacement)
    pairs = comparisons(len(windows), len(others), backgrounds)
    targets, split = targets_of(target, len(windows))[pairs[:, 0]], bands_of(context)

    def taken(k: int) -> Exchanged:
        window, other = pairs[k]
        return split(windows[window])[bands], split(others[other])[bands]

    def given_to(k: int) -> Exchanged:
        own, other = taken(k)
        return other, own

    ask = partial(losses, model, weights=weights[regions], targets=targets, scale=scale, context=context)
    views: list[NDArray[np.float64]] = []
    if view != "insertion":
        views.append(ask(windows, pairs[:, 0], taken))
    if view != "deletion":
        views.append(-ask(others, pairs[:, 1], given_to))
    rows = context.atlas.band_shares(context.frequencies_hz, context.edges_hz).sum(axis=1)[bands]
    rows = rows if size == "rows" and context.frequencies_hz else np.ones(len(rows))
    changes = np.mean(views, axis=0) / (_SIZES[size](weights[regions].sum(axis=1))[:, None] * np.sqrt(rows))
    importance = np.zeros((len(windows), len(weights), len(bands)), dtype=np.float32)
    cells = np.outer(regions, bands)
    importance[:, cells] = mean_of_windows(changes, pairs, len(windows)).reshape(len(windows), cells.sum())
    return importance
