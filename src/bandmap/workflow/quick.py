"""What makes the plan of tens of thousands of jobs quick: Snakemake asks each of them the same things again."""

import atexit
import gc
import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import smart_open  # type: ignore[import-untyped]
from snakemake import script
from snakemake.iocontainers import InputFiles
from snakemake.jobs import Job
from snakemake.resources import Resource
from snakemake.settings.enums import Quietness

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
    end. For every file that a job needs, the whole input of the job that makes it is searched (of a training, all
    recordings): a set is asked. Each job's script is read, and its path taken apart, three times: what comes of it is
    kept. A dry run that is to say nothing of jobs puts together what it would say of each: it does not.
    """
    gc.set_threshold(500_000)
    atexit.register(gc.freeze)
    smart_open.parse_uri = cache(smart_open.parse_uri)
    asked(Resource.evaluate)
    InputFiles.__contains__ = _holds
    script.get_source = _once(script.get_source)
    Job.log_info = _unless_quiet(Job.log_info)


def _holds(files: InputFiles, file: object) -> bool:
    """Return what a list says to `in`, and remember long lists as sets."""
    if len(files) < _LONG:
        return list.__contains__(files, file)
    length, known = getattr(files, "_as_set", (0, frozenset()))
    if length != len(files):
        known = frozenset(files)
        files._as_set = len(files), known
    return file in known


def _once(read: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that reads a script once, unless its path depends on the job."""
    known: dict[tuple[str, str], Any] = {}

    def get_source(path: Any, sourcecache: Any, basedir: Any = None, *given: Any, **named: Any) -> Any:
        if "{" in str(path):
            return read(path, sourcecache, basedir, *given, **named)
        key = (str(path), str(basedir))
        if key not in known:
            known[key] = read(path, sourcecache, basedir, *given, **named)
        return known[key]

    return get_source


def _unless_quiet(tell: Callable[..., None]) -> Callable[..., None]:
    def log_info(job: Any, *given: Any, **named: Any) -> None:
        workflow = job.dag.workflow
        if not (workflow.dryrun and Quietness.RULES in (workflow.output_settings.quiet or ())):
            tell(job, *given, **named)

    return log_info
