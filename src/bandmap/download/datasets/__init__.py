"""Plugins for data sets, one file each: the source of recordings and of their events."""

import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import Any


def taken(plugin: ModuleType, function: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a function of a data set takes, so that other options do not make its files stale.

    Parameters
    ----------
    plugin : module
        A data set. Its `recordings` declares all options with their defaults; `fetch`, `fetch_labels`, `annotate` and
        `truth` take the options that they depend on, and `seed` if needed.
    function : str
    options : mapping
        The options from config.yaml, and the run's `seed`.

    Returns
    -------
    dict
        The given values, or the defaults of `recordings`.
    """
    stated = {
        name: argument.default
        for name, argument in inspect.signature(plugin.recordings).parameters.items()
        if argument.default is not argument.empty
    }
    arguments = inspect.signature(getattr(plugin, function)).parameters.values()
    names = [argument.name for argument in arguments if argument.kind is argument.KEYWORD_ONLY]
    return {name: options[name] if name in options else stated[name] for name in names}
