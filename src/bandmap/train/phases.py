"""Phases of a training: the training itself, a phase on its mistakes, and stepwise pruning."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.train.recipe import Recipe

TRAIN, ERROR_AWARE, PRUNE = "train", "error_aware", "prune"


@runtime_checkable
class Prunable(Protocol):
    """A network that can be pruned in steps.

    Attributes
    ----------
    pruning_shares : tuple of float
        Successive shares of pruned kernels; () for none.
    """

    pruning_shares: tuple[float, ...]

    def prune(self, share: float) -> None:
        """Prune this share; pruned kernels stay pruned and are saved with the weights."""


@dataclass(frozen=True)
class Phase:
    """Epochs with a separate optimizer, schedule and best epoch, starting from the best weights so far.

    Attributes
    ----------
    name : str
        "train", "error_aware" or "prune".
    epochs : int
        Maximum number of epochs.
    pruned_share : float or None
        Share that is pruned before the phase.
    """

    name: str
    epochs: int
    pruned_share: float | None = None

    @property
    def is_first(self) -> bool:
        """Whether it is the main training rather than fine-tuning."""
        return self.name == TRAIN


def phases(recipe: Recipe, model: nn.Module) -> tuple[Phase, ...]:
    """Return the phases of training a model."""
    return tuple(_phases(recipe, prunable(model)))


def prunable(model: nn.Module) -> Prunable | None:
    """Return the module of a model that can be pruned in steps, if there is one."""
    return next((module for module in model.modules() if isinstance(module, Prunable)), None)


def repeated(
    mistakes: NDArray[np.int64], labels: NDArray[np.int64], most: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return the mistakes that an epoch repeats: all of each class, or `most` drawn at random.

    Parameters
    ----------
    mistakes : ndarray of int64
        Indices of windows that an earlier phase misclassified.
    labels : ndarray of int64, shape (windows,)
    most : int
        Maximum number per class.
    generator : Generator
    """
    of_classes = [mistakes[labels[mistakes] == number] for number in np.unique(labels[mistakes])]
    chosen = [generator.choice(wrong, min(most, len(wrong)), replace=False) for wrong in of_classes]
    return np.concatenate([np.empty(0, dtype=np.int64), *chosen])


def _phases(recipe: Recipe, network: Prunable | None) -> Iterator[Phase]:
    yield Phase(TRAIN, recipe.epochs)
    if recipe.error_aware_epochs:
        yield Phase(ERROR_AWARE, recipe.error_aware_epochs)
    if recipe.pruning_epochs and network is not None:
        for share in network.pruning_shares:
            yield Phase(PRUNE, recipe.pruning_epochs, share)
