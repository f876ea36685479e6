"""The state of a run by subject: what is done, stale or missing, and why, according to Snakemake."""

import logging
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from bandmap.files.rows import in_order
from bandmap.workflow.closing import failure

COLUMNS = ("stage", "model", "subject", "state", "jobs", "why")
"""Columns of `status`: `subject` may be a fold, or "all"; `jobs` counts jobs with the same state and reason."""

DRY = ("--dry-run", "--nolock", "--debug-dag", "--quiet")
"""Plan without running, ignore the lock of another run, expose the jobs to the log, and report none of them."""

NO_RECORD = "no record of what made it"
"""Remark on a file whose folder has no `.snakemake`: Snakemake accepts it as it is."""

NAMES = 6
"""Maximum number of subjects, or files, that one line of the terminal names."""

Row = dict[str, str | int]


class StatusError(RuntimeError):
    """Snakemake cannot plan; its message is on the terminal."""


class _Listener(logging.Filter):
    """Captures Snakemake's graph of jobs, and passes only warnings and errors of Snakemake on."""

    dag: Any = None

    def filter(self, record: logging.LogRecord) -> bool:
        self.dag = getattr(getattr(record, "job", None), "dag", self.dag)
        return record.levelno >= logging.WARNING


def status(arguments: Sequence[str]) -> list[Row]:
    """Return the state of every stage and subject, according to Snakemake's plan.

    Parameters
    ----------
    arguments : sequence of str
        The arguments for `snakemake`: --configfile, --directory, targets ...

    Returns
    -------
    list of dict
        `COLUMNS`, in the order of stages. state is "done", "stale" (exists, but will be made again), "missing", or
        "gone" (does not exist, and no remaining job needs it).

    Raises
    ------
    StatusError
        If Snakemake cannot plan.
    """
    from snakemake.cli import args_to_api, parse_args

    listener = _Listener()
    logger = logging.getLogger("snakemake.logging")
    logger.addFilter(listener)
    try:
        with redirect_stdout(sys.stderr):  # a dry run writes its errors to stdout, which is for the table
            parser, args = parse_args([*arguments, *DRY])
            planned = args_to_api(args, parser)
    finally:
        logger.removeFilter(listener)
    if not planned or listener.dag is None:
        raise StatusError("snakemake cannot plan this run; see its message")
    return _rows(listener.dag, Path(args.directory or "."))


def _rows(dag: Any, folder: Path) -> list[Row]:
    plan = dag.workflow.globals["PLAN"]
    order = {rule.name: place for place, rule in enumerate(dag.workflow.rules)}
    jobs = (job for job in dag.jobs if not job.rule.norun)
    counts = Counter((job.rule.name, _model(job), _subject(job, plan), *_state(job, folder)) for job in jobs)
    found = sorted(counts.items(), key=lambda item: (order[item[0][0]], item[0][1], in_order(item[0][2]), item[0][3:]))
    return [dict(zip(COLUMNS, (*who, state, number, why), strict=True)) for (*who, state, why), number in found]


def _model(job: Any) -> str:
    return str(job.wildcards_dict.get("model", ""))


def _subject(job: Any, plan: Any) -> str:
    wildcards = job.wildcards_dict
    if "recording" in wildcards:
        return f"{wildcards['dataset']} {plan.row(wildcards['dataset'], wildcards['recording'])['subject']}"
    if "subject" in wildcards:
        return f"{wildcards['dataset']} {wildcards['subject']}"
    return f"fold {wildcards['fold']}" if "fold" in wildcards else "all"


def _state(job: Any, folder: Path) -> tuple[str, str]:
    """Return the state of a job and the reason for it."""
    reason = job.dag.reason(job)
    if not job.dag.needrun(job):
        there = all(file.is_storage or (folder / file).exists() for file in job.output)
        return ("done", NO_RECORD if reason.no_metadata else "") if there else ("gone", "nothing needs it")
    lost = bool(reason.missing_output or reason.incomplete_output)
    after = [other.rule for other in job.dag.dependencies[job] if job.dag.needrun(other)]
    words = [
        *(f"failed: {line}" for file in job.log if lost and (line := failure(folder / file))),
        "interrupted" if reason.incomplete_output else "",
        f"newer input: {_some([Path(file).name for file in sorted(reason.updated_input)])}"
        if reason.updated_input and not after
        else "",
        "other input files" if reason.input_changed else "",
        *_changes(job, reason.params_changed),
        "script changed" if reason.code_changed else "",
        "environment changed" if reason.software_stack_changed else "",
        "asked for" if reason.forced else "",
        f"after {max(after, key=list(job.dag.workflow.rules).index).name}" if after else "",
    ]
    return "missing" if lost else "stale", "; ".join(word for word in words if word)


def _changes(job: Any, changes: Any) -> Iterator[str]:
    """Yield the changed parameters of a job, with fingerprints of code separate from settings."""
    if not changes:
        return
    names = [name for name, value in job.params.items() if repr(value) in changes.only_new]
    if "code" in names:
        yield "code changed"
    settings = [name for name in names if name != "code"]
    if settings or not names:
        yield f"setting changed: {', '.join(settings) or 'one less'}"


def _some(names: Sequence[str]) -> str:
    """Return the names, or the first of them and the number of the others."""
    more = len(names) - NAMES
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:NAMES])} and {more} more"


def table(rows: Sequence[Row]) -> str:
    """Return rows of `status` as a readable table: subjects with the same state on one line, and a total."""
    lines = [tuple(name.upper() for name in COLUMNS), *_merged(rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    states: Counter[str] = Counter()
    for row in rows:
        states[str(row["state"])] += int(row["jobs"])
    to_do = states["stale"] + states["missing"]
    found = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    return "\n".join([*text, "", f"{found}; snakemake would run {to_do} jobs", ""])


def _merged(rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    everyone: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        stage, model, subject, state, _, why = (str(row[name]) for name in COLUMNS)
        groups.setdefault((stage, model, state, why), []).append(row)
        everyone.setdefault((stage, model), set()).add(subject)
    for (stage, model, state, why), members in groups.items():
        subjects = [str(row["subject"]) for row in members]
        who = "all" if set(subjects) == everyone[stage, model] else _some(subjects)
        yield stage, model, who, state, str(sum(int(row["jobs"]) for row in members)), why


def tsv(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows of `status` as tab-separated text, one line per stage, model, subject, state and reason."""
    lines = [COLUMNS, *([str(row[name]).replace("\t", " ") or "n/a" for name in COLUMNS] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)
