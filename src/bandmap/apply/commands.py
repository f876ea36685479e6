"""The commands `bandmap detect` and `bandmap stage`: apply a model to recordings, with a table for each."""

import glob
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from bandmap.apply.model import Model
from bandmap.files.events import write_events
from bandmap.files.model_file import ModelFileError
from bandmap.files.whole import whole_file
from bandmap.vocabulary.recording import Event, RecordingError

ENDINGS = (".edf", ".bdf", ".vhdr", ".set", ".fif", ".fif.gz", ".cnt", ".eeg", ".lay")
"""Endings of recordings within a folder: EDF, BDF, BrainVision, EEGLAB, FIF, CNT, Nihon Kohden,
Persyst."""


@dataclass(frozen=True)
class Work:
    """One recording and the paths of its tables."""

    recording: Path
    events: Path
    probabilities: Path | None


@dataclass(frozen=True)
class Wanted:
    """The options of a command.

    Attributes
    ----------
    model : str
        Path of a model file.
    task : str
        "seizure" or "sleep".
    output : str or None
        Folder for the tables; beside each recording if None.
    probabilities : bool
        Whether to also write the probabilities of every window.
    overwrite : bool
        Whether existing tables may be replaced.
    jobs : int
        Number of simultaneous recordings.
    device : str
    """

    model: str
    task: str
    output: str | None = None
    probabilities: bool = False
    overwrite: bool = False
    jobs: int = 1
    device: str = "auto"


def judge(recordings: Sequence[str], wanted: Wanted) -> int:
    """Apply a model to recordings and return the exit status: 0, or 1 if one of them failed.

    A failed recording gives a one-line message, and the others are completed.
    """
    try:
        model = Model.load(wanted.model, device=wanted.device)
        model.require(wanted.task)
        works = list(_works(recordings, wanted))
    except (ModelFileError, RecordingError) as error:
        sys.stderr.write(f"ERROR {error}\n")
        return 1
    failures = 0
    for line in tqdm(_lines(works, model, wanted), total=len(works), unit="recording", disable=len(works) < 2):
        if line:
            failures += 1
            tqdm.write(f"ERROR {line}", file=sys.stderr)
    return int(failures > 0)


def _lines(works: Sequence[Work], model: Model, wanted: Wanted) -> Iterator[str]:
    """Process the recordings; yield the error message of each recording, or an empty one."""
    if wanted.jobs == 1 or len(works) < 2:
        yield from (_outcome(model, work) for work in works)
        return
    context = get_context("spawn")  # a forked process would inherit the threads of torch
    with ProcessPoolExecutor(wanted.jobs, context, _load, (wanted.model, wanted.device)) as pool:
        futures: list[Future[str]] = [pool.submit(_outcome_of, work) for work in works]
        yield from (future.result() for future in as_completed(futures))


_LOADED: list[Model] = []  # of a process of the pool


def _load(path: str, device: str) -> None:
    _LOADED.append(Model.load(path, device=device))


def _outcome_of(work: Work) -> str:
    return _outcome(_LOADED[0], work)


def _outcome(model: Model, work: Work) -> str:
    try:
        judged = model.judge(work.recording)
        if work.probabilities:
            _write(work.probabilities, model.probabilities(judged.mean))
        _write_events(work.events, judged.events)
    except (ValueError, OSError) as error:  # RecordingError is one
        line = " ".join(str(error).split())
        return line if work.recording.name in line else f"{work.recording.name}: {line}"
    return ""


def _write_events(path: Path, table: pd.DataFrame) -> None:
    rows = zip(table["onset"], table["onset"] + table["duration"], table["eventType"], strict=True)
    events = [Event(onset, offset, label) for onset, offset, label in rows]
    write_events(
        path, events, recording_seconds=table.attrs["recording_seconds"], confidences=list(table["confidence"])
    )


def _write(path: Path, table: pd.DataFrame) -> None:
    with whole_file(path) as unfinished:
        table.to_csv(unfinished, sep="\t", index=False, float_format="%.6g", na_rep="n/a", lineterminator="\n")


def _works(recordings: Iterable[str], wanted: Wanted) -> Iterator[Work]:
    """Yield the recordings of paths, folders and patterns, each once, with their tables.

    Raises
    ------
    RecordingError
        If there is no recording, two recordings would write the same table, or a table exists.
    """
    taken: dict[Path, Path] = {}
    for path, below in dict(_found(recordings)).items():
        folder = path.parent if wanted.output is None else Path(wanted.output) / below
        stem = path.name[: -len(_ending(path))].removesuffix("_eeg")
        events = folder / f"{stem}_events.tsv"
        if events in taken:
            raise RecordingError(f"{path}: {taken[events]} would write the same {events}; process them separately")
        if events.exists() and not wanted.overwrite:
            raise RecordingError(f"{events}: already exists; choose another folder with --output, or add --overwrite")
        taken[events] = path
        yield Work(path, events, folder / f"{stem}_probabilities.tsv" if wanted.probabilities else None)
    if not taken:
        raise RecordingError(f"{', '.join(recordings)}: there is no such recording; give files, folders or patterns")


def _found(recordings: Iterable[str]) -> Iterator[tuple[Path, Path]]:
    """Yield every recording and its subfolder relative to the given path."""
    for name in recordings:
        path = Path(name)
        if path.is_dir():
            for file in sorted(file for file in path.rglob("*") if file.is_file() and _ending(file) in ENDINGS):
                yield file, file.parent.relative_to(path)
        elif path.exists() or not glob.has_magic(name):
            yield path, Path()
        else:
            yield from ((Path(file), Path()) for file in sorted(glob.glob(name, recursive=True)))  # noqa: PTH207


def _ending(path: Path) -> str:
    return next((end for end in (".fif.gz", path.suffix) if path.name.lower().endswith(end.lower())), "").lower()
