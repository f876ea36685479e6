"""LightSeizureNet-style network: a light branch per channel makes the contribution of each channel known.

In the style of LightSeizureNet (Qiu et al. 2023, IEEE JBHI 27(4):1845), which states dilated 1-D convolution, global
average pooling, kernel-wise pruning, a map of class activation per channel (ECAM), and 6.2 M multiply-accumulates per
decision before, 3.7 M after compression. Its layer table is not public; all sizes here are ours:

| stage, per channel | definition | multiply-accumulates at 1024 samples |
| --- | --- | --- |
| 1 | 8 maps, 16 samples by stride 4 | 32,768 |
| 2 | 16 maps, 5 frames, dilation 1 | 81,920 |
| 3 | 16 maps, 5 frames, dilation 2 | 81,920 |
| 4 | 32 maps, 5 frames, dilation 4 | 81,920 |
| head | mean over time, linear | 32 |

Batch norm and ReLU follow each convolution, and maximum pooling over two frames follows the first three. 21 channels
take 5.85 M multiply-accumulates or, with half of the kernels pruned, 3.27 M. Norms can be merged into the convolutions
and are not counted.
"""

from collections.abc import Iterator
from typing import cast

import torch
from torch import nn

from bandmap.train.models._axes import check_axes
from bandmap.train.models._signals import Convolution, SignalsAsImages

OFFERS = ("ecam", "rescale_rule")
"""Features of this model that interpretations may need (`NEEDS` of `bandmap.interpret.methods`)."""

EXAMPLE_SHAPE = (18, 256)
"""A window (channels, samples) for the contract tests."""

EXAMPLE_HYPERPARAMETERS = {"width": 4}
"""Hyperparameters that make the model small enough for tests."""

_SHORTEST = 32  # samples per frame after strides and pooling
_DILATIONS = (1, 2, 4)


class PrunableConvolution(Convolution):
    """A convolution whose kernels (from one map to another) can be pruned individually.

    Attributes
    ----------
    kept : tensor of bool, shape (maps out, maps in, 1)
        False for pruned kernels; saved with the weights.
    """

    kept: torch.Tensor

    def __init__(self, n_in: int, n_out: int, length: int, *, stride: int = 1, dilation: int = 1, groups: int) -> None:
        padding = (dilation * (length - 1) + 1 - stride) // 2  # as many frames out as in, divided by the stride
        super().__init__(
            n_in, n_out, length, stride=stride, padding=padding, dilation=dilation, groups=groups, bias=False
        )
        self.register_buffer("kept", torch.ones_like(self.weight[:, :, :1], dtype=torch.bool))

    def kernels(self) -> torch.Tensor:
        """Return the kernels, with zeros for pruned ones."""
        # A copy, because a view of a single map would not have the layout with maps last.
        return (self.weight * self.kept).unsqueeze(2).clone(memory_format=torch.channels_last)

    def prune(self, share: float) -> None:
        """Prune the weakest kernels (smallest sum of magnitudes) of every map; pruned kernels stay pruned."""
        strength = (self.weight.detach() * self.kept).abs().sum(2)  # (maps out, maps in)
        weakest = strength.argsort(dim=1, stable=True)[:, : round(share * strength.shape[1])]
        self.kept.scatter_(1, weakest[:, :, None], value=False)


