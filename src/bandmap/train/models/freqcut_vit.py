"""Frequency-cut vision transformer: sleep stages from patches of one epoch's spectrogram.

Based on chenzRG/TNSRE_23 (`Transformer.py`, `main.py`; Chen et al. 2023, IEEE TNSRE 31:1974), layer for layer:

| stage | definition |
| --- | --- |
| patches | 4 rows x 1 s of all channels; 20 rows x 30 s give 5 x 30 = 150 tokens |
| tokens | linear 8 -> 128 (two channels), a learned class token, learned positions |
| 8 layers | norm, attention of 12 heads x 16; norm, 128 -> 256 (GELU) -> 128; each with a residual connection |
| head | norm and linear layer on the class token |

1,340,421 parameters for two channels and five stages. The published dropout is 0.
"""

from typing import cast

import torch
from torch import nn

from bandmap.train.models._axes import check_axes
from bandmap.train.models._transformer import ClassEncoder, patch_grid, patches

OFFERS = ("attention",)
"""Features of this model that interpretations may need (`NEEDS` of `bandmap.interpret.methods`)."""

EXAMPLE_SHAPE = (2, 20, 30)
"""A window (channels, rows, seconds) for the contract tests."""

EXAMPLE_CLASSES = 5
"""Number of classes of the task for which this model is designed."""

EXAMPLE_HYPERPARAMETERS = {"dim": 32, "depth": 2, "heads": 2, "mlp_dim": 32}
"""Hyperparameters that make the model small enough for tests."""


class FreqCutVit(nn.Module):
    """Classification by a class token; `encoder.layers.0.attention.attend` and later layers are its attention."""

    def __init__(self, encoder: ClassEncoder, dim: int, n_classes: int, *, rows: int, seconds: int) -> None:
        super().__init__()
        self.rows, self.seconds = rows, seconds
        self.encoder = encoder
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, n_classes))

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (batch, n_classes), of windows of shape (batch, channels, rows, seconds)."""
        tokens = patches(windows, rows=self.rows, seconds=self.seconds)  # (batch, tokens, rows * seconds * channels)
        return cast("torch.Tensor", self.head(self.encoder(tokens)))


def build(
    shape: tuple[int, ...],
    n_classes: int,
    *,
    dim: int = 128,
    depth: int = 8,
    heads: int = 12,
    dim_head: int = 16,
    mlp_dim: int = 256,
    dropout: float = 0.0,
    patch_rows: int = 4,
    patch_seconds: int = 1,
) -> nn.Module:
    """Return a frequency-cut vision transformer with initial weights.

    Parameters
    ----------
    shape : tuple of int
        (channels, rows, seconds) of one epoch; 20 rows and 30 s as published.
    n_classes : int
        Each class has a column of logits.
    dim : int
        Width of a token.
    depth : int
        Number of layers.
    heads : int
        Number of attention heads of a layer.
    dim_head : int
        Width of an attention head.
    mlp_dim : int
        Hidden width of the linear part of a layer.
    dropout : float
        Dropout in training.
    patch_rows : int
        Height of a patch in rows of frequency.
    patch_seconds : int
        Width of a patch in seconds.

    Raises
    ------
    ValueError
        If a window has other axes, or patches do not fill it.
    """
    check_axes("freqcut_vit", shape, "spectrogram")
    down, along = patch_grid(shape, rows=patch_rows, seconds=patch_seconds)
    encoder = ClassEncoder(
        down * along,
        patch_rows * patch_seconds * shape[0],
        dim=dim,
        depth=depth,
        heads=heads,
        dim_head=dim_head,
        mlp_dim=mlp_dim,
        dropout=dropout,
    )
    return FreqCutVit(encoder, dim, n_classes, rows=patch_rows, seconds=patch_seconds)
