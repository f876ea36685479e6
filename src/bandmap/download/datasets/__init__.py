"""Plugins: data sets: where recordings come from and what happens in them; one file each."""

import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import Any


def taken(plugin: ModuleType, function: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return those options that a function of a data set takes, so that no other makes its files stale.

    Parameters
    ----------
    plugin : module
        A data set. Its `recordings` states all options and their defaults; `fetch`, `fetch_labels`, `annotate` and
        `truth` name those that they depend on, and `seed` if they do.
    function : str
    options : mapping
        As given in config.yaml, and the run's `seed`.

    Returns
    -------
    dict
        As given, or else the default of `recordings`.
    """
    stated = {
        name: argument.default
        for name, argument in inspect.signature(plugin.recordings).parameters.items()
        if argument.default is not argument.empty
    }
    arguments = inspect.signature(getattr(plugin, function)).parameters.values()
    names = [argument.name for argument in arguments if argument.kind is argument.KEYWORD_ONLY]
    return {name: options[name] if name in options else stated[name] for name in names}
