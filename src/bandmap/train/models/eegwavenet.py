"""EEGWaveNet: five temporal scales of the raw signal, each with its own spatio-temporal convolutions.

Based on IoBT-VISTEC/EEGWaveNet (`architecture.py`; Thuwajit et al. 2022, IEEE TII 18(8):5547), layer for layer:

| stage | definition |
| --- | --- |
| scales | 6 convolutions in turn, each halving the time of every channel separately; the first is not used |
| branch of a scale | (convolution to 32 maps, 4 samples; batch norm; leaky ReLU) twice; mean over time |
| classifier | 160 -> 64, leaky ReLU, -> 32, sigmoid, -> classes, log-softmax |

47,708 parameters at 21 channels. The figure of the paper shows three convolutions per branch and the norm last; the
code, which is followed here, has two and the norm in between. Fewer than five `scales` are ours, for short windows.
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import torch
from torch import nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from bandmap.train.models._axes import check_axes
from bandmap.train.models._signals import Convolution, SignalsAsImages

OFFERS = ("time_maps", "rescale_rule")
"""Features of this model that interpretations may need (`NEEDS` of `bandmap.interpret.methods`)."""

EXAMPLE_SHAPE = (18, 512)
"""A window (channels, samples) for the contract tests."""

EXAMPLE_HYPERPARAMETERS: dict[str, object] = {}
"""Hyperparameters that make the model small enough for tests."""

_MAPS = 32
_BRANCH_SAMPLES = 7  # receptive field of two successive convolutions of 4 samples


class Halving(nn.Conv1d):
    """A convolution of two samples with stride two, separately for each channel.

    It is computed as two multiplications and a sum, in half the time of PyTorch's grouped convolution.
    """

    def __init__(self, n_channels: int) -> None:
        super().__init__(n_channels, n_channels, 2, stride=2, groups=n_channels)

    def forward(self, signals: torch.Tensor) -> torch.Tensor:
        """Return signals of half the length; a last odd sample is dropped."""
        return _weighted(signals, self.weight[:, 0], cast("torch.Tensor", self.bias))

    def after(self, other: "Halving", signals: torch.Tensor) -> torch.Tensor:
        """Return the output of another layer followed by this one, in four multiplications."""
        bias, earlier = cast("torch.Tensor", self.bias), cast("torch.Tensor", other.bias)
        weight = (self.weight[:, 0, :, None] * other.weight[:, 0, None, :]).flatten(1)  # (channels, 4)
        return _weighted(signals, weight, bias + earlier * self.weight.sum((1, 2)))


class Branch(SignalsAsImages):
    """The convolutions of one scale: (convolution to 32 maps, 4 samples; batch norm; leaky ReLU) twice.

    Maps, shape (batch, 32, samples - 6), of signals of shape (batch, channels, samples).
    """

    def __init__(self, n_channels: int) -> None:
        layers: list[nn.Module] = []
        for n_in in (n_channels, _MAPS):
            layers += [Convolution(n_in, _MAPS, 4), nn.BatchNorm2d(_MAPS), nn.LeakyReLU()]
        super().__init__(*layers)


class EEGWaveNet(nn.Module):
    """Convolutions on signals that are halved repeatedly."""

    def __init__(self, n_channels: int, n_classes: int, *, scales: int) -> None:
        super().__init__()
        self.halvings = nn.ModuleList(Halving(n_channels) for _ in range(scales + 1))
        self.branches = nn.ModuleList(Branch(n_channels) for _ in range(scales))
        self.classifier = nn.Sequential(
            nn.Linear(scales * _MAPS, 64), nn.LeakyReLU(), nn.Linear(64, 32), nn.Sigmoid(), nn.Linear(32, n_classes)
        )

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return log-probabilities, shape (batch, n_classes), of windows of shape (batch, channels, samples)."""
        return self._classified([_over_time(maps) for maps in self._maps(windows)])

    def takes_stretches(self, step: int) -> bool:
        """Return whether windows that start every `step` samples contain the same samples of every scale."""
        return not step % 2 ** len(self.halvings)

    def of_stretch(self, signals: torch.Tensor, *, length: int, step: int) -> torch.Tensor:
        """Return the log-probabilities of overlapping windows, for which each sample is convolved once.

        Parameters
        ----------
        signals : tensor, shape (1, channels, samples)
            From the first sample of the first window to the last sample of the last one.
        length, step : int
            Samples of a window, and between windows; `takes_stretches(step)` is true.

        Returns
        -------
        tensor, shape (windows, n_classes)
            The same as `forward` for each window, up to rounding.
        """
        features = []
        for scale, maps in enumerate(self._maps(signals), start=2):
            size = (1, length // 2**scale - _BRANCH_SAMPLES + 1)
            features.append(functional.avg_pool2d(maps.unsqueeze(2), size, stride=(1, step // 2**scale))[0, :, 0].T)
        return self._classified(features)

    def _maps(self, signals: torch.Tensor) -> Iterator[torch.Tensor]:
        """Yield the maps of each scale, shape (batch, maps, samples)."""
        first, second, *others = (cast("Halving", halving) for halving in self.halvings)
        signals = second.after(first, signals)  # (batch, channels, samples / 4)
        yield self.branches[0](signals)
        for halving, branch in zip(others, list(self.branches)[1:], strict=True):
            signals = halving(signals)
            yield branch(signals)

    def _classified(self, features: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the log-probabilities of the features of each scale, shape (batch, maps)."""
        return cast("torch.Tensor", self.classifier(torch.cat(list(features), dim=1)).log_softmax(1))


def build(shape: tuple[int, ...], n_classes: int, *, scales: int = 5) -> nn.Module:
    """Return an EEGWaveNet with initial weights (PyTorch's initialisation; the authors warn against others).

    Parameters
    ----------
    shape : tuple of int
        (channels, samples) of one window.
    n_classes : int
        Each class has a column of log-probabilities, even for two classes, as published.
    scales : int
        Number of temporal scales: 1/4, 1/8 ... of the rate. Five, as published, need 448 samples.

    Raises
    ------
    ValueError
        If a window has other axes or is too short for the scales.
    """
    check_axes("eegwavenet", shape, "signal")
    if scales < 1:
        raise ValueError(f"eegwavenet: scales {scales} must be at least 1; 5 are published")
    needed = _BRANCH_SAMPLES * 2 ** (scales + 1)
    if shape[1] < needed:
        raise ValueError(
            f"eegwavenet: a window of {shape[1]} samples is too short for {scales} scales, which need {needed}; "
            "raise windows: length_seconds or lower 'scales'"
        )
    return EEGWaveNet(shape[0], n_classes, scales=scales)


def _over_time(maps: torch.Tensor) -> torch.Tensor:
    """Return the mean over samples, (batch, maps); unlike that of `mean`, its gradient has no value for each sample."""
    return maps.sum(-1) / maps.shape[-1]


def _weighted(signals: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Return the weighted sum of every block of samples, shape (batch, channels, samples // length).

    `weight` has the shape (channels, length), `bias` (channels,); an incomplete last block is dropped.
    """
    length = weight.shape[1]
    whole = signals[..., : signals.shape[-1] // length * length]
    blocks = whole.reshape(*whole.shape[:-1], -1, length)
    if torch.compiler.is_compiling():  # a compiler fuses this formula with what surrounds it
        return (blocks * weight[:, None]).sum(-1) + bias[:, None]
    return cast("torch.Tensor", cast("Any", _BlockSums).apply(blocks, weight, bias))


class _BlockSums(torch.autograd.Function):
    """Sums over the last axis, weighted by channel; autograd would write many times as much memory."""

    @staticmethod
    def forward(context: Any, blocks: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        context.save_for_backward(blocks, weight)
        total = torch.addcmul(bias[:, None], blocks[..., 0], weight[:, 0, None])
        for place in range(1, weight.shape[1]):
            total.addcmul_(blocks[..., place], weight[:, place, None])
        return total

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor, torch.Tensor]:
        blocks, weight = context.saved_tensors
        of_blocks = gradient[..., None] * weight[:, None, :] if context.needs_input_grad[0] else None
        lines = gradient.contiguous()[:, :, None, :]  # (batch, channels, 1, blocks)
        return of_blocks, (lines @ blocks)[:, :, 0].sum(0), gradient.sum((0, 2))
