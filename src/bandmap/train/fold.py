"""One fold: training, choice of weights on validation subjects, and prediction of validation and test subjects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bandmap.train.augmentation import Augmentation, Augmenter
from bandmap.train.fitting import begin_from, fit, new_model
from bandmap.train.prediction import predict, predict_overlapping
from bandmap.train.recipe import Fitted, Recipe
from bandmap.train.resuming import Checkpoint
from bandmap.train.tasks import Prediction, Task
from bandmap.vocabulary import plugins, windows
from bandmap.vocabulary.answers import centres_seconds
from bandmap.vocabulary.frames import answers_of, whole_frames
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.recording import Event

PREDICTION_BATCH = 256
"""Answers per forward pass; affects speed and memory, not results."""


class Source(windows.WindowSource, Protocol):
    """A represented recording with its events."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels."""

    @property
    def frequencies_hz(self) -> tuple[float, ...]:
        """Frequencies of the rows; empty for raw signals."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Events of the recording."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Metadata of the recording: duration_seconds, masked_channels ..."""


@dataclass(frozen=True)
class TrainedFold:
    """The result of training a fold.

    Attributes
    ----------
    model : Normalized
        Model with the weights of the best epoch.
    settings : dict
        Settings to rebuild and use the model: kind, shape, hyperparameters, channels ...
    fitted : Fitted
    windows : list of dict
        Rows of `tables.WINDOWS`: windows used, and windows left out because too much of them is flagged.
    validation : list of (Prediction, tuple of Event)
        Predictions and events of each validation recording, on which a threshold is chosen.
    """

    model: Normalized
    settings: dict[str, Any]
    fitted: Fitted
    windows: list[dict[str, object]]
    validation: list[tuple[Prediction, tuple[Event, ...]]] = field(default_factory=list)


@dataclass(frozen=True)
class Learner:
    """How a fold is trained: the task and the settings in the form shared by all models.

    Attributes
    ----------
    task : Task
        A file of `bandmap.train.tasks`.
    cutting, recipe : mapping
        Sections `windows` and `training` of the settings.
    seed : int
    device : str
        "auto", "cpu" or "cuda".
    shuffled : bool
        Whether the classes of training windows are shuffled within each recording, as a control with nothing to learn.
        The validation loss is meaningless then, so the lowest training loss chooses the weights.
    """

    task: Task
    cutting: Mapping[str, float]
    recipe: Mapping[str, Any]
    seed: int
    device: str
    shuffled: bool = False

    def how(self) -> Recipe:
        """Return the recipe of the training."""
        return Recipe.of(self.recipe)

    def augmenter(self, source: Source, model: Normalized) -> Augmenter:
        """Return the augmenter for training windows with the channels of a recording."""
        return Augmenter(Augmentation.of(self.recipe["augmentation"]), source.channels, model.mean, self.seed)


def train_fold(
    training: Sequence[Source],
    validation: Sequence[Source],
    model: Mapping[str, Any],
    learner: Learner,
    *,
    initial: Mapping[str, torch.Tensor] | None = None,
    checkpoint: Checkpoint | None = None,
) -> TrainedFold:
    """Train the model of one fold.

    Parameters
    ----------
    training, validation : sequence of Source
        Recordings of different subjects, without the test subjects of the fold.
    model : mapping
        `kind` (a plugin of `bandmap.train.models`) and `options` (its hyperparameters).
    learner : Learner
    initial : mapping of str to tensor, optional
        Weights to start from, by the names of the network's own (`begin_from`).
    checkpoint : Checkpoint, optional
        Stores the state after every epoch, from which a killed training resumes.

    Returns
    -------
    TrainedFold
    """
    task, cutting, device = learner.task, learner.cutting, learner.device
    train_set, seen = _training_windows(training, task, cutting, cutting["training_step_seconds"])
    if learner.shuffled:
        train_set, validation = _shuffled(train_set, learner.seed), ()
    validation_set, watched = _training_windows(validation, task, cutting, cutting["step_seconds"])
    build = plugins.load("bandmap.train.models", model["kind"]).build
    n_classes, hyperparameters = len(task.CLASSES), _hyperparameters(model, training[0])
    network = new_model(build, train_set, n_classes=n_classes, seed=learner.seed, **hyperparameters)
    if initial is not None:
        begin_from(network.network, initial)
    fitted = fit(
        network,
        train_set,
        validation_set,
        learner.how(),
        seed=learner.seed,
        device=device,
        augment=learner.augmenter(training[0], network),
        checkpoint=checkpoint,
    )
    settings = {
        "kind": model["kind"],
        "shape": [int(size) for size in train_set.take(np.array([0])).shape[1:]],
        "n_classes": n_classes,
        "hyperparameters": hyperparameters,
        "channels": list(training[0].channels),
        "frequencies_hz": list(training[0].frequencies_hz),
        "frame_rate_hz": training[0].frame_rate_hz,
        "windows": dict(cutting),
        "seed": learner.seed,
        "precision": fitted.resources["precision"],
        "best_epoch": fitted.best_epoch,
        "averaged_epochs": fitted.averaged,
    }
    predicted = [(predict_recording(network, s, task, cutting, device=device), s.events) for s in validation]
    return TrainedFold(network, settings, fitted, _counted(task, train=seen, validation=watched), predicted)


