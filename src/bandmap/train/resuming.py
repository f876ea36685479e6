"""The whole state of a training after an epoch, so that one that was killed goes on as if nothing had happened."""

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
    """Where the state of a training is kept between epochs; `bandmap.files.checkpoint` keeps it in a file."""

    def read(self) -> dict[str, Any] | None:
        """Return the state last written, None if there is none."""

    def write(self, state: Mapping[str, Any]) -> None:
        """Keep a state (tensors, numbers, words, lists and dicts of them) in place of the last, whole or not at all."""


def identity(
    model: nn.Module, train: Windows, validation: Windows, recipe: Recipe, seed: int, augment: Augmenter | None
) -> str:
    """Return a fingerprint of what decides a training: first weights, architecture, settings, windows' classes, seed.

    Normalization by the training windows is part of a model's state, and so their values count as well.
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
    """Return the state of everything random: the draw of windows, augmentation, and torch (dropout)."""
    return {
        "windows": of_windows.bit_generator.state,
        "augment": augment.state() if augment else None,
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all(),
    }


def restore_generators(state: Mapping[str, Any], of_windows: np.random.Generator, augment: Augmenter | None) -> None:
    """Go on drawing where `generators` was called."""
    of_windows.bit_generator.state = state["windows"]
    if augment:
        augment.restore(state["augment"])
    torch.set_rng_state(state["torch"])
    if len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
