"""Model files, `<name>.bandmap`: a trained model with everything that is needed to apply it to a recording.

A ZIP archive without compression: `model.json` (description of the model and of the preprocessing), `card.md` (the same
as readable text) and `weights/<number>.safetensors`, one per network. It contains no executable code.
"""

import json
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors

from bandmap.files.model_text import ABOUT, CARD, FORMAT, VERSION, ModelFileError, ModelText, opened, weights_of
from bandmap.files.weights import WeightsError, rebuilt
from bandmap.files.whole import whole_file
from bandmap.vocabulary.network import Normalized

__all__ = ["ModelFile", "ModelFileError", "read_model_file", "write_model_file"]

LARGEST_WINDOW, LARGEST_SIZE = 100_000_000, 10_000
"""Limits for the values of a window, and for layers, filters or classes of a network, above any real model."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day of zip, so that the same model gives the same bytes


@dataclass(frozen=True)
class ModelFile(ModelText):
    """The content of a model file.

    Attributes
    ----------
    networks : tuple of Normalized
        Networks in evaluation mode on the CPU.
    """

    networks: tuple[Normalized, ...]


def write_model_file(path: str | Path, about: Mapping[str, Any], card: str, networks: Sequence[Normalized]) -> None:
    """Write a model file; the same model gives the same bytes."""
    if not networks:
        raise ModelFileError(f"{path}: a model file needs at least one network")
    content = {"format": FORMAT, "version": VERSION, **about, "networks": len(networks)}
    with whole_file(path) as unfinished, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(ABOUT, _EPOCH), json.dumps(content, indent=2, allow_nan=False) + "\n")
        archive.writestr(zipfile.ZipInfo(CARD, _EPOCH), card)
        for number, network in enumerate(networks):
            state = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
            archive.writestr(zipfile.ZipInfo(weights_of(number), _EPOCH), safetensors.save(state))


def read_model_file(path: str | Path) -> ModelFile:
    """Read a model file.

    Raises
    ------
    ModelFileError
        One line with file, problem and remedy. Sizes are checked before unpacking, and the shapes of the weights
        before building a network.
    """
    return opened(path, _read, SafetensorError, WeightsError)


def _read(archive: zipfile.ZipFile, text: ModelText) -> ModelFile:
    states = [safetensors.load(archive.read(weights_of(number))) for number in range(text.about["networks"])]
    return ModelFile(text.about, text.card, tuple(_network(text.about, state) for state in states))


def _check_network(about: Mapping[str, Any]) -> None:
    """Raise an error for a description of a network that is too large to build."""
    network = about["network"]
    sizes = [network["n_classes"], *(value for value in network["hyperparameters"].values() if isinstance(value, int))]
    fits = all(isinstance(size, int) and size > 0 for size in network["shape"])
    if not fits or math.prod(network["shape"]) > LARGEST_WINDOW or any(abs(size) > LARGEST_SIZE for size in sizes):
        raise ValueError(f"a network of shape {network['shape']} with {network['hyperparameters']} is too large")


def _network(about: Mapping[str, Any], state: Mapping[str, torch.Tensor]) -> Normalized:
    _check_network(about)
    with torch.device("meta"):  # shapes without memory, so that a huge network is rejected before it is allocated
        expected = {name: tuple(value.shape) for name, value in rebuilt(about["network"]).state_dict().items()}
    found = {name: tuple(value.shape) for name, value in state.items()}
    if expected != found:
        wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        raise ValueError(f"the weights do not fit the network that {ABOUT} describes: {', '.join(wrong[:3])}")
    network = rebuilt(about["network"])
    network.load_state_dict(dict(state))
    return network.eval()
