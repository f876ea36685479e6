"""The complete state of a training after an epoch, from which a killed training resumes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from bandmap.train.augmentation import Augmenter
from bandmap.train.recipe import Recipe
from bandmap.train.sampling import Windows


class Checkpoint(Protocol):
    """Storage for the state of a training between epochs; `bandmap.files.checkpoint` uses a file."""

    def read(self) -> dict[str, Any] | None:
        """Return the last state, or None."""

    def write(self, state: Mapping[str, Any]) -> None:
        """Replace the state (tensors, numbers, strings, lists and dicts of them) atomically."""


def identity(
    model: nn.Module, train: Windows, validation: Windows, recipe: Recipe, seed: int, augment: Augmenter | None
) -> str:
    """Return a fingerprint of the inputs of a training: initial weights, architecture, settings, classes, seed.

    The model's state includes the normalization by the training windows, so their values count as well.
    """
    digest = hashlib.sha256()
    settings = [asdict(recipe), seed, asdict(augment.amounts) if augment else None, str(model)]
    digest.update(json.dumps(settings).encode())
    for windows in (train, validation):
        digest.update(np.ascontiguousarray(windows.labels, dtype=np.int64).tobytes() + b"|")
    for name, value in model.state_dict().items():
        digest.update(f"{name} {tuple(value.shape)} ".encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def generators(of_windows: np.random.Generator, augment: Augmenter | None) -> dict[str, Any]:
    """Return the states of all random generators: selection of windows, augmentation, and torch (dropout)."""
    return {
        "windows": of_windows.bit_generator.state,
        "augment": augment.state() if augment else None,
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all(),
    }


def restore_generators(state: Mapping[str, Any], of_windows: np.random.Generator, augment: Augmenter | None) -> None:
    """Restore the states from `generators`."""
    of_windows.bit_generator.state = state["windows"]
    if augment:
        augment.restore(state["augment"])
    torch.set_rng_state(state["torch"])
    if len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
