"""Conversion of the probabilities of windows to events, and the choice of the threshold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandmap.score.events import Counts, event_scores, sample_scores
from bandmap.vocabulary.recording import Event

DEFAULT_THRESHOLD = 0.5

GRID = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Thresholds to choose from."""

AS_GOOD = 0.05
"""Loss of sample F1 that is accepted for a lower threshold (ours)."""

_SECONDS_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Predicted:
    """The predictions of a model for the windows of a recording.

    Attributes
    ----------
    probabilities : ndarray of float, shape (windows,)
        Probability of a seizure.
    centres_seconds : ndarray of float, shape (windows,)
        Middle of each window from the start of the recording, ascending.
    step_seconds : float
        Time between adjacent windows; where centres are further apart, windows are missing (masked time).
    duration_seconds : float
        Duration of the recording.
    """

    probabilities: NDArray[np.floating]
    centres_seconds: NDArray[np.floating]
    step_seconds: float
    duration_seconds: float

    def __post_init__(self) -> None:
        if self.probabilities.shape != self.centres_seconds.shape:
            raise ValueError(f"{len(self.probabilities)} probabilities for {len(self.centres_seconds)} windows")
        if not np.isfinite(self.probabilities).all():
            raise ValueError("a probability is not a number; look for NaN in the windows or the weights")
        if len(self.probabilities) and not -1e-6 < self.probabilities.min() <= self.probabilities.max() < 1 + 1e-6:
            raise ValueError(f"a probability of {np.abs(self.probabilities).max():g}; give probabilities, not logits")


@dataclass(frozen=True)
class Threshold:
    """A threshold and the reason for its choice.

    Attributes
    ----------
    value : float
        Windows with at least this (smoothed) probability are seizure.
    reason : str
        Explanation for users.
    """

    value: float
    reason: str


def postprocess(
    predicted: Predicted,
    *,
    threshold: float,
    smooth_seconds: float = 0,
    opening_seconds: float = 0,
    merge_seconds: float = 0,
    minimum_seconds: float = 0,
) -> tuple[tuple[Event, ...], tuple[float, ...]]:
    """Convert probabilities to events.

    The probability of a window decides about the `step_seconds` at its centre, so that detections are not shifted in
    time. Time before the centre of the first window, after that of the last, and masked time are not seizure.

    Parameters
    ----------
    predicted : Predicted
    threshold : float
        Minimum smoothed probability of a seizure.
    smooth_seconds : float
        Approximate length of the median filter (an odd number of windows), applied between gaps.
    opening_seconds : float
        Shorter runs of windows are dropped before events are merged (a morphological opening).
    merge_seconds : float
        Events closer than this are merged, between gaps, before short ones are dropped (a morphological closing).
    minimum_seconds : float
        Shorter events are dropped.

    Returns
    -------
    events : tuple of Event
        Labelled "sz", sorted by onset.
    confidences : tuple of float
        Mean unsmoothed probability of the windows of each event.
    """
    smoothed = _smoothed(predicted, smooth_seconds)
    return _events(predicted, smoothed, threshold, opening_seconds, merge_seconds, minimum_seconds)


def sweep(
    predicted: Predicted,
    thresholds: Sequence[float],
    *,
    smooth_seconds: float = 0,
    opening_seconds: float = 0,
    merge_seconds: float = 0,
    minimum_seconds: float = 0,
) -> Iterator[tuple[Event, ...]]:
    """Yield the events for each threshold; parameters as in `postprocess`."""
    smoothed = _smoothed(predicted, smooth_seconds)
    for threshold in thresholds:
        yield _events(predicted, smoothed, threshold, opening_seconds, merge_seconds, minimum_seconds)[0]


