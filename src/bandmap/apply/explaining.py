"""Explanation of the detections of a model in one recording: importance of channels, and region x band matrices."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from bandmap.aggregate.from_files import unit_matrices
from bandmap.aggregate.units import WINDOW_SHARE
from bandmap.apply.annotations import important
from bandmap.apply.atlas import atlas_of
from bandmap.apply.deciding import Applied, deciding_probability, threshold_of
from bandmap.files.attributed import read_attribution, write_attribution
from bandmap.files.comparable import Comparable
from bandmap.files.events import write_events
from bandmap.files.predicted import Predictions, write_predictions
from bandmap.files.represented import RepresentedRecording
from bandmap.interpret.from_files.comparable import comparable
from bandmap.interpret.from_files.recording import Case, interpret_recording
from bandmap.train.tasks import Task
from bandmap.vocabulary import plugins
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.recording import Event

if TYPE_CHECKING:
    import mne

SEED = 1
"""Seed of the choice of comparison windows, as in config.yaml."""

JOINT, MAP, CHANNELS, OVER_TIME = "band_occlusion", "gradcam", "occlusion", "ecam"
TITLES: Mapping[str, str] = {JOINT: "joint: band occlusion", "published": "published: product"}
"""Matrix -> its title, the joint one first."""

_OPTIONS: Mapping[str, Mapping[str, Any]] = {MAP: {"layer": "layer2"}}


@dataclass(frozen=True)
class Explanation:
    """Why a model detects what it detects.

    Attributes
    ----------
    events : DataFrame
        Result of `Model.detect`.
    matrices : mapping of str to DataFrame
        Matrix (`TITLES`) -> matrices of the events, a table of `tables.UNITS` (`docs/tables.md`). The events are named
        1, 2, 3 ...; without a reference, all of them have the outcome `hit`.
    importance : DataFrame
        One row per channel and window of an event: event (its name), seconds (centre of the window), channel,
        importance (change of the log odds).
    files : mapping of str to str
        Name -> file for figures: recording, array, probabilities, reference (if known), detected, and attributions by
        method. The folder given to `explain` contains them.
    """

    events: pd.DataFrame
    matrices: Mapping[str, pd.DataFrame]
    importance: pd.DataFrame
    files: Mapping[str, str]

    def annotations(self, recording: "mne.io.BaseRaw | Sequence[str] | None" = None) -> "mne.Annotations":
        """Return the events, and the times of their important channels, as MNE annotations.

        Parameters
        ----------
        recording : mne.io.Raw or sequence of str, optional
            The recording, or the names of its channels. A channel of the model (Fp1-F7) marks the channel of the same
            name, or else the channels of its two electrodes. Without it, names are those of the model's channels.
        """
        names = recording if recording is None or not hasattr(recording, "ch_names") else recording.ch_names
        return important(self.events, self.importance, names)


class Explainable(Protocol):
    """What an explanation needs of `bandmap.apply.model.Model`."""

    @property
    def about(self) -> Mapping[str, Any]:
        """Description in the file."""

    @property
    def networks(self) -> tuple[Normalized, ...]:
        """Networks whose explanations are averaged."""

    @property
    def device(self) -> str:
        """Device of the networks."""

    def apply_prepared(self, source: RepresentedRecording) -> Applied:
        """Return the predictions for a recording, and its events."""


def explain(
    model: Explainable, source: RepresentedRecording, folder: Path, name: str, reference: Sequence[Event] | None
) -> Explanation:
    """Explain the detections in one recording.

    Parameters
    ----------
    model : Explainable
    source : RepresentedRecording
        Result of `Model.prepare` with the same folder.
    folder : Path
        Where the files are written.
    name : str
        Name of the recording.
    reference : sequence of Event, optional
        Annotated events. With them, seizures are found or missed, and other detections are false alarms; without them,
        the detections themselves are explained.
    """
    task: Task = plugins.load("bandmap.train.tasks", model.about["task"])
    applied = model.apply_prepared(source)
    detected = applied.found
    files = _write(folder, source, applied, detected, reference, model.about)
    source.events = tuple(detected if reference is None else reference)
    case = _case(model, source, applied, detected, task)
    for method, options in _methods(model.about["network"]["kind"]).items():
        files[method] = str(folder / f"{method}.h5")
        _attribute(files[method], method, options, case, task, model)
    return Explanation(applied.events, _matrices(files, name, model.about), _importance(files, source.events), files)


def made_of(files: Mapping[str, str]) -> dict[str, list[str]]:
    """Return matrix -> the methods that it uses, for the methods among the files."""
    made = {JOINT: [JOINT], "published": [MAP, CHANNELS]}
    return {name: methods for name, methods in made.items() if set(methods) <= set(files)}


def _methods(kind: str) -> dict[str, Mapping[str, Any]]:
    """Return method -> options, for the methods that fit a kind of network."""
    offers: Any = plugins.constant("bandmap.train.models", kind, "OFFERS")
    methods = [CHANNELS, JOINT]
    for method in (MAP, OVER_TIME):
        needs: Any = plugins.constant("bandmap.interpret.methods", method, "NEEDS")
        methods += [method] if set(needs or ()) <= set(offers or ()) else []
    return {method: _OPTIONS.get(method, {}) for method in methods}


def _write(
    folder: Path,
    source: RepresentedRecording,
    applied: Applied,
    detected: Sequence[Event],
    reference: Sequence[Event] | None,
    about: Mapping[str, Any],
) -> dict[str, str]:
    """Write predictions and events; return name -> file."""
    files = {"recording": str(folder / "harmonized.h5"), "array": str(source.path)}
    files["probabilities"] = str(folder / "probabilities.h5")
    write_predictions(
        files["probabilities"],
        probabilities=deciding_probability(applied.each, about),
        centres_seconds=applied.mean.centres_seconds,
        labels=applied.mean.labels,
        attributes={"threshold": threshold_of(about), "step_seconds": applied.mean.step_seconds},
    )
    for role, events in (("detected", detected), ("reference", reference)):
        if events is not None:
            files[role] = str(folder / f"{role}.tsv")
            write_events(files[role], events, recording_seconds=applied.mean.duration_seconds)
    return files


def _case(
    model: Explainable, source: RepresentedRecording, applied: Applied, detected: Sequence[Event], task: Task
) -> Case:
    listed, shared = comparable([source], task, model.about["windows"], seed=SEED)
    predictions = Predictions(
        deciding_probability(applied.each, model.about),
        applied.mean.centres_seconds,
        applied.mean.labels.astype(np.int8),
        {"threshold": threshold_of(model.about)},
    )
    return Case(model.networks, source, Comparable(listed[0], shared), detected, predictions, model.about["windows"])


def _attribute(path: str, method: str, options: Mapping[str, Any], case: Case, task: Task, model: Explainable) -> None:
    plugin = plugins.load("bandmap.interpret.methods", method)
    settings = {"kind": method, "options": options}
    result = interpret_recording(
        plugin, case, settings, task=task, atlas=atlas_of(model.about), seed=SEED, device=model.device
    )
    write_attribution(path, axes=plugin.AXES, **vars(result))


def _matrices(files: Mapping[str, str], name: str, about: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    task = plugins.load("bandmap.aggregate.from_files", about["task"])
    row = {"dataset": about["name"], "subject": name, "recording": name}
    events = [files.get("reference", files["detected"])], [files["detected"]]
    return {
        matrix: unit_matrices(task, [row], [files[method] for method in methods], *events, atlas_of(about))
        for matrix, methods in made_of(files).items()
    }


def _importance(files: Mapping[str, str], events: Sequence[Event]) -> pd.DataFrame:
    """Return the importance of channels in the windows of each event, which are those of its matrix."""
    found = read_attribution(files.get(OVER_TIME, files[CHANNELS]))
    values = found.values if found.values.ndim == 2 else found.values.sum(axis=2)
    length = float(found.attributes["length_seconds"])
    starts, centres = found.starts_seconds, found.starts_seconds + length / 2
    channels = json.loads(str(found.attributes["channels"]))
    parts = [pd.DataFrame({"event": [], "seconds": [], "channel": [], "importance": []})]
    for number, event in enumerate(sorted(events), start=1):
        shared = np.minimum(starts + length, event.offset) - np.maximum(starts, event.onset)
        inside = shared >= WINDOW_SHARE * min(length, event.duration)
        wide = pd.DataFrame(values[inside], columns=channels)
        wide.insert(0, "seconds", centres[inside])
        wide.insert(0, "event", str(number))
        parts.append(wide.melt(["event", "seconds"], var_name="channel", value_name="importance"))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
