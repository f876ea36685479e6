"""Band interaction: what two cells contribute only together.

Second differences of the output in two contexts, as in ArchDetect (Tsang et al. 2020, arXiv:2006.10965), but with their
sign. The Shapley interaction index (Grabisch and Roubens 1999) is the mean of the same difference over all contexts.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._bands import bands_of, filled
from bandmap.interpret.methods._cells import with_exchanged_cells
from bandmap.interpret.methods._forward import Exchanged, Target, outputs_of, targets_of
from bandmap.interpret.methods._occluding import SHARES, check_choices, comparisons, mean_of_windows
from bandmap.interpret.methods._replacements import stand_ins

AXES = ("region", "band", "with_region", "with_band")

NEEDS = ()
"""Required features of a model: none."""

CHOICES = {
    "scale": ("log_odds", "probability"),
    "view": ("both", "deletion", "insertion"),
    "share": ("whole", "weighted"),
    "replacement": ("background", "phase_randomized", "other_subject", "noise"),
}
"""The possible values of options, which the plan checks."""


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    *,
    context: Context,
    scale: str = "log_odds",
    view: str = "both",
    share: str = "weighted",
    replacement: str = "background",
    backgrounds: int = 2,
) -> NDArray[np.float32]:
    """Return the interaction of every pair of cells of every window.

    Cells are exchanged as in band occlusion. *Deletion* is f(x) - f(x without A) - f(x without B) + f(x without both),
    around the window x; *insertion* is f(b with both) - f(b with A) - f(b with B) + f(b), around the window b that
    takes the place of cells. Either is 0 where the contributions of A and B add up, positive where one needs the other
    (both together are evidence, each alone is not), and negative where one is as good as both, or cancels the other.

    A derivation between two regions belongs to a cell of each. If such cells share a band of raw signals, the halves
    are mixed such that power is kept: power adds up there, so a model that is linear in the samples has an interaction.

    The number of forward passes per window and comparison is that of pairs: 652 for 25 cells with both views, against
    52 of band occlusion.

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
        The output whose differences are measured. Log odds of independent evidence add up; probabilities saturate, so
        that they interact even then.
    view : {"both", "deletion", "insertion"}
        Direction of the exchange; "both" is the mean of the two.
    share : {"whole", "weighted"}
        Exchanged share of a derivation with one electrode in the region: all of it, or half.
    replacement : {"background", "phase_randomized", "other_subject", "noise"}
        What takes the place of a cell, see `_replacements.stand_ins`.
    backgrounds : int
        Number of such windows with which each window is compared, as in band occlusion.

    Returns
    -------
    ndarray of float32, shape (windows, regions, bands, regions, bands)
        Signed, in units of `scale`; the same for (A, B) and (B, A), not divided by anything. 0 for a cell with itself
        and for a region without a channel or a band without a frequency.
    """
    given = {"scale": scale, "view": view, "share": share, "replacement": replacement}
    check_choices("band_interaction", given, CHOICES)
    weights = SHARES[share](context.atlas.region_weights(context.channels))
    used = np.outer(weights.any(axis=1), filled(context, windows.shape[-1]))
    alone = np.array([np.arange(used.size) == cell for cell in np.flatnonzero(used)]).reshape(-1, *used.shape)
    pairs = np.array([*combinations(range(len(alone)), 2)], dtype=np.int64).reshape(-1, 2)
    masks = np.concatenate([np.zeros((1, *used.shape), dtype=bool), alone, alone[pairs[:, 0]] | alone[pairs[:, 1]]])
    others, split = stand_ins(context, replacement), bands_of(context)
    which = comparisons(len(windows), len(others), backgrounds)
    targets = targets_of(target, len(windows))

    def second_differences(start: NDArray[np.float32], bands: Exchanged, of: np.int64) -> NDArray[np.float64]:
        batches = with_exchanged_cells(start, bands, masks, weights, context)
        found = outputs_of(model, batches, np.full(len(masks), of), scale=scale, context=context)
        single = found[1 : 1 + len(alone)]
        return np.asarray(found[0] - single[pairs[:, 0]] - single[pairs[:, 1]] + found[1 + len(alone) :])

    found = np.zeros((len(which), len(pairs)))
    for k, (window, other) in enumerate(which):
        x, b = (windows[window], split(windows[window])), (others[other], split(others[other]))
        ways = {"deletion": (x[0], (x[1], b[1])), "insertion": (b[0], (b[1], x[1]))}
        chosen = [way for name, way in ways.items() if view in (name, "both")]
        found[k] = np.mean([second_differences(*way, targets[window]) for way in chosen], axis=0)
    values = np.zeros((len(windows), used.size, used.size), dtype=np.float32)
    one, two = np.flatnonzero(used)[pairs].T
    values[:, one, two] = values[:, two, one] = mean_of_windows(found, which, len(windows))
    return values.reshape(-1, *used.shape, *used.shape)
