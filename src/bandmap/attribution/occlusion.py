"""Occlusion: how much the answer changes when one channel is replaced by a quiet one (published as CI, equation 8)."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.attribution._forward import answers
from bandmap.context import Context

AXES = ("channel",)


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: int,
    *,
    context: Context,
    scale: str = "probability",
) -> NDArray[np.float32]:
    """Return the importance of every channel of every window.

    One channel at a time is replaced by the same channel of the window's baseline; all others stay as they are. (The
    published code lets occlusions pile up from channel to channel; its equation, followed here, does not.)

    Parameters
    ----------
    model : nn.Module
    windows : ndarray of float32, shape (windows, channels, ...)
    target : int
        Index of the class; 1 is seizure.
    context : Context
        Its `baseline` holds a window for each window.
    scale : {"probability", "log_odds"}
        What changes: the probability as published, or the log odds, which do not saturate.

    Returns
    -------
    ndarray of float32, shape (windows, channels)
        Absolute change, in units of `scale`.
    """
    n_channels = windows.shape[1]
    variants = n_channels + 1

    def window(k: int) -> NDArray[np.float32]:
        which, channel = divmod(k, variants)
        occluded: NDArray[np.float32] = windows[which].copy()
        if channel < n_channels:
            occluded[channel] = context.baseline[which, channel]
        return occluded

    ask = partial(answers, model, target=target, scale=scale, device=context.device, batch_size=context.batch_size)
    answer: NDArray[np.float64] = ask(window, len(windows) * variants).reshape(len(windows), variants)
    change: NDArray[np.float32] = np.abs(answer[:, -1:] - answer[:, :-1]).astype(np.float32)
    return change
