"""Shared TCN: the same filters for the wavelet power of every channel, then dilated convolutions over a long window.

The design is ours and has two published parts: the same weights for every channel and a maximum over channels, as in
the fully convolutional detector of O'Shea et al. 2020 (Neural Networks 123), and residual dilated convolutions over
time (Bai, Kolter and Koltun 2018, arXiv:1803.01271), here centred instead of causal:

| stage | definition at width 32 |
| --- | --- |
| stem, each channel | 1 -> 8 maps, 7 x 7, halves frequencies and times; -> 16, -> 32, 3 x 3, both halve frequencies |
| rows, each channel | all maps and frequencies of a time to 32 features |
| over time, each channel | 4 residual convolutions of 3 times with dilation 1, 2, 4, 8 |
| join | maximum and mean over channels, to 64 features |
| over time | 4 residual convolutions of 3 times with dilation 1, 2, 4, 8 |
| head | one logit per time, interpolated linearly to the frames of the window |

Batch norm and ReLU follow every convolution but the head. Because all channels have the same weights, the network does
not know where a channel lies: it learns from few subjects what a seizure looks like, wherever it arises.
"""

from typing import cast

import torch
from torch import nn
from torch.nn import functional

from bandmap.train.models._axes import check_axes

OFFERS = ("dense_answers",)
"""Features of this model that interpretations and settings may need."""

EXAMPLE_SHAPE = (18, 40, 64)
"""A window (channels, frequencies, times) for the contract tests."""

EXAMPLE_HYPERPARAMETERS = {"width": 8}
"""Hyperparameters that make the model small enough for tests."""

_DILATIONS = (1, 2, 4, 8)
_HALVINGS = 3  # of the frequencies


class Residual(nn.Module):
    """A dilated convolution over time, batch norm and ReLU, added to their input."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm1d(width),
            nn.ReLU(),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return features of the same shape, (batch, width, times)."""
        return cast("torch.Tensor", features + self.layers(features))


class SharedTcn(nn.Module):
    """Filters of single channels, which are joined by their maximum and mean."""

    def __init__(self, n_frequencies: int, n_outputs: int, *, width: int, dropout: float) -> None:
        super().__init__()
        rows = n_frequencies
        for _ in range(_HALVINGS):
            rows = (rows + 1) // 2
        self.stem = nn.Sequential(
            *_filters(1, width // 4, 7, stride=(2, 2)),
            *_filters(width // 4, width // 2, 3, stride=(2, 1)),
            *_filters(width // 2, width, 3, stride=(2, 1)),
        )
        self.rows = nn.Sequential(*_pointwise(width * rows, width))
        self.of_channels = nn.Sequential(*(Residual(width, dilation) for dilation in _DILATIONS))
        self.join = nn.Sequential(*_pointwise(2 * width, 2 * width))
        self.over_time = nn.Sequential(*(Residual(2 * width, dilation) for dilation in _DILATIONS))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Conv1d(2 * width, n_outputs, 1)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (batch, n_outputs, times), of windows of shape (batch, channels, frequencies, times)."""
        batch, channels, frequencies, times = windows.shape
        maps = self.stem(windows.reshape(batch * channels, 1, frequencies, times))
        features = self.of_channels(self.rows(maps.flatten(1, 2)))
        features = features.reshape(batch, channels, *features.shape[1:])
        joined = self.join(torch.cat([features.amax(dim=1), features.mean(dim=1)], dim=1))
        logits = self.head(self.dropout(self.over_time(joined)))
        return functional.interpolate(logits, size=times, mode="linear", align_corners=False)


def build(shape: tuple[int, ...], n_classes: int, *, width: int = 32, dropout: float = 0.0) -> nn.Module:
    """Return a shared TCN with initial weights.

    Parameters
    ----------
    shape : tuple of int
        (channels, frequencies, times) of one window.
    n_classes : int
        Two classes have one column, the log odds of class 1; more have one each.
    width : int
        Features of each channel, a multiple of 4; after the join there are twice as many.
    dropout : float
        Dropout of the head's input in training.

    Raises
    ------
    ValueError
        If a window has no frequency axis, or a hyperparameter is out of range.
    """
    check_axes("shared_tcn", shape, "cwt")
    if width < 4 or width % 4 or not 0 <= dropout < 1:
        raise ValueError(f"shared_tcn: width {width} must be a multiple of 4, and dropout {dropout} in [0, 1)")
    return SharedTcn(shape[1], 1 if n_classes == 2 else n_classes, width=width, dropout=dropout)


def _filters(n_in: int, n_out: int, kernel: int, *, stride: tuple[int, int]) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(n_in, n_out, kernel, stride=stride, padding=kernel // 2, bias=False)
    return convolution, nn.BatchNorm2d(n_out), nn.ReLU()


def _pointwise(n_in: int, n_out: int) -> tuple[nn.Module, ...]:
    return nn.Conv1d(n_in, n_out, 1, bias=False), nn.BatchNorm1d(n_out), nn.ReLU()
