"""Windows of recordings: division, labels, and batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.frames import FRAME_TOLERANCE, whole_frames
from bandmap.vocabulary.recording import Event

NO_CLASS = -1
"""Label of a window without a class (an epoch without a stage): neither trained on nor scored."""

Labeller = Callable[["NDArray[np.int64]", int, float, Sequence[Event]], "NDArray[np.int64]"]
"""Function of first frames, length in frames, frame rate in Hz and events that returns the class of each window."""

_PIECE = 16  # windows fetched at a time: what is decoded is still in the cache when it is put into its place


class WindowSource(Protocol):
    """A represented recording that can return its windows."""

    @property
    def n_frames(self) -> int:
        """Number of frames of the recording."""

    @property
    def frame_rate_hz(self) -> float:
        """Frames per second."""

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Which frames are free of masked time, shape (frames,)."""

    @property
    def bad(self) -> NDArray[np.float32]:
        """Share of channels that are flagged (flat, saturated ...) in the second of each frame, shape (frames,)."""

    def windows(self, starts: NDArray[np.int64], length: int) -> NDArray[np.float32]:
        """Return windows of `length` frames, shape (windows, channels[, frequencies], length)."""


def starts(n_frames: int, valid: NDArray[np.bool_], *, length: int, step: int) -> NDArray[np.int64]:
    """Return the first frames of the windows without masked frames.

    Parameters
    ----------
    n_frames : int
        Frames of the recording.
    valid : ndarray of bool, shape (frames,)
        False where time is masked.
    length, step : int
        Length of a window and step between windows, in frames.

    Returns
    -------
    ndarray of int64, shape (windows,)
        Multiples of `step`, ascending.
    """
    if length < 1 or step < 1:
        raise ValueError(f"windows of {length} frames every {step} frames; both must be at least 1")
    candidates = np.arange(0, n_frames - length + 1, step, dtype=np.int64)
    masked_before = np.concatenate(([0], np.cumsum(~np.asarray(valid, dtype=bool))))
    free: NDArray[np.bool_] = masked_before[candidates + length] == masked_before[candidates]
    return candidates[free]


def seizure_labels(
    starts: NDArray[np.int64], length: int, frame_rate_hz: float, events: Sequence[Event], *, seizure_overlap: float
) -> NDArray[np.int64]:
    """Return 1 for windows of which at least the share `seizure_overlap` is seizure, and 0 for others.

    With a share of one half, a window is seizure exactly if its centre is (for seizures of at least half a window).

    Parameters
    ----------
    starts : ndarray of int64, shape (windows,)
        First frames.
    length : int
        Frames of a window.
    frame_rate_hz : float
        Frames per second.
    events : sequence of Event
        Seizures may overlap each other; other events do not count.
    seizure_overlap : float
        Share of a window, above 0 and at most 1.

    Returns
    -------
    ndarray of int64, shape (windows,)
    """
    if not 0 < seizure_overlap <= 1:
        raise ValueError(f"seizure_overlap is {seizure_overlap}; it must be above 0 and at most 1")
    covered = np.zeros(len(starts))
    for onset, offset in _union([event for event in events if event.is_seizure]):
        begin, end = onset * frame_rate_hz, offset * frame_rate_hz
        covered += np.clip(np.minimum(starts + length, end) - np.maximum(starts, begin), 0, None)
    return (covered >= seizure_overlap * length - FRAME_TOLERANCE).astype(np.int64)


def stage_labels(
    starts: NDArray[np.int64],
    length: int,
    frame_rate_hz: float,
    events: Sequence[Event],
    *,
    stages: Sequence[str],
    epoch_seconds: float,
) -> NDArray[np.int64]:
    """Return the stage of the epoch in the middle of each window.

    Parameters
    ----------
    starts : ndarray of int64, shape (windows,)
        First frames.
    length : int
        Frames of a window, an odd number of epochs.
    frame_rate_hz : float
        Frames per second.
    events : sequence of Event
        Spans of stages; other events do not count.
    stages : sequence of str
        Labels of events, in the order of classes.
    epoch_seconds : float
        Duration of an epoch.

    Returns
    -------
    ndarray of int64, shape (windows,)
        Class of each window, `NO_CLASS` (-1) if the middle epoch is not entirely within one stage.
    """
    centre = centres_seconds(starts, length, frame_rate_hz)
    half = epoch_seconds / 2 - FRAME_TOLERANCE / frame_rate_hz
    found = np.full(len(starts), NO_CLASS, dtype=np.int64)
    for stage, name in enumerate(stages):
        for onset, offset in _union([event for event in events if event.label == name]):
            found[(centre - half >= onset) & (centre + half <= offset)] = stage
    return found


