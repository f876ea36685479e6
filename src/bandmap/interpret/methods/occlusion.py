"""Occlusion: the change of the output when a channel is replaced by a quiet one (published as CI, equation 8)."""

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Target
from bandmap.interpret.methods._occluding import losses_without

AXES = ("channel",)

NEEDS = ()
"""Required features of a model: none."""

CHOICES = {"scale": ("log_odds", "probability")}
"""The possible values of options, which the plan checks."""


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    *,
    context: Context,
    scale: str = "probability",
) -> NDArray[np.float32]:
    """Return the importance of every channel of every window.

    One channel at a time is replaced by the same channel of the baseline; the others are unchanged. (In the published
    code, occlusions accumulate over channels; its equation, which is followed here, does not accumulate them.)

    Parameters
    ----------
    model : nn.Module
    windows : ndarray of float32, shape (windows, channels, ...)
    target : int or ndarray of int, shape (windows,)
        Index of the class (1 is seizure), for all windows or for each.
    context : Context
        Its `baseline` contains one window for each window.
    scale : {"probability", "log_odds"}
        Measured output: the probability as published, or the log odds, which do not saturate.

    Returns
    -------
    ndarray of float32, shape (windows, channels)
        Absolute change, in units of `scale`.
    """
    change = losses_without(model, windows, target, np.eye(windows.shape[1]), scale=scale, context=context)
    return np.abs(change).astype(np.float32)