def choose_threshold(
    recordings: Sequence[tuple[Predicted, Sequence[Event]]],
    *,
    threshold: float | None = None,
    smooth_seconds: float = 0,
    opening_seconds: float = 0,
    merge_seconds: float = 0,
    minimum_seconds: float = 0,
    grid: Sequence[float] = GRID,
) -> Threshold:
    """Return the threshold with the best event F1 over the pooled validation recordings.

    Parameters
    ----------
    recordings : sequence of (Predicted, reference events)
        Recordings of validation subjects only, never of test subjects.
    threshold : float, optional
        Returned as it is, if it is set.
    smooth_seconds, opening_seconds, merge_seconds, minimum_seconds : float
        As in `postprocess`.
    grid : sequence of float
        Thresholds to choose from.

    Returns
    -------
    Threshold
        Among equally good thresholds, those with the fewest false alarms are kept, then those whose sample F1 is within
        `AS_GOOD` of the best (for short recordings, SzCORE's tolerances give even an always-on detector a perfect
        score). Of these, the second lowest is chosen: seizures of another subject are less similar to the training
        data, so their probabilities are lower, and the next lower threshold would still cause no false alarms.
        Without a seizure, or without a detected one, the threshold is 0.5.
    """
    if threshold is not None:
        return Threshold(threshold, "set in postprocessing: threshold")
    if not any(event.is_seizure for _, events in recordings for event in events):
        return Threshold(DEFAULT_THRESHOLD, "default: the validation recordings have no seizure")
    how = {
        "smooth_seconds": smooth_seconds,
        "opening_seconds": opening_seconds,
        "merge_seconds": merge_seconds,
        "minimum_seconds": minimum_seconds,
    }
    events, seconds = [Counts() for _ in grid], [Counts() for _ in grid]
    for predicted, reference in recordings:
        for place, found in enumerate(sweep(predicted, grid, **how)):
            events[place] += event_scores(reference, found, predicted.duration_seconds)
            seconds[place] += sample_scores(reference, found, predicted.duration_seconds)
    best = min((-event.f1, event.false_positives) for event in events)
    if best[0] == 0:
        return Threshold(DEFAULT_THRESHOLD, "default: no threshold detects a seizure of the validation recordings")
    equals = {
        value: second.f1
        for value, event, second in zip(grid, events, seconds, strict=True)
        if (-event.f1, event.false_positives) == best
    }
    as_good = sorted(value for value, f1 in equals.items() if f1 >= max(equals.values()) - AS_GOOD)
    return Threshold(as_good[:2][-1], f"best event F1 of the validation recordings ({-best[0]:.3f})")


def _stretches(predicted: Predicted) -> list[slice]:
    """Return the runs of windows without a gap between them."""
    if not len(predicted.centres_seconds):
        return []
    gaps = np.flatnonzero(np.diff(predicted.centres_seconds) > 1.5 * predicted.step_seconds) + 1
    ends = [*gaps.tolist(), len(predicted.centres_seconds)]
    return [slice(first, last) for first, last in zip([0, *ends[:-1]], ends, strict=True)]


def _smoothed(predicted: Predicted, seconds: float) -> NDArray[np.floating]:
    half = round((seconds / predicted.step_seconds - 1) / 2)
    if half < 1:
        return predicted.probabilities
    smoothed = np.empty_like(predicted.probabilities)
    for stretch in _stretches(predicted):
        padded = np.pad(predicted.probabilities[stretch], half, mode="edge")
        smoothed[stretch] = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
    return smoothed


def _events(
    predicted: Predicted,
    smoothed: NDArray[np.floating],
    threshold: float,
    opening_seconds: float,
    merge_seconds: float,
    minimum_seconds: float,
) -> tuple[tuple[Event, ...], tuple[float, ...]]:
    events, confidences = [], []
    for stretch in _stretches(predicted):
        above = np.concatenate(([False], smoothed[stretch] >= threshold, [False]))
        edges = np.flatnonzero(above[1:] != above[:-1]) + stretch.start
        runs = edges.reshape(-1, 2)
        longest = (runs[:, 1] - runs[:, 0]) * predicted.step_seconds
        runs = runs[longest >= opening_seconds - _SECONDS_TOLERANCE]
        for first, last in _joined(predicted, runs, merge_seconds):
            onset, offset = _decided(predicted, first, last)
            if offset - onset >= minimum_seconds - _SECONDS_TOLERANCE:
                events.append(Event(onset, offset, "sz"))
                confidences.append(float(predicted.probabilities[first:last].mean()))
    return tuple(events), tuple(confidences)


def _joined(predicted: Predicted, runs: NDArray[np.intp], merge_seconds: float) -> NDArray[np.intp]:
    """Merge runs of windows, rows of first and last + 1, that are closer than `merge_seconds`."""
    if len(runs) < 2:
        return runs
    between = predicted.centres_seconds[runs[1:, 0]] - predicted.centres_seconds[runs[:-1, 1] - 1]
    apart = between - predicted.step_seconds >= merge_seconds - _SECONDS_TOLERANCE
    firsts = np.concatenate((runs[:1, 0], runs[1:, 0][apart]))
    lasts = np.concatenate((runs[:-1, 1][apart], runs[-1:, 1]))
    return np.column_stack((firsts, lasts))


def _decided(predicted: Predicted, first: int, last: int) -> tuple[float, float]:
    """Return onset and offset in seconds of the event of windows `first` to `last` - 1."""
    half_step = predicted.step_seconds / 2
    onset = max(0.0, float(predicted.centres_seconds[first]) - half_step)
    return onset, min(predicted.duration_seconds, float(predicted.centres_seconds[last - 1]) + half_step)
