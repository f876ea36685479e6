"""EEGWaveNet: five temporal scales of the raw signal, each with its own spatio-temporal convolutions.

After IoBT-VISTEC/EEGWaveNet (`architecture.py`; Thuwajit et al. 2022, IEEE TII 18(8):5547), layer for layer:

| stage | definition |
| --- | --- |
| scales | 6 convolutions one after the other, each halving the time of every channel by itself; the first is not used |
| branch of a scale | (convolution to 32 maps, 4 samples; batch norm; leaky ReLU) twice; mean over time |
| classifier | 160 -> 64, leaky ReLU, -> 32, sigmoid, -> classes, log-softmax |

47,708 parameters at 21 channels. The paper's figure has three convolutions a branch and the norm last; the code, which
is followed here, has two and the norm in the middle. Fewer `scales` than five are ours, for windows that are too short.
"""

from typing import cast

import torch
from torch import nn

EXAMPLE_SHAPE = (18, 512)
"""A window (channels, samples) that this model takes; the contract tests use it."""

EXAMPLE_HYPERPARAMETERS: dict[str, object] = {}
"""Hyperparameters that make the model small enough to try."""

_MAPS = 32
_BRANCH_SAMPLES = 7  # two convolutions of 4 samples in a row take so many for one


class Halving(nn.Conv1d):
    """A convolution of two samples by stride two, every channel by itself.

    Two multiplications and a sum, which is what it is, take half the time of PyTorch's grouped convolution.
    """

    def __init__(self, n_channels: int) -> None:
        super().__init__(n_channels, n_channels, 2, stride=2, groups=n_channels)

    def forward(self, signals: torch.Tensor) -> torch.Tensor:
        """Return signals of half the length; a last odd sample is dropped."""
        even = signals[..., : signals.shape[-1] // 2 * 2]
        pairs = even.reshape(*even.shape[:-1], -1, 2)  # (batch, channels, samples / 2, 2)
        bias = cast("torch.Tensor", self.bias)
        return pairs[..., 0] * self.weight[:, :, 0] + pairs[..., 1] * self.weight[:, :, 1] + bias[:, None]


class EEGWaveNet(nn.Module):
    """Convolutions on signals that are halved again and again."""

    def __init__(self, n_channels: int, n_classes: int, *, scales: int) -> None:
        super().__init__()
        self.halvings = nn.ModuleList(Halving(n_channels) for _ in range(scales + 1))
        self.branches = nn.ModuleList(_branch(n_channels) for _ in range(scales))
        self.classifier = nn.Sequential(
            nn.Linear(scales * _MAPS, 64), nn.LeakyReLU(), nn.Linear(64, 32), nn.Sigmoid(), nn.Linear(32, n_classes)
        )

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return log-probabilities, shape (batch, n_classes), of windows of shape (batch, channels, samples)."""
        signals = self.halvings[0](windows)  # (batch, channels, samples / 2)
        features = []
        for halving, branch in zip(list(self.halvings)[1:], self.branches, strict=True):
            signals = halving(signals)
            features.append(branch(signals).mean(-1))  # (batch, maps)
        return cast("torch.Tensor", self.classifier(torch.cat(features, dim=1)).log_softmax(1))


def build(shape: tuple[int, ...], n_classes: int, *, scales: int = 5) -> nn.Module:
    """Return an EEGWaveNet with fresh weights (PyTorch's own start; the authors warn against others).

    Parameters
    ----------
    shape : tuple of int
        (channels, samples) of one window.
    n_classes : int
        Each has a column of log-probabilities, two classes as well, as published.
    scales : int
        Temporal scales: 1/4, 1/8 ... of the rate. Five, as published, need 448 samples.

    Raises
    ------
    ValueError
        If a window has other axes or is too short for the scales.
    """
    if len(shape) != 2:
        raise ValueError(
            f"eegwavenet takes windows of (channels, samples), not {shape}; choose 'representation: signal'"
        )
    if scales < 1:
        raise ValueError(f"eegwavenet: scales {scales} must be at least 1; 5 are published")
    needed = _BRANCH_SAMPLES * 2 ** (scales + 1)
    if shape[1] < needed:
        raise ValueError(
            f"eegwavenet: a window of {shape[1]} samples is too short for {scales} scales, which need {needed}; "
            "raise windows: length_seconds or lower 'scales'"
        )
    return EEGWaveNet(shape[0], n_classes, scales=scales)


def _branch(n_channels: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n_in in (n_channels, _MAPS):
        layers += [nn.Conv1d(n_in, _MAPS, 4), nn.BatchNorm1d(_MAPS), nn.LeakyReLU()]
    return nn.Sequential(*layers)
