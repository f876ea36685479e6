"""Annotated and detected events of a recording in SzCORE's TSV format."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bandmap.files.rows import write_rows
from bandmap.vocabulary import event_types
from bandmap.vocabulary.event_types import BACKGROUND
from bandmap.vocabulary.recording import Event, RecordingError, SleepStage
from bandmap.vocabulary.spans import Spans

COLUMNS = ("onset", "duration", "eventType", "confidence", "channels", "dateTime", "recordingDuration")
TRAINED_ON = "trained_on"
"""Verdict of a row that is no event: time on which the model was fine-tuned, which must not be scored."""

_NO_DURATION = ("n/a", "", "0", "0.0", "0.00")
_REMEDY = "see the columns of SzCORE: onset, duration, eventType, confidence, channels, dateTime, recordingDuration"

logger = logging.getLogger(__name__)


def read_events(
    path: str | Path, *, others: Callable[[str], bool] = SleepStage.__members__.__contains__, ignore: Sequence[str] = ()
) -> tuple[Event, ...]:
    """Read the events of a recording.

    Parameters
    ----------
    path : path-like
        A SzCORE TSV, or a BIDS `_events.tsv` with the types in `trial_type`.
    others : callable
        Whether a type, as spelled in the file, is known in addition to those of `bandmap.vocabulary.event_types`; by
        default, sleep stages.
    ignore : sequence of str
        Types, as spelled in the file, whose rows are skipped.

    Returns
    -------
    tuple of Event
        Sorted by onset; onset and offset in seconds from the start of the recording. `SZ`, `seizure`, `fnsz` and
        `sz-foc` are read as `sz`, `sz`, `sz_foc` and `sz_foc`. Background, ignored types, and markers (rows without a
        duration, unless their type resembles a seizure) are skipped.

    Raises
    ------
    RecordingError
        If a row is not an event, or its type is not known: one line with file, line, problem and remedy.
    """
    events = []
    for line, row in rows_of(Path(path)):
        label = _label(path, line, row)
        if label in ignore or event_types.is_background(label) or _is_marker(label, row):
            continue
        seizure = event_types.seizure_type(label)
        if seizure is None and not (event_types.is_other(label) or others(label)):
            raise _unknown(path, line, label)
        onset, duration = (_seconds(path, line, row, column) for column in ("onset", "duration"))
        try:
            events.append(Event(onset, onset + duration, seizure or label))
        except ValueError as error:
            raise _error(path, line, str(error), "give an onset of 0 s or later and a duration") from error
    return tuple(sorted(events))


def read_duration(path: str | Path) -> float:
    """Read the duration of the recording in seconds from a SzCORE TSV.

    Raises
    ------
    RecordingError
        If no row states a `recordingDuration`, or two rows differ.
    """
    stated = {_seconds(path, line, row, "recordingDuration"): line for line, row in rows_of(Path(path))}
    if not stated:
        raise RecordingError(f"{path}: no row states the recording's duration; add a row of type {BACKGROUND}")
    if len(stated) > 1:
        text = " and ".join(f"{seconds:g} s" for seconds in list(stated)[:2])
        raise _error(
            path, list(stated.values())[1], f"recordingDuration is {text}", "give the same duration in every row"
        )
    seconds = next(iter(stated))
    if seconds <= 0:
        raise _error(
            path, stated[seconds], f"recordingDuration is {seconds:g} s", "give the recording's duration in seconds"
        )
    return seconds


def write_events(
    path: str | Path,
    events: Sequence[Event],
    *,
    recording_seconds: float,
    confidences: Sequence[float] | None = None,
    start: datetime | None = None,
    trained_on: Spans = (),
) -> None:
    """Write events as SzCORE TSV, with a background row if there are none.

    Parameters
    ----------
    path : path-like
    events : sequence of Event
        In any order; they are written sorted by onset, in seconds with two decimals.
    recording_seconds : float
        Duration of the recording.
    confidences : sequence of float, optional
        One for each event; by default `n/a`.
    start : datetime, optional
        Start of the recording; by default `n/a`.
    trained_on : Spans
        Time on which the model was fine-tuned: background rows whose further column `verdict` is `trained_on`.

    Raises
    ------
    ValueError
        If an event ends after the recording, or the number of confidences differs from that of events.
    """
    chosen: Sequence[float | None] = [None] * len(events) if confidences is None else confidences
    rows = []
    for event, confidence in sorted(zip(events, chosen, strict=True), key=lambda pair: pair[0]):
        if event.offset > recording_seconds + 0.01:
            raise ValueError(f"{path}: an event ends at {event.offset:g} s, the recording at {recording_seconds:g} s")
        # Ends are rounded, so that rounding creates neither gaps nor overlaps between events.
        onset = round(event.onset, 2)
        rows.append(_row(onset, max(round(event.offset, 2) - onset, 0.01), event.label, confidence))
    rows = rows or [_row(0.0, recording_seconds, BACKGROUND, None)]
    rows += [_row(first, last - first, BACKGROUND, None) | {"verdict": TRAINED_ON} for first, last in trained_on]
    common: dict[str, str | None] = {
        "channels": None,
        "dateTime": None if start is None else start.strftime("%Y-%m-%d %H:%M:%S"),
        "recordingDuration": f"{recording_seconds:.2f}",
    }
    columns = (*COLUMNS, "verdict") if trained_on else COLUMNS
    write_rows(path, [dict.fromkeys(columns) | row | common for row in rows], columns)


def _row(onset: float, duration: float, label: str, confidence: float | None) -> dict[str, str | None]:
    return {
        "onset": f"{onset:.2f}",
        "duration": f"{duration:.2f}",
        "eventType": label,
        "confidence": None if confidence is None else f"{confidence:.2f}",
    }


def rows_of(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield line number and fields of every row that is not blank."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise RecordingError(f"{path}: there is no such file; write the recording's events there") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: not UTF-8 text ({type(error).__name__}); save it as a TSV in UTF-8") from error
    header = lines[0].rstrip().split("\t")
    if "onset" not in header or "duration" not in header or len(set(header)) < len(header):
        raise _error(path, 1, f"the header is {_quoted(lines[0])}", _REMEDY)
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != len(header):
            raise _error(path, number, f"{len(fields)} fields under {len(header)} columns", "separate fields by tabs")
        yield number, dict(zip(header, fields, strict=True))


def _label(path: str | Path, line: int, row: Mapping[str, str]) -> str:
    column = "eventType" if "eventType" in row else "trial_type"
    if column not in row:
        raise _error(path, 1, "there is no eventType or trial_type", _REMEDY)
    label = row[column]
    if label in ("", "n/a") or not label.isprintable() or len(label) > 100:
        raise _error(
            path, line, f"{column} is {_quoted(label)}", f"write sz, a type that begins with sz_, or {BACKGROUND}"
        )
    return label


def _is_marker(label: str, row: Mapping[str, str]) -> bool:
    marker = row["duration"] in _NO_DURATION and not event_types.resembles_seizure(label)
    if marker:
        logger.info("the marker %s at %s s has no duration and is left out", _quoted(label), row["onset"])
    return marker


def _unknown(path: str | Path, line: int, label: str) -> RecordingError:
    near = event_types.nearest(label)
    hint = f"did you mean '{near}'?" if near else "write sz if it is a seizure."
    return _error(
        path,
        line,
        f"the event type {_quoted(label)} is not known",
        f"{hint} If it is not a seizure, add it to the data set's option 'ignore'",
    )


def _seconds(path: str | Path, line: int, row: Mapping[str, str], column: str) -> float:
    try:
        seconds = float(row[column])
    except KeyError:
        raise _error(path, 1, f"there is no column {column}", _REMEDY) from None
    except ValueError:
        raise _error(path, line, f"{column} is {_quoted(row[column])}", "write seconds, such as 12.50") from None
    if not abs(seconds) < float("inf"):
        raise _error(path, line, f"{column} is {_quoted(row[column])}", "write seconds, such as 12.50")
    return seconds


def _quoted(text: str) -> str:
    return ascii(text if len(text) <= 40 else f"{text[:37]}...")


def _error(path: str | Path, line: int, problem: str, remedy: str) -> RecordingError:
    return RecordingError(f"{path}: line {line}: {problem}; {remedy}")
