"""What makes the plan of tens of thousands of jobs quick: Snakemake asks each of them the same things again."""

import atexit
import gc
import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import smart_open  # type: ignore[import-untyped]
from snakemake.iocontainers import InputFiles
from snakemake.resources import Resource

_LONG = 32
"""Files, from which on an input is looked up in a set."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def asked(function: _Function) -> _Function:
    """Write down what a function takes, which Snakemake inspects anew for every job.

    Parameters
    ----------
    function : callable
        Of a job's wildcards, or a method of them.
    """
    takes = {name: given for name, given in inspect.signature(function).parameters.items() if name != "self"}
    function._overwrite_params = takes  # type: ignore[attr-defined]
    return function


def quicken() -> None:
    """Spare this process work that the size of a plan makes long, whatever the plan.

    A plan is millions of objects that stay: they are looked through for cycles less often, and not taken apart at the
    end. The path of a script is taken apart three times for every job: what comes of it is kept. For every file that a
    job needs, the whole input of the job that makes it is searched (of a training, all recordings): a set is asked.
    """
    gc.set_threshold(500_000)
    atexit.register(gc.freeze)
    smart_open.parse_uri = cache(smart_open.parse_uri)
    asked(Resource.evaluate)
    InputFiles.__contains__ = _holds


def _holds(files: InputFiles, file: object) -> bool:
    """Return what a list says to `in`, and remember long lists as sets."""
    if len(files) < _LONG:
        return list.__contains__(files, file)
    length, known = getattr(files, "_as_set", (0, frozenset()))
    if length != len(files):
        known = frozenset(files)
        files._as_set = len(files), known
    return file in known
