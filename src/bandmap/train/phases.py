"""What a training consists of: the training itself, a second look at its mistakes, and pruning step by step."""

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
    """A network that can be pruned step by step.

    Attributes
    ----------
    pruning_shares : tuple of float
        Shares to prune to, one after the other; () never.
    """

    pruning_shares: tuple[float, ...]

    def prune(self, share: float) -> None:
        """Take this share out; what is out stays out, and is saved with the weights."""


@dataclass(frozen=True)
class Phase:
    """Epochs with an optimizer, a schedule and a best epoch of their own; it begins with the best weights so far.

    Attributes
    ----------
    name : str
        "train", "error_aware" or "prune".
    epochs : int
        At most.
    pruned_share : float or None
        What is pruned before it begins.
    """

    name: str
    epochs: int
    pruned_share: float | None = None

    @property
    def is_first(self) -> bool:
        """Whether it trains the model, and does not tune it."""
        return self.name == TRAIN


def phases(recipe: Recipe, model: nn.Module) -> tuple[Phase, ...]:
    """Return the phases of training a model."""
    return tuple(_phases(recipe, prunable(model)))


def prunable(model: nn.Module) -> Prunable | None:
    """Return the module of a model that can be pruned step by step, if there is one."""
    return next((module for module in model.modules() if isinstance(module, Prunable)), None)


def repeated(
    mistakes: NDArray[np.int64], labels: NDArray[np.int64], most: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return the mistakes that an epoch sees once more: of each class all, or `most` drawn anew.

    Parameters
    ----------
    mistakes : ndarray of int64
        Indices of windows that an earlier phase got wrong.
    labels : ndarray of int64, shape (windows,)
    most : int
        Of one class.
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
