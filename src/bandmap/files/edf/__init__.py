"""Reading of EDF, EDF+ and BDF files.

Input: the path of a file.
Output: signals in microvolts on one continuous time axis, and annotations.
Called by: the first stages, `download` and `harmonize`, and wherever a model is applied.
"""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bandmap.files.edf import _annotations, _header, _records
from bandmap.vocabulary.recording import Event, RawRecording, RecordingError

logger = logging.getLogger(__name__)

__all__ = ["read"]


def read(path: str | Path) -> RawRecording:
    """Open an EDF, EDF+C, EDF+D or BDF file; its samples are read on demand.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    RawRecording
        Voltages as float32 microvolts, other quantities in the unit of the file. Gaps of a discontinuous file are NaN.
        Time starts at the first sample. Names and dates of the patient are not read.

    Raises
    ------
    RecordingError
        One line that names file, problem and remedy.
    """
    path = Path(path)
    try:
        return _read(path)
    except RecordingError as error:
        raise RecordingError(f"{path.name}: {error}") from None
    except OSError as error:
        raise RecordingError(f"{path.name}: cannot be opened ({error.strerror}); check path and permissions") from None


def _read(path: Path) -> RawRecording:
    size = path.stat().st_size
    with path.open("rb") as file:
        fixed = file.read(256)
        head = fixed + file.read(256 * _header.n_channels(fixed, size))
    header = _header.parse(head, size)
    records = _records.Records(path, header)
    onsets, events = _times(records, header)
    parts = _records.stretches(onsets, header)
    signals, flawed = [], []
    for channel in header.channels:
        if channel.is_annotation:
            continue
        if channel.flaw:
            logger.warning("%s: signal '%s' is left out: it has %s", path.name, channel.label, channel.flaw)
            flawed.append(f"'{channel.label}' has {channel.flaw}")
            continue
        signals.append(_records.signal(records, channel, parts, header.record_seconds))
    duration = parts[-1].onset + parts[-1].n_records * header.record_seconds
    return RawRecording(tuple(signals), duration, events, tuple(flawed))


def _times(records: _records.Records, header: _header.Header) -> tuple[NDArray[np.float64], tuple[Event, ...]]:
    """Return the start time of each record, and the annotations."""
    evenly = np.arange(header.n_records, dtype=np.float64) * np.float64(header.record_seconds)
    texts = [list(records.texts(channel)) for channel in header.channels if channel.is_annotation]
    onsets = [_annotations.record_onset(record) for record in texts[0]] if texts and header.is_plus else []
    known = np.array([onset for onset in onsets if onset is not None], dtype=np.float64)
    if header.is_plus and not texts:
        logger.warning("the header states EDF+ or BDF+, but the file has no annotations: events may be lost")
    start = onsets[0] if onsets and onsets[0] is not None else 0.0
    events = _annotations.events((record for channel in texts for record in channel), start=start)
    if onsets and len(known) < 0.5 * len(onsets):
        problem = f"{len(onsets) - len(known)} of {len(onsets)} records do not start with their time"
        raise RecordingError(f"{problem}, so the header does not match the data; {_header.REMEDY}")
    if header.is_discontinuous and len(known) < header.n_records:
        raise RecordingError(f"it is discontinuous (EDF+D) but not every record states its time; {_header.REMEDY}")
    if not header.is_discontinuous and not _jumps(known - start, evenly):
        return evenly, events
    return known, events


def _jumps(onsets: NDArray[np.float64], evenly: NDArray[np.float64]) -> bool:
    """Return whether the records are discontinuous although the header states a continuous file."""
    if len(onsets) != len(evenly) or len(evenly) < 2 or np.abs(onsets - evenly).max() <= 0.5 * evenly[1]:
        return False
    logger.warning("the header states a continuous file, but the records are not: the times of the records are used")
    return True
