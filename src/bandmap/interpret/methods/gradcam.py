"""Grad-CAM: where in time and frequency the features of a layer support a class (Selvaraju et al. 2017)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Target
from bandmap.interpret.methods._layers import cams
from bandmap.vocabulary.plugins import did_you_mean

AXES = ("frequency", "time")

NEEDS = ("time_frequency_maps",)
"""Required features of a model: layers whose output is (batch, features, rows, columns)."""

CHOICES = {"normalize": ("none", "minmax")}
"""The possible values of options, which the plan checks."""


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    *,
    context: Context,
    layer: str | Sequence[str] = "layer2",
    normalize: str = "none",
) -> NDArray[np.float32]:
    """Return the time-frequency importance of every window.

    The feature maps of the layer are weighted by the mean gradient of the class's logit over the map, summed,
    rectified, and interpolated bilinearly to the rows and frames of the window.

    Parameters
    ----------
    model : nn.Module
        Takes (batch, channels, frequencies, times), returns logits (batch, classes) or (batch, 1).
    windows : ndarray of float32, shape (windows, channels, frequencies, times)
    target : int or ndarray of int, shape (windows,)
        Index of the class (1 is seizure), for all windows or for each.
    context : Context
    layer : str or sequence of str
        Dotted path of a layer whose output is (batch, features, rows, columns). Deep layers are coarse: the last of a
        ResNet-18 has two rows for a window of 40 frequencies. For several layers ("layer1.*" for all parts of
        `layer1`), the result is the mean of their maps.
    normalize : {"none", "minmax"}
        "minmax" scales every window to 0..1, as published; windows are then no longer comparable in magnitude.

    Returns
    -------
    ndarray of float32, shape (windows, frequencies, times)
        In units of the logit per unit of the (mean) feature times feature; not negative.
    """
    if normalize not in CHOICES["normalize"]:
        raise ValueError(f"gradcam: normalize: {did_you_mean(normalize, CHOICES['normalize'])}")
    if windows.ndim != 4:
        raise ValueError(
            f"gradcam takes windows of (channels, frequencies, times), not {windows.shape[1:]}; "
            "choose temporal_gradcam, or a model with a time-frequency representation"
        )
    importance = cams(model, windows, target, layer, n_axes=2, context=context)
    return _minmax(importance) if normalize == "minmax" else importance


def _minmax(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    low = maps.min(axis=(1, 2), keepdims=True)
    spread = maps.max(axis=(1, 2), keepdims=True) - low
    scaled: NDArray[np.float32] = np.divide(maps - low, spread, out=np.zeros_like(maps), where=spread > 0)
    return scaled
