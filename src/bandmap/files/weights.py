"""Trained models as a plain state_dict with the settings to rebuild them."""

import io
import json
import pickle
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import nn

from bandmap.files.whole import whole_file
from bandmap.vocabulary import plugins
from bandmap.vocabulary.network import Normalized, statistics_shape

_REQUIRED = ("kind", "shape", "n_classes", "hyperparameters")


class WeightsError(ValueError):
    """A file does not contain a model that this version can rebuild; the message gives file, problem and remedy."""


def save(path: str | Path, model: Normalized, settings: Mapping[str, object]) -> None:
    """Write a model with everything that `load` needs.

    Parameters
    ----------
    path : path-like
    model : Normalized
        Its network has the kind, shape and hyperparameters of the settings.
    settings : mapping
        kind (a plugin of `bandmap.train.models`), shape (channels, frequencies, times), n_classes, hyperparameters, and
        other JSON values to store with the model (channels, frequencies ...).

    Notes
    -----
    The same model and settings give the same bytes.
    """
    missing = [name for name in _REQUIRED if name not in settings]
    if missing:
        raise WeightsError(f"{path}: settings lack {', '.join(missing)}; give all of {', '.join(_REQUIRED)}")
    state = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    buffer = io.BytesIO()  # torch names the archive after the file, so the bytes would depend on the file's name
    torch.save({"settings": json.dumps(dict(settings)), "state": state}, buffer)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(buffer.getbuffer())


def load(path: str | Path) -> tuple[Normalized, dict[str, Any]]:
    """Rebuild a model on the CPU, in evaluation mode.

    Returns
    -------
    model : Normalized
    settings : dict
        The saved settings (tuples as lists).

    Raises
    ------
    WeightsError
        If the file was not written by `save`, or the model's plugin has changed since.
    """
    settings, state = _read(Path(path))
    try:
        model = rebuilt(settings)
        model.load_state_dict(state)
    except (plugins.UnknownNameError, ValueError, TypeError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise WeightsError(
            f"{path}: the weights do not fit the current '{settings['kind']}' ({reason:.300}); retrain the model"
        ) from error
    return model.eval(), settings


def load_all(paths: Sequence[str | Path]) -> list[tuple[Normalized, dict[str, Any]]]:
    """Rebuild the models of many files."""
    return [load(path) for path in paths]


def read_state(path: str | Path) -> dict[str, torch.Tensor]:
    """Read weights of another program by name: safetensors, or a state_dict of torch, of which no object is unpickled.

    Raises
    ------
    WeightsError
        If the file is neither.
    """
    path = Path(path)
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of unusual pickles, which are refused anyway
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise WeightsError(f"{path}: there is no such file; correct initial_weights") from None
    except (pickle.UnpicklingError, SafetensorError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
        raise WeightsError(
            f"{path}: neither safetensors nor a state_dict of torch ({type(error).__name__}); save the weights alone"
        ) from error
    while isinstance(content, dict) and isinstance(content.get("state_dict"), dict):
        content = content["state_dict"]
    if not isinstance(content, dict) or not all(isinstance(value, torch.Tensor) for value in content.values()):
        raise WeightsError(f"{path}: the file holds more than weights by name; save model.state_dict() alone")
    return content


def _read(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    try:
        _check_sizes(path)
        with path.open("rb") as file:
            content = torch.load(file, map_location="cpu", weights_only=True)
        settings = json.loads(content["settings"])
        _ = [settings[name] for name in _REQUIRED], content["state"]
    except FileNotFoundError:
        raise WeightsError(f"{path}: there is no such file; train the model first") from None
    except (
        pickle.UnpicklingError,
        zipfile.BadZipFile,
        EOFError,
        RuntimeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise WeightsError(
            f"{path}: not a file of trained weights ({type(error).__name__}); retrain the model"
        ) from error
    return settings, content["state"]


def _check_sizes(path: Path) -> None:
    """Raise an error for a file that is not an archive, or is compressed: weights are stored uncompressed."""
    with zipfile.ZipFile(path) as archive:
        unfolded = sum(entry.file_size for entry in archive.infolist())
    if unfolded > path.stat().st_size:
        raise ValueError(f"it decompresses to {unfolded} bytes")


def rebuilt(settings: Mapping[str, Any]) -> Normalized:
    """Return a network of the kind, shape, classes and hyperparameters that settings name, without its weights."""
    shape = tuple(settings["shape"])
    build = plugins.load("bandmap.train.models", settings["kind"]).build
    with torch.random.fork_rng(devices=[]):  # initial weights are drawn and overwritten: restore the random state
        network: nn.Module = build(shape, settings["n_classes"], **settings["hyperparameters"])
    size = statistics_shape(shape)
    return Normalized(network, torch.zeros(size), torch.ones(size))
