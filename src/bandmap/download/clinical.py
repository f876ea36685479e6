"""Tables of the clinical side and lobe of subjects or seizures, `truth.tsv` beside the recordings."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bandmap.vocabulary.clinical import LOBES, SIDES
from bandmap.vocabulary.plugins import did_you_mean
from bandmap.vocabulary.recording import Event, RecordingError

FILE = "truth.tsv"
COLUMNS = ("subject", "recording", "onset", "side", "lobe")
CHANNELS = ("onset_channels", "spread_channels")
MISSING = ("", "n/a")
EARLY_SECONDS = 1.0
"""A stated onset may precede the seizure of the events table by this much."""

Row = dict[str, object]


def read_truth(path: Path, recordings: Iterable[Mapping[str, str]]) -> list[Row]:
    """Read a table of clinical sides and lobes.

    Parameters
    ----------
    path : Path
        Tab-separated; the column subject and at least one of side and lobe, others of `COLUMNS` if wanted.
    recordings : iterable of mapping
        subject and recording of the data set.

    Returns
    -------
    list of dict
        Rows with `COLUMNS` and, without a value, `CHANNELS`; `sub-` before a subject is dropped. None: no value.

    Raises
    ------
    RecordingError
        If the file is no such table; one line with file, line, problem and remedy.
    """
    of_subject: dict[str, set[str]] = {}
    for known in recordings:
        of_subject.setdefault(known["subject"], set()).add(known["recording"])
    rows: list[Row] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, fields in _lines(path):
        where = f"{path}: line {number}"
        row = _row(fields, of_subject, where)
        key = row["subject"], row["recording"], row["onset"]
        if key in seen:
            raise RecordingError(f"{where}: states the same subject or seizure as line {seen[key]}; remove one of them")
        seen[key] = number
        rows.append(row)
    return rows


def check_onsets(path: Path, rows: Iterable[Row], seizures: Mapping[str, Sequence[Event]]) -> None:
    """Raise a `RecordingError` for an onset at which its recording has no seizure; recordings without events pass."""
    for row in rows:
        recording, onset = str(row["recording"]), row["onset"]
        if isinstance(onset, float) and recording in seizures:
            found = [event for event in seizures[recording] if event.onset - EARLY_SECONDS <= onset < event.offset]
            if not found:
                raise RecordingError(
                    f"{path}: {recording} has no seizure at {onset:g} s; write the onset of its events table, or n/a"
                    " for all of its seizures"
                )


def one_person(rows: Iterable[Row], labels: Mapping[str, str]) -> list[Row]:
    """Return rows with the one label of people who have several.

    Parameters
    ----------
    rows : iterable of dict
    labels : mapping of str to str
        Other label -> the label that the run uses (`same_subject` in the settings).
    """
    return [{**row, "subject": labels.get(str(row["subject"]), row["subject"])} for row in rows]


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: not UTF-8 text ({type(error).__name__}); save it as UTF-8") from error
    header = next(csv.reader(lines[:1], delimiter="\t"), [])
    if unknown := [name for name in header if name not in COLUMNS]:
        raise RecordingError(f"{path}: column: {did_you_mean(ascii(unknown[0][:40])[1:-1], COLUMNS)} Separate by tabs")
    if "subject" not in header or not {"side", "lobe"} & set(header):
        raise RecordingError(f"{path}: has no column subject, or neither side nor lobe; add them, separated by tabs")
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            cells = next(csv.reader([line], delimiter="\t"))
            if len(cells) != len(header):
                raise RecordingError(
                    f"{path}: line {number} has {len(cells)} cells, the header {len(header)}; write n/a into empty ones"
                )
            yield number, dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _row(fields: Mapping[str, str], of_subject: Mapping[str, set[str]], where: str) -> Row:
    row: Row = {name: None if fields.get(name, "") in MISSING else fields[name] for name in COLUMNS}
    subject = str(row["subject"] or "").removeprefix("sub-")
    if subject not in of_subject:
        raise RecordingError(f"{where}: subject: {did_you_mean(subject, of_subject)} Correct it")
    if row["recording"] is not None and row["recording"] not in of_subject[subject]:
        raise RecordingError(
            f"{where}: recording: {did_you_mean(str(row['recording']), of_subject[subject])} Correct it"
        )
    for name, known in (("side", SIDES), ("lobe", LOBES)):
        if row[name] is not None and row[name] not in known:
            raise RecordingError(f"{where}: {name} is {ascii(row[name])[:42]}; write {', '.join(known)} or n/a")
    if row["side"] is None and row["lobe"] is None:
        raise RecordingError(f"{where}: states neither side nor lobe; state one, or remove the line")
    return {**row, "subject": subject, "onset": _onset(row, where), **dict.fromkeys(CHANNELS)}


def _onset(row: Row, where: str) -> float | None:
    if row["onset"] is None:
        return None
    try:
        onset = float(str(row["onset"]))
    except ValueError:
        onset = math.nan
    if not math.isfinite(onset) or onset < 0 or row["recording"] is None:
        raise RecordingError(
            f"{where}: onset is {ascii(row['onset'])[:42]}; write seconds from the start of the recording, and name the"
            " recording"
        )
    return onset
