"""The mean of the weights of several epochs (Izmailov et al. 2018, arXiv:1803.05407)."""

from collections.abc import Iterable, Sequence

import torch
from torch import nn
from torch.optim.swa_utils import update_bn

from bandmap.train._device import channels_last


def mean_of(states: Sequence[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Return the mean of several states of one network; whole numbers, such as masks, are those of the first."""
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }


def renormalize(model: nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Measure what batch normalization keeps anew, because that of a mean of weights is not the mean of theirs."""
    update_bn((channels_last(batch) for batch in batches), model)
