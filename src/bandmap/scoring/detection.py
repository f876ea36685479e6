"""From the probabilities of windows to events, and the threshold that does it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandmap.recording import Event
from bandmap.scoring.events import Counts, event_scores, sample_scores

DEFAULT_THRESHOLD = 0.5

GRID = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Thresholds to choose from."""


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
    predicted: Predicted, *, threshold: float, smooth_seconds: float = 0, minimum_seconds: float = 0
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
    minimum_seconds : float
        Shorter events are dropped.

    Returns
    -------
    events : tuple of Event
        Labelled "sz", in order of onset.
    confidences : tuple of float
        Mean unsmoothed probability of each event's windows.
    """
    return _events(predicted, _smoothed(predicted, smooth_seconds), threshold, minimum_seconds)


def choose_threshold(
    recordings: Sequence[tuple[Predicted, Sequence[Event]]],
    *,
    smooth_seconds: float = 0,
    minimum_seconds: float = 0,
    grid: Sequence[float] = GRID,
) -> Threshold:
    """Return the threshold with the best event F1 over validation recordings, pooled.

    Parameters
    ----------
    recordings : sequence of (Predicted, reference events)
        Of validation subjects only; never of the subject that is tested.
    smooth_seconds, minimum_seconds : float
        As for `postprocess`.
    grid : sequence of float
        Thresholds to choose from.

    Returns
    -------
    Threshold
        Of equals, the one with fewer false alarms, then the best F1 of seconds (where recordings are short, SzCORE's
        long tolerances give full marks even to a detector that is always on), then the nearest to 0.5, then the lower.
        Without a seizure to find, or without one found, 0.5.
    """
    if not any(event.is_seizure for _, events in recordings for event in events):
        return Threshold(DEFAULT_THRESHOLD, "default: no seizure in the validation recordings")
    smoothed = [_smoothed(predicted, smooth_seconds) for predicted, _ in recordings]
    ranked = []
    for threshold in grid:
        counts, seconds = Counts(), Counts()
        for (predicted, reference), curve in zip(recordings, smoothed, strict=True):
            found, _ = _events(predicted, curve, threshold, minimum_seconds)
            counts += event_scores(reference, found, predicted.duration_seconds)
            seconds += sample_scores(reference, found, predicted.duration_seconds)
        distance = abs(threshold - DEFAULT_THRESHOLD)
        ranked.append((-counts.f1, counts.false_positives, -seconds.f1, distance, threshold))
    best = min(ranked)
    if best[0] == 0:
        return Threshold(DEFAULT_THRESHOLD, "default: no threshold finds a seizure of the validation recordings")
    return Threshold(best[-1], f"best event F1 of the validation recordings ({-best[0]:.3f})")


def window_auroc(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the area under the ROC curve of windows (0.5 is chance); NaN if they are all of one class."""
    from sklearn.metrics import roc_auc_score

    if len(np.unique(labels)) < 2:
        return float("nan")
    return float(roc_auc_score(labels, probabilities))


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
    predicted: Predicted, smoothed: NDArray[np.floating], threshold: float, minimum_seconds: float
) -> tuple[tuple[Event, ...], tuple[float, ...]]:
    events, confidences = [], []
    half_step = predicted.step_seconds / 2
    for stretch in _stretches(predicted):
        above = np.concatenate(([False], smoothed[stretch] >= threshold, [False]))
        edges = np.flatnonzero(above[1:] != above[:-1]) + stretch.start
        for first, last in edges.reshape(-1, 2):
            onset = max(0.0, float(predicted.centres_seconds[first]) - half_step)
            offset = min(predicted.duration_seconds, float(predicted.centres_seconds[last - 1]) + half_step)
            if offset - onset >= minimum_seconds - 1e-9:
                events.append(Event(onset, offset, "sz"))
                confidences.append(float(predicted.probabilities[first:last].mean()))
    return tuple(events), tuple(confidences)
