"""One fold: train on some subjects, let others choose weights and threshold, predict for one never seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap import scoring, windows
from bandmap.normalized import Normalized
from bandmap.recording import Event
from bandmap.training.augmentation import Augmentation, Augmenter
from bandmap.training.loop import fit, new_model, predict
from bandmap.training.recipe import Fitted, Recipe

PREDICTION_BATCH = 256
"""Windows a forward pass; changes speed and memory, not results."""


class Source(windows.WindowSource, Protocol):
    """A represented recording with its events."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels."""

    @property
    def frequencies_hz(self) -> tuple[float, ...]:
        """Frequencies of the rows; empty for raw signal."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Events of the recording."""


@dataclass(frozen=True)
class TrainedFold:
    """What a fold leaves.

    Attributes
    ----------
    model : Normalized
        With the weights of the best epoch.
    settings : dict
        What it takes to rebuild the model and to use it: kind, shape, hyperparameters, channels, threshold ...
    fitted : Fitted
    """

    model: Normalized
    settings: dict[str, Any]
    fitted: Fitted


def train_fold(
    training: Sequence[Source],
    validation: Sequence[Source],
    build: Callable[..., nn.Module],
    *,
    kind: str,
    hyperparameters: Mapping[str, Any],
    cutting: Mapping[str, float],
    recipe: Mapping[str, Any],
    postprocessing: Mapping[str, float],
    seed: int,
    device: str,
) -> TrainedFold:
    """Train a model of one fold.

    Parameters
    ----------
    training, validation : sequence of Source
        Recordings of different subjects; the fold's test subject is in neither.
    build : callable
        The model plugin's.
    kind : str
        The plugin's name.
    hyperparameters : mapping
        The plugin's options.
    cutting, recipe, postprocessing : mapping
        Sections `windows`, `training` and `postprocessing` of the settings.
    seed : int
    device : str

    Returns
    -------
    TrainedFold
        Its threshold is chosen on the validation recordings alone.
    """
    train_set = windows.WindowSet([_cut(source, cutting, cutting["training_step_seconds"]) for source in training])
    validation_set = windows.WindowSet([_cut(source, cutting) for source in validation])
    model = new_model(build, train_set, n_classes=2, seed=seed, **hyperparameters)
    how = Recipe(**{name: value for name, value in recipe.items() if name != "augmentation"})
    augment = Augmenter(Augmentation.of(recipe["augmentation"]), training[0].channels, model.mean, seed)
    fitted = fit(model, train_set, validation_set, how, seed=seed, device=device, augment=augment)
    predicted = [(predict_recording(model, source, cutting, device=device), source.events) for source in validation]
    threshold = scoring.choose_threshold(
        [(prediction.predicted, events) for prediction, events in predicted if prediction.starts.size],
        smooth_seconds=postprocessing["smooth_seconds"],
        minimum_seconds=postprocessing["minimum_seconds"],
    )
    settings = {
        "kind": kind,
        "shape": [int(size) for size in train_set.take(np.array([0])).shape[1:]],
        "n_classes": 2,
        "hyperparameters": dict(hyperparameters),
        "channels": list(training[0].channels),
        "frequencies_hz": list(training[0].frequencies_hz),
        "frame_rate_hz": training[0].frame_rate_hz,
        "threshold": threshold.value,
        "threshold_reason": threshold.reason,
        "windows": dict(cutting),
        "seed": seed,
        "best_epoch": fitted.best_epoch,
    }
    return TrainedFold(model, settings, fitted)


@dataclass(frozen=True)
class Prediction:
    """What a model says of one recording.

    Attributes
    ----------
    predicted : scoring.Predicted
    starts : ndarray of int64, shape (windows,)
        First frames of the windows.
    labels : ndarray of int64, shape (windows,)
        Class of each window by the recording's events.
    """

    predicted: scoring.Predicted
    starts: NDArray[np.int64]
    labels: NDArray[np.int64]

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """The arrays that a file of predictions holds."""
        return {
            "probabilities": self.predicted.probabilities,
            "centres_seconds": self.predicted.centres_seconds,
            "labels": self.labels,
        }


def predict_recording(model: nn.Module, source: Source, cutting: Mapping[str, float], *, device: str) -> Prediction:
    """Return a model's probability of seizure in every window of a recording."""
    cut = _cut(source, cutting)
    chosen = windows.WindowSet([cut])
    found = predict(model, chosen, batch_size=PREDICTION_BATCH, device=device)
    duration = source.n_frames / source.frame_rate_hz
    predicted = scoring.Predicted(found, cut.centres_seconds, cutting["step_seconds"], duration)
    return Prediction(predicted, cut.starts, cut.labels)


def _cut(
    source: Source, cutting: Mapping[str, float], background_step_seconds: float | None = None
) -> windows.RecordingWindows:
    return windows.cut(
        source,
        source.events,
        length_seconds=cutting["length_seconds"],
        step_seconds=cutting["step_seconds"],
        seizure_overlap=cutting["seizure_overlap"],
        background_step_seconds=background_step_seconds,
    )
