"""ECAM: the signed contribution of each channel to the logit, per second.

This is the class activation map of LightSeizureNet (Qiu et al. 2023, IEEE JBHI 27(4):1845), for networks whose head is
linear in the mean over time of features of single channels. It is exact: the contributions add up to the logit.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Target, class_logit, evaluating, targets_of
from bandmap.interpret.methods._layers import find_layer

AXES = ("channel", "second")

NEEDS = ("ecam",)
"""Required features of a model: a module `ecam` that maps features (batch, channels, n_features) to activations (batch,
outputs, channels), and a module `features` that returns them for every frame."""


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    *,
    context: Context,
) -> NDArray[np.float32]:
    """Return the contribution of every channel to the logit in every second of every window.

    Parameters
    ----------
    model : nn.Module
        Model with modules `features` and `ecam`, such as lightseizurenet.
    windows : ndarray of float32, shape (windows, channels, samples)
    target : int or ndarray of int, shape (windows,)
        Index of the class (1 is seizure), for all windows or for each.
    context : Context
        Its `rate_hz` is the number of samples per second.

    Returns
    -------
    ndarray of float32, shape (windows, channels, seconds)
        In units of the logit, signed; the sum over channels and seconds is the class's logit without its bias. A
        frame belongs to the second that contains its centre; the last second may be incomplete.
    """
    features, head = _modules(model)
    targets = torch.from_numpy(targets_of(target, len(windows)))
    seconds = windows.shape[2] / context.rate_hz
    importance = np.zeros((*windows.shape[:2], int(np.ceil(seconds))), dtype=np.float32)
    with evaluating(model), torch.inference_mode():
        model.to(context.device)
        for first in range(0, len(windows), context.batch_size):
            batch = torch.tensor(windows[first : first + context.batch_size], device=context.device)
            classes = targets[first : first + len(batch)].to(context.device)
            shares = _shares(_seen(model, features, batch), head, windows.shape[1], classes)
            importance[first : first + len(batch)] = _by_second(shares.cpu().numpy(), seconds)
    return importance


def _modules(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    names = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    if not {"features", "ecam"} <= names:
        raise ValueError(
            "ecam: the model has no activation per channel; choose lightseizurenet, or another interpretation"
        )
    return find_layer(model, "features"), find_layer(model, "ecam")


def _seen(model: nn.Module, layer: nn.Module, batch: Tensor) -> Tensor:
    kept: list[Tensor] = []
    handle = layer.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    try:
        model(batch)
    finally:
        handle.remove()
    return kept[-1]


def _shares(maps: Tensor, head: nn.Module, n_channels: int, classes: Tensor) -> Tensor:
    """Return the contribution of every channel to the logit in every frame, shape (batch, channels, frames)."""
    n_frames = maps.shape[-1]
    frames = maps.reshape(len(classes), n_channels, -1, n_frames).permute(0, 3, 1, 2)  # (batch, frames, channels, ...)
    activation = head(frames.flatten(0, 1)) / n_frames  # (batch * frames, outputs, channels)
    repeated = classes.repeat_interleave(n_frames)
    shares = [class_logit(channel, repeated) for channel in activation.unbind(2)]
    return torch.stack(shares, dim=1).reshape(len(classes), n_frames, n_channels).movedim(1, 2)


def _by_second(shares: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    n_frames = shares.shape[2]
    middles = (np.arange(n_frames) + 0.5) * seconds / n_frames
    belongs = middles.astype(int)[:, None] == np.arange(int(np.ceil(seconds)))  # (frames, seconds)
    return np.asarray(shares @ belongs.astype(np.float32))
