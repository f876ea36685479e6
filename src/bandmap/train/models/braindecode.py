"""Models of braindecode: any of them that takes windows of raw signal, by its name and with its hyperparameters.

braindecode (Schirrmeister et al. 2017, HBM 38(11):5391; BSD-3-Clause) contains EEGNet, Deep4Net, ShallowFBCSPNet,
EEGConformer, ATCNet, BIOT, USleep and some forty others. Install it with `pip install 'bandmap[braindecode]'`. Besides
the options below, an entry takes the hyperparameters of its model, as braindecode's documentation lists them; the plan
checks their names. Those that describe the windows (`n_chans`, `n_times`, `sfreq`) are not given. A hyperparameter that
is a layer of torch is given by its name: `activation: GELU`.
"""

import importlib
import logging
import math
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import torch
from torch import nn

from bandmap.train.models import _braindecode
from bandmap.train.models._axes import check_axes

OFFERS = ()
"""Features of this model that interpretations may need: what a model of another library contains is not known."""

MORE_OPTIONS = "bandmap.train.models._braindecode"
"""The module that knows the hyperparameters of a model by its name."""

EXAMPLE_SHAPE = (18, 256)
"""A window (channels, samples) for the contract tests."""

EXAMPLE_HYPERPARAMETERS = {"name": "EEGNet"}
"""Hyperparameters that make the model small enough for tests."""

_LARGEST = 2**16  # product of the whole numbers among the hyperparameters of a model that is made to check a file

_log = logging.getLogger(__name__)


def build(
    shape: tuple[int, ...], n_classes: int, *, name: str, rate_hz: float = 128.0, **hyperparameters: Any
) -> nn.Module:
    """Return a model of braindecode with its initial weights.

    Parameters
    ----------
    shape : tuple of int
        (channels, samples) of one window.
    n_classes : int
        Each class has a column of logits.
    name : str
        Name of a class of `braindecode.models`.
    rate_hz : float
        Samples per second; the workflow provides it.
    **hyperparameters
        Other arguments of the class.

    Raises
    ------
    ValueError
        If a window has other axes, or the model does not exist or cannot be made for the windows.
    """
    check_axes("braindecode", shape, "signal")
    known = _braindecode.options({"name": name})
    unknown = [key for key in hyperparameters if key not in known]
    if unknown:
        raise ValueError(
            f"braindecode: {name}: {unknown[0]} is none of its hyperparameters: {', '.join(sorted(known))}"
        )
    given = {"n_chans": shape[0], "n_times": shape[1], "n_outputs": n_classes, "sfreq": rate_hz}
    given |= {key: _layer(key, value) for key, value in hyperparameters.items()}
    make = partial(_made, getattr(_library(), name), given, shape)
    try:
        model, columns = _without_memory(make, hyperparameters) if _is_meta() else make()
    except Exception as error:  # a library's own checks raise many kinds of errors
        reason = " ".join(str(error).split())
        raise ValueError(
            f"braindecode: {name} does not work with windows of {shape[0]} channels and {shape[1]} samples at "
            f"{rate_hz:g} Hz ({reason:.300}); change its hyperparameters or windows: length_seconds"
        ) from error
    if columns != n_classes:
        raise ValueError(f"braindecode: {name} returns {columns} columns for {n_classes} classes; choose another model")
    return model


def _made(make: Callable[..., nn.Module], given: dict[str, Any], shape: tuple[int, ...]) -> tuple[nn.Module, int]:
    """Return a model and the columns of its logits; a first pass also makes its lazy layers. Warnings are logged."""
    with warnings.catch_warnings(record=True) as said, torch.no_grad():
        warnings.simplefilter("always")
        model = make(**given).eval()
        found: torch.Tensor = model(torch.zeros(1, *shape))
    for line in dict.fromkeys(" ".join(str(warning.message).split()) for warning in said):
        _log.info("%s", line)
    return model.train(), found.shape[1] if found.ndim in {2, 3} else 0


def _is_meta() -> bool:
    return torch.empty(0).device.type == "meta"


def _without_memory(
    make: Callable[[], tuple[nn.Module, int]], hyperparameters: dict[str, Any]
) -> tuple[nn.Module, int]:
    """Return a model on the device "meta", of which only shapes are wanted: it may be huge.

    Some models compute with values when they are made. They are made on the CPU, if no hyperparameter makes them large.
    """
    try:
        return make()
    except (NotImplementedError, RuntimeError):
        if math.prod(abs(value) + 1 for value in hyperparameters.values() if isinstance(value, int)) > _LARGEST:
            raise
        with torch.device("cpu"):
            return make()


def _layer(key: str, value: Any) -> Any:
    """Return the class of torch that a hyperparameter such as `activation` names."""
    if key.startswith("activation") and isinstance(value, str):
        if not hasattr(nn, value):
            raise ValueError(f"braindecode: {key}: torch.nn has no layer '{value}'; give one such as GELU")
        return getattr(nn, value)
    return value


def _library() -> ModuleType:
    """Import the models of braindecode.

    braindecode imports torchaudio, whose compiled part is optional and, in the wheels on PyPI, built for CUDA. Beside a
    torch for the CPU that part cannot be loaded, so torchaudio is imported without it.
    """
    try:
        importlib.import_module("torchaudio")
    except OSError:
        cast("Any", sys.modules["torchaudio._extension.utils"])._LIB_DIR = Path("/nonexistent")
    return importlib.import_module("braindecode.models")
