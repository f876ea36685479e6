"""What makes the plan of tens of thousands of jobs quick: Snakemake asks each of them the same things again."""

import atexit
import gc
import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import smart_open  # type: ignore[import-untyped]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def asked(function: _Function) -> _Function:
    """Write down what a function takes, which Snakemake inspects anew for every job.

    Parameters
    ----------
    function : callable
        Of a job's wildcards, or a method of them.
    """
    function.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return function


def quicken() -> None:
    """Spare this process work that the size of a plan makes long, whatever the plan.

    A plan is millions of objects that stay: they are looked through for cycles less often, and not taken apart at the
    end. The path of a script is taken apart three times for every job: what comes of it is kept.
    """
    gc.set_threshold(500_000)
    atexit.register(gc.freeze)
    smart_open.parse_uri = cache(smart_open.parse_uri)
