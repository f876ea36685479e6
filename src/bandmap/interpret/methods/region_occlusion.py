"""Region occlusion: the change of the output when a whole region is replaced by a quiet one.

Occlusion of single channels can miss a discharge that neighbouring channels also show.
"""

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Target
from bandmap.interpret.methods._occluding import SHARES, check_choices, losses_without

AXES = ("region",)

NEEDS = ()
"""Required features of a model: none."""

CHOICES = {"scale": ("log_odds", "probability"), "share": ("whole", "weighted")}
"""The possible values of options, which the plan checks."""


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    *,
    context: Context,
    scale: str = "log_odds",
    share: str = "weighted",
) -> NDArray[np.float32]:
    """Return the importance of every region of every window.

    Parameters
    ----------
    model : nn.Module
    windows : ndarray of float32, shape (windows, channels, ...)
    target : int or ndarray of int, shape (windows,)
        Index of the class (1 is seizure), for all windows or for each.
    context : Context
        Its `baseline` contains one window for each window.
    scale : {"log_odds", "probability"}
        Measured output.
    share : {"whole", "weighted"}
        Replaced share of a derivation with one electrode in the region: all of it, or half. Halves
        of raw signals are mixed such that power is kept, see `_forward.mixing`.

    Returns
    -------
    ndarray of float32, shape (windows, regions)
        Signed decrease of the output, in units of `scale`. Zero for a region without a channel.
    """
    check_choices("region_occlusion", {"scale": scale, "share": share}, CHOICES)
    groups = SHARES[share](context.atlas.region_weights(context.channels))
    return losses_without(model, windows, target, groups, scale=scale, context=context).astype(np.float32)
