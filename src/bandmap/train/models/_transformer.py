"""Transformer encoders that the models share. Not a plugin.

Based on the published code of the frequency-cut transformer (github.com/chenzRG/TNSRE_23, `Transformer.py`): pre-norm
layers, queries, keys and values without bias, inner width heads x dim_head regardless of the width of the tokens.
"""

from typing import cast

import torch
from torch import nn


class Attention(nn.Module):
    """Multi-head self-attention.

    Attributes
    ----------
    attend : Softmax
        Its output is the attention weights, shape (batch, heads, tokens, tokens), with rows that sum to 1. A forward
        hook can read them, and the gradient passes through them, so no fused kernel is used.
    """

    def __init__(self, dim: int, *, heads: int, dim_head: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.scale = dim_head**-0.5
        self.to_qkv = nn.Linear(dim, 3 * heads * dim_head, bias=False)
        self.attend = nn.Softmax(dim=-1)
        self.to_out = nn.Sequential(nn.Linear(heads * dim_head, dim), nn.Dropout(dropout))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return tokens, shape (batch, tokens, dim), each a weighted mean of the values of all tokens."""
        qkv = self.to_qkv(tokens).unflatten(-1, (3, self.heads, -1))  # (batch, tokens, 3, heads, dim_head)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (batch, heads, tokens, dim_head)
        weights = self.attend(self.scale * query @ key.transpose(-1, -2))  # (batch, heads, tokens, tokens)
        mixed = (weights @ value).transpose(1, 2).flatten(2)  # (batch, tokens, heads * dim_head)
        return cast("torch.Tensor", self.to_out(mixed))


class Layer(nn.Module):
    """Attention, then two linear layers on each token, each with pre-norm and a residual connection."""

    def __init__(self, dim: int, *, heads: int, dim_head: int, mlp_dim: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dim)
        self.attention = Attention(dim, heads=heads, dim_head=dim_head, dropout=dropout)
        self.mlp_norm = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(
            nn.Linear(dim, mlp_dim), nn.GELU(), nn.Dropout(dropout), nn.Linear(mlp_dim, dim), nn.Dropout(dropout)
        )

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return tokens, shape (batch, tokens, dim)."""
        tokens = tokens + self.attention(self.attention_norm(tokens))
        return cast("torch.Tensor", tokens + self.mlp(self.mlp_norm(tokens)))


class ClassEncoder(nn.Module):
    """A transformer that encodes tokens in one vector, the output of a prepended class token.

    Parameters
    ----------
    n_tokens : int
        Number of tokens of a sequence; each has its own position embedding.
    n_features : int
        Number of features of a token before embedding.
    dim : int
        Width of an embedded token.
    depth : int
        Number of layers.
    heads, dim_head, mlp_dim : int
        Sizes of every layer.
    dropout : float
    """

    def __init__(
        self,
        n_tokens: int,
        n_features: int,
        *,
        dim: int,
        depth: int,
        heads: int,
        dim_head: int,
        mlp_dim: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.randn(1, n_tokens + 1, dim))
        self.class_token = nn.Parameter(torch.randn(1, 1, dim))
        self.embed = nn.Linear(n_features, dim)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.Sequential(
            *(Layer(dim, heads=heads, dim_head=dim_head, mlp_dim=mlp_dim, dropout=dropout) for _ in range(depth))
        )

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return the class vectors, shape (batch, dim), of tokens of shape (batch, n_tokens, n_features)."""
        class_tokens = self.class_token.expand(tokens.shape[0], -1, -1)  # (batch, 1, dim)
        embedded = torch.cat([class_tokens, self.embed(tokens)], dim=1) + self.positions  # (batch, 1 + n_tokens, dim)
        return cast("torch.Tensor", self.layers(self.dropout(embedded))[:, 0])


def patches(maps: torch.Tensor, *, rows: int, seconds: int) -> torch.Tensor:
    """Divide time-frequency maps into patches with all channels.

    Parameters
    ----------
    maps : tensor, shape (batch, channels, rows of frequency, seconds)
    rows, seconds : int
        Size of a patch.

    Returns
    -------
    tensor, shape (batch, patches, rows * seconds * channels)
        Patches sorted by row, lowest first, then by time.
    """
    batch, channels, n_rows, n_seconds = maps.shape
    grid = maps.reshape(batch, channels, n_rows // rows, rows, n_seconds // seconds, seconds)
    return grid.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)


def patch_grid(shape: tuple[int, ...], *, rows: int, seconds: int) -> tuple[int, int]:
    """Return the number of patches along frequency and time in a map of (..., rows of frequency, seconds).

    Raises
    ------
    ValueError
        If patches do not fill the map.
    """
    if shape[-2] % rows or shape[-1] % seconds:
        raise ValueError(
            f"patches of {rows} rows x {seconds} s do not fill a map of {shape[-2]} rows x {shape[-1]} s; "
            "choose divisors, or another length_seconds or frequency cut"
        )
    return shape[-2] // rows, shape[-1] // seconds
