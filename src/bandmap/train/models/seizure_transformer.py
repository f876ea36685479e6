"""SeizureTransformer: a U-Net of one minute of raw signal whose deepest level is read by a transformer.

Wu, Zhao, Yener 2025 (arXiv:2504.00336; keruiwu/SeizureTransformer, MIT), which won the seizure detection challenge of
2025. The sizes are those of the published program, the code is our own:

| stage | definition |
| --- | --- |
| encoder | 5 times: convolution, ELU, maximum of 2 samples; 32, 64, 128, 256, 512 maps; 11, 9, 7, 7, 5 samples |
| residual stack | 7 blocks: (batch norm, ReLU, dropout of maps, convolution) twice; 3, 3, 3, 3, 2, 3, 2 samples |
| transformer | sinusoidal positions; 8 layers of 4 heads, 2048 hidden units; its input is added to its output |
| decoder | 5 times: repeat each sample, convolution of 3, 5, 5, 7, 7 samples, ELU, plus the encoder's maps |
| head | convolution of 11 samples to one logit per sample |

37,848,897 parameters at 19 channels. The published program counts 41,001,281: the difference, 3,152,384, is exactly one
transformer layer, which it creates as the template of the eight and never uses. The published program returns
probabilities and is trained on them; this one returns logits, of which an answer is the mean over its samples. The
published windows are referential (19 channels), 60 s at 256 Hz, filtered from 0.5 to 120 Hz; other montages and lengths
work, too.
"""

import math
from collections.abc import Sequence
from typing import cast

import torch
from torch import nn
from torch.nn import functional

from bandmap.train.models._axes import check_axes

OFFERS = ("time_maps", "dense_answers")
"""Features of this model that interpretations and settings may need."""

EXAMPLE_SHAPE = (18, 256)
"""A window (channels, samples) for the contract tests."""

EXAMPLE_HYPERPARAMETERS = {"widths": [8, 8, 16], "blocks": 2, "depth": 1, "heads": 2, "hidden": 16}
"""Hyperparameters that make the model small enough for tests."""

_KERNELS = (11, 9, 7, 7, 5, 5, 3)  # of the encoder from its start, of the decoder from the end of the list
_BLOCK_KERNELS = (3, 3, 3, 3, 2, 3, 2)
_HEAD_KERNEL = 11


class Block(nn.Module):
    """A residual block of two convolutions, each after batch norm, ReLU and dropout of whole maps."""

    def __init__(self, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(2):
            layers += [
                nn.BatchNorm1d(width, eps=1e-3),
                nn.ReLU(),
                nn.Dropout1d(dropout),
                nn.ConstantPad1d(((kernel - 1) // 2, kernel // 2), 0.0),
                nn.Conv1d(width, width, kernel),
            ]
        self.layers = nn.Sequential(*layers)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return maps of the same shape, (batch, width, times)."""
        return cast("torch.Tensor", maps + self.layers(maps))


class SeizureTransformer(nn.Module):
    """A U-Net with a transformer; `encoder`, `blocks` and `decoder` are available to temporal Grad-CAM."""

    def __init__(
        self, n_channels: int, n_outputs: int, *, widths: Sequence[int], blocks: int, depth: int, heads: int,
        hidden: int, dropout: float,
    ) -> None:  # fmt: skip
        super().__init__()
        deepest, levels = widths[-1], len(widths)
        kernels = _KERNELS[::-1][:levels]
        self.encoder = _convolutions((n_channels, *widths), _KERNELS)
        self.blocks = nn.Sequential(*(Block(deepest, _BLOCK_KERNELS[k % 7], dropout) for k in range(blocks)))
        self.dropout = nn.Dropout(dropout)
        layer = nn.TransformerEncoderLayer(deepest, heads, hidden, dropout, batch_first=True)
        self.transformer = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.decoder = _convolutions((deepest, *widths[::-1]), kernels)
        self.head = nn.Conv1d(widths[0], n_outputs, _HEAD_KERNEL, padding=_HEAD_KERNEL // 2)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (batch, n_outputs, samples), of windows of shape (batch, channels, samples)."""
        maps, levels = windows, []
        for layer in self.encoder:
            levels.append(functional.elu(layer(maps)))
            maps = functional.max_pool1d(levels[-1], 2, ceil_mode=True)
        maps = self.blocks(maps)
        tokens = maps.transpose(1, 2)  # (batch, times, width)
        tokens = self.transformer(self.dropout(tokens + _positions(*tokens.shape[1:]).to(tokens)))
        maps = maps + tokens.transpose(1, 2)
        for layer, level in zip(self.decoder, reversed(levels), strict=True):
            repeated = maps.repeat_interleave(2, dim=2)[:, :, : level.shape[2]]
            maps = functional.elu(layer(repeated)) + level
        return cast("torch.Tensor", self.head(maps))


def build(
    shape: tuple[int, ...],
    n_classes: int,
    *,
    widths: Sequence[int] = (32, 64, 128, 256, 512),
    blocks: int = 7,
    depth: int = 8,
    heads: int = 4,
    hidden: int = 2048,
    dropout: float = 0.1,
) -> nn.Module:
    """Return a SeizureTransformer with initial weights; the defaults are the published sizes.

    Parameters
    ----------
    shape : tuple of int
        (channels, samples) of one window.
    n_classes : int
        Two classes have one column, the log odds of class 1; more have one each.
    widths : sequence of int
        Number of maps of each level of the encoder, at most 7 levels; each halves the time.
    blocks : int
        Number of blocks of the residual stack.
    depth : int
        Number of layers of the transformer.
    heads : int
        Number of attention heads of a layer.
    hidden : int
        Number of hidden units in the feed-forward part of a layer.
    dropout : float
        Dropout of the residual stack and the transformer in training.

    Raises
    ------
    ValueError
        If a window has other axes or is too short, or the heads do not divide the last width.
    """
    check_axes("seizure_transformer", shape, "signal")
    if not 1 <= len(widths) <= len(_KERNELS):
        raise ValueError(f"seizure_transformer: {len(widths)} widths; give 1 to {len(_KERNELS)}, one per level")
    if widths[-1] % heads or widths[-1] % 2:
        raise ValueError(
            f"seizure_transformer: {heads} heads do not divide the last of widths, {widths[-1]}; give an even multiple"
        )
    if shape[1] < 2 ** len(widths):
        raise ValueError(
            f"seizure_transformer: a window of {shape[1]} samples is too short for {len(widths)} levels; "
            "raise windows: length_seconds or give fewer widths"
        )
    n_outputs = 1 if n_classes == 2 else n_classes
    return SeizureTransformer(
        shape[0], n_outputs, widths=widths, blocks=blocks, depth=depth, heads=heads, hidden=hidden, dropout=dropout
    )


def _convolutions(widths: Sequence[int], kernels: Sequence[int]) -> nn.ModuleList:
    """Return convolutions that keep the length, from each width to the next."""
    pairs = zip(widths[:-1], widths[1:], kernels, strict=False)
    return nn.ModuleList(nn.Conv1d(before, after, kernel, padding=kernel // 2) for before, after, kernel in pairs)


def _positions(n_times: int, width: int) -> torch.Tensor:
    """Return sinusoidal positions (Vaswani et al. 2017), shape (times, width)."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    angles = torch.arange(n_times)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)
