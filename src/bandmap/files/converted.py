"""Recordings that MNE reads, converted to BDF+ so that the workflow reads every recording in the same way."""

import logging
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bandmap.files.outside import annotations_of, read_any
from bandmap.files.whole import whole_file
from bandmap.vocabulary.recording import RecordingError, Signal

LARGEST_MICROVOLTS = 99_999_999
"""The largest number that the eight characters of a header can state."""

LONGEST_LABEL = 16
_DIGITAL = 8_388_607
_BLOCK_RECORDS, _LONGEST_RECORD_SECONDS = 60, 60

logger = logging.getLogger(__name__)


def convert(source: str | Path, target: str | Path) -> None:
    """Write a recording of any format that `outside.read_any` reads as BDF+.

    Parameters
    ----------
    source : path-like
    target : path-like
        File to write; it exists only when it is complete. Each channel is stored in steps of its largest value divided
        by 8,388,607, at most a few nanovolts for EEG. The last record is filled up with the last sample.

    Raises
    ------
    RecordingError
        If the recording cannot be read, has no samples, or has a sampling rate that BDF cannot state.
    """
    from pyedflib import FILETYPE_BDFPLUS, EdfWriter

    raw, name = read_any(source), Path(source).name
    _check_rate(raw.signals[0].rate_hz, name)
    signals = list(zip(raw.signals, _limits(raw.signals), strict=True))
    kept = [(signal, limit) for signal, limit in signals if limit <= LARGEST_MICROVOLTS]
    if len(kept) < len(signals):
        out = ", ".join(signal.label for signal, limit in signals if limit > LARGEST_MICROVOLTS)
        logger.warning("%s: channels that are no voltages are left out: %s", name, out)
    if not kept or not raw.signals[0].n_samples:
        raise RecordingError(f"{name}: has no samples of a voltage; check the file, or leave it out (leave_out)")
    with whole_file(target) as unfinished, EdfWriter(str(unfinished), len(kept), FILETYPE_BDFPLUS) as writer:
        writer.setSignalHeaders([_header(signal, limit) for signal, limit in kept])
        for one in _records([signal for signal, _ in kept], writer.get_smp_per_record(0)):
            writer.blockWritePhysicalSamples(one)
        for event in annotations_of(source, raw.duration_seconds):
            writer.writeAnnotation(event.onset, event.duration, event.label)


def _check_rate(rate_hz: float, name: str) -> None:
    """Refuse a rate for which no record of whole seconds has a whole number of samples."""
    rate = Fraction(rate_hz).limit_denominator(_LONGEST_RECORD_SECONDS)
    if not math.isclose(rate, rate_hz, rel_tol=1e-6):
        raise RecordingError(f"{name}: a rate of {rate_hz:g} Hz cannot be stored in BDF; resample it to whole Hz")


def _limits(signals: Sequence[Signal]) -> list[int]:
    """Return the least whole number of microvolts that no sample of a signal exceeds, at least 1."""
    peaks = [np.abs(block).max(axis=1) for block in _blocks(signals, math.ceil(signals[0].rate_hz))]
    return [max(1, math.ceil(peak)) for peak in np.max(peaks, axis=0)] if peaks else [1] * len(signals)


def _header(signal: Signal, limit: int) -> dict[str, object]:
    return {
        "label": signal.label[:LONGEST_LABEL],
        "dimension": "uV",
        "sample_frequency": signal.rate_hz,
        "physical_min": -limit,
        "physical_max": limit,
        "digital_min": -_DIGITAL,
        "digital_max": _DIGITAL,
        "transducer": "",
        "prefilter": "",
    }


def _records(signals: Sequence[Signal], length: int) -> Iterator[NDArray[np.float64]]:
    """Yield the samples of every record, channel by channel."""
    for block in _blocks(signals, length):
        filled = np.pad(block, ((0, 0), (0, -block.shape[1] % length)), mode="edge")
        for first in range(0, filled.shape[1], length):
            yield np.ascontiguousarray(filled[:, first : first + length]).ravel()


def _blocks(signals: Sequence[Signal], length: int) -> Iterator[NDArray[np.float64]]:
    """Yield the samples of some records together, shape (signals, samples): files interleave their channels."""
    for start in range(0, signals[0].n_samples, length * _BLOCK_RECORDS):
        stop = min(start + length * _BLOCK_RECORDS, signals[0].n_samples)
        yield np.stack([signal.read(start, stop) for signal in signals]).astype(np.float64)
