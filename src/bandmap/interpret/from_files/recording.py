"""Interpretation of the decisions of held-out models on one recording."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.files.comparable import Comparable, Shared, read_comparable, read_shared
from bandmap.files.events import read_events
from bandmap.files.predicted import Predictions, read_predictions
from bandmap.files.represented import RepresentedRecording, open_representation
from bandmap.files.weights import load_all
from bandmap.interpret.context import Context, Noted, fallback_window, quiet_baselines
from bandmap.train.fold import cut_recording
from bandmap.train.tasks import Task
from bandmap.vocabulary import windows
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.device import device_of
from bandmap.vocabulary.frames import answers_of
from bandmap.vocabulary.network import Focused, Normalized
from bandmap.vocabulary.recording import Event


@dataclass(frozen=True)
class Case:
    """One recording and the predictions of the models that never saw its subject.

    Attributes
    ----------
    models : sequence of Normalized
        One model, or the ensemble of all folds for a subject that is in no fold.
    source : Source
        The recording.
    comparable : Comparable
        Comparison windows for the recording.
    detected : sequence of Event
    predictions : Predictions
    cutting : mapping
        Section `windows` of the settings that the models were trained with.
    others : sequence of Shared
        Comparison windows of another subject, one entry per class; none if no method needs them.
    """

    models: Sequence[Normalized]
    source: RepresentedRecording
    comparable: Comparable
    detected: Sequence[Event]
    predictions: Predictions
    cutting: Mapping[str, float]
    others: Sequence[Shared] = ()

    @classmethod
    def read(
        cls,
        weights: Sequence[str],
        array: str,
        recording: str,
        comparable: str,
        probabilities: str,
        events: str,
        other: Sequence[str] = (),
    ) -> "Case":
        """Open the files of the models, of a recording's representation, of comparison windows and of predictions.

        `other` contains the file of comparison windows of another subject, or nothing.
        """
        loaded = load_all(weights)
        return cls(
            [model for model, _ in loaded],
            open_representation(array),
            read_comparable(comparable, recording),
            read_events(events),
            read_predictions(probabilities),
            loaded[0][1]["windows"],
            [shared for path in other for shared in read_shared(path)],
        )


@dataclass(frozen=True)
class Interpreted:
    """The importance of some windows of a recording, ready to be stored.

    Attributes
    ----------
    values : ndarray of float32, shape (windows, *axes)
    starts_seconds, probabilities, labels, targets : ndarray, shape (windows,)
        Start of each window, held-out probability of the explained class, class by the recording's events, and the
        explained class.
    notes : mapping of str to ndarray, shape (windows,)
        Additional results of the method for each window, such as a completeness gap.
    mapped : ndarray of int64
        Windows whose result over time is stored.
    attributes : dict
        Metadata to compute matrices from the values.
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
    """Attribute decisions on one recording of a subject that no model of the case has seen.

    Parameters
    ----------
    method : module
        An interpretation plugin.
    case : Case
    settings : mapping
        `kind` (the plugin's name) and `options`.
    task : Task
        A file of `bandmap.train.tasks`.
    atlas : Atlas
    seed : int
    device : str
        "auto", "cpu" or "cuda".

    Returns
    -------
    Interpreted
        The mean over the models, if there are several.
    """
    source = case.source
    cut, focus, probabilities = focused(case, task)
    targets = task.targets(probabilities)
    chosen = task.interesting(cut, targets, case.detected, source.events, seed=seed)
    part, explained = cut.only(np.isin(np.arange(len(cut.starts)), chosen)), targets[chosen]
    kinds, group = _alike(explained, focus[chosen])
    parts: list[Noted] = []
    for number, (target, *answers) in enumerate(kinds):
        few = part.only(group == number)
        context = surroundings(case, few, int(target), atlas=atlas, seed=seed, device=device)
        values, options = source.windows(few.starts, few.length), settings["options"]
        results = [
            Noted.of(method.attribute(Focused(model, answers), values, int(target), context=context(model), **options))
            for model in case.models
        ]
        parts.append(Noted.mean(results))
    return Interpreted(
        values=_in_order([few.values for few in parts], group),
        notes={name: _in_order([few.notes[name] for few in parts], group) for name in parts[0].notes},
        starts_seconds=part.starts / source.frame_rate_hz,
        probabilities=_of_class(probabilities[chosen], explained),
        labels=part.labels,
        targets=explained,
        mapped=np.flatnonzero(task.mapped(part, case.detected)),
        attributes={
            "channels": json.dumps(source.channels),
            "masked_channels": json.dumps(source.attributes["masked_channels"]),
            "interpolated_channels": json.dumps(source.attributes["interpolated_channels"]),
            "frequencies_hz": json.dumps([float(f) for f in source.frequencies_hz]),
            "edges_hz": json.dumps(_edges(source)),
            "frame_rate_hz": source.frame_rate_hz,
            "length_seconds": cut.length / source.frame_rate_hz,
            "classes": json.dumps(task.CLASSES),
            "threshold": float(case.predictions.attributes.get("threshold", np.nan)),
            "method": str(settings["kind"]),
            "options": json.dumps(dict(settings["options"])),
            "models": len(case.models),
        },
    )


