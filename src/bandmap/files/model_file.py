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

from bandmap.files.weights import WeightsError, rebuilt
from bandmap.files.whole import whole_file
from bandmap.vocabulary.network import Normalized

FORMAT, VERSION = "bandmap-model", 1
"""Format and version in `model.json`. A reader accepts this version and all earlier ones."""

MOST_NETWORKS = 1000
LARGEST_TEXT = 4_000_000
"""Maximum number of bytes of `model.json` or `card.md`."""

LARGEST_WINDOW, LARGEST_SIZE = 100_000_000, 10_000
"""Limits for the values of a window, and for layers, filters or classes of a network, above any real model."""

_ABOUT, _CARD = "model.json", "card.md"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day of zip, so that the same model gives the same bytes
_REMEDY = "pack the model again, or download the file again"


class ModelFileError(ValueError):
    """A file does not contain a model that this version can use; the message gives file, problem and remedy."""


@dataclass(frozen=True)
class ModelFile:
    """The content of a model file.

    Attributes
    ----------
    about : dict
        Description, see `bandmap.apply.pack.describe`.
    card : str
        Markdown.
    networks : tuple of Normalized
        Networks in evaluation mode on the CPU; empty if not requested.
    """

    about: dict[str, Any]
    card: str
    networks: tuple[Normalized, ...] = ()


def write_model_file(path: str | Path, about: Mapping[str, Any], card: str, networks: Sequence[Normalized]) -> None:
    """Write a model file; the same model gives the same bytes."""
    if not networks:
        raise ModelFileError(f"{path}: a model file needs at least one network")
    content = {"format": FORMAT, "version": VERSION, **about, "networks": len(networks)}
    with whole_file(path) as unfinished, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(_ABOUT, _EPOCH), json.dumps(content, indent=2, allow_nan=False) + "\n")
        archive.writestr(zipfile.ZipInfo(_CARD, _EPOCH), card)
        for number, network in enumerate(networks):
            state = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
            archive.writestr(zipfile.ZipInfo(_weights(number), _EPOCH), safetensors.save(state))


def read_model_file(path: str | Path, *, networks: bool = True) -> ModelFile:
    """Read a model file.

    Parameters
    ----------
    path : path-like
    networks : bool
        Whether to rebuild the networks; otherwise only the texts are read.

    Raises
    ------
    ModelFileError
        One line with file, problem and remedy. Sizes are checked before unpacking, and the shapes of the weights
        before building a network.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, path.stat().st_size, networks=networks)
    except FileNotFoundError:
        raise ModelFileError(f"{path}: there is no such file; give the path of a .bandmap file") from None
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be opened ({error.strerror}); check path and permissions") from None
    except (zipfile.BadZipFile, SafetensorError, WeightsError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelFileError(f"{path}: not a usable model file ({reason:.300}); {_REMEDY}") from error


def _read(archive: zipfile.ZipFile, size: int, *, networks: bool) -> ModelFile:
    entries = {entry.filename: entry for entry in archive.infolist()}
    if len(entries) < len(archive.infolist()) or any(e.compress_type != zipfile.ZIP_STORED for e in entries.values()):
        raise ValueError("its entries are compressed or named twice")
    if sum(entry.file_size for entry in entries.values()) > size:
        raise ValueError("its entries are larger than the file")
    about = json.loads(_text(archive, entries, _ABOUT))
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(f"{_ABOUT} does not state the format {FORMAT}")
    if about["version"] not in range(1, VERSION + 1):
        raise ValueError(f"format version {about['version']!r}; this program reads versions up to {VERSION}")
    count = about["networks"]
    if not isinstance(count, int) or not 1 <= count <= MOST_NETWORKS:
        raise ValueError(f"{count!r} networks")
    if set(entries) != {_ABOUT, _CARD, *map(_weights, range(count))}:
        raise ValueError(f"it does not contain exactly {_ABOUT}, {_CARD} and the weights of {count} networks")
    states = [safetensors.load(archive.read(_weights(number))) for number in range(count if networks else 0)]
    return ModelFile(about, _text(archive, entries, _CARD), tuple(_network(about, state) for state in states))


def _text(archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], name: str) -> str:
    if entries[name].file_size > LARGEST_TEXT:
        raise ValueError(f"{name} has {entries[name].file_size} bytes")
    return archive.read(name).decode("utf-8")


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
        raise ValueError(f"the weights do not fit the network that {_ABOUT} describes: {', '.join(wrong[:3])}")
    network = rebuilt(about["network"])
    network.load_state_dict(dict(state))
    return network.eval()


def _weights(number: int) -> str:
    return f"weights/{number}.safetensors"
