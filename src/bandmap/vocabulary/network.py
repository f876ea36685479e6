"""A network with the normalization of its input, so that both are saved, loaded and explained together."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import nn

from bandmap.vocabulary.logits import by_answer


def statistics_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of the mean and standard deviation for a window shape: all axes, but 1 for time."""
    return (*shape[:-1], 1)


class Normalized(nn.Module):
    """A network that receives `(windows - mean) / std`.

    Parameters
    ----------
    network : Module
        Takes windows of shape (batch, channels, frequencies, times) or (batch, channels, samples).
    mean, std : tensor, shape (channels, frequencies, 1) or (channels, 1)
        Mean and standard deviation of the training windows, in their unit.

    Attributes
    ----------
    network : Module
        Its layers keep their names, as in `model.network.get_submodule("layer2")`.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, network: nn.Module, mean: torch.Tensor, std: torch.Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (batch, columns), of windows in the unit of their representation."""
        return cast("torch.Tensor", self.network(self.normalized(windows)))

    def normalized(self, windows: torch.Tensor) -> torch.Tensor:
        """Return windows as the network receives them."""
        return (windows - self.mean).div_(self.std)


class Focused(nn.Module):
    """A model that gives one answer per window: the mean logits of some of its answers.

    Parameters
    ----------
    model : Module
        Returns logits of shape (batch, columns) or (batch, columns, times).
    chosen : sequence of bool, shape (answers,)
        At least one is true.
    """

    def __init__(self, model: nn.Module, chosen: Sequence[bool]) -> None:
        super().__init__()
        self.model = model
        self.n_answers = len(chosen)
        self.places = [place for place, wanted in enumerate(chosen) if wanted]

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (batch, columns)."""
        logits = by_answer(self.model(windows), self.n_answers)
        if self.n_answers == 1:
            return logits
        return logits.reshape(-1, self.n_answers, logits.shape[1])[:, self.places].mean(1)