def focused(case: Case, task: Task) -> tuple[windows.RecordingWindows, NDArray[np.bool_], NDArray[np.float32]]:
    """Return what can be explained of the windows of a recording: the answers of each that the task puts together.

    Returns
    -------
    cut : RecordingWindows
        One answer per window.
    focus : ndarray of bool, shape (windows, answers)
        The answers of the model that are explained together, such as those within a detection.
    probabilities : ndarray of float32, shape (windows) or (windows, classes)
        Their mean.
    """
    cut = cut_recording(case.source, task, case.cutting)
    focus = task.focus(cut, case.detected)
    return cut.about(focus), focus, cut.lattice.of_windows(case.predictions.probabilities, focus)


def _alike(explained: NDArray[np.int64], focus: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different pairs of class and explained answers, one a row, and the row of each window."""
    rows = np.column_stack([explained, focus])
    if not len(rows):
        return np.ones((1, rows.shape[1]), np.int64), explained
    kinds, group = np.unique(rows, axis=0, return_inverse=True)
    return kinds, group.ravel()


def _edges(source: RepresentedRecording) -> tuple[float, ...]:
    return tuple(float(edge) for edge in source.attributes.get("edges_hz", ()))


def _in_order(parts: Sequence[NDArray[np.float32]], group: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what was computed group by group in the order of the windows."""
    place = np.argsort(np.argsort(group, kind="stable"), kind="stable")
    return np.concatenate(parts)[place]


def _of_class(probabilities: NDArray[np.float32], explained: NDArray[np.int64]) -> NDArray[np.float32]:
    if probabilities.ndim == 1:
        return np.where(explained == 1, probabilities, 1 - probabilities).astype(np.float32)
    return probabilities[np.arange(len(explained)), explained]


def surroundings(
    case: Case, part: windows.RecordingWindows, target: int, *, atlas: Atlas, seed: int, device: str
) -> Callable[[Normalized], Context]:
    """Return a function of a model that returns the context of some windows of the recording for a class."""
    source, background = case.source, case.comparable.shared[target].background
    others = [shared.background for shared in case.others][target : target + 1]
    baselines = _baselines(case, part, target)

    def context(model: Normalized) -> Context:
        shape = source.windows(np.zeros(0, np.int64), part.length).shape[1:]
        fallback = fallback_window(model.mean.cpu().numpy(), shape)
        return Context(
            atlas=atlas,
            channels=tuple(source.channels),
            frequencies_hz=tuple(source.frequencies_hz),
            rate_hz=source.frame_rate_hz,
            baseline=np.stack([fallback] * len(part.starts)) if baselines is None else baselines,
            background=background if len(background) else fallback[None],
            device=device_of(device).type,
            batch_size=max(1, Context.batch_size // answers_of(case.cutting)[0]),
            seed=seed,
            edges_hz=_edges(source),
            others=np.concatenate([one if len(one) else fallback[None] for one in others] or [fallback[None][:0]]),
        )

    return context


def _baselines(case: Case, part: windows.RecordingWindows, target: int) -> NDArray[np.float32] | None:
    """Return the quiet window that replaces each window; None if the subject has none."""
    own, quietest = case.comparable.own, case.comparable.shared[target].quietest
    if not len(quietest):
        return None
    source, rate = case.source, case.source.frame_rate_hz
    starts, power = own.starts[own.labels != target], own.power[own.labels != target]
    ends = part.starts + part.length
    before = [_onset_before(*span, source.events) for span in zip(part.starts / rate, ends / rate, strict=True)]
    # The quietest window of the subject follows the recording's windows, without a time and with the lowest power.
    seconds, power = np.append(starts / rate, np.nan), np.append(power, -np.inf)
    indices = quiet_baselines(before, seconds, power, length_seconds=part.length / rate)
    chosen = [source.windows(starts[i : i + 1], part.length) if i < len(starts) else quietest for i in indices]
    return np.concatenate(chosen) if chosen else quietest[:0]


def _onset_before(start: float, end: float, events: Sequence[Event]) -> float:
    """Return the onset of the seizure that contains a window, or the start of the window."""
    onsets = [event.onset for event in events if event.is_seizure and event.onset < end and start < event.offset]
    return min(onsets, default=start)