def predict_recording(
    model: nn.Module, source: Source, task: Task, cutting: Mapping[str, float], *, device: str
) -> Prediction:
    """Return the predictions of a model for a recording: the mean of each answer over the windows that contain it."""
    cut = cut_recording(source, task, cutting)
    n_answers, seconds = answers_of(cutting)
    step = whole_frames(cutting["step_seconds"], source.frame_rate_hz, "step_seconds")
    at_once = max(1, PREDICTION_BATCH // n_answers)
    probabilities = predict_overlapping(model, cut, step, batch_size=at_once, device=device)
    if probabilities is None:
        probabilities = predict(model, windows.WindowSet([cut]), batch_size=at_once, device=device)
    lattice = cut.lattice
    centres = centres_seconds(lattice.starts, cut.length // n_answers, source.frame_rate_hz)
    duration = float(source.attributes.get("duration_seconds", source.n_frames / source.frame_rate_hz))
    return Prediction(lattice.merged(probabilities), centres, lattice.known(cut.answers), seconds, duration)


def predict_each(
    models: Sequence[tuple[nn.Module, Mapping[str, Any]]], source: Source, task: Task, *, device: str
) -> list[Prediction]:
    """Return the prediction of each of several models for a recording.

    Parameters
    ----------
    models : sequence of (Module, dict)
        One model, or the ensemble of all folds, with the settings that are saved beside the weights.
    source : Source
    task : Task
    device : str
    """
    return [predict_recording(model, source, task, settings["windows"], device=device) for model, settings in models]


def cut_recording(source: Source, task: Task, cutting: Mapping[str, float]) -> windows.RecordingWindows:
    """Return all windows of a recording, with their classes."""
    return windows.cut(source, source.events, task.labels(cutting), cutting)


def _hyperparameters(model: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """Return the hyperparameters of a model, with the rate of its windows if it needs to know."""
    needs = plugins.keyword_arguments("bandmap.train.models", model["kind"], "build")
    return {**model["options"], **({"rate_hz": source.frame_rate_hz} if "rate_hz" in needs else {})}


_Counts = list[tuple[NDArray[np.int64], NDArray[np.bool_]]]


def _training_windows(
    sources: Iterable[Source], task: Task, cutting: Mapping[str, float], step_seconds: float
) -> tuple[windows.WindowSet, _Counts]:
    """Return the training windows, and for each recording the classes and which windows have bad quality."""
    parts, counts = [], []
    for source in sources:
        part = windows.thinned(cut_recording(source, task, cutting), step_seconds)
        too_bad = windows.bad_share(part) > cutting["most_bad_share"]
        parts.append(part.only(~too_bad))
        counts.append((part.labels, too_bad))
    return windows.WindowSet(parts), counts


def _shuffled(train: windows.WindowSet, seed: int) -> windows.WindowSet:
    generator = np.random.default_rng(seed)
    return windows.WindowSet([replace(part, answers=generator.permutation(part.answers)) for part in train.parts])


def _counted(task: Task, **roles: _Counts) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for role, counts in roles.items():
        for number, name in enumerate(task.CLASSES):
            used = sum(int(((labels == number) & ~bad).sum()) for labels, bad in counts)
            excluded = sum(int(((labels == number) & bad).sum()) for labels, bad in counts)
            rows.append({"role": role, "class": name, "windows": used, "excluded": excluded})
    return rows
