"""The progress of a training, which a checkpoint stores completely."""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch


@dataclass
class Best:
    """An epoch with its loss and weights."""

    loss: float = math.inf
    epoch: int = 0
    state: dict[str, torch.Tensor] = field(default_factory=dict)


@dataclass
class Progress:
    """What a training has done and found so far."""

    phase: int = -1
    epochs_before: int = 0  # of earlier phases
    history: list[dict[str, float | str]] = field(default_factory=list)
    best: Best = field(default_factory=Best)
    leaders: list[Best] = field(default_factory=list)  # the best epochs of the phase, whose weights are averaged
    averaged: list[int] = field(default_factory=list)
    mistakes: list[int] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)  # of every training window, NaN if not yet seen
    windows: int = 0
    seconds: float = 0.0
    training_seconds: float = 0.0

    def enter(self, phase: int) -> None:
        """Start a phase, of which no epoch is known."""
        self.phase, self.epochs_before, self.best = phase, len(self.history), Best()
        self.leaders, self.averaged = [], []

    def note(self, loss: float, state: Mapping[str, torch.Tensor], *, averaged_epochs: int) -> None:
        """Keep the weights of the last epoch of the history if it is the best, or one of those to be averaged."""
        epoch = len(self.history)
        if loss < self.best.loss or not self.best.state:
            self.best = Best(loss, epoch, copy.deepcopy(dict(state)))
        if averaged_epochs > 1:
            candidates = [*self.leaders, Best(loss, epoch, copy.deepcopy(dict(state)))]
            self.leaders = sorted(candidates, key=lambda one: one.loss)[:averaged_epochs]

    def stored(self, *, seconds: float) -> dict[str, Any]:
        """Return it as numbers, strings, tensors, lists and dicts."""
        best, leaders = vars(self.best), [vars(leader) for leader in self.leaders]
        return {**vars(self), "best": best, "leaders": leaders, "seconds": seconds}

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> "Progress":
        """Create it from what `stored` returned."""
        leaders = [Best(**leader) for leader in stored["leaders"]]
        return cls(**{**stored, "best": Best(**stored["best"]), "leaders": leaders})
