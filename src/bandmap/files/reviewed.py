"""A reviewer's verdicts on a recording: a SzCORE table with further columns, a file for each recording and reviewer.

A rejected event and reviewed time are rows of background, so every reader of SzCORE tables sees the events that the
reviewer confirms, and nothing else.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from bandmap.files import events as szcore
from bandmap.files.events import TRAINED_ON
from bandmap.files.rows import write_rows
from bandmap.vocabulary.event_types import BACKGROUND
from bandmap.vocabulary.recording import Event, RecordingError
from bandmap.vocabulary.review import Mark, Review, folder_of
from bandmap.vocabulary.spans import Spans, joined

COLUMNS = (
    *szcore.COLUMNS,
    *("verdict", "reviewer", "comment", "source", "proposedOnset", "proposedDuration", "proposedType"),
)
REVIEWED = "reviewed"
"""Verdict of a row that is no event: time that the reviewer has looked at."""

NO_REVISION = "none"
"""Revision of a review that has no file yet."""

ENDING = "_events.tsv"

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029"%]|^[=+@\-]')
_NAME = re.compile(r"[A-Za-z0-9_.+-]+")


class ConflictError(RecordingError):
    """A review was changed by someone else since it was read; nothing was written."""


def path_of(folder: str | Path, dataset: str, recording: str, reviewer: str) -> Path:
    """Return the file of a review below the folder `reviewed` of the results.

    Raises
    ------
    RecordingError
        If a name could leave the folder, or the initials are no initials.
    """
    for name in (dataset, recording):
        if not _NAME.fullmatch(name) or name.startswith("."):
            raise RecordingError(f"{name[:40]!a} is not the name of a data set or recording")
    return Path(folder) / folder_of(reviewer) / dataset / f"{recording}{ENDING}"


def revision_of(path: str | Path) -> str:
    """Return the revision of a review: a checksum of its content, or `NO_REVISION` without a file."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except FileNotFoundError:
        return NO_REVISION


def write_review(path: str | Path, review: Review, *, revision: str) -> str:
    """Write a review, whole or not at all, if nobody has changed it in the meantime.

    Parameters
    ----------
    path : path-like
    review : Review
    revision : str
        Revision that the changes were made to.

    Returns
    -------
    str
        The new revision.

    Raises
    ------
    ConflictError
        If the file has another revision; it is left as it is.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.parent):
        if revision_of(path) != revision:
            raise ConflictError(
                f"{path.name}: the review was changed elsewhere (another tab or program), and nothing was overwritten;"
                " load it again and repeat your last changes"
            )
        write_rows(path, _rows(review), COLUMNS)
        return revision_of(path)


def read_review(path: str | Path) -> Review:
    """Read a review.

    Raises
    ------
    RecordingError
        One line with file, line, problem and remedy.
    """
    marks, reviewed, reviewer = [], [], ""
    for line, row in szcore.rows_of(Path(path)):
        try:
            reviewer = decoded(row["reviewer"])
            if row["verdict"] == REVIEWED:
                reviewed.append(_span(row))
            elif row["verdict"] != "n/a":
                marks.append(_mark(row))
        except (KeyError, ValueError) as error:
            reason = f"there is no column {error}" if isinstance(error, KeyError) else str(error)
            raise RecordingError(f"{path}: line {line}: {reason}; review the recording again") from error
    return Review(reviewer, szcore.read_duration(path), tuple(marks), joined(reviewed))


def read_stretches(path: str | Path) -> tuple[Spans | None, Spans]:
    """Return the reviewed time of a table of events, None if it does not state it, and the time that a model saw.

    Parameters
    ----------
    path : path-like
        A review, a table of `bandmap detect`, or any other SzCORE table: there all time is reviewed.
    """
    found: dict[str, list[tuple[float, float]]] = {REVIEWED: [], TRAINED_ON: []}
    is_review = False
    for _, row in szcore.rows_of(Path(path)):
        is_review |= "reviewer" in row
        if row.get("verdict") in found:
            found[row["verdict"]].append(_span(row))
    return joined(found[REVIEWED]) if is_review else None, joined(found[TRAINED_ON])


def encoded(text: str) -> str:
    """Return a text as one field of a table, which every reader and every spreadsheet takes as plain text.

    Control characters, quotes, % and a leading =, +, - or @ are percent-encoded.
    """
    safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)
    return "n%2Fa" if safe == "n/a" else safe or "n/a"


def decoded(field: str) -> str:
    """Return the text of a field of `encoded`."""
    return "" if field == "n/a" else unquote(field, errors="strict")


def _rows(review: Review) -> list[dict[str, str | None]]:
    stretches = [_at(*span, BACKGROUND) | {"verdict": REVIEWED} for span in review.reviewed]
    rows = sorted((*stretches, *map(_row, review.marks)), key=lambda row: float(row["onset"] or 0))
    # A review without a verdict says nothing about any time.
    said = rows or [{"onset": "0.00", "duration": "0.00", "eventType": BACKGROUND}]
    of_all = {"recordingDuration": f"{review.seconds:.2f}", "reviewer": encoded(review.reviewer)}
    return [dict.fromkeys(COLUMNS) | row | of_all for row in said]


def _row(mark: Mark) -> dict[str, str | None]:
    row = _at(mark.event.onset, mark.event.offset, mark.event.label if mark.counts else BACKGROUND)
    texts = {"verdict": mark.verdict, "comment": encoded(mark.comment), "source": encoded(mark.source)}
    if mark.confidence is not None:
        texts["confidence"] = f"{mark.confidence:.2f}"
    if mark.proposed is not None:
        proposed = _at(mark.proposed.onset, mark.proposed.offset, mark.proposed.label)
        row |= dict(zip(("proposedOnset", "proposedDuration", "proposedType"), proposed.values(), strict=True))
    return row | texts


def _at(onset: float, offset: float, label: str) -> dict[str, str | None]:
    start = round(onset, 2)
    return {"onset": f"{start:.2f}", "duration": f"{max(round(offset, 2) - start, 0.01):.2f}", "eventType": label}


def _mark(row: Mapping[str, str]) -> Mark:
    onset, offset = _span(row)
    proposed = None
    if row["proposedOnset"] != "n/a":
        start = float(row["proposedOnset"])
        proposed = Event(start, start + float(row["proposedDuration"]), row["proposedType"])
    rejected = row["verdict"] == "rejected"
    label = proposed.label if rejected and proposed else row["eventType"]
    confidence = None if row["confidence"] == "n/a" else float(row["confidence"])
    texts = decoded(row["comment"]), decoded(row["source"])
    return Mark(Event(onset, offset, label), row["verdict"], *texts, proposed, confidence)


def _span(row: Mapping[str, str]) -> tuple[float, float]:
    onset = float(row["onset"])
    return onset, round(onset + float(row["duration"]), 2)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, against threads of this process and other processes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
