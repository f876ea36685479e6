"""Interpret the held-out model's decisions on one recording: choose windows and what they are compared with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap import windows
from bandmap.atlas import Atlas
from bandmap.context import (
    NONE,
    Context,
    Noted,
    background_indices,
    fallback_window,
    quiet_baselines,
    total_power,
)
from bandmap.normalized import Normalized
from bandmap.recording import Event
from bandmap.store.comparable import Comparable, read_all
from bandmap.store.events import read_events
from bandmap.store.predicted import Predictions, read_predictions
from bandmap.store.represented import RepresentedRecording, open_all, open_representation
from bandmap.store.weights import load_all
from bandmap.tasks import Task
from bandmap.training.fold import Source, cut_recording

BACKGROUNDS = 8
"""Windows of another class of the subject at hand for an interpretation."""

MOST_CANDIDATES = 512
"""Of a recording; more are thinned evenly: the quietest of so many is quiet enough, and a day fits in memory."""


def comparable(source: RepresentedRecording, task: Task, cutting: Mapping[str, float]) -> Comparable:
    """Return the windows of a recording that windows of another class may be compared with, and their power."""
    cut = task.comparable(source, source.events, cutting)
    some = np.arange(len(cut.starts)) % (1 + len(cut.starts) // MOST_CANDIDATES) == 0
    few = cut.only(some)
    power = total_power(source.windows(few.starts, few.length), log_power=bool(source.frequencies_hz))
    return Comparable(few.starts, few.labels, power)


@dataclass(frozen=True)
class Case:
    """One recording and what the models that never saw its subject say of it.

    Attributes
    ----------
    models : sequence of Normalized
        One, or the folds' ensemble for a subject that is in no fold.
    source : Source
        The recording.
    others : sequence of Source
        The subject's other recordings.
    comparable : sequence of Comparable
        Of the recording and of the others, in this order.
    detected : sequence of Event
    predictions : Predictions
    cutting : mapping
        Section `windows` of the settings that the models were trained with.
    """

    models: Sequence[Normalized]
    source: RepresentedRecording
    others: Sequence[Source]
    comparable: Sequence[Comparable]
    detected: Sequence[Event]
    predictions: Predictions
    cutting: Mapping[str, float]

    @classmethod
    def read(
        cls,
        weights: Sequence[str],
        array: str,
        others: Sequence[str],
        comparable: Sequence[str],
        probabilities: str,
        events: str,
    ) -> "Case":
        """Open the models' files, a recording's representation, the subject's others, predictions and detections."""
        loaded = load_all(weights)
        return cls(
            [model for model, _ in loaded],
            open_representation(array),
            open_all(others),
            read_all(comparable),
            read_events(events),
            read_predictions(probabilities),
            loaded[0][1]["windows"],
        )


@dataclass(frozen=True)
class Interpreted:
    """The importance of some windows of a recording, ready to be stored.

    Attributes
    ----------
    values : ndarray of float32, shape (windows, *axes)
    starts_seconds, probabilities, labels, targets : ndarray, shape (windows,)
        Start of each window, held-out probability of the class asked for, class by the recording's events, and the
        class asked for.
    notes : mapping of str to ndarray, shape (windows,)
        What else a method says of each window, such as a completeness gap.
    mapped : ndarray of int64
        Windows whose result over time is worth keeping.
    attributes : dict
        What it takes to make matrices of the values.
    """

    values: NDArray[np.float32]
    starts_seconds: NDArray[np.float64]
    probabilities: NDArray[np.float32]
    labels: NDArray[np.int64]
    targets: NDArray[np.int64]
    notes: Mapping[str, NDArray[np.float32]]
    mapped: NDArray[np.int64]
    attributes: dict[str, str | float]


