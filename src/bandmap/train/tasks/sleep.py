"""Sleep staging: five stages of epochs of thirty seconds; the most probable stage is predicted."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.train.tasks import Prediction
from bandmap.vocabulary import windows
from bandmap.vocabulary.labels import Labeller, stage_labels
from bandmap.vocabulary.recording import Event, SleepStage
from bandmap.vocabulary.windows import RecordingWindows, WindowSource

CLASSES = tuple(stage.name for stage in SleepStage)

EPOCH_SECONDS = 30.0
"""Duration of an epoch according to AASM."""

INTERPRETED = 16
"""Number of interpreted epochs of a recording for each predicted stage and each outcome, right or wrong."""


def labels(cutting: Mapping[str, float]) -> Labeller:
    """Return the function that labels windows: the stage of the middle epoch."""
    return partial(stage_labels, stages=CLASSES, epoch_seconds=EPOCH_SECONDS)


def decide(
    validation: Sequence[tuple[Prediction, Sequence[Event]]], postprocessing: Mapping[str, Any]
) -> dict[str, Any]:
    """Return nothing: the most probable stage is predicted."""
    return {}


def found(
    prediction: Prediction, decision: Mapping[str, Any], postprocessing: Mapping[str, Any]
) -> tuple[tuple[Event, ...], tuple[float, ...]]:
    """Return the hypnogram: spans of adjacent epochs of one stage, and the mean probability of each."""
    stages = prediction.probabilities.argmax(axis=1) if len(prediction.labels) else np.zeros(0, np.int64)
    gaps = np.diff(prediction.centres_seconds) > 1.5 * prediction.step_seconds
    edges = np.flatnonzero((np.diff(stages) != 0) | gaps) + 1
    half = prediction.step_seconds / 2
    spans, confidences = [], []
    for epochs in np.split(np.arange(len(stages)), edges):
        if len(epochs):
            onset = max(0.0, float(prediction.centres_seconds[epochs[0]] - half))
            offset = min(prediction.duration_seconds, float(prediction.centres_seconds[epochs[-1]] + half))
            spans.append(Event(onset, offset, CLASSES[stages[epochs[0]]]))
            confidences.append(float(prediction.probabilities[epochs, stages[epochs[0]]].mean()))
    return tuple(spans), tuple(confidences)


def comparable(source: WindowSource, events: Sequence[Event], cutting: Mapping[str, float]) -> RecordingWindows:
    """Return the epochs that have a stage."""
    whole = {name: value for name, value in cutting.items() if name != "answer_seconds"}
    cut = windows.cut(source, events, labels(cutting), whole)
    return cut.only(cut.labels >= 0)


def focus(cut: RecordingWindows, detected: Sequence[Event]) -> NDArray[np.bool_]:
    """Return the answer in the middle of each window."""
    n_answers = cut.answers.shape[1]
    return np.broadcast_to(np.arange(n_answers) == n_answers // 2, cut.answers.shape)


def targets(probabilities: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the predicted stage of each epoch."""
    return probabilities.argmax(axis=1) if len(probabilities) else np.zeros(0, np.int64)


def interesting(
    cut: RecordingWindows,
    targets: NDArray[np.int64],
    detected: Sequence[Event],
    events: Sequence[Event],
    *,
    seed: int,
) -> NDArray[np.int64]:
    """Return some correct and some wrong epochs of every predicted stage."""
    generator = np.random.default_rng(seed)
    chosen = [np.zeros(0, np.int64)]
    for stage in range(len(CLASSES)):
        for right in (True, False):
            scored = (cut.labels >= 0) & (targets == stage) & ((cut.labels == stage) == right)
            candidates = np.flatnonzero(scored)
            chosen.append(generator.choice(candidates, min(INTERPRETED, len(candidates)), replace=False))
    return np.sort(np.concatenate(chosen))


def explainable(labels: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return the epochs that the scorer staged."""
    return np.asarray(labels >= 0)


def mapped(cut: RecordingWindows, detected: Sequence[Event]) -> NDArray[np.bool_]:
    """Return all interpreted epochs, because there are few."""
    return np.ones(len(cut.starts), dtype=bool)
