"""GlepNet-style network: encoder blocks that alternate attention and temporal convolution.

In the style of GlepNet (Zhou et al. 2024, IEEE TAI 5(11):5720) and its precursor EENED (Liu et al. 2023,
arXiv:2305.10502), which state that every encoder block combines temporal convolution (local: spikes, sharp waves) with
multi-head attention (global) and that Grad-CAM uses the blocks. Nothing else is public. The order within a block is
that of the Conformer (Gulati et al. 2020, arXiv:2005.08100); this order and all sizes are ours:

| stage | definition |
| --- | --- |
| stem, each channel | 1 -> 8 maps, 16 samples by stride 4; maximum of 2; -> 16, 5 frames; -> 32, 5 frames, dilation 2 |
| tokens | mean over channels: 32 features every 8 samples (`pool` 2) |
| 2 blocks | half a linear part; attention of 4 heads x 8; convolution over 15 tokens; half a linear part; norm |
| head | mean over time, linear layer |

Batch norm and ReLU follow the convolutions of the stem. The stem has the same weights for every channel, so the
location of a seizure does not matter: on a simulated cohort, a stem that mixes channels was worse on subjects with a
focus that no training subject had. There are no position embeddings, because the convolutions encode the order of
tokens.
"""

from typing import cast

import torch
from torch import nn
from torch.nn import functional

from bandmap.train.models._axes import check_axes
from bandmap.train.models._transformer import Attention

OFFERS = ("time_maps",)
"""Features of this model that interpretations may need (`NEEDS` of `bandmap.interpret.methods`)."""

EXAMPLE_SHAPE = (18, 256)
"""A window (channels, samples) for the contract tests."""

EXAMPLE_HYPERPARAMETERS = {"width": 16, "depth": 1, "heads": 2, "kernel_tokens": 5}
"""Hyperparameters that make the model small enough for tests."""

_STRIDE = 4  # samples per frame of the stem's first layer


