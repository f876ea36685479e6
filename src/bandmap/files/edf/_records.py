"""The records of a file as signals on one continuous time axis, read lazily through a memory map."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bandmap.files.edf._header import LONGEST_SECONDS, REMEDY, Channel, Header
from bandmap.vocabulary.recording import RecordingError, Signal

MICROVOLTS = {"uV": 1.0, "mV": 1e3, "V": 1e6, "nV": 1e-3}
_RESIDENT_BYTES = 256 * 2**20  # mapped pages count as memory of the process until they are released


class Records:
    """The records of the file as bytes, shape (records, bytes of a record)."""

    def __init__(self, path: Path, header: Header) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        width = header.record_samples * header.sample_bytes
        flat = np.frombuffer(self._map, np.uint8, header.n_records * width, header.data_start)
        self._bytes = flat.reshape(header.n_records, width)
        self._sample_bytes = header.sample_bytes
        self._touched = 0

    def raw(self, channel: Channel, begin: int, end: int) -> NDArray[np.uint8]:
        """Return the channel's bytes in records `begin` to `end`, shape (records, bytes)."""
        self._release((end - begin) * self._bytes.shape[1])
        size = self._sample_bytes
        return self._bytes[begin:end, channel.first * size : (channel.first + channel.samples) * size]

    def texts(self, channel: Channel) -> Iterator[bytes]:
        """Yield the bytes of an annotation channel, record by record."""
        for begin in range(0, len(self._bytes), 1024):
            for row in self.raw(channel, begin, min(begin + 1024, len(self._bytes))):
                yield row.tobytes()

    def digital(self, channel: Channel, begin: int, end: int) -> NDArray[np.integer]:
        """Return the channel's samples in records `begin` to `end` as integers, shape (records, samples)."""
        if self._sample_bytes == 2:
            self._release((end - begin) * self._bytes.shape[1])
            columns = slice(channel.first, channel.first + channel.samples)
            return self._bytes.view("<i2")[begin:end, columns]
        three = self.raw(channel, begin, end).reshape(end - begin, -1, 3)
        four = np.zeros((*three.shape[:2], 4), np.uint8)
        four[..., 1:] = three
        return four.view("<i4")[..., 0] >> 8

    def _release(self, size: int) -> None:
        self._touched += size
        if self._touched > _RESIDENT_BYTES and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._touched = 0


@dataclass(frozen=True)
class Stretch:
    """Consecutive records without a gap, starting at `onset` (seconds from the first sample)."""

    first_record: int
    n_records: int
    onset: float


def stretches(onsets: NDArray[np.float64], header: Header) -> tuple[Stretch, ...]:
    """Split the records where time jumps by more than half a sample of the fastest signal.

    Raises
    ------
    RecordingError
        If records overlap in time or span more than a month.
    """
    seconds = header.record_seconds
    tolerance = 0.5 * seconds / max((c.samples for c in header.channels if not c.is_annotation), default=1)
    parts: list[Stretch] = []
    first = 0
    for k in range(1, len(onsets) + 1):
        if k < len(onsets) and abs(onsets[k] - onsets[first] - (k - first) * seconds) <= tolerance:
            continue
        parts.append(Stretch(first, k - first, float(onsets[first] - onsets[0])))
        if k < len(onsets) and onsets[k] - onsets[k - 1] < 0.99 * seconds:
            raise RecordingError(f"records {k} and {k + 1} overlap in time; {REMEDY}")
        first = k
    if onsets[-1] - onsets[0] + seconds > LONGEST_SECONDS:
        raise RecordingError(f"the records span more than a month, which indicates damage; {REMEDY}")
    return tuple(parts)


class _Reader:
    def __init__(self, records: Records, channel: Channel, parts: tuple[Stretch, ...], rate_hz: float) -> None:
        self._records, self._channel = records, channel
        self._starts = [(round(part.onset * rate_hz), part) for part in parts]
        start, last = self._starts[-1]
        self.n_samples = start + last.n_records * channel.samples
        step = (channel.physical[1] - channel.physical[0]) / (channel.digital[1] - channel.digital[0])
        to_microvolts = MICROVOLTS.get(channel.unit, 1.0)
        self._gain = np.float32(step * to_microvolts)
        self._offset = np.float32((channel.physical[0] - channel.digital[0] * step) * to_microvolts)
        # Same arithmetic as for the samples, so that a sample at a limit equals it.
        low, high = sorted(float(np.float32(limit) * self._gain + self._offset) for limit in channel.digital)
        self.limits = low, high

    def __call__(self, start: int, stop: int) -> NDArray[np.float32]:
        start, stop = max(start, 0), min(stop, self.n_samples)
        values = np.full(max(stop - start, 0), np.nan, np.float32)
        width = self._channel.samples
        for origin, part in self._starts:
            low, high = max(start, origin), min(stop, origin + part.n_records * width)
            if low >= high:
                continue
            begin, end = (low - origin) // width, -(-(high - origin) // width)
            digital = self._records.digital(self._channel, part.first_record + begin, part.first_record + end)
            offset = low - origin - begin * width
            values[low - start : high - start] = digital.reshape(-1)[offset : offset + high - low]
        values *= self._gain
        values += self._offset
        return values


def signal(records: Records, channel: Channel, parts: tuple[Stretch, ...], record_seconds: float) -> Signal:
    """Return a channel as a signal that reads microvolts (other quantities in the unit of the file)."""
    rate_hz = channel.samples / record_seconds
    reader = _Reader(records, channel, parts, rate_hz)
    return Signal(channel.label, rate_hz, reader.n_samples, reader, channel.unit, reader.limits)