class ChannelHead(nn.Module):
    """A linear layer before the sum over channels: its output is the class activation per channel (ECAM)."""

    def __init__(self, n_channels: int, n_features: int, n_outputs: int, *, shared: bool) -> None:
        super().__init__()
        self.n_channels, self.n_features = n_channels, n_features
        weight = torch.empty(n_outputs, 1 if shared else n_channels, n_features)
        self.weight = nn.Parameter(weight.uniform_(-1, 1) / (n_channels * n_features**0.5))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return activations, shape (batch, n_outputs, channels), of features of (batch, channels, n_features)."""
        return torch.einsum("bcf,kcf->bkc", features, self.weight.expand(-1, self.n_channels, -1))


class Branches(SignalsAsImages):
    """The layers of all branches, as groups of the same convolutions.

    Maps, shape (batch, branches x features, frames), of signals of shape (batch, branches, samples).
    """

    def __init__(self, width: int, branches: int) -> None:
        n_in, n_out = branches, branches * width
        layers: list[nn.Module] = [PrunableConvolution(n_in, n_out, 16, stride=4, groups=branches)]
        for dilation, factor in zip(_DILATIONS, (2, 2, 4), strict=True):
            layers += [nn.BatchNorm2d(n_out), nn.ReLU(), nn.MaxPool2d((1, 2))]
            n_in, n_out = n_out, branches * factor * width
            layers.append(PrunableConvolution(n_in, n_out, 5, dilation=dilation, groups=branches))
        super().__init__(*layers, nn.BatchNorm2d(n_out), nn.ReLU())


class LightSeizureNet(nn.Module):
    """A branch per channel and a linear head.

    Attributes
    ----------
    ecam : ChannelHead
        Its output, shape (batch, n_outputs, channels), summed over channels gives the logits without `bias`.
    pruning_shares : tuple of float
        Successive shares for `prune`, each followed by fine-tuning.
    """

    def __init__(self, n_channels: int, n_outputs: int, *, width: int, shared: bool, shares: tuple[float, ...]) -> None:
        super().__init__()
        self.pruning_shares = shares
        self.n_channels = n_channels
        self.branches = 1 if shared else n_channels
        self.features = Branches(width, self.branches)
        self.ecam = ChannelHead(n_channels, 4 * width, n_outputs, shared=shared)
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (batch, n_outputs), of windows of shape (batch, channels, samples)."""
        signals = windows.reshape(-1, self.branches, windows.shape[-1])  # shared: (batch * channels, 1, samples)
        features = self.features(signals).mean(-1)  # shared: (batch * channels, features)
        activation = self.ecam(
            features.reshape(-1, self.n_channels, self.ecam.n_features)
        )  # (batch, n_outputs, channels)
        return cast("torch.Tensor", activation.sum(-1) + self.bias)

    def prune(self, share: float) -> None:
        """Prune this share of the kernels of every map in all layers except the first, which has one kernel per map."""
        for layer in self._prunable():
            if layer.in_channels > self.branches:
                layer.prune(share)

    def _prunable(self) -> Iterator[PrunableConvolution]:
        return (layer for layer in self.features if isinstance(layer, PrunableConvolution))


def build(
    shape: tuple[int, ...],
    n_classes: int,
    *,
    width: int = 8,
    shared: bool = True,
    pruned_share: float = 0.5,
    pruning_steps: int = 4,
) -> nn.Module:
    """Return a LightSeizureNet-style network with initial weights, unpruned.

    Parameters
    ----------
    shape : tuple of int
        (channels, samples) of one window.
    n_classes : int
        Two classes share one logit (the log odds of class 1); more classes have one each.
    width : int
        Maps of the first layer; the others have 2, 2 and 4 times as many.
    shared : bool
        Whether all channels share the branch and the weights of the head: the same arithmetic, and the location of a
        seizure does not matter. With separate weights, channels without seizures in training remain untrained.
    pruned_share : float
        Final share of pruned kernels; 0 prunes nothing.
    pruning_steps : int
        Number of pruning steps.

    Raises
    ------
    ValueError
        If a window has other axes or is too short, or a hyperparameter is out of range.
    """
    check_axes("lightseizurenet", shape, "signal")
    if shape[1] < _SHORTEST:
        raise ValueError(
            f"lightseizurenet: a window of {shape[1]} samples is shorter than {_SHORTEST}; "
            "raise windows: length_seconds"
        )
    shares = pruning_schedule(pruned_share, steps=pruning_steps)
    return LightSeizureNet(shape[0], 1 if n_classes == 2 else n_classes, width=width, shared=shared, shares=shares)


def pruning_schedule(pruned_share: float, *, steps: int) -> tuple[float, ...]:
    """Return the shares of successive pruning steps: large steps first, while many kernels are redundant.

    The cubic schedule of Zhu and Gupta 2017 (arXiv:1710.01878, equation 1); the schedule of the paper is unknown.

    Parameters
    ----------
    pruned_share : float
        Final share, in [0, 1); 0 gives no steps.
    steps : int
        At least 1.

    Returns
    -------
    tuple of float
        Ascending; the last is `pruned_share`.
    """
    if not 0 <= pruned_share < 1 or steps < 1:
        raise ValueError(
            f"lightseizurenet: pruned_share {pruned_share} must be in [0, 1) and pruning_steps {steps} at least 1"
        )
    if not pruned_share:
        return ()
    return tuple(pruned_share * (1 - (1 - step / steps) ** 3) for step in range(1, steps + 1))
