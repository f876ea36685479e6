"""Seconds of a recording as several annotators mark them: tables of one value a second, and a rule of consensus."""

import csv
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from bandmap.files.rows import read_rows, write_rows
from bandmap.vocabulary.recording import Event, RecordingError

Seconds = Sequence[bool]
"""Whether each second of a recording is seizure."""


def column(path: Path, name: str) -> list[bool]:
    """Read one column of a CSV with a row for each second; empty cells follow the end of the recording.

    Raises
    ------
    RecordingError
        If the file has no such column, or a cell is neither 0, 1 nor empty.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            head, *rows = csv.reader(file)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise RecordingError(
            f"{path}: cannot be read ({type(error).__name__}); get it from the record again"
        ) from error
    names = [_number(cell) for cell in head]
    if name not in names:
        raise RecordingError(f"{path}: has no column {name}; the first line must number the recordings")
    place = names.index(name)
    cells = [row[place].strip() if place < len(row) else "" for row in rows]
    while cells and cells[-1].lower() in ("", "nan"):
        cells.pop()
    for line, cell in enumerate(cells, start=2):
        if _number(cell) not in ("0", "1"):
            raise RecordingError(f"{path}: line {line}, column {name}: {cell[:20]!a} is neither 0 nor 1; correct it")
    return [_number(cell) == "1" for cell in cells]


def write_seconds(path: Path, marked: Mapping[str, Seconds]) -> None:
    """Write second and one column for each annotator; missing seconds at the end of one of them as n/a."""
    path.parent.mkdir(parents=True, exist_ok=True)
    longest = max(map(len, marked.values()))
    rows = ({"second": second, **_values(marked, second)} for second in range(longest))
    write_rows(path, rows, ("second", *marked))


def _values(marked: Mapping[str, Seconds], second: int) -> dict[str, int | None]:
    return {name: int(seconds[second]) if second < len(seconds) else None for name, seconds in marked.items()}


def read_seconds(path: Path) -> dict[str, list[bool]]:
    """Read what `write_seconds` writes.

    Raises
    ------
    RecordingError
        If the file is something else.
    """
    rows = read_rows(path)
    names = [name for name in (rows[0] if rows else {}) if name != "second"]
    if not names or any(row[name] not in ("0", "1", "n/a") for row in rows for name in names):
        raise RecordingError(f"{path}: has no columns of annotators with 0, 1 or n/a for each second")
    return {name: [row[name] == "1" for row in rows if row[name] != "n/a"] for name in names}


def events(marked: Mapping[str, Seconds], least: int) -> list[Event]:
    """Return the seizures: runs of seconds that at least so many annotators mark.

    Parameters
    ----------
    marked : mapping of str to sequence of bool
        Annotator -> whether each second is seizure.
    least : int
        Minimum number of annotators.

    Returns
    -------
    list of Event
        Labelled "sz", in whole seconds from the start of the recording.
    """
    longest = max(map(len, marked.values()), default=0)
    votes = [sum(second < len(seconds) and seconds[second] for seconds in marked.values()) for second in range(longest)]
    found, second = [], 0
    for is_seizure, run in groupby(vote >= least for vote in votes):
        length = len(list(run))
        if is_seizure:
            found.append(Event(float(second), float(second + length), "sz"))
        second += length
    return found


def _number(cell: str) -> str:
    """Return a whole number as it is usually written: "1" for "1.0" and " 1"."""
    text = cell.strip()
    return text.removesuffix(".0")
