"""Temporal Grad-CAM: when the features of a network on raw signals support a class.

The authors of GlepNet apply it to their encoder blocks (Zhou et al. 2024, IEEE TAI 5(11):5720), with peaks at
spike-waves.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Target
from bandmap.interpret.methods._layers import cams

AXES = ("time",)

NEEDS = ("time_maps",)
"""Required features of a model: layers whose output is (batch, features, times)."""


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    *,
    context: Context,
    layer: str | Sequence[str] = "blocks.*",
) -> NDArray[np.float32]:
    """Return the importance of every sample of every window.

    The features of the layer are weighted by the mean gradient of the class's logit over time, summed, rectified, and
    interpolated linearly to the samples of the window.

    Parameters
    ----------
    model : nn.Module
        Takes (batch, channels, samples), returns logits (batch, classes) or (batch, 1).
    windows : ndarray of float32, shape (windows, channels, samples)
    target : int or ndarray of int, shape (windows,)
        Index of the class (1 is seizure), for all windows or for each.
    context : Context
    layer : str or sequence of str
        Dotted path of a layer whose output is (batch, features, times): "blocks.*" for all encoder blocks of
        a glepnet, "branches.*" for all scales of an eegwavenet. For several, the result is the mean of their maps.

    Returns
    -------
    ndarray of float32, shape (windows, samples)
        In units of the logit per unit of the (mean) feature times feature; not negative.
    """
    if windows.ndim != 3:
        raise ValueError(
            f"temporal_gradcam takes windows of (channels, samples), not {windows.shape[1:]}; choose gradcam"
        )
    return cams(model, windows, target, layer, n_axes=1, context=context)
