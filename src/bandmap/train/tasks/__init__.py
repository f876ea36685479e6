"""What a model is asked: which classes there are, which class a window has, and what its answers mean.

A task is one file; `run: task` names it. All have `CLASSES` and the functions of `Task`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.windows import Labeller, RecordingWindows, WindowSource


@dataclass(frozen=True)
class Prediction:
    """What a model says of one recording.

    Attributes
    ----------
    probabilities : ndarray of float32, shape (windows,) or (windows, classes)
        Of class 1 where there are two classes, else of each.
    centres_seconds : ndarray of float64, shape (windows,)
        Middle of each window from the start of the recording, ascending.
    labels : ndarray of int64, shape (windows,)
        Class of each window by the recording's events, -1 where it has none.
    step_seconds : float
        Between neighbouring windows; where centres are further apart, windows are missing (masked time).
    duration_seconds : float
        Of the recording.
    """

    probabilities: NDArray[np.float32]
    centres_seconds: NDArray[np.float64]
    labels: NDArray[np.int64]
    step_seconds: float
    duration_seconds: float

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """The arrays that a file of predictions holds."""
        names = ("probabilities", "centres_seconds", "labels")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def mean(cls, said: Sequence["Prediction"]) -> "Prediction":
        """Return the mean of what several models say of the same windows."""
        if len(said) == 1:
            return said[0]
        mean: NDArray[np.float32] = np.stack([one.probabilities for one in said]).mean(axis=0, dtype=np.float32)
        return replace(said[0], probabilities=mean)


class Task(Protocol):
    """What every file of this package offers."""

    CLASSES: tuple[str, ...]

    def labels(self, cutting: Mapping[str, float]) -> Labeller:
        """Return what gives windows their class; `cutting` is the section `windows` of the settings."""

    def decide(
        self, validation: Sequence[tuple[Prediction, Sequence[Event]]], postprocessing: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what is chosen on predictions for validation recordings: a threshold, or nothing."""

    def found(
        self, prediction: Prediction, decision: Mapping[str, Any], postprocessing: Mapping[str, Any]
    ) -> tuple[tuple[Event, ...], tuple[float, ...]]:
        """Return the events that a prediction comes to, and the mean probability of each."""

    def comparable(
        self, source: WindowSource, events: Sequence[Event], cutting: Mapping[str, float]
    ) -> RecordingWindows:
        """Return the windows of a recording that windows of another class may be compared with."""

    def targets(self, probabilities: NDArray[np.floating]) -> NDArray[np.int64]:
        """Return the class whose importance is asked for, for each predicted window."""

    def interesting(
        self,
        cut: RecordingWindows,
        targets: NDArray[np.int64],
        detected: Sequence[Event],
        events: Sequence[Event],
        *,
        seed: int,
    ) -> NDArray[np.int64]:
        """Return the indices of the windows that are worth an interpretation, ascending."""

    def right(
        self, probabilities: NDArray[np.floating], labels: NDArray[np.integer], decision: Mapping[str, Any]
    ) -> NDArray[np.bool_]:
        """Return which predicted windows are of a class worth explaining, and were given it, shape (windows,)."""

    def mapped(self, cut: RecordingWindows, detected: Sequence[Event]) -> NDArray[np.bool_]:
        """Return for which windows an importance over time is worth keeping, shape (windows,)."""