def quiet(
    starts: NDArray[np.int64], length: int, frame_rate_hz: float, events: Sequence[Event], *, guard_seconds: float
) -> NDArray[np.bool_]:
    """Return which windows have no event within `guard_seconds` of either end, shape (windows,)."""
    guard = guard_seconds * frame_rate_hz
    near = np.zeros(len(starts), dtype=bool)
    for event in events:
        begin, end = event.onset * frame_rate_hz - guard, event.offset * frame_rate_hz + guard
        near |= (starts < end - FRAME_TOLERANCE) & (starts + length > begin + FRAME_TOLERANCE)
    return ~near


def centres_seconds(starts: NDArray[np.int64], length: int, frame_rate_hz: float) -> NDArray[np.float64]:
    """Return the middle of each window in seconds from the start of the recording, shape (windows,)."""
    return (np.asarray(starts, dtype=np.float64) + length / 2) / frame_rate_hz


@dataclass(frozen=True)
class RecordingWindows:
    """The windows of one recording.

    Attributes
    ----------
    source : WindowSource
        Source of their values.
    starts : ndarray of int64, shape (windows,)
        First frames.
    labels : ndarray of int64, shape (windows,)
        Class of each.
    length : int
        Frames of a window.
    """

    source: WindowSource
    starts: NDArray[np.int64]
    labels: NDArray[np.int64]
    length: int

    def __post_init__(self) -> None:
        if self.starts.shape != self.labels.shape:
            raise ValueError(f"{len(self.starts)} windows with {len(self.labels)} labels")

    @property
    def centres_seconds(self) -> NDArray[np.float64]:
        """Middle of each window in seconds from the start of the recording, shape (windows,)."""
        return centres_seconds(self.starts, self.length, self.source.frame_rate_hz)

    def only(self, kept: NDArray[np.bool_]) -> "RecordingWindows":
        """Return the windows for which `kept`, shape (windows,), is true."""
        return RecordingWindows(self.source, self.starts[kept], self.labels[kept], self.length)


def cut(
    source: WindowSource,
    events: Sequence[Event],
    label: Labeller,
    *,
    length_seconds: float,
    step_seconds: float,
) -> RecordingWindows:
    """Divide a recording into labelled windows without masked time.

    Parameters
    ----------
    source : WindowSource
    events : sequence of Event
    label : callable
        Function that returns the class of each window.
    length_seconds, step_seconds : float
        Length of a window and step between windows; whole numbers of frames.

    Returns
    -------
    RecordingWindows
    """
    rate = source.frame_rate_hz
    length = whole_frames(length_seconds, rate, "length_seconds")
    first = starts(source.n_frames, source.valid, length=length, step=whole_frames(step_seconds, rate, "step_seconds"))
    return RecordingWindows(source, first, label(first, length, rate, events), length)


def thinned(cut: RecordingWindows, step_seconds: float) -> RecordingWindows:
    """Return the training windows: all with a class, but of class 0 only one every `step_seconds`."""
    step = whole_frames(step_seconds, cut.source.frame_rate_hz, "training_step_seconds")
    return cut.only((cut.labels > 0) | ((cut.labels == 0) & (cut.starts % step == 0)))


def bad_share(cut: RecordingWindows) -> NDArray[np.float64]:
    """Return the mean share of flagged channels over each window's frames, from 0 to 1, shape (windows,)."""
    before = np.concatenate(([0.0], np.cumsum(cut.source.bad, dtype=np.float64)))
    share: NDArray[np.float64] = (before[cut.starts + cut.length] - before[cut.starts]) / cut.length
    return share


class WindowSet:
    """Windows of many recordings under one running index.

    Parameters
    ----------
    parts : sequence of RecordingWindows
        Recordings without windows are allowed.
    """

    def __init__(self, parts: Sequence[RecordingWindows]) -> None:
        self.parts = tuple(parts)
        self.labels: NDArray[np.int64] = np.concatenate([np.empty(0, np.int64), *(part.labels for part in self.parts)])
        self._ends = np.cumsum([len(part.labels) for part in self.parts])

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return windows in the order of their indices, shape (indices, channels[, frequencies], times), float32."""
        indices = np.asarray(indices)
        owner = np.searchsorted(self._ends, indices, side="right")
        taken: NDArray[np.float32] | None = None
        for number in np.unique(owner):
            part = self.parts[number]
            mine = np.flatnonzero(owner == number)
            first_index = self._ends[number] - len(part.labels)
            for at in range(0, len(mine), _PIECE):
                rows = mine[at : at + _PIECE]
                values = part.source.windows(part.starts[indices[rows] - first_index], part.length)
                if taken is None:
                    taken = np.empty((len(indices), *values.shape[1:]), dtype=np.float32)
                taken[rows] = values
        if taken is None:
            raise ValueError("there is no index; give at least one")
        return taken


def _union(events: Sequence[Event]) -> list[tuple[float, float]]:
    """Return disjoint (onset, offset) pairs that cover the same time."""
    merged: list[tuple[float, float]] = []
    for event in sorted(events):
        if merged and event.onset <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], event.offset))
        else:
            merged.append((event.onset, event.offset))
    return merged
