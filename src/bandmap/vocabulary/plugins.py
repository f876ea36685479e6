"""Plugins, identified by the names of their files: the folder is the registry."""

import ast
import difflib
import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any


class UnknownNameError(ValueError):
    """A name that is not valid; the message gives the closest valid name."""


def did_you_mean(name: str, possible: Iterable[str]) -> str:
    """Return "there is no 'tny'. Did you mean 'tiny'?", or the list of possible names."""
    names = sorted(possible)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(names) or 'none'}."
    return f"there is no '{name}'. {hint}"


def _file(package: str, name: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return Path(spec.submodule_search_locations[0]) / f"{name}.py"


def available(package: str) -> list[str]:
    """Return the names of the plugins of a package, without importing them."""
    return sorted(path.stem for path in _file(package, "").parent.glob("*.py") if not path.stem.startswith("_"))


def load(package: str, name: str) -> ModuleType:
    """Import one plugin.

    Raises
    ------
    UnknownNameError
        If the package has no such file.
    """
    names = available(package)
    if name not in names:
        raise UnknownNameError(did_you_mean(name, names))
    return importlib.import_module(f"{package}.{name}")


@cache
def _parse(package: str, name: str) -> ast.Module:
    return ast.parse(_file(package, name).read_text(encoding="utf-8"))


def keyword_arguments(package: str, name: str, function: str) -> dict[str, bool]:
    """Return the keyword-only arguments of a plugin's function and whether each is required, without importing it."""
    for node in _parse(package, name).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            defaults = node.args.kw_defaults
            return {
                argument.arg: default is None for argument, default in zip(node.args.kwonlyargs, defaults, strict=True)
            }
    raise UnknownNameError(f"{package}.{name} has no function '{function}'")


def options(package: str, name: str, function: str, entry: Mapping[str, Any]) -> dict[str, bool]:
    """Return the options that an entry may give to a plugin, and whether each is required, without importing it.

    These are the keyword-only arguments of the function, and what the module `MORE_OPTIONS` of the plugin knows of the
    entry.
    """
    found, more = keyword_arguments(package, name, function), constant(package, name, "MORE_OPTIONS")
    if isinstance(more, str):
        found |= importlib.import_module(more).options(entry)
    return found


def defines(package: str, name: str, function: str) -> bool:
    """Return whether a plugin has a function, without importing it."""
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in _parse(package, name).body)


@cache
def constant(package: str, name: str, constant_name: str) -> object:
    """Return the literal that a plugin's module assigns to a name, or None, without importing it."""
    for node in _parse(package, name).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == constant_name for t in node.targets
        ):
            return ast.literal_eval(node.value)
    return None
