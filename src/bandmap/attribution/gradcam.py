"""Grad-CAM: where in time and frequency the features of a layer speak for a class (Selvaraju et al. 2017)."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from bandmap.attribution._forward import class_logit, evaluating
from bandmap.context import Context
from bandmap.plugins import UnknownNameError, did_you_mean

AXES = ("frequency", "time")


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: int,
    *,
    context: Context,
    layer: str = "layer2",
    normalize: str = "none",
) -> NDArray[np.float32]:
    """Return the time-frequency importance of every window.

    The layer's feature maps are weighted by the mean over the map of the gradient of the class's logit, summed,
    rectified, and interpolated (bilinear) to the rows and frames of the window.

    Parameters
    ----------
    model : nn.Module
        Takes (batch, channels, frequencies, times), gives logits (batch, classes) or (batch, 1).
    windows : ndarray of float32, shape (windows, channels, frequencies, times)
    target : int
        Index of the class; 1 is seizure.
    context : Context
    layer : str
        Dotted path of a layer whose output is (batch, features, rows, columns). Deep layers are coarse: the last of a
        ResNet-18 has two rows for a window of 40 frequencies.
    normalize : {"none", "minmax"}
        "minmax" scales every window to 0..1, as published; it erases magnitude, so windows no longer compare.

    Returns
    -------
    ndarray of float32, shape (windows, frequencies, times)
        In units of the logit per unit of the (mean) feature times feature; not negative.
    """
    if normalize not in ("none", "minmax"):
        raise ValueError(f"normalize: {did_you_mean(normalize, ('none', 'minmax'))}")
    module = find_layer(model, layer)
    importance = np.zeros((len(windows), *windows.shape[2:]), dtype=np.float32)
    with evaluating(model), torch.enable_grad():
        model.to(context.device)
        for first in range(0, len(windows), context.batch_size):
            batch = torch.from_numpy(windows[first : first + context.batch_size]).to(context.device)
            features, gradient = _features_and_gradient(model, module, batch, target)
            if features.ndim != 4:
                raise ValueError(f"gradcam: layer '{layer}' gives {features.ndim - 2} axes beside features, not two")
            cam = torch.relu((gradient.mean(dim=(2, 3), keepdim=True) * features).sum(dim=1, keepdim=True))
            size = (windows.shape[2], windows.shape[3])
            cam = functional.interpolate(cam, size=size, mode="bilinear", align_corners=False)
            importance[first : first + len(batch)] = cam[:, 0].cpu().numpy()
    return _minmax(importance) if normalize == "minmax" else importance


def find_layer(model: nn.Module, layer: str) -> nn.Module:
    """Return the layer of a dotted path, also where a wrapper puts the network one level deeper.

    Raises
    ------
    UnknownNameError
        If no layer's path ends so; the message offers the nearest, or lists the layers.
    """
    names = [name for name, _ in model.named_modules() if name]
    matches = [name for name in names if name == layer or name.endswith(f".{layer}")]
    if not matches:
        raise UnknownNameError(f"gradcam: layer: {did_you_mean(layer, _short(names))}")
    return model.get_submodule(min(matches, key=lambda name: name.count(".")))


def _short(names: list[str]) -> list[str]:
    """Leave out the wrapper that all layers lie in, which the user never wrote."""
    wrappers = {name for name in names if all(other == name or other.startswith(f"{name}.") for other in names)}
    prefix = max(wrappers, key=len, default="")
    return [name.removeprefix(f"{prefix}.") for name in names if name not in wrappers]


def _features_and_gradient(model: nn.Module, layer: nn.Module, batch: Tensor, target: int) -> tuple[Tensor, Tensor]:
    kept: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
        kept.append(output.detach().requires_grad_())
        # A clone goes on: layers that follow may change it in place (ReLU), and the map needs what the layer gave.
        return kept[-1].clone()

    handle = layer.register_forward_hook(keep)
    try:
        logit = class_logit(model(batch), target)
    finally:
        handle.remove()
    (gradient,) = torch.autograd.grad(logit.sum(), kept[-1])
    return kept[-1].detach(), gradient


def _minmax(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    low = maps.min(axis=(1, 2), keepdims=True)
    spread = maps.max(axis=(1, 2), keepdims=True) - low
    scaled: NDArray[np.float32] = np.divide(maps - low, spread, out=np.zeros_like(maps), where=spread > 0)
    return scaled
