"""Caches that speed up plans of tens of thousands of jobs, where Snakemake repeats the same work for each job.

They replace functions inside one version of Snakemake and leave every other version as it is. docs/snakemake.md says
what is slow there, and proposes the same as patches.
"""

import atexit
import gc
import inspect
import logging
import threading
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import smart_open  # type: ignore[import-untyped]
from snakemake import __version__ as installed
from snakemake import script
from snakemake.iocontainers import InputFiles
from snakemake.jobs import Job
from snakemake.resources import Resource
from snakemake.settings.enums import Quietness

KNOWN = "9.27.1"
"""The version of Snakemake whose functions are replaced."""

_LONG = 32
"""Minimum number of files for which an input is searched with a set."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def with_known_parameters(function: _Function) -> _Function:
    """Store the parameters of a function, which Snakemake would otherwise inspect for every job.

    With another version of Snakemake than `KNOWN`, the function stays as it is.

    Parameters
    ----------
    function : callable
        A function or method that takes a job's wildcards.
    """
    if installed == KNOWN:
        takes = {name: given for name, given in inspect.signature(function).parameters.items() if name != "self"}
        function._overwrite_params = takes  # type: ignore[attr-defined]
    return function


def quicken(*, telling: bool = True) -> None:
    """Avoid repeated work of Snakemake in this process that is slow for large plans.

    With another version of Snakemake than `KNOWN`, nothing is changed and one line says so.

    A plan consists of millions of permanent objects: the garbage collector searches them for cycles less often, and not
    at exit. For every file that a job needs, Snakemake searches the whole input of the job that makes it (for a
    training, all recordings): a set replaces the search. Snakemake reads the script of each job, and parses its path,
    three times: the results are cached. A quiet dry run still composes the message about each job: this is skipped.
    Timers of the scheduler would keep a finished run alive until the last one ends (`max-jobs-per-timespan`: up to a
    minute): here they end with the run.

    Parameters
    ----------
    telling : bool
        Whether this process says that it changes nothing. A job does not repeat what the run has said.
    """
    if installed != KNOWN:
        if telling:
            logging.getLogger("bandmap").warning(
                "Snakemake %s: large plans take longer than with %s, which Bandmap speeds up.", installed, KNOWN
            )
        return
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
        workflow, settings = job.dag.workflow, job.dag.workflow.output_settings
        unread = Quietness.RULES in (settings.quiet or ()) and not settings.log_handler_settings
        if not (workflow.dryrun and unread):
            log(job, *given, **named)

    return log_info