class Stem(nn.Module):
    """Temporal convolutions that compute features of each channel; tokens are their mean over channels."""

    def __init__(self, width: int, pool: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv1d(1, 8, 16, stride=4, padding=6),
            nn.BatchNorm1d(8),
            nn.ReLU(),
            nn.MaxPool1d(pool),
            nn.Conv1d(8, 16, 5, padding=2),
            nn.BatchNorm1d(16),
            nn.ReLU(),
            nn.Conv1d(16, width, 5, padding=4, dilation=2),
            nn.BatchNorm1d(width),
            nn.ReLU(),
        )

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return maps, shape (batch, width, samples / (4 pool)), of windows of shape (batch, channels, samples)."""
        n_channels, n_samples = windows.shape[1:]
        maps = self.convolutions(windows.reshape(-1, 1, n_samples))  # (batch * channels, width, tokens)
        return cast("torch.Tensor", maps.reshape(-1, n_channels, *maps.shape[1:]).mean(1))


class ConvolutionPart(nn.Module):
    """The Conformer's convolution: gated pointwise, depthwise over time, batch norm, SiLU, pointwise."""

    def __init__(self, width: int, *, kernel_tokens: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.gated = nn.Conv1d(width, 2 * width, 1)
        self.depthwise = nn.Conv1d(width, width, kernel_tokens, padding=kernel_tokens // 2, groups=width)
        self.depthwise_norm = nn.BatchNorm1d(width)
        self.pointwise = nn.Conv1d(width, width, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return tokens, shape (batch, tokens, width), each computed from its neighbours."""
        maps = functional.glu(self.gated(self.norm(tokens).transpose(1, 2)), dim=1)  # (batch, width, tokens)
        maps = self.pointwise(functional.silu(self.depthwise_norm(self.depthwise(maps))))
        return cast("torch.Tensor", self.dropout(maps).transpose(1, 2))


class Block(nn.Module):
    """An encoder block: attention over all tokens, then convolution over neighbours."""

    def __init__(self, width: int, *, heads: int, kernel_tokens: int, dropout: float) -> None:
        super().__init__()
        self.first_mlp = _mlp(width, dropout=dropout)
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads=heads, dim_head=width // heads, dropout=dropout)
        self.convolution = ConvolutionPart(width, kernel_tokens=kernel_tokens, dropout=dropout)
        self.second_mlp = _mlp(width, dropout=dropout)
        self.norm = nn.LayerNorm(width)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return maps of the same shape, (batch, width, tokens): features first, as Grad-CAM expects."""
        tokens = maps.transpose(1, 2)  # (batch, tokens, width)
        tokens = tokens + self.first_mlp(tokens) / 2
        tokens = tokens + self.attention(self.attention_norm(tokens))
        tokens = tokens + self.convolution(tokens)
        tokens = tokens + self.second_mlp(tokens) / 2
        return cast("torch.Tensor", self.norm(tokens).transpose(1, 2))


class GlepNet(nn.Module):
    """A stem and blocks; `blocks.0` and the following ones are available to Grad-CAM."""

    def __init__(
        self, n_outputs: int, *, width: int, depth: int, heads: int, kernel_tokens: int, dropout: float, pool: int
    ) -> None:
        super().__init__()
        self.stem = Stem(width, pool)
        self.blocks = nn.Sequential(
            *(Block(width, heads=heads, kernel_tokens=kernel_tokens, dropout=dropout) for _ in range(depth))
        )
        self.head = nn.Linear(width, n_outputs)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (batch, n_outputs), of windows of shape (batch, channels, samples)."""
        maps = self.blocks(self.stem(windows))  # (batch, width, samples / (4 pool))
        return cast("torch.Tensor", self.head(maps.mean(-1)))


def build(
    shape: tuple[int, ...],
    n_classes: int,
    *,
    width: int = 32,
    depth: int = 2,
    heads: int = 4,
    kernel_tokens: int = 15,
    dropout: float = 0.1,
    pool: int = 2,
) -> nn.Module:
    """Return a GlepNet-style network with initial weights.

    Parameters
    ----------
    shape : tuple of int
        (channels, samples) of one window.
    n_classes : int
        Two classes share one logit (the log odds of class 1); more classes have one each.
    width : int
        Number of features of a token; a multiple of `heads`.
    depth : int
        Number of encoder blocks.
    heads : int
        Number of attention heads of a block.
    kernel_tokens : int
        Length of the convolution of a block, odd; 15 tokens are 120 samples.
    dropout : float
        Dropout in training.
    pool : int
        Number of adjacent frames of the stem for maximum pooling: one token per 4 x `pool` samples. Two suit 128
        samples a second; four at 256 cover the same time with a quarter of the attention.

    Raises
    ------
    ValueError
        If a window has other axes or is too short, or a hyperparameter is out of range.
    """
    check_axes("glepnet", shape, "signal")
    if pool < 1:
        raise ValueError(f"glepnet: pool {pool} must be at least 1")
    if shape[1] < 2 * _STRIDE * pool:
        raise ValueError(
            f"glepnet: a window of {shape[1]} samples is shorter than two tokens of {_STRIDE * pool}; "
            "raise windows: length_seconds"
        )
    if width % heads or not kernel_tokens % 2:
        raise ValueError(
            f"glepnet: width {width} must be a multiple of heads {heads} and kernel_tokens {kernel_tokens} odd"
        )
    return GlepNet(
        1 if n_classes == 2 else n_classes,
        width=width,
        depth=depth,
        heads=heads,
        kernel_tokens=kernel_tokens,
        dropout=dropout,
        pool=pool,
    )


def _mlp(width: int, *, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width),
        nn.Linear(width, 4 * width),
        nn.SiLU(),
        nn.Dropout(dropout),
        nn.Linear(4 * width, width),
        nn.Dropout(dropout),
    )
