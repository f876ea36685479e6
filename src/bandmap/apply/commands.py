"""The commands `bandmap detect` and `bandmap stage`: apply a model to recordings, with a table for each."""

import glob
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from bandmap.apply.annotations import write_annotations
from bandmap.apply.deciding import Applied
from bandmap.apply.model import Model
from bandmap.apply.night import night
from bandmap.files.events import write_events
from bandmap.files.model_file import ModelFileError
from bandmap.files.outside import start_of
from bandmap.files.whole import whole_file
from bandmap.vocabulary import spans
from bandmap.vocabulary.recording import Event, RecordingError

ENDINGS = (".edf", ".bdf", ".vhdr", ".set", ".fif", ".fif.gz", ".cnt", ".eeg", ".lay", ".data")
"""Endings of recordings within a folder: EDF, BDF, BrainVision, EEGLAB, FIF, CNT, Nihon Kohden,
Persyst, Nicolet."""


ANNOTATED = "_annotations.edf"
"""Ending of the files of annotations, which are no recordings."""


@dataclass(frozen=True)
class Work:
    """One recording and the files to write: name of the product -> path."""

    recording: Path
    products: Mapping[str, Path]


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
        Whether to also write the probabilities of every window; for sleep they are always written.
    annotations : bool
        Whether to also write the events as EDF+ annotations.
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
    annotations: bool = False
    overwrite: bool = False
    jobs: int = 1
    device: str = "auto"

    @property
    def products(self) -> dict[str, str]:
        """Name of each product -> ending of its file; the events are written last."""
        sleep = self.task == "sleep"
        return {
            **({"probabilities": "_probabilities.tsv"} if self.probabilities and not sleep else {}),
            **({"hypnodensity": "_hypnodensity.tsv", "statistics": "_statistics.tsv"} if sleep else {}),
            **({"annotations": ANNOTATED} if self.annotations else {}),
            "hypnogram" if sleep else "events": "_events.tsv",
        }


def apply(recordings: Sequence[str], wanted: Wanted) -> int:
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
    threads = max(1, torch.get_num_threads() // wanted.jobs)
    with ProcessPoolExecutor(wanted.jobs, context, _load, (wanted.model, wanted.device, threads)) as pool:
        futures: list[Future[str]] = [pool.submit(_outcome_of, work) for work in works]
        yield from (future.result() for future in as_completed(futures))


_LOADED: list[Model] = []  # of a process of the pool


def _load(path: str, device: str, threads: int) -> None:
    torch.set_num_threads(threads)
    _LOADED.append(Model.load(path, device=device))


def _outcome_of(work: Work) -> str:
    return _outcome(_LOADED[0], work)


def _outcome(model: Model, work: Work) -> str:
    try:
        applied = model.apply(work.recording)
        if applied.trained_on:
            seen = f"the model was fine-tuned on {spans.as_text(applied.trained_on)}, which is left out"
            tqdm.write(f"WARNING {work.recording.name}: {seen}; do not score this time", file=sys.stderr)
        for product, path in work.products.items():
            _WRITERS[product](path, model, applied, work.recording)
    except (ValueError, OSError) as error:  # RecordingError is one
        line = " ".join(str(error).split())
        return line if work.recording.name in line else f"{work.recording.name}: {line}"
    return ""


def _write_events(path: Path, _model: Model, applied: Applied, _recording: Path) -> None:
    write_table_of_events(path, applied.events, trained_on=applied.trained_on)


def write_table_of_events(path: Path, table: pd.DataFrame, *, trained_on: spans.Spans = ()) -> None:
    """Write the result of `Model.detect` as SzCORE TSV."""
    rows = zip(table["onset"], table["onset"] + table["duration"], table["eventType"], strict=True)
    events = [Event(onset, offset, label) for onset, offset, label in rows]
    seconds, confidences = table.attrs["recording_seconds"], list(table["confidence"])
    write_events(path, events, recording_seconds=seconds, confidences=confidences, trained_on=trained_on)


def _write_probabilities(path: Path, model: Model, applied: Applied, _recording: Path) -> None:
    write_values(path, model.probabilities(applied.mean))


def _write_of_night(path: Path, _model: Model, applied: Applied, _recording: Path, *, product: str) -> None:
    write_values(path, getattr(night(applied.mean, applied.events), product))


def _write_annotations(path: Path, _model: Model, applied: Applied, recording: Path) -> None:
    write_annotations(path, applied.events, start=start_of(recording))


_WRITERS: Mapping[str, Callable[[Path, Model, Applied, Path], None]] = {
    "events": _write_events,
    "probabilities": _write_probabilities,
    "annotations": _write_annotations,
    **{name: partial(_write_of_night, product=name) for name in ("hypnogram", "hypnodensity", "statistics")},
}


def write_values(path: Path, table: pd.DataFrame) -> None:
    """Write a table with six decimals, and missing values as `n/a` (BIDS)."""
    rounded = table.astype(dict.fromkeys(table.select_dtypes("number").columns, np.float64)).round(6)
    with whole_file(path) as unfinished:
        rounded.to_csv(unfinished, sep="\t", index=False, float_format="%.10g", na_rep="n/a", lineterminator="\n")


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
        products = {name: folder / f"{stem}{ending}" for name, ending in wanted.products.items()}
        for table in products.values():
            if table in taken:
                raise RecordingError(f"{path}: {taken[table]} would write the same {table}; process them separately")
            if table.exists() and not wanted.overwrite:
                raise RecordingError(
                    f"{table}: already exists; choose another folder with --output, or add --overwrite"
                )
            taken[table] = path
        yield Work(path, products)
    if not taken:
        raise RecordingError(f"{', '.join(recordings)}: there is no such recording; give files, folders or patterns")


def _found(recordings: Iterable[str]) -> Iterator[tuple[Path, Path]]:
    """Yield every recording and its subfolder relative to the given path."""
    for name in recordings:
        path = Path(name)
        if path.is_dir():
            for file in sorted(file for file in path.rglob("*") if file.is_file() and _is_recording(file)):
                yield file, file.parent.relative_to(path)
        elif path.exists() or not glob.has_magic(name):
            yield path, Path()
        else:
            yield from ((Path(file), Path()) for file in sorted(glob.glob(name, recursive=True)))  # noqa: PTH207


def _is_recording(path: Path) -> bool:
    return _ending(path) in ENDINGS and not path.name.endswith(ANNOTATED)


def _ending(path: Path) -> str:
    return next((end for end in (".fif.gz", path.suffix) if path.name.lower().endswith(end.lower())), "").lower()
