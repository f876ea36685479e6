"""Frequency-cut vision transformer over a sequence of epochs, which predicts the stage of the middle epoch.

Based on zhengchen3/Transformer_Sleep (`utils/Model_12_EEGspec-Seq-VTrans.ipynb`), layer for layer:

| stage | definition |
| --- | --- |
| each epoch | the frequency-cut transformer, same weights for all: tokens of 32, 8 layers, 4 heads x 32, hidden 128 |
| sequence | linear 32 -> 64 of its class vectors, a class token, learned positions; 8 layers of the same sizes |
| head | norm and linear layer on the class token, dropout, log-softmax |

604,517 parameters for three epochs of two channels and five stages. `dropout` is used in every layer and before the
softmax; its default of 0 is ours, because the notebook's value is unknown. A window contains its epochs one after the
other in time, so that windows of all models have the same axes.
"""

from typing import cast

import torch
from torch import nn

from bandmap.train.models._axes import check_axes
from bandmap.train.models._transformer import ClassEncoder, patch_grid, patches

OFFERS = ("attention",)
"""Features of this model that interpretations may need (`NEEDS` of `bandmap.interpret.methods`)."""

EXAMPLE_SHAPE = (2, 20, 90)
"""A window (channels, rows, seconds) for the contract tests."""

EXAMPLE_CLASSES = 5
"""Number of classes of the task for which this model is designed."""

EXAMPLE_HYPERPARAMETERS = {
    "dim": 16,
    "depth": 1,
    "heads": 2,
    "dim_head": 8,
    "mlp_dim": 32,
    "sequence_dim": 32,
    "sequence_depth": 1,
}
"""Hyperparameters that make the model small enough for tests."""

_PATCH_ROWS, _PATCH_SECONDS = 4, 1


class SeqFreqCutVit(nn.Module):
    """A transformer that encodes each epoch, and a second one for the sequence of these encodings."""

    def __init__(self, epoch: ClassEncoder, sequence: ClassEncoder, head: nn.Module, *, epochs: int) -> None:
        super().__init__()
        self.epochs, self.rows, self.seconds = epochs, _PATCH_ROWS, _PATCH_SECONDS
        self.epoch = epoch
        self.sequence = sequence
        self.head = head

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return log-probabilities, shape (batch, n_classes), of (batch, channels, rows, seconds)."""
        batch, channels, rows, _ = windows.shape
        one_by_one = windows.reshape(batch, channels, rows, self.epochs, -1).movedim(3, 1)
        read = self.epoch(patches(one_by_one.flatten(0, 1), rows=_PATCH_ROWS, seconds=_PATCH_SECONDS))
        sequence = self.sequence(read.unflatten(0, (-1, self.epochs)))  # (batch, sequence_dim)
        return cast("torch.Tensor", self.head(sequence).log_softmax(1))


def build(  # noqa: PLR0913 - the sizes of two transformers
    shape: tuple[int, ...],
    n_classes: int,
    *,
    dim: int = 32,
    depth: int = 8,
    heads: int = 4,
    dim_head: int = 32,
    mlp_dim: int = 128,
    dropout: float = 0.0,
    sequence_dim: int = 64,
    sequence_depth: int = 8,
    epochs: int = 3,
) -> nn.Module:
    """Return a frequency-cut transformer for sequences with initial weights.

    Parameters
    ----------
    shape : tuple of int
        (channels, rows, seconds) of one window; 20 rows and three epochs of 30 s as published.
    n_classes : int
        Each class has a column of log-probabilities.
    dim : int
        Width of a token of the transformer for an epoch.
    depth : int
        Number of layers of the transformer for an epoch.
    heads : int
        Number of attention heads, in both transformers.
    dim_head : int
        Width of an attention head, in both transformers.
    mlp_dim : int
        Hidden width of the linear part, in both transformers.
    dropout : float
        Dropout in training.
    sequence_dim : int
        Width of a token of the transformer for the sequence.
    sequence_depth : int
        Number of layers of the transformer for the sequence.
    epochs : int
        Number of epochs of a window, odd because the stage is that of the middle epoch; three as published.

    Raises
    ------
    ValueError
        If a window has other axes, or patches do not fill it.
    """
    check_axes("seq_freqcut_vit", shape, "spectrogram")
    if epochs < 1 or epochs % 2 == 0 or shape[2] % epochs:
        raise ValueError(
            f"seq_freqcut_vit: {epochs} epochs do not divide a window of {shape[2]} s around a middle epoch; set "
            "epochs to an odd number and windows: length_seconds to that many epochs"
        )
    channels, rows, seconds = shape
    down, along = patch_grid((channels, rows, seconds // epochs), rows=_PATCH_ROWS, seconds=_PATCH_SECONDS)
    n_features = _PATCH_ROWS * _PATCH_SECONDS * channels
    sizes = {"heads": heads, "dim_head": dim_head, "mlp_dim": mlp_dim}
    return SeqFreqCutVit(
        ClassEncoder(down * along, n_features, dim=dim, depth=depth, dropout=dropout, **sizes),
        ClassEncoder(epochs, dim, dim=sequence_dim, depth=sequence_depth, dropout=dropout, **sizes),
        nn.Sequential(nn.LayerNorm(sequence_dim), nn.Linear(sequence_dim, n_classes), nn.Dropout(dropout)),
        epochs=epochs,
    )
