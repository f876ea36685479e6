"""Caches that speed up plans of tens of thousands of jobs, where Snakemake repeats the same work for each job."""

import atexit
import gc
import inspect
import threading
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
"""Minimum number of files for which an input is searched with a set."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def with_known_parameters(function: _Function) -> _Function:
    """Store the parameters of a function, which Snakemake would otherwise inspect for every job.

    Parameters
    ----------
    function : callable
        A function or method that takes a job's wildcards.
    """
    takes = {name: given for name, given in inspect.signature(function).parameters.items() if name != "self"}
    function._overwrite_params = takes  # type: ignore[attr-defined]
    return function


def quicken() -> None:
    """Avoid repeated work of Snakemake in this process that is slow for large plans.

    A plan consists of millions of permanent objects: the garbage collector searches them for cycles less often, and not
    at exit. For every file that a job needs, Snakemake searches the whole input of the job that makes it (for a
    training, all recordings): a set replaces the search. Snakemake reads the script of each job, and parses its path,
    three times: the results are cached. A quiet dry run still composes the message about each job: this is skipped.
    Timers of the scheduler would keep a finished run alive until the last one ends (`max-jobs-per-timespan`: up to a
    minute): here they end with the run.
    """
    # It brings pandas, which Snakemake itself has imported by then, but who imports this module may not have.
    from snakemake.scheduling.job_scheduler import JobScheduler

    gc.set_threshold(500_000)
    atexit.register(gc.freeze)
    smart_open.parse_uri = cache(smart_open.parse_uri)
    with_known_parameters(Resource.evaluate)
    InputFiles.__contains__ = _holds
    script.get_source = _once(script.get_source)
    Job.log_info = _unless_quiet(Job.log_info)
    JobScheduler._schedule_reevalutation = _wake_later


def _holds(files: InputFiles, file: object) -> bool:
    """Return whether a list contains a file, and cache long lists as sets."""
    if len(files) < _LONG:
        return list.__contains__(files, file)
    length, known = getattr(files, "_as_set", (0, frozenset()))
    if length != len(files):
        known = frozenset(files)
        files._as_set = len(files), known
    return file in known


def _wake_later(scheduler: Any, delay: float) -> None:
    """Let a scheduler search for jobs again after some seconds, unless the run has ended by then."""
    timer = threading.Timer(delay, scheduler._open_jobs.release)
    timer.daemon = True
    timer.start()


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


def _unless_quiet(log: Callable[..., None]) -> Callable[..., None]:
    def log_info(job: Any, *given: Any, **named: Any) -> None:
        workflow = job.dag.workflow
        if not (workflow.dryrun and Quietness.RULES in (workflow.output_settings.quiet or ())):
            log(job, *given, **named)

    return log_info
