"""From the probabilities of windows to events, and the threshold that does it."""

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
"""F1 of seconds that a threshold may lose for being lower (ours)."""

_SECONDS_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Predicted:
    """What a model says of a recording, window by window.

    Attributes
    ----------
    probabilities : ndarray of float, shape (windows,)
        Of a seizure.
    centres_seconds : ndarray of float, shape (windows,)
        Middle of each window from the start of the recording, ascending.
    step_seconds : float
        Between neighbouring windows; where centres are further apart, windows are missing (masked time).
    duration_seconds : float
        Of the recording.
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
    """A threshold and why it was chosen.

    Attributes
    ----------
    value : float
        Windows of at least this (smoothed) probability are seizure.
    reason : str
        For people.
    """

    value: float
    reason: str


def postprocess(
    predicted: Predicted,
    *,
    threshold: float,
    smooth_seconds: float = 0,
    merge_seconds: float = 0,
    minimum_seconds: float = 0,
) -> tuple[tuple[Event, ...], tuple[float, ...]]:
    """Turn probabilities into events.

    A window's probability decides the `step_seconds` in the middle of the window, so that detections are not shifted in
    time. What lies before the middle of the first window, after that of the last, or in masked time, is no seizure.

    Parameters
    ----------
    predicted : Predicted
    threshold : float
        Least smoothed probability of a seizure.
    smooth_seconds : float
        Median filter over about so many seconds (an odd number of windows), within stretches free of gaps.
    merge_seconds : float
        Events nearer to each other than this are joined, within stretches free of gaps, before short ones are dropped.
    minimum_seconds : float
        Shorter events are dropped.

    Returns
    -------
    events : tuple of Event
        Labelled "sz", in order of onset.
    confidences : tuple of float
        Mean unsmoothed probability of each event's windows, from its first to its last.
    """
    smoothed = _smoothed(predicted, smooth_seconds)
    return _events(predicted, smoothed, threshold, merge_seconds, minimum_seconds)


def sweep(
    predicted: Predicted,
    thresholds: Sequence[float],
    *,
    smooth_seconds: float = 0,
    merge_seconds: float = 0,
    minimum_seconds: float = 0,
) -> Iterator[tuple[Event, ...]]:
    """Yield the events that each threshold gives; parameters as for `postprocess`."""
    smoothed = _smoothed(predicted, smooth_seconds)
    for threshold in thresholds:
        yield _events(predicted, smoothed, threshold, merge_seconds, minimum_seconds)[0]


def choose_threshold(
    recordings: Sequence[tuple[Predicted, Sequence[Event]]],
    *,
    smooth_seconds: float = 0,
    merge_seconds: float = 0,
    minimum_seconds: float = 0,
    grid: Sequence[float] = GRID,
) -> Threshold:
    """Return the threshold with the best event F1 over validation recordings, pooled.

    Parameters
    ----------
    recordings : sequence of (Predicted, reference events)
        Of validation subjects only; never of the subject that is tested.
    smooth_seconds, merge_seconds, minimum_seconds : float
        As for `postprocess`.
    grid : sequence of float
        Thresholds to choose from.

    Returns
    -------
    Threshold
        Of equals, those with the fewest false alarms; of these, those whose F1 of seconds is within `AS_GOOD` of the
        best (where recordings are short, SzCORE's tolerances give full marks even to a detector that is always on); of
        these, the lowest but one: seizures of another subject are less like what was learnt, so their probabilities are
        lower; and false alarms, which a still lower threshold gave, stay a step away.
        Without a seizure to find, or without one found, 0.5.
    """
    if not any(event.is_seizure for _, events in recordings for event in events):
        return Threshold(DEFAULT_THRESHOLD, "default: no seizure in the validation recordings")
    how = {"smooth_seconds": smooth_seconds, "merge_seconds": merge_seconds, "minimum_seconds": minimum_seconds}
    events, seconds = [Counts() for _ in grid], [Counts() for _ in grid]
    for predicted, reference in recordings:
        for place, found in enumerate(sweep(predicted, grid, **how)):
            events[place] += event_scores(reference, found, predicted.duration_seconds)
            seconds[place] += sample_scores(reference, found, predicted.duration_seconds)
    best = min((-event.f1, event.false_positives) for event in events)
    if best[0] == 0:
        return Threshold(DEFAULT_THRESHOLD, "default: no threshold finds a seizure of the validation recordings")
    equals = {
        threshold: second.f1
        for threshold, event, second in zip(grid, events, seconds, strict=True)
        if (-event.f1, event.false_positives) == best
    }
    as_good = sorted(threshold for threshold, f1 in equals.items() if f1 >= max(equals.values()) - AS_GOOD)
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
    merge_seconds: float,
    minimum_seconds: float,
) -> tuple[tuple[Event, ...], tuple[float, ...]]:
    events, confidences = [], []
    for stretch in _stretches(predicted):
        above = np.concatenate(([False], smoothed[stretch] >= threshold, [False]))
        edges = np.flatnonzero(above[1:] != above[:-1]) + stretch.start
        for first, last in _joined(predicted, edges.reshape(-1, 2), merge_seconds):
            onset, offset = _decided(predicted, first, last)
            if offset - onset >= minimum_seconds - _SECONDS_TOLERANCE:
                events.append(Event(onset, offset, "sz"))
                confidences.append(float(predicted.probabilities[first:last].mean()))
    return tuple(events), tuple(confidences)


def _joined(predicted: Predicted, runs: NDArray[np.intp], merge_seconds: float) -> NDArray[np.intp]:
    """Join runs of windows, rows of first and last + 1, between which less than `merge_seconds` pass."""
    if len(runs) < 2:
        return runs
    between = predicted.centres_seconds[runs[1:, 0]] - predicted.centres_seconds[runs[:-1, 1] - 1]
    apart = between - predicted.step_seconds >= merge_seconds - _SECONDS_TOLERANCE
    firsts = np.concatenate((runs[:1, 0], runs[1:, 0][apart]))
    lasts = np.concatenate((runs[:-1, 1][apart], runs[-1:, 1]))
    return np.column_stack((firsts, lasts))


def _decided(predicted: Predicted, first: int, last: int) -> tuple[float, float]:
    """Return onset and offset in seconds of what windows `first` to `last` - 1 decide."""
    half_step = predicted.step_seconds / 2
    onset = max(0.0, float(predicted.centres_seconds[first]) - half_step)
    return onset, min(predicted.duration_seconds, float(predicted.centres_seconds[last - 1]) + half_step)
