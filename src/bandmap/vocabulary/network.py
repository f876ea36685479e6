"""A network with the normalization of its input, so that both are saved, loaded and explained together."""

from typing import cast

import torch
from torch import nn


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