def interpret_recording(
    method: Any,
    case: Case,
    settings: Mapping[str, Any],
    *,
    task: Task,
    atlas: Atlas,
    seed: int,
    device: str,
) -> Interpreted:
    """Attribute decisions on one recording of a subject that no model of the case ever saw.

    Parameters
    ----------
    method : module
        An interpretation plugin.
    case : Case
    settings : mapping
        `kind` (the plugin's name) and `options`.
    task : Task
        A file of `bandmap.tasks`.
    atlas : Atlas
    seed : int
    device : str
        "auto", "cpu" or "cuda".

    Returns
    -------
    Interpreted
        The mean over the models, where there are several.
    """
    source = case.source
    cut = cut_recording(source, task, case.cutting)
    targets = task.targets(case.predictions.probabilities)
    chosen = task.interesting(cut, targets, case.detected, source.events, seed=seed)
    part, asked = cut.only(np.isin(np.arange(len(cut.starts)), chosen)), targets[chosen]
    parts: list[Noted] = []
    for target in np.unique(asked) if len(asked) else [1]:
        few = part.only(asked == target)
        context = _context(case, few, int(target), atlas=atlas, seed=seed, device=_device(device))
        values = source.windows(few.starts, few.length)
        results = [
            Noted.of(method.attribute(model, values, int(target), context=context(model), **settings["options"]))
            for model in case.models
        ]
        parts.append(Noted.mean(results))
    return Interpreted(
        values=_in_order([few.values for few in parts], asked),
        notes={name: _in_order([few.notes[name] for few in parts], asked) for name in parts[0].notes},
        starts_seconds=part.starts / source.frame_rate_hz,
        probabilities=_of_class(case.predictions.probabilities[chosen], asked),
        labels=part.labels,
        targets=asked,
        mapped=np.flatnonzero(task.mapped(part, case.detected)),
        attributes={
            "channels": json.dumps(source.channels),
            "masked_channels": json.dumps(source.attributes["masked_channels"]),
            "interpolated_channels": json.dumps(source.attributes["interpolated_channels"]),
            "frequencies_hz": json.dumps([float(f) for f in source.frequencies_hz]),
            "frame_rate_hz": source.frame_rate_hz,
            "length_seconds": cut.length / source.frame_rate_hz,
            "classes": json.dumps(task.CLASSES),
            "threshold": float(case.predictions.attributes.get("threshold", np.nan)),
            "method": str(settings["kind"]),
            "options": json.dumps(dict(settings["options"])),
            "models": len(case.models),
        },
    )


def _in_order(parts: Sequence[NDArray[np.float32]], asked: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what was computed class by class in the order of the windows."""
    place = np.argsort(np.argsort(asked, kind="stable"), kind="stable")
    return np.concatenate(parts)[place]


def _of_class(probabilities: NDArray[np.float32], asked: NDArray[np.int64]) -> NDArray[np.float32]:
    if probabilities.ndim == 1:
        return np.where(asked == 1, probabilities, 1 - probabilities).astype(np.float32)
    return probabilities[np.arange(len(asked)), asked]


def _context(case: Case, part: windows.RecordingWindows, target: int, *, atlas: Atlas, seed: int, device: str) -> Any:
    """Return a function of a model: what its windows of one class are compared with."""
    source = case.source
    others = _Others.of(case, target, part.length)
    baselines, background = others.baselines(part.starts), others.background(seed)

    def context(model: Normalized) -> Context:
        shape = source.windows(np.zeros(0, np.int64), part.length).shape[1:]
        fallback = fallback_window(model.mean.cpu().numpy(), shape)
        return Context(
            atlas=atlas,
            channels=tuple(source.channels),
            frequencies_hz=tuple(source.frequencies_hz),
            rate_hz=source.frame_rate_hz,
            baseline=np.stack([fallback] * len(part.starts)) if baselines is None else baselines,
            background=fallback[None] if background is None else background,
            device=device,
            seed=seed,
        )

    return context


@dataclass(frozen=True)
class _Others:
    """The windows of a subject that are not of a class; those of the recording at hand come first."""

    case: Case
    length: int
    owner: NDArray[np.int64]
    starts: NDArray[np.int64]
    power: NDArray[np.float64]

    @classmethod
    def of(cls, case: Case, target: int, length: int) -> "_Others":
        owners, starts, power = [], [], []
        for number, found in enumerate(case.comparable):
            other = found.labels != target
            owners.append(np.full(int(other.sum()), number))
            starts.append(found.starts[other])
            power.append(found.power[other])
        return cls(case, length, np.concatenate(owners), np.concatenate(starts), np.concatenate(power))

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return windows in the order of their indices."""
        sources = [self.case.source, *self.case.others]
        parts = [sources[self.owner[i]].windows(self.starts[i : i + 1], self.length) for i in indices]
        return np.concatenate(parts) if parts else sources[0].windows(np.zeros(0, np.int64), self.length)

    def baselines(self, starts: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """Return for every window the quiet one that replaces it; None where there is none."""
        rate, events = self.case.source.frame_rate_hz, self.case.source.events
        before = [_onset_before(start / rate, (start + self.length) / rate, events) for start in starts]
        seconds = np.where(self.owner == 0, self.starts / rate, np.nan)
        indices = quiet_baselines(before, seconds, self.power, length_seconds=self.length / rate)
        return None if (indices == NONE).any() else self.take(indices)

    def background(self, seed: int) -> NDArray[np.float32] | None:
        """Return some of the windows; None where there is none."""
        return self.take(background_indices(len(self.starts), BACKGROUNDS, seed=seed)) if len(self.starts) else None


def _onset_before(start: float, end: float, events: Sequence[Event]) -> float:
    """Return the onset of the seizure that a window lies in, or the window's own start."""
    onsets = [event.onset for event in events if event.is_seizure and event.onset < end and start < event.offset]
    return min(onsets, default=start)


def _device(device: str) -> str:
    import torch

    return ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
