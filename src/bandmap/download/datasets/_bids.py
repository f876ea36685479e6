"""Shared code of data sets in EEG-BIDS folders: their recordings. Not a plugin."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bandmap.files.rows import in_order
from bandmap.vocabulary import event_types

if TYPE_CHECKING:
    from bandmap.vocabulary.recording import RecordingError

SUFFIXES = (".edf", ".bdf")
"""Endings of recordings that are taken as they are."""

CONVERTED = (".vhdr", ".set", ".fif", ".cnt", ".lay", ".data", ".eeg")
"""Endings of recordings that are converted: BrainVision, EEGLAB, FIF, CNT, Persyst, Nicolet, Nihon Kohden."""

_TEXTS = (".json", ".tsv")  # sidecars of BIDS, which the conversion does not read

_SAFE = re.compile(r"[A-Za-z0-9_.+-]+")


def recordings(*, root: str, task: str | None, ignore: Sequence[str]) -> list[dict[str, str]]:
    """List the recordings of a folder by their file names, see the plugin `bids`."""
    check_ignored(ignore)
    folder = Path(root)
    if not folder.is_dir():
        raise error(f"{root}: there is no such folder; set 'root' to an EEG-BIDS folder")
    files = sorted(_files(folder), key=lambda path: in_order(str(path)))
    if not files:
        raise error(f"{root}: contains no recording sub-*/[ses-*/]eeg/*_eeg.edf; set 'root' to an EEG-BIDS folder")
    chosen = [path for path in files if task is None or f"task-{task}" in path.stem.split("_")]
    if not chosen:
        tasks = sorted({part[5:] for path in files for part in path.stem.split("_") if part.startswith("task-")})
        raise error(f"{root}: has no recording of task '{task}'; there are: {', '.join(tasks) or 'none'}")
    rows = [_row(folder, path) for path in chosen]
    _check_distinct(rows)
    return rows


def fetch(recording: str, edf: Path, *, root: str) -> None:
    """Link or copy an EDF or BDF file unchanged; convert any other format to BDF."""
    from bandmap.download.transfer import fetch_file
    from bandmap.files.converted import convert

    found = [path for path in _files(Path(root)) if path.stem == f"{recording}_eeg"]
    if found and found[0].suffix.lower() in CONVERTED:
        convert(found[0], edf)
    else:
        fetch_file([str(path) for path in found], edf)


def check_ignored(ignore: Sequence[str]) -> None:
    if isinstance(ignore, str):
        raise error(f"ignore is {ignore!a}; give a list of types of events, such as [stimulus, response]")
    seizures = [label for label in ignore if event_types.seizure_type(label)]
    if seizures:
        raise error(
            f"ignore names {seizures[0]!a}, a seizure, which would become background; remove it, and use run:"
            " leave_out for recordings that you do not want"
        )


def _files(folder: Path) -> Iterator[Path]:
    for pattern in ("sub-*/eeg/*_eeg.*", "sub-*/ses-*/eeg/*_eeg.*"):
        for path in folder.glob(pattern):
            if path.suffix.lower() in (*SUFFIXES, *CONVERTED) and not path.name.startswith(".") and _is_main(path):
                yield path


def _is_main(path: Path) -> bool:
    """Return whether a file is not the data beside a header of BrainVision."""
    return path.suffix.lower() != ".eeg" or not path.with_suffix(".vhdr").exists()


def _beside(path: Path) -> str:
    """Return the other files of a recording's format, one a line; a change of them makes the recording stale."""
    if path.suffix.lower() not in CONVERTED:
        return ""
    others = [other for other in path.parent.glob(f"{path.stem}.*") if other.suffix.lower() not in _TEXTS]
    return "\n".join(sorted(str(other) for other in others if other != path))


def _row(folder: Path, path: Path) -> dict[str, str]:
    recording, subject = path.stem.removesuffix("_eeg"), path.relative_to(folder).parts[0].removeprefix("sub-")
    for name in (recording, subject):
        if not _SAFE.fullmatch(name):
            raise error(f"{folder}: {name!a} is not a valid BIDS name; rename it with letters, digits, - and _ only")
    _check_agreement(folder, path)
    events = path.with_name(f"{recording}_events.tsv")
    row = {"recording": recording, "subject": subject, "source": str(path), "events": str(events)}
    return row | ({"beside": beside} if (beside := _beside(path)) else {})


def _check_agreement(folder: Path, path: Path) -> None:
    """Refuse a file whose name states another subject or session than its folders do."""
    for place in path.relative_to(folder).parts[:-2]:
        kind = place.partition("-")[0]
        stated = [part for part in path.stem.split("_") if part.startswith(f"{kind}-")]
        if any(part != place for part in stated):
            other = next(part for part in stated if part != place)
            raise error(f"{path}: the name says {other}, the folder {place}; rename the file or move it")


def _check_distinct(rows: Sequence[dict[str, str]]) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        if row["recording"] in seen:
            raise error(f"{row['source']}: has the same name as {seen[row['recording']]}; rename one of them")
        seen[row["recording"]] = row["source"]


def error(message: str) -> "RecordingError":
    """Return the error of a folder that cannot be read."""
    # Planning lists recordings and must not import numpy, which the vocabulary imports, except for an error.
    from bandmap.vocabulary.recording import RecordingError

    return RecordingError(message)
