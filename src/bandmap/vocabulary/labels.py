"""Labels of windows and their answers by the events of a recording."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.answers import centres_seconds
from bandmap.vocabulary.frames import FRAME_TOLERANCE
from bandmap.vocabulary.recording import Event

NO_CLASS = -1
"""Label of a window without a class (an epoch without a stage): neither trained on nor scored."""

Labeller = Callable[["NDArray[np.int64]", int, float, Sequence[Event]], "NDArray[np.int64]"]
"""Function of first frames, length in frames, frame rate in Hz and events that returns the class of each window."""


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


def _union(events: Sequence[Event]) -> list[tuple[float, float]]:
    """Return disjoint (onset, offset) pairs that cover the same time."""
    merged: list[tuple[float, float]] = []
    for event in sorted(events):
        if merged and event.onset <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], event.offset))
        else:
            merged.append((event.onset, event.offset))
    return merged
