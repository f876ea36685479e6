"""DeepLIFT: contributions of channels and bands to the difference in log odds from a quiet window.

Shrikumar et al. 2017 (arXiv:1704.02685), the rescale rule, with Captum. The contributions add up to the difference if
the rule knows every layer of the network; otherwise, the rest is reported.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from captum.attr import DeepLift
from captum.attr._core.deep_lift import SUPPORTED_NON_LINEAR
from numpy.typing import NDArray
from torch import Tensor, nn

from bandmap.interpret.context import Context, Noted
from bandmap.interpret.methods._bands import contributions
from bandmap.interpret.methods._forward import Target, class_log_odds, evaluating, on_device, targets_of

AXES = ("channel", "band")

NEEDS = ("rescale_rule",)
"""Required features of a model: layers that are linear, or modules of activation or pooling with a rescale rule."""


class _LogOdds(nn.Module):
    """A model whose output is the log odds of each window's class, shape (batch,)."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, windows: Tensor, classes: Tensor) -> Tensor:
        return class_log_odds(self.model(windows), classes)


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    *,
    context: Context,
) -> Noted:
    """Return the contribution of every channel and band of every window.

    The slope of the log odds from the baseline to the window, layer by layer, is multiplied with their difference, and
    summed over time and over the rows of a band (of raw signals: over the component of the difference in the band).

    Parameters
    ----------
    model : nn.Module
        Its layers are linear or modules for which Captum has the rescale rule (ReLU, leaky ReLU, ELU, sigmoid, tanh,
        softplus, maximum), and the forward pass calls each once. Captum's rule for softmax mixes the windows of a
        batch, so attention is no such layer.
    windows : ndarray of float32, shape (windows, channels[, frequencies], times)
        Power, or raw signals.
    target : int or ndarray of int, shape (windows,)
        Index of the class (1 is seizure), for all windows or for each.
    context : Context
        Its `baseline` contains one window for each window.

    Returns
    -------
    Noted
        `values`, ndarray of float32, shape (windows, channels, bands): log odds, signed. `notes`, shape (windows,):
        `log_odds_change`, the total change; `outside_bands`, the contribution outside all bands; `completeness_gap`,
        the sum of values and `outside_bands` minus the change.
    """
    at_once = max(1, context.batch_size // 2)  # a window and its baseline pass together
    slopes_of = partial(_slopes, model, context.device)
    return contributions(slopes_of, windows, targets_of(target, len(windows)), at_once=at_once, context=context)


def _slopes(
    model: nn.Module,
    device: str,
    windows: NDArray[np.float32],
    baselines: NDArray[np.float32],
    targets: NDArray[np.int64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the slopes in the shape of the windows, and the completeness gap, shape (windows,)."""
    ends, starts = (on_device(side, device).requires_grad_() for side in (windows, baselines))
    classes = torch.tensor(targets, device=device)
    with evaluating(model), _mended(model), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Setting forward, backward hooks")
        model.to(device)
        explainer = DeepLift(_LogOdds(model), multiply_by_inputs=False)
        slopes = explainer.attribute(ends, starts, additional_forward_args=(classes,))
        gap = explainer.compute_convergence_delta(
            slopes * (ends - starts), starts, ends, additional_forward_args=(classes,)
        )
    return slopes.detach().cpu().numpy(), gap.detach().cpu().numpy()


@contextmanager
def _mended(model: nn.Module) -> Iterator[None]:
    """Mend two rules of Captum 0.9 while a model is explained.

    Adjacent layers that share a tensor are parted by a view, because the slope of the second would pass the first by. A
    value that is the maximum of several overlapping pools gets the sum of their slopes, not one of them.
    """
    handles = [
        layer.register_forward_pre_hook(lambda _, inputs: tuple(values.view_as(values) for values in inputs))
        for layer in model.modules()
        if type(layer) in SUPPORTED_NON_LINEAR
    ]
    known = SUPPORTED_NON_LINEAR[nn.MaxPool2d]
    SUPPORTED_NON_LINEAR[nn.MaxPool2d] = _maximum
    try:
        yield
    finally:
        SUPPORTED_NON_LINEAR[nn.MaxPool2d] = known
        for handle in handles:
            handle.remove()


def _maximum(
    module: nn.MaxPool2d,
    inputs: Tensor,
    outputs: Tensor,
    grad_input: Tensor,
    grad_output: Tensor,
    eps: float = 1e-10,
) -> Tensor:
    """Return the slopes of a pool by its maximum; arguments and rule are those of Captum's `maxpool2d`."""
    (ends, starts), (high, low) = inputs.chunk(2), outputs.chunk(2)
    most = torch.maximum(high, low)
    shares = grad_output * torch.cat([most - low, high - most])
    _, places = nn.functional.max_pool2d(
        inputs,
        module.kernel_size,
        module.stride,
        module.padding,
        module.dilation,
        module.ceil_mode,
        return_indices=True,
    )
    received = torch.zeros_like(inputs).flatten(2).scatter_add(2, places.flatten(2), shares.flatten(2))
    of_both, difference = received.view_as(inputs).chunk(2), ends - starts
    slopes = (of_both[0] + of_both[1]) / torch.where(difference.abs() < eps, 1.0, difference)
    return torch.where((difference.abs() < eps).repeat(2, 1, 1, 1), grad_input, slopes.repeat(2, 1, 1, 1))
