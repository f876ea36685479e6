"""Recordings of one's own: a folder of EEG-BIDS with events as SzCORE TSV."""

import logging
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandmap.recording import Event, RecordingError

SUFFIXES = (".edf", ".bdf")
END_TOLERANCE_SECONDS = 1.0
"""An event may be marked to the second where the recording ends within one."""

_SAFE = re.compile(r"[A-Za-z0-9_.+-]+")

logger = logging.getLogger(__name__)


def recordings(*, root: str, task: str | None = None) -> list[dict[str, str]]:
    """List the recordings of a folder, by their names alone.

    Parameters
    ----------
    root : str
        Folder that holds `sub-*/[ses-*/]eeg/*_eeg.edf` (or `.bdf`).
    task : str, optional
        Only recordings of this task (`..._task-<task>_...`).

    Returns
    -------
    list of dict
        recording (the file's name without `_eeg.edf`), subject (the label after `sub-`), source (the file), events
        (the table beside it, whether it is there or not).

    Raises
    ------
    RecordingError
        If the folder is absent, holds no recording, or names two of them alike.
    """
    folder = Path(root)
    if not folder.is_dir():
        raise _error(f"{root}: there is no such folder; set 'root' to a folder of EEG-BIDS")
    files = sorted(_files(folder))
    if not files:
        raise _error(f"{root}: holds no sub-*/[ses-*/]eeg/*_eeg.edf or .bdf; set 'root' to a folder of EEG-BIDS")
    chosen = [path for path in files if task is None or f"task-{task}" in path.stem.split("_")]
    if not chosen:
        tasks = sorted({part[5:] for path in files for part in path.stem.split("_") if part.startswith("task-")})
        raise _error(f"{root}: has no recording of task '{task}'; there are: {', '.join(tasks) or 'none'}")
    rows = [_row(folder, path) for path in chosen]
    _check_distinct(rows)
    return rows


def fetch(recording: str, edf: Path, events: Path, *, seed: int, root: str, task: str | None = None) -> None:
    """Bring one recording into the workflow: its file as it is, its events checked against it.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    edf, events : Path
        Files to write.
    seed : int
        Not used; every data set gets one.
    root, task : str
        As for `recordings`.

    Raises
    ------
    RecordingError
        If the recording cannot be read, has no events file, or an event lies outside it.
    """
    import bandmap.edf
    from bandmap.store.events import read_events, write_events
    from bandmap.store.whole import whole_file

    source = next(Path(row["source"]) for row in recordings(root=root, task=task) if row["recording"] == recording)
    table = source.with_name(f"{recording}_events.tsv")
    if not table.exists():
        raise _error(
            f"{source.name}: has no events; write {table} with the columns onset, duration and eventType"
            " (sz, or one row bckg where there is no seizure)"
        )
    seconds = bandmap.edf.read(source).duration_seconds
    inside = list(_within(read_events(table), seconds, table))
    with whole_file(edf) as unfinished:
        _link_or_copy(source, unfinished)
    write_events(events, inside, recording_seconds=seconds)


def _files(folder: Path) -> Iterator[Path]:
    for pattern in ("sub-*/eeg/*_eeg.*", "sub-*/ses-*/eeg/*_eeg.*"):
        for path in folder.glob(pattern):
            if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
                yield path


def _row(folder: Path, path: Path) -> dict[str, str]:
    recording, subject = path.stem.removesuffix("_eeg"), path.relative_to(folder).parts[0].removeprefix("sub-")
    for name in (recording, subject):
        if not _SAFE.fullmatch(name):
            raise _error(f"{folder}: {name!a} is no name in BIDS; rename it with letters, digits, - and _ only")
    events = path.with_name(f"{recording}_events.tsv")
    return {"recording": recording, "subject": subject, "source": str(path), "events": str(events)}


def _check_distinct(rows: Sequence[dict[str, str]]) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        if row["recording"] in seen:
            raise _error(f"{row['source']}: is named like {seen[row['recording']]}; rename one of them")
        seen[row["recording"]] = row["source"]


def _within(events: "Sequence[Event]", seconds: float, path: Path) -> "Iterator[Event]":
    from bandmap.recording import Event

    for event in events:
        if event.onset >= seconds or event.offset > seconds + END_TOLERANCE_SECONDS:
            raise _error(
                f"{path}: the event '{event.label}' from {event.onset:g} s to {event.offset:g} s is outside the"
                f" recording of {seconds:g} s; correct the event or fetch the whole recording"
            )
        if event.offset > seconds:
            logger.warning("%s: the event at %g s is clipped to the end of the recording", path.name, event.onset)
        yield Event(event.onset, min(event.offset, seconds), event.label)


def _link_or_copy(source: Path, target: Path) -> None:
    import shutil

    try:
        os.link(source.resolve(), target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def _error(message: str) -> "RecordingError":
    # Planning lists recordings and must not import numpy, as the vocabulary does, unless something is wrong.
    from bandmap.recording import RecordingError

    return RecordingError(message)
