"""The header of an EDF or BDF file, checked against the size of the file. Patient fields are never read."""

import logging
import math
import re
from dataclasses import dataclass

from bandmap.vocabulary.recording import RecordingError

logger = logging.getLogger(__name__)

REMEDY = "fetch the file again or repair it with EDFbrowser"
ANNOTATION_LABELS = ("EDF Annotations", "BDF Annotations")
LONGEST_SECONDS = 31 * 86400.0
"""Longer recordings are treated as a damaged header."""
_FASTEST_HZ = 1e5
_LARGEST = 1e12  # of a physical limit, in any unit: larger values overflow float32 microvolts
_WIDTHS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)  # of the per-signal fields, in the order of the specification
_UNITS = {"uv": "uV", "µv": "uV", "μv": "uV", "mv": "mV", "nv": "nV", "v": "V", "microvolt": "uV", "millivolt": "mV"}


@dataclass(frozen=True)
class Channel:
    """One signal of the file: `first` is the index of its first sample within a record."""

    label: str
    unit: str
    physical: tuple[float, float]
    digital: tuple[float, float]
    samples: int
    first: int

    @property
    def is_annotation(self) -> bool:
        """Whether it contains text instead of samples."""
        return self.label in ANNOTATION_LABELS

    @property
    def flaw(self) -> str:
        """The reason why the samples cannot be scaled; empty if there is none."""
        if not all(abs(limit) <= _LARGEST for limit in self.physical + self.digital):
            return "invalid or implausible limits"
        if self.digital[0] >= self.digital[1]:
            return f"digital limits {self.digital[0]:g} to {self.digital[1]:g}"
        return "equal physical limits" if self.physical[0] == self.physical[1] else ""


@dataclass(frozen=True)
class Header:
    """The structure of the file: the location and content of its records."""

    sample_bytes: int
    data_start: int
    n_records: int
    record_seconds: float
    is_plus: bool
    is_discontinuous: bool
    channels: tuple[Channel, ...]

    @property
    def record_samples(self) -> int:
        """Number of samples of all signals in one record."""
        return sum(channel.samples for channel in self.channels)


def text(raw: bytes) -> str:
    """Return a header field as printable text (UTF-8 where it is valid, else Latin-1)."""
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError:
        decoded = raw.decode("latin-1")
    return "".join(c if c.isprintable() else " " for c in decoded).strip()


def _integer(raw: bytes, what: str) -> int:
    field = raw.strip(b" \0")
    if not re.fullmatch(rb"[+-]?\d+", field):
        raise RecordingError(f"the header's {what} is {text(raw)!r} instead of a whole number; {REMEDY}")
    return int(field)


def _real(raw: bytes) -> float:
    field = raw.strip(b" \0").replace(b",", b".")
    return float(field) if re.fullmatch(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", field) else math.nan


def n_channels(fixed: bytes, size: int) -> int:
    """Return the number of signals in the first 256 bytes, if a file of this size can contain them.

    Raises
    ------
    RecordingError
        If the file is not EDF or BDF, or ends within its header.
    """
    if len(fixed) < 256:
        raise RecordingError(f"the file ends within its header ({size} bytes); {REMEDY}")
    if fixed[:8].rstrip(b" \0") != b"0" and fixed[:8] != b"\xffBIOSEMI":
        raise RecordingError(f"this is neither EDF nor BDF (its first bytes are wrong); {REMEDY}")
    number = _integer(fixed[252:256], "number of signals")
    if number < 1:
        raise RecordingError(f"the header states {number} signals; {REMEDY}")
    if 256 * (number + 1) > size:
        raise RecordingError(
            f"the header states {number} signals, more than fit into the file's {size} bytes; {REMEDY}"
        )
    return number


def _channels(raw: bytes, number: int) -> tuple[Channel, ...]:
    fields, start = [], 0
    for width in _WIDTHS:
        fields.append([raw[start + i * width : start + (i + 1) * width] for i in range(number)])
        start += width * number
    labels, _, units, low, high, digital_low, digital_high, _, samples, _ = fields
    channels: list[Channel] = []
    first = 0
    for i in range(number):
        count = _integer(samples[i], f"number of samples per record of signal {i + 1}")
        if count < 1:
            raise RecordingError(f"signal {i + 1} has {count} samples per record; {REMEDY}")
        unit = text(units[i])
        limits = (_real(low[i]), _real(high[i])), (_real(digital_low[i]), _real(digital_high[i]))
        channels.append(Channel(text(labels[i]), _UNITS.get(unit.lower(), unit), *limits, count, first))
        first += count
    return tuple(channels)


def _record_seconds(raw: bytes, channels: tuple[Channel, ...]) -> float:
    seconds = _real(raw)
    signals = [channel for channel in channels if not channel.is_annotation]
    if not 0 <= seconds < math.inf or (signals and seconds == 0):
        raise RecordingError(f"the header's duration of a record is {text(raw)!r} seconds; {REMEDY}")
    if seconds > LONGEST_SECONDS:
        raise RecordingError(f"records of {seconds:g} seconds are longer than a month; {REMEDY}")
    if any(channel.samples > _FASTEST_HZ * seconds for channel in signals):
        raise RecordingError(f"records of {seconds:g} seconds imply a rate above 100 kHz; {REMEDY}")
    return seconds


def _n_records(raw: bytes, available: int, rest: int) -> int:
    claimed = _integer(raw, "number of records")
    if claimed == 0 or claimed < -1:
        raise RecordingError(f"the header states {claimed} records; {REMEDY}")
    if claimed == -1:
        logger.warning("the header does not state the number of records; the file contains %d", available)
        claimed = available
    if available < 1:
        raise RecordingError(f"the file ends before its first record of samples is complete; {REMEDY}")
    if claimed > available:
        logger.warning("the header states %d records, but the file contains %d, which are read", claimed, available)
    elif claimed < available or rest:
        logger.warning("bytes after the last record are ignored")
    return min(claimed, available)


def parse(head: bytes, size: int) -> Header:
    """Read the header.

    Parameters
    ----------
    head : bytes
        The first 256 bytes and 256 more for each signal.
    size : int
        Size of the file in bytes.

    Raises
    ------
    RecordingError
        If the header contradicts itself or the file's size.
    """
    number = n_channels(head[:256], size)
    channels = _channels(head[256 : 256 * (number + 1)], number)
    sample_bytes = 3 if head[:1] == b"\xff" else 2
    data_start = 256 * (number + 1)
    record_bytes = sample_bytes * sum(channel.samples for channel in channels)
    kind = head[192:197]
    seconds = _record_seconds(head[244:252], channels)
    n_records = _n_records(head[236:244], *divmod(size - data_start, record_bytes))
    return Header(
        sample_bytes=sample_bytes,
        data_start=data_start,
        n_records=n_records,
        record_seconds=seconds,
        is_plus=kind[:4] in (b"EDF+", b"BDF+"),
        is_discontinuous=kind in (b"EDF+D", b"BDF+D"),
        channels=channels,
    )
