"""Loss, optimizer and learning-rate schedule."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR

from bandmap.train.recipe import Recipe
from bandmap.vocabulary import logits as outputs
from bandmap.vocabulary.labels import NO_CLASS


class Objective:
    """Mean cross entropy over the answers of a batch, in nats.

    Parameters
    ----------
    class_weights : tensor of float32, shape (classes,), or None
        Weight of the answers of each class; None weights all equally.
    """

    def __init__(self, class_weights: torch.Tensor | None) -> None:
        self.class_weights = class_weights

    def __call__(self, logits: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """Return the loss of logits, one column (log odds of class 1) or one per class, for classes (answers,).

        With more than two classes, answers without a class (-1) do not count.
        """
        if logits.shape[1] == 1:
            weight = None if self.class_weights is None else self.class_weights[classes]
            return functional.binary_cross_entropy_with_logits(logits[:, 0], classes.to(logits.dtype), weight)
        if self.class_weights is None:
            return functional.cross_entropy(logits, classes, ignore_index=NO_CLASS)
        each = functional.cross_entropy(logits, classes, reduction="none", ignore_index=NO_CLASS)
        return (each * self.class_weights[classes]).mean()

    def mixed(self, logits: torch.Tensor, classes: torch.Tensor, others: torch.Tensor, share: float) -> torch.Tensor:
        """Return the loss for mixtures of classes with others, as in MixUp (Zhang et al. 2018).

        The cross entropy is linear in its target, so the loss for a mixture of two classes is the mixture of two
        losses.
        """
        return share * self(logits, classes) + (1 - share) * self(logits, others)


def errors_of(logits: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Return how wrong each window is, from 0 to 1: the mean over its answers of 1 - probability of their class.

    Parameters
    ----------
    logits : tensor, shape (batch * answers, columns)
        Of two classes.
    classes : tensor of int64, shape (batch, answers)
    """
    return (outputs.probabilities(logits.detach()).view(classes.shape) - classes).abs().mean(1)


def optimizer_of(recipe: Recipe, parameters: Iterable[nn.Parameter], *, rate: float) -> torch.optim.Optimizer:
    """Return the recipe's optimizer at a learning rate."""
    kind: Any = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}[recipe.optimizer]
    optimizer: torch.optim.Optimizer = kind(parameters, lr=rate, weight_decay=recipe.weight_decay, fused=True)
    return optimizer


def schedule_of(recipe: Recipe, optimizer: torch.optim.Optimizer, *, rate: float, steps: int) -> LRScheduler:
    """Return the schedule of the learning rate over a phase of `steps` steps, with the maximum `rate`."""
    if recipe.schedule == "one_cycle":
        total = steps + 1
        # A warm-up that ends at its first step would be divided by its length of zero.
        rise = recipe.warm_up if recipe.warm_up * total != 1 else math.nextafter(recipe.warm_up, 1)
        return OneCycleLR(optimizer, rate, total_steps=total, pct_start=float(rise))
    warm_up = int(recipe.warm_up * steps)

    def factor(step: int) -> float:
        if step < warm_up:
            return (step + 1) / (warm_up + 1)
        if recipe.schedule == "constant":
            return 1.0
        return (1 + math.cos(math.pi * (step - warm_up) / (steps - warm_up))) / 2

    return LambdaLR(optimizer, factor)
