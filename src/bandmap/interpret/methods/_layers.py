"""Layers by name, and Grad-CAM of several layers (Selvaraju et al. 2017, with Captum). Not a plugin."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np
import torch
from captum.attr import LayerGradCam
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Target, class_logit, evaluating, targets_of
from bandmap.vocabulary.plugins import UnknownNameError, did_you_mean

_MODES = {1: "linear", 2: "bilinear"}


def find_layers(model: nn.Module, layer: str | Sequence[str]) -> list[nn.Module]:
    """Return layers by their dotted paths, even if a wrapper adds a level to the path.

    Parameters
    ----------
    model : nn.Module
    layer : str or sequence of str
        "layer2", or "blocks.*" for all of `blocks`.

    Raises
    ------
    UnknownNameError
        If no layer has this path; the message gives the closest path, or lists the layers.
    """
    wanted = [layer] if isinstance(layer, str) else layer
    return [model.get_submodule(name) for one in wanted for name in _named(model, one)]


def find_layer(model: nn.Module, layer: str) -> nn.Module:
    """Return the one layer of a dotted path (see `find_layers`)."""
    return find_layers(model, layer)[0]


def _named(model: nn.Module, layer: str) -> list[str]:
    names = [name for name, _ in model.named_modules() if name]
    depth = layer.count(".")
    ends = {name: ".".join(name.split(".")[-1 - depth :]) for name in names}
    matches = [name for name in names if fnmatchcase(ends[name], layer)]
    if not matches:
        raise UnknownNameError(f"layer: {did_you_mean(layer, _short(names))}")
    highest = min(name.count(".") for name in matches)
    found = [name for name in matches if name.count(".") == highest]
    return found if "*" in layer else found[:1]


def _short(names: list[str]) -> list[str]:
    """Remove the common prefix of a wrapper, which users do not write."""
    wrappers = {name for name in names if all(other == name or other.startswith(f"{name}.") for other in names)}
    prefix = max(wrappers, key=len, default="")
    return [name.removeprefix(f"{prefix}.") for name in names if name not in wrappers]


def cams(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    layer: str | Sequence[str],
    *,
    n_axes: int,
    context: Context,
) -> NDArray[np.float32]:
    """Return the mean Grad-CAM over layers.

    The feature maps of a layer are weighted by the mean gradient of the class's logit over the map, summed, rectified,
    and interpolated linearly to the last axes of the window.

    Parameters
    ----------
    model : nn.Module
    windows : ndarray of float32, shape (windows, channels, ...)
    target : int or ndarray of int, shape (windows,)
    layer : str or sequence of str
        See `find_layers`.
    n_axes : int
        Number of axes of a layer's maps after features: 1 (times) or 2 (frequencies, times).
    context : Context
        Its `device` and `batch_size` are used.

    Returns
    -------
    ndarray of float32, shape (windows, times) or (windows, frequencies, times)
    """
    layers = find_layers(model, layer)
    targets = torch.from_numpy(targets_of(target, len(windows)))
    size = windows.shape[-n_axes:]
    importance = np.zeros((len(windows), *size), dtype=np.float32)
    with evaluating(model), torch.enable_grad():
        model.to(context.device)
        for first in range(0, len(windows), context.batch_size):
            batch = torch.tensor(windows[first : first + context.batch_size], device=context.device)
            classes = targets[first : first + len(batch)].to(context.device)
            maps = [_cam(model, one, batch, classes, layer, n_axes) for one in layers]
            upsampled = [
                functional.interpolate(cam, size=size, mode=_MODES[n_axes], align_corners=False) for cam in maps
            ]
            importance[first : first + len(batch)] = torch.stack(upsampled).mean(dim=0)[:, 0].cpu().numpy()
    return importance


def _cam(
    model: nn.Module, module: nn.Module, batch: Tensor, classes: Tensor, layer: str | Sequence[str], n_axes: int
) -> Tensor:
    """Return the rectified map of a layer, shape (batch, 1, ...)."""
    explainer = LayerGradCam(lambda windows: class_logit(model(windows), classes), module)
    cam: Tensor = explainer.attribute(batch, relu_attributions=True).detach()
    if cam.ndim != n_axes + 2:
        raise ValueError(
            f"layer: '{layer}' has {cam.ndim - 2} axes after features instead of {n_axes}; choose another layer"
        )
    if len(cam) != len(batch):
        raise ValueError(
            f"layer: '{layer}' returns {len(cam)} maps for {len(batch)} windows; choose a layer that reads all channels"
        )
    return cam
