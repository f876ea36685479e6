"""Names and hyperparameters of the models of braindecode, read from its source without importing it. Not a plugin.

The planner uses this module, so it imports nothing heavy.
"""

import ast
import importlib.util
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bandmap.vocabulary.plugins import UnknownNameError, did_you_mean

GIVEN = frozenset({"n_chans", "n_outputs", "n_times", "sfreq", "input_window_seconds", "chs_info"})
"""What Bandmap or braindecode derives from the windows."""

UNFIT = {
    **dict.fromkeys(
        (
            *("DANCE", "DGCNN", "EEGSym", "SignalJEPA", "SignalJEPA_Contextual", "ZUNA"),
            *(f"Interpolated{name}" for name in ("BENDR", "BIOT", "EEGPT", "LaBraM", "SignalJEPA")),
        ),
        "it needs positions of single electrodes, which derivations do not have",
    ),
    **dict.fromkeys(
        ("EMG2QwertyNet", "MetaNeuromotorHand", "NeuroPose", "SensingDynamics", "VEMG2Pose"),
        "it is made for electromyograms",
    ),
    "InterpolatedModel": "it is a function that makes other models",
    "REVE": "it downloads a file when it is built",
}
"""Model -> why it does not work with windows of (channels, times)."""


def options(entry: Mapping[str, Any]) -> dict[str, bool]:
    """Return the hyperparameters of the model that an entry names, and whether each is required.

    Parameters
    ----------
    entry : mapping
        Entry of the section `models`, with `name`.

    Raises
    ------
    UnknownNameError
        If braindecode is not installed, or the model does not exist or does not work with windows.
    """
    name = str(entry.get("name", ""))
    if name in UNFIT:
        raise UnknownNameError(f"name: {name} cannot be used, because {UNFIT[name]}; choose another model")
    files = _files()
    if name not in files:
        raise UnknownNameError(f"name: {did_you_mean(name, files)}")
    found = _signature(files[name], name)
    return {argument: required for argument, required in found.items() if argument not in GIVEN}


def available() -> list[str]:
    """Return the names of the models that work with windows of (channels, times)."""
    return sorted(set(_files()) - set(UNFIT))


@cache
def _files() -> dict[str, Path]:
    """Return model -> the file that defines it."""
    spec = importlib.util.find_spec("braindecode")
    if spec is None or not spec.submodule_search_locations:
        raise UnknownNameError("braindecode is not installed; run pip install 'bandmap[braindecode]'")
    folder = Path(spec.submodule_search_locations[0]) / "models"
    found: dict[str, Path] = {}
    for node in ast.parse((folder / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            path = folder / f"{node.module}.py"
            found |= {
                name.name: path for name in node.names if name.name[0].isupper() and name.name != "EEGModuleMixin"
            }
    return {name: path for name, path in found.items() if path.exists()}


@cache
def _signature(path: Path, name: str) -> dict[str, bool]:
    """Return the arguments of a class, and whether each is required."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return dict(_arguments({node.name: node for node in body if isinstance(node, ast.ClassDef)}, name))


def _arguments(classes: Mapping[str, ast.ClassDef], name: str) -> Iterator[tuple[str, bool]]:
    """Yield the arguments of the first class with an `__init__`, of a class and its bases in the same file."""
    for node in classes[name].body if name in classes else ():
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            given = [*node.args.posonlyargs, *node.args.args][1:]
            first = len(given) - len(node.args.defaults)
            yield from ((argument.arg, place < first) for place, argument in enumerate(given))
            of_keywords = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            yield from ((argument.arg, default is None) for argument, default in of_keywords)
            return
    for base in classes[name].bases if name in classes else ():
        if isinstance(base, ast.Name) and base.id in classes:
            yield from _arguments(classes, base.id)
            return
