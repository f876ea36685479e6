"""Recordings, their signals and their events. No files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class RecordingError(ValueError):
    """A file does not contain a usable recording; the message gives file, problem and remedy."""


class SleepStage(IntEnum):
    """Sleep stages according to AASM, in the order of the columns of a model's output."""

    W = 0
    N1 = 1
    N2 = 2
    N3 = 3
    REM = 4


@dataclass(frozen=True, order=True)
class Event:
    """An event from `onset` to `offset`, in seconds from the start of the recording.

    Raises
    ------
    ValueError
        If the event does not end after its start, or starts before the recording.
    """

    onset: float
    offset: float
    label: str

    def __post_init__(self) -> None:
        if not 0 <= self.onset < self.offset < float("inf"):
            raise ValueError(f"event '{self.label}' runs from {self.onset} s to {self.offset} s")

    @property
    def duration(self) -> float:
        """Seconds from onset to offset."""
        return self.offset - self.onset

    @property
    def is_seizure(self) -> bool:
        """Whether the label is SzCORE's `sz` or one of its sub-types (`sz_foc_a` ...)."""
        return self.label == "sz" or self.label.startswith("sz_")


@dataclass(frozen=True)
class Signal:
    """One channel of a file as it was recorded.

    Attributes
    ----------
    label : str
        The channel's name in the file.
    rate_hz : float
        Samples per second.
    n_samples : int
        Samples in the file, gaps included.
    read : callable
        `read(start, stop)` returns samples as float32 in microvolts; samples in a gap are NaN.
    unit : str
        The physical unit of the file ("uV", "mV", ...), for messages; `read` converts from it.
    digital_limits_microvolts : tuple of float
        The smallest and largest value that the file can store: a sample at a limit is saturated.
    """

    label: str
    rate_hz: float
    n_samples: int
    read: Callable[[int, int], NDArray[np.float32]] = field(repr=False)
    unit: str = "uV"
    digital_limits_microvolts: tuple[float, float] = (-np.inf, np.inf)


@dataclass(frozen=True)
class RawRecording:
    """A file as it was recorded: signals of any name, unit and rate.

    Attributes
    ----------
    signals : tuple of Signal
    duration_seconds : float
        From the first sample to the end of the last record, gaps included.
    annotations : tuple of Event
        EDF+ annotations with a duration, for data sets that keep their labels there.
    flawed : tuple of str
        Signals of the file that cannot be scaled, each with the reason: "'Fp1' has equal physical limits".
    """

    signals: tuple[Signal, ...]
    duration_seconds: float
    annotations: tuple[Event, ...] = ()
    flawed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recording:
    """A harmonized recording: one montage, one rate, microvolts.

    Attributes
    ----------
    microvolts : ndarray of float32, shape (channels, samples)
        NaN where time is masked (gaps of the file).
    rate_hz : float
        Samples per second.
    channels : tuple of str
        Names of the derivations ("Fp1-F7") or electrodes ("Fp1"), in the montage's order.
    events : tuple of Event
        In order of onset.
    masked_channels : tuple of str
        Channels that could neither be read nor interpolated (they contain zeros and count as absent).
    interpolated_channels : tuple of str
        Channels that contain an interpolated electrode.
    """

    microvolts: NDArray[np.float32]
    rate_hz: float
    channels: tuple[str, ...]
    events: tuple[Event, ...] = ()
    masked_channels: tuple[str, ...] = ()
    interpolated_channels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.microvolts.ndim != 2 or self.microvolts.shape[0] != len(self.channels):
            raise ValueError(f"{len(self.channels)} channels cannot name an array of shape {self.microvolts.shape}")

    @property
    def duration_seconds(self) -> float:
        """Seconds from the first to the last sample."""
        return float(self.microvolts.shape[1] / self.rate_hz)
