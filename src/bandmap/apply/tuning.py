"""The command `bandmap fine-tune`: continue the networks of a model file on time that a reviewer has looked at."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bandmap.apply.card import card
from bandmap.apply.model import Model
from bandmap.files.events import read_events
from bandmap.files.fingerprint import fingerprint
from bandmap.files.model_file import ModelFileError, write_model_file
from bandmap.files.reviewed import read_stretches
from bandmap.train.fold import Learner
from bandmap.train.tuning import continued, within
from bandmap.vocabulary import plugins, spans
from bandmap.vocabulary.recording import Event, RecordingError
from bandmap.vocabulary.spans import Spans
from bandmap.vocabulary.windows import RecordingWindows

RECIPE: Mapping[str, Any] = {
    "epochs": 20,
    "batch_size": 64,
    "learning_rate": 0.001,
    "weight_decay": 0.01,
    "patience": 20,
    "background_per_seizure": 3,
    "precision": "auto",
    "augmentation": {},
}
"""The defaults of a run's section `training` (config.yaml), without augmentation: reviewed time is of one person."""


def fine_tune(
    model: str | Path,
    recording: str | Path,
    reviewed: str | Path,
    output: str | Path,
    *,
    epochs: int = RECIPE["epochs"],
    learning_rate: float = RECIPE["learning_rate"],
    seed: int = 0,
    device: str = "auto",
) -> str:
    """Continue a model on the reviewed time of a recording, write the new model, and return what was done, a line.

    Normalization, threshold and post-processing stay those of the model. The new file states the fingerprint of the
    recording and the time, which the model is never applied to.

    Parameters
    ----------
    model : path-like
        A model file.
    recording : path-like
        As for `bandmap detect`.
    reviewed : path-like
        A review, of which only the reviewed time is used; or any other SzCORE table, which covers the whole recording.
    output : path-like
        The model file to write.
    epochs, learning_rate, seed, device
        Of the training.

    Raises
    ------
    ModelFileError, RecordingError
        One line with file, problem and remedy.
    """
    if Path(output).exists():
        raise ModelFileError(f"{output}: already exists; choose another name")
    loaded = Model.load(model, device=device)
    _check_trainable(loaded, model)
    task = plugins.load("bandmap.train.tasks", loaded.about["task"])
    recipe = {**RECIPE, "epochs": epochs, "learning_rate": learning_rate, "patience": epochs}
    learner = Learner(task, loaded.about["windows"], recipe, seed, device)
    events = read_events(reviewed)
    with TemporaryDirectory(prefix="bandmap-") as folder:
        source = loaded.prepare(recording, Path(folder), events)
        seconds = float(source.attributes["duration_seconds"])
        stated = read_stretches(reviewed)[0]
        stretches = ((0.0, seconds),) if stated is None else spans.common(stated, ((0.0, seconds),))
        part = within(source, learner, stretches)
        _check_classes(part, loaded, reviewed, stretches)
        for network in loaded.networks:
            continued(network, part, source, learner, recipe)
    about = _described(loaded.about, fingerprint(recording), stretches)
    write_model_file(output, about, card(about, len(loaded.networks)), loaded.networks)
    return _said(about, part, stretches, events)


def _check_trainable(model: Model, path: str | Path) -> None:
    if any(not any(weight.requires_grad for weight in network.parameters()) for network in model.networks):
        raise ModelFileError(f"{path}: its networks have no weights that can be trained; fine-tune another model")


def _check_classes(part: RecordingWindows, model: Model, reviewed: str | Path, stretches: Spans) -> None:
    if not len(part.labels):
        raise RecordingError(
            f"{reviewed}: no window lies in reviewed time ({spans.as_text(stretches) or 'there is none'}); mark time as"
            " reviewed"
        )
    found = np.unique(part.labels[part.labels >= 0])
    if len(found) < 2:
        classes = ", ".join(model.about["classes"][label] for label in found) or "nothing"
        raise RecordingError(
            f"{reviewed}: the reviewed time ({spans.as_text(stretches)}) contains only {classes}; review time that also"
            f" contains another class of {', '.join(model.about['classes'])}"
        )


def _described(about: Mapping[str, Any], recording: str, stretches: Spans) -> dict[str, Any]:
    """Return the description of the new model: what it saw, and no scores, which were those of the old one."""
    seen = {entry["recording"]: entry["stretches"] for entry in about.get("tuned_on", ())}
    seen[recording] = [list(span) for span in spans.joined([*map(tuple, seen.get(recording, ())), *stretches])]
    name = about["name"] if "tuned_on" in about else f"{about['name']}_tuned"
    return {
        **about,
        "name": name,
        "tuned_on": [{"recording": known, "stretches": times} for known, times in seen.items()],
        "evidence": {**about["evidence"], "scores": {}, "floors": {}},
    }


def _said(about: Mapping[str, Any], part: RecordingWindows, stretches: Spans, events: tuple[Event, ...]) -> str:
    counts = np.bincount(part.labels[part.labels >= 0], minlength=len(about["classes"]))
    windows = ", ".join(f"{count} {name}" for name, count in zip(about["classes"], counts, strict=True))
    return (
        f"Fine-tuned on {spans.as_text(stretches)} of the recording ({windows} windows, {len(events)} events). "
        "The new model is never applied to this time.\n"
    )
