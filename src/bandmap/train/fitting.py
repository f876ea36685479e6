"""Make a model, train it, ask it."""

from collections.abc import Callable, Iterator
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

__all__ = ["fit", "new_model", "predict", "seeded"]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from torch's generators as after `manual_seed(seed)`, and leave them as they were."""
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
    """Return a model with fresh weights that normalizes by the statistics of its training windows.

    Parameters
    ----------
    build : callable
        A model plugin's `build(shape, n_classes, **hyperparameters)`.
    train : Windows
        Training windows; they also say what shape a window has.
    n_classes : int
    seed : int
        Of the weights.
    **hyperparameters
        Passed to `build`.
    """
    require_windows(train)
    shape = train.take(np.array([0])).shape[1:]
    with seeded(seed):
        network = build(tuple(int(size) for size in shape), n_classes, **hyperparameters)
    return Normalized(network, *statistics(train))


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
    """Train a model in place; it ends in evaluation mode, on the CPU, with the weights of the last phase's best epoch.

    The phases are the training itself, a second look at the windows that it got wrong (`error_aware_epochs`), and
    fine-tuning after each pruning step of a model that has `pruning_shares` and `prune`. Each begins with the best
    weights of the one before.

    The best epoch has the least mean loss over the validation windows, in evaluation mode. Validation windows are a
    fixed choice, drawn as in training: every seizure window and evenly spaced background. Without two classes among
    the validation windows, their loss would favour a model that always says the same; then the mean loss of training
    decides, and a warning says so.

    Parameters
    ----------
    model : Module
        Takes (batch, *shape) and gives logits, one column for two classes or one a class.
    train, validation : Windows
        Of different subjects. Windows without a class (label -1) are left out.
    recipe : Recipe
    seed : int
        Of the order of windows, the background drawn, and dropout.
    device : str
        "auto" (CUDA if there is one), "cpu" or "cuda".
    augment : Augmenter, optional
        Changes each batch of training windows, and no other.
    checkpoint : Checkpoint, optional
        Keeps the whole state after each epoch. A training that finds one goes on from there, on a CPU to the very
        weights of one that was not interrupted; one of other settings, data or architecture is left aside with a
        warning. The caller removes it when the training is done.

    Returns
    -------
    Fitted

    Raises
    ------
    ValueError
        If there are no training windows, none of a seizure, or the device is missing or cannot do the precision.
    FloatingPointError
        If the loss is no longer a number.
    """
    require_windows(train, seizures=recipe.background_per_seizure is not None)
    with seeded(seed):
        run = Run(model, train, validation, recipe, seed=seed, device=device, augment=augment, checkpoint=checkpoint)
        return run.fitted()
