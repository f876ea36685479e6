"""Seizure detection: two classes, a threshold chosen on validation recordings, SzCORE's scores."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.score import Predicted, choose_threshold, postprocess
from bandmap.train.tasks import Prediction
from bandmap.vocabulary import windows
from bandmap.vocabulary.choosing import windows_of_interest
from bandmap.vocabulary.frames import whole_frames
from bandmap.vocabulary.labels import Labeller, seizure_labels
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.windows import RecordingWindows, WindowSource

CLASSES = ("background", "seizure")

GUARD_SECONDS = 2.0
"""Minimum distance of interictal windows from any event, because onsets are rounded to a second."""

INTERICTAL = 16
"""Number of interpreted interictal windows of a recording, to test ictal against interictal matrices."""


def labels(cutting: Mapping[str, float]) -> Labeller:
    """Return the function that labels answers: seizure from the share `seizure_overlap` on."""
    return partial(seizure_labels, seizure_overlap=cutting["seizure_overlap"])


def decide(
    validation: Sequence[tuple[Prediction, Sequence[Event]]], postprocessing: Mapping[str, Any]
) -> dict[str, Any]:
    """Choose the threshold on validation recordings; keys threshold and threshold_reason."""
    chosen = choose_threshold(
        [(_predicted(prediction), events) for prediction, events in validation if len(prediction.labels)],
        **postprocessing,
    )
    return {"threshold": chosen.value, "threshold_reason": chosen.reason}


def found(
    prediction: Prediction, decision: Mapping[str, Any], postprocessing: Mapping[str, Any]
) -> tuple[tuple[Event, ...], tuple[float, ...]]:
    """Return the detected seizures and their confidences."""
    return postprocess(_predicted(prediction), **{**postprocessing, "threshold": decision["threshold"]})


def comparable(source: WindowSource, events: Sequence[Event], cutting: Mapping[str, float]) -> RecordingWindows:
    """Return the interictal windows, every half window."""
    length = whole_frames(cutting["length_seconds"], source.frame_rate_hz, "length_seconds")
    first = windows.starts(source.n_frames, source.valid, length=length, step=max(1, length // 2))
    return _calm(RecordingWindows(source, first, np.zeros((len(first), 1), np.int64), length), events)


def _calm(cut: RecordingWindows, events: Sequence[Event]) -> RecordingWindows:
    rate = cut.source.frame_rate_hz
    return cut.only(windows.quiet(cut.starts, cut.length, rate, events, guard_seconds=GUARD_SECONDS))


def focus(cut: RecordingWindows, detected: Sequence[Event]) -> NDArray[np.bool_]:
    """Return the answers within seizures and detections; all of a window that has none."""
    lattice, length = cut.lattice, cut.length // cut.answers.shape[1]
    calm = windows.quiet(lattice.starts, length, cut.source.frame_rate_hz, detected, guard_seconds=0.0)
    busy = (cut.answers == 1) | ~calm[lattice.places]
    chosen: NDArray[np.bool_] = busy | ~busy.any(axis=1, keepdims=True)
    return chosen


def targets(probabilities: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return seizure for every window, to explain both detections and misses."""
    return np.ones(len(probabilities), dtype=np.int64)


def interesting(
    cut: RecordingWindows,
    targets: NDArray[np.int64],
    detected: Sequence[Event],
    events: Sequence[Event],
    *,
    seed: int,
) -> NDArray[np.int64]:
    """Return the windows of seizures and of detections, and some interictal ones."""
    calm = windows.quiet(cut.starts, cut.length, cut.source.frame_rate_hz, events, guard_seconds=GUARD_SECONDS)
    return windows_of_interest(cut.labels, calm, _busy(cut, detected), n_interictal=INTERICTAL, seed=seed)


def explainable(labels: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return the windows of seizures, found or not."""
    return np.asarray(labels == 1)


def mapped(cut: RecordingWindows, detected: Sequence[Event]) -> NDArray[np.bool_]:
    """Return which windows belong to seizures or detections."""
    chosen: NDArray[np.bool_] = (cut.labels == 1) | _busy(cut, detected)
    return chosen


def _busy(cut: RecordingWindows, detected: Sequence[Event]) -> NDArray[np.bool_]:
    return ~windows.quiet(cut.starts, cut.length, cut.source.frame_rate_hz, detected, guard_seconds=0.0)


def _predicted(prediction: Prediction) -> Predicted:
    return Predicted(
        prediction.probabilities, prediction.centres_seconds, prediction.step_seconds, prediction.duration_seconds
    )
