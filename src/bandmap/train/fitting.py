"""Creation and training of models."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from bandmap.train.augmentation import Augmenter
from bandmap.train.loop import Run
from bandmap.train.prediction import predict
from bandmap.train.recipe import Fitted, Recipe
from bandmap.train.resuming import Checkpoint
from bandmap.train.sampling import Windows, require_windows, statistics
from bandmap.vocabulary.network import Normalized

__all__ = ["begin_from", "fit", "new_model", "predict", "seeded"]

_log = logging.getLogger(__name__)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed torch's random generators within the block, and restore them afterwards."""
    devices = range(torch.cuda.device_count())
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


def new_model(
    build: Callable[..., nn.Module],
    train: Windows,
    *,
    n_classes: int,
    seed: int,
    **hyperparameters: Any,
) -> Normalized:
    """Return a model with initial weights that normalizes by the statistics of its training windows.

    Parameters
    ----------
    build : callable
        A model plugin's `build(shape, n_classes, **hyperparameters)`.
    train : Windows
        Training windows, which also determine the shape of a window.
    n_classes : int
    seed : int
        Seed of the weights.
    **hyperparameters
        Passed to `build`.
    """
    require_windows(train)
    shape = train.take(np.array([0])).shape[1:]
    with seeded(seed):
        network = build(tuple(int(size) for size in shape), n_classes, **hyperparameters)
    return Normalized(network, *statistics(train))


def begin_from(network: nn.Module, state: Mapping[str, torch.Tensor]) -> None:
    """Put weights that were trained elsewhere into a network; those that do not fit keep their initial values.

    Parameters
    ----------
    network : Module
    state : mapping of str to tensor
        By the names of the network's own weights, such as `head.weight`; others are ignored.

    Raises
    ------
    ValueError
        If fewer than half of the network's values are among them, as of another network.
    """
    own = network.state_dict()
    fitting = {name: value for name, value in state.items() if name in own and value.shape == own[name].shape}
    taken, needed = (sum(value.numel() for value in of.values()) for of in (fitting, own))
    if 2 * taken < needed:
        raise ValueError(
            f"initial_weights hold {taken} of the {needed} values of this network; give those of the same network and "
            "hyperparameters"
        )
    network.load_state_dict(fitting, strict=False)
    left = sorted(set(own) - set(fitting))
    _log.info("initial weights: %d of %d values; new: %s", taken, needed, ", ".join(left) or "none")


def fit(
    model: nn.Module,
    train: Windows,
    validation: Windows,
    recipe: Recipe,
    *,
    seed: int,
    device: str,
    augment: Augmenter | None = None,
    checkpoint: Checkpoint | None = None,
) -> Fitted:
    """Train a model in place; it ends on the CPU in evaluation mode, with the best weights of the last phase.

    The phases are the training itself, a second phase with the misclassified windows (`error_aware_epochs`), and
    fine-tuning after each pruning step of a model that has `pruning_shares` and `prune`. Each phase starts from the
    best weights of the previous phase.

    The best epoch has the lowest mean loss over the validation windows in evaluation mode. Validation windows are a
    fixed selection, drawn as in training: every seizure window and evenly spaced background. If the validation windows
    have fewer than two classes, their loss would favour a constant output; then the mean training loss decides, and a
    warning says so (without validation windows, there is no warning).

    Parameters
    ----------
    model : Module
        Takes (batch, *shape) and returns logits, one column for two classes, or one column per class.
    train, validation : Windows
        Windows of different subjects. Windows without a class (label -1) are left out.
    recipe : Recipe
    seed : int
        Seed of the order of windows, the drawn background, and dropout.
    device : str
        "auto" (CUDA if there is one), "cpu" or "cuda".
    augment : Augmenter, optional
        Augments each batch of training windows only.
    checkpoint : Checkpoint, optional
        Stores the complete state after each epoch. A training resumes from an existing state, on a CPU with the same
        weights as an uninterrupted training. A state with other settings, data or architecture is ignored with a
        warning. The caller removes the checkpoint after the training.

    Returns
    -------
    Fitted

    Raises
    ------
    ValueError
        If there are no training windows, none with a seizure, or the device is missing or lacks the precision.
    FloatingPointError
        If the loss becomes NaN.
    """
    require_windows(train, seizures=recipe.background_per_seizure is not None)
    with seeded(seed):
        run = Run(model, train, validation, recipe, seed=seed, device=device, augment=augment, checkpoint=checkpoint)
        return run.fitted()
