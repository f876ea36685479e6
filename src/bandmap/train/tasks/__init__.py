"""Plugins for tasks, one file each, with `CLASSES` and the functions of `Task`.

Input: events of a recording, or predictions for its windows.
Output: the class of each answer, or the decisions.
Called by: `bandmap.train`, `bandmap.interpret` and `bandmap.apply`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.labels import Labeller
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.windows import RecordingWindows, WindowSource

__all__ = ["Prediction", "Task"]


@dataclass(frozen=True)
class Prediction:
    """The predictions of a model for one recording.

    Attributes
    ----------
    probabilities : ndarray of float32, shape (answers,) or (answers, classes)
        Probability of class 1 for two classes, else of each class. An answer is about a window, or about a part of one.
    centres_seconds : ndarray of float64, shape (answers,)
        Middle of the time of each answer from the start of the recording, ascending.
    labels : ndarray of int64, shape (answers,)
        Class of each answer by the recording's events, -1 if it has none.
    step_seconds : float
        Time between adjacent answers; where centres are further apart, answers are missing (masked time).
    duration_seconds : float
        Duration of the recording.
    """

    probabilities: NDArray[np.float32]
    centres_seconds: NDArray[np.float64]
    labels: NDArray[np.int64]
    step_seconds: float
    duration_seconds: float

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """The arrays of a file of predictions."""
        names = ("probabilities", "centres_seconds", "labels")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def mean(cls, predictions: Sequence["Prediction"]) -> "Prediction":
        """Return the mean of the predictions of several models for the same answers."""
        if len(predictions) == 1:
            return predictions[0]
        mean: NDArray[np.float32] = np.stack([one.probabilities for one in predictions]).mean(axis=0, dtype=np.float32)
        return replace(predictions[0], probabilities=mean)


class Task(Protocol):
    """The interface of every file of this package."""

    CLASSES: tuple[str, ...]

    def labels(self, cutting: Mapping[str, float]) -> Labeller:
        """Return the function that labels answers; `cutting` is the section `windows` of the settings."""

    def decide(
        self, validation: Sequence[tuple[Prediction, Sequence[Event]]], postprocessing: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the decision from predictions for validation recordings: a threshold, or nothing."""

    def found(
        self, prediction: Prediction, decision: Mapping[str, Any], postprocessing: Mapping[str, Any]
    ) -> tuple[tuple[Event, ...], tuple[float, ...]]:
        """Return the events of a prediction, and the mean probability of each."""

    def comparable(
        self, source: WindowSource, events: Sequence[Event], cutting: Mapping[str, float]
    ) -> RecordingWindows:
        """Return the windows of a recording that can serve as comparison for windows of another class."""

    def focus(self, cut: RecordingWindows, detected: Sequence[Event]) -> NDArray[np.bool_]:
        """Return which answers of each window are explained together, shape (windows, answers)."""

    def targets(self, probabilities: NDArray[np.floating]) -> NDArray[np.int64]:
        """Return the class to explain for each window, of the probabilities of what is explained."""

    def interesting(
        self,
        cut: RecordingWindows,
        targets: NDArray[np.int64],
        detected: Sequence[Event],
        events: Sequence[Event],
        *,
        seed: int,
    ) -> NDArray[np.int64]:
        """Return the ascending indices of the windows to interpret; `cut` has one answer per window."""

    def explainable(self, labels: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which windows have a class to explain, whatever the model predicts; shape (windows,)."""

    def mapped(self, cut: RecordingWindows, detected: Sequence[Event]) -> NDArray[np.bool_]:
        """Return for which windows the importance over time is stored, shape (windows,)."""
