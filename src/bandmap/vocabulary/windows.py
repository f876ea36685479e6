"""Windows of recordings: division, labels, and batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.answers import Lattice, answer_starts, centres_seconds
from bandmap.vocabulary.frames import FRAME_TOLERANCE, answers_of, whole_frames
from bandmap.vocabulary.labels import NO_CLASS, Labeller
from bandmap.vocabulary.recording import Event


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

    def read_into(self, out: Sequence[NDArray[np.float32]], starts: NDArray[np.int64]) -> None:
        """Write windows into arrays, shape (channels[, frequencies], length) each."""


def starts(
    n_frames: int, valid: NDArray[np.bool_], *, length: int, step: int, spacing: int | None = None
) -> NDArray[np.int64]:
    """Return the first frames of the windows without masked frames.

    Parameters
    ----------
    n_frames : int
        Frames of the recording.
    valid : ndarray of bool, shape (frames,)
        False where time is masked.
    length, step : int
        Length of a window and step between windows, in frames.
    spacing : int, optional
        Frames between possible starts, by default `step`. If it is less, the first and the last possible window of
        each stretch without masked time are added, so that the windows cover the stretch.

    Returns
    -------
    ndarray of int64, shape (windows,)
        Ascending; multiples of `step`, apart from the added ones.
    """
    if length < 1 or step < 1:
        raise ValueError(f"windows of {length} frames every {step} frames; both must be at least 1")
    candidates = np.arange(0, n_frames - length + 1, spacing or step, dtype=np.int64)
    masked_before = np.concatenate(([0], np.cumsum(~np.asarray(valid, dtype=bool))))
    free: NDArray[np.bool_] = masked_before[candidates + length] == masked_before[candidates]
    beside = np.concatenate(([False], free, [False]))
    kept: NDArray[np.bool_] = free & (~beside[:-2] | ~beside[2:] | (candidates % step == 0))
    return candidates[kept]


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


@dataclass(frozen=True)
class RecordingWindows:
    """The windows of one recording.

    Attributes
    ----------
    source : WindowSource
        Source of their values.
    starts : ndarray of int64, shape (windows,)
        First frames.
    answers : ndarray of int64, shape (windows, answers)
        Class of each answer: of the whole window if there is one, else of equal parts of it.
    length : int
        Frames of a window.
    """

    source: WindowSource
    starts: NDArray[np.int64]
    answers: NDArray[np.int64]
    length: int

    def __post_init__(self) -> None:
        if self.answers.ndim != 2 or len(self.starts) != len(self.answers):
            raise ValueError(f"{len(self.starts)} windows with labels of shape {self.answers.shape}")

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class of each window, the highest of its answers, shape (windows,)."""
        return np.asarray(self.answers.max(axis=1))

    @property
    def lattice(self) -> Lattice:
        """The different answers of all windows."""
        return Lattice.of(answer_starts(self.starts, self.length, self.answers.shape[1]))

    @property
    def centres_seconds(self) -> NDArray[np.float64]:
        """Middle of each window in seconds from the start of the recording, shape (windows,)."""
        return centres_seconds(self.starts, self.length, self.source.frame_rate_hz)

    def only(self, kept: NDArray[np.bool_]) -> "RecordingWindows":
        """Return the windows for which `kept`, shape (windows,), is true."""
        return RecordingWindows(self.source, self.starts[kept], self.answers[kept], self.length)

    def about(self, chosen: NDArray[np.bool_]) -> "RecordingWindows":
        """Return the windows with one answer each: the highest class of those `chosen`, shape (windows, answers)."""
        answers = np.where(chosen, self.answers, NO_CLASS).max(axis=1, keepdims=True)
        return RecordingWindows(self.source, self.starts, answers, self.length)


def cut(
    source: WindowSource, events: Sequence[Event], label: Labeller, cutting: Mapping[str, float]
) -> RecordingWindows:
    """Divide a recording into labelled windows without masked time.

    Parameters
    ----------
    source : WindowSource
    events : sequence of Event
    label : callable
        Function that returns the class of each answer.
    cutting : mapping
        Section `windows` of the settings: `length_seconds`, `step_seconds` and `answer_seconds` (optional), whole
        numbers of frames.

    Returns
    -------
    RecordingWindows
    """
    rate = source.frame_rate_hz
    n_answers, seconds = answers_of(cutting)
    length, step, spacing = (
        whole_frames(value, rate, name)
        for name, value in (
            ("length_seconds", cutting["length_seconds"]),
            ("step_seconds", cutting["step_seconds"]),
            ("answer_seconds", seconds),
        )
    )
    first = starts(source.n_frames, source.valid, length=length, step=step, spacing=spacing)
    begins = answer_starts(first, length, n_answers)
    labels = label(begins.ravel(), length // n_answers, rate, events)
    return RecordingWindows(source, first, labels.reshape(begins.shape), length)


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
        answers = [part.answers for part in self.parts] or [np.empty((0, 1), np.int64)]
        self.answers: NDArray[np.int64] = np.concatenate(answers)
        self.labels: NDArray[np.int64] = self.answers.max(axis=1)
        self._ends = np.cumsum([len(part.starts) for part in self.parts])

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def recordings(self) -> NDArray[np.int64]:
        """Number of the recording of each window among `parts`, shape (windows,)."""
        return np.repeat(np.arange(len(self.parts)), [len(part.starts) for part in self.parts])

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return windows in the order of their indices, shape (indices, channels[, frequencies], times), float32."""
        indices = np.asarray(indices)
        owner = np.searchsorted(self._ends, indices, side="right")
        taken: NDArray[np.float32] | None = None
        for number in np.unique(owner):
            part = self.parts[number]
            mine = np.flatnonzero(owner == number)
            first_index = self._ends[number] - len(part.starts)
            if taken is None:
                shape = part.source.windows(part.starts[:0], part.length).shape[1:]
                taken = np.empty((len(indices), *shape), dtype=np.float32)
            part.source.read_into([taken[row] for row in mine], part.starts[indices[mine] - first_index])
        if taken is None:
            raise ValueError("there is no index; give at least one")
        return taken
