"""Fine-tuning of a model on the first segment of its test subject; the segment is not scored."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bandmap.train.fitting import fit
from bandmap.train.fold import Learner, Source, TrainedFold, cut_recording
from bandmap.train.recipe import Fitted
from bandmap.vocabulary import windows
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.spans import Spans

_log = logging.getLogger(__name__)

Span = tuple[str, float, float]
"""Recording, start and end in seconds."""


def fine_tune(
    model: Normalized,
    settings: Mapping[str, Any],
    recordings: Mapping[str, Source],
    learner: Learner,
    tuning: Mapping[str, Any],
) -> TrainedFold:
    """Fine-tune a model on the first segment of a subject's recordings that contains a seizure.

    The segment is not scored; normalization and threshold stay those of the model that never saw the subject.
    EEGWaveNet's authors report that one such hour increases F1 by 15 % on average (their recipe is unpublished: epochs
    and rate are ours).

    Parameters
    ----------
    model : Normalized
    settings : mapping
        Settings that were saved with the model.
    recordings : mapping of str to Source
        Recordings of the subject by name, in chronological order.
    learner : Learner
    tuning : mapping
        `seconds` of a segment, `epochs` and `learning_rate`.

    Returns
    -------
    TrainedFold
        Its settings include `tuned_on`: the recording, the end of the segment in it (seconds), and the earlier
        recordings; None if no segment has a seizure and the model is unchanged.
    """
    found = first_stretch(recordings, learner, tuning["seconds"])
    if found is None:
        _log.warning("no segment of %g s contains a seizure; the model is unchanged", tuning["seconds"])
        untouched = Fitted([], int(settings["best_epoch"]), [], _no_resources(model))
        return TrainedFold(model, {**settings, "tuned_on": None}, untouched, [])
    span, part = found
    fitted = continued(model, part, recordings[span[0]], learner, tuning)
    counts = np.bincount(part.labels, minlength=len(learner.task.CLASSES))
    names = list(recordings)
    tuned_on = {"recording": span[0], "until_seconds": span[2], "before": names[: names.index(span[0])]}
    rows: list[dict[str, object]] = [
        {"role": "tuning", "class": name, "windows": int(count), "excluded": 0}
        for name, count in zip(learner.task.CLASSES, counts, strict=True)
    ]
    return TrainedFold(model, {**settings, "tuned_on": tuned_on}, fitted, rows)


def continued(
    model: Normalized,
    part: windows.RecordingWindows,
    source: Source,
    learner: Learner,
    tuning: Mapping[str, Any],
) -> Fitted:
    """Continue the training of a model, in place, on windows of one recording.

    Parameters
    ----------
    model : Normalized
    part : RecordingWindows
    source : Source
        The recording, whose channels the augmentation needs.
    learner : Learner
    tuning : mapping
        `epochs` and `learning_rate`.
    """
    recipe = replace(
        learner.how(),
        epochs=tuning["epochs"],
        patience=tuning["epochs"],
        learning_rate=tuning["learning_rate"],
        error_aware_epochs=0,
        pruning_epochs=0,  # a pruned model keeps its pruning
    )
    train, nothing = windows.WindowSet([part]), windows.WindowSet([])
    augment = learner.augmenter(source, model)
    return fit(model, train, nothing, recipe, seed=learner.seed, device=learner.device, augment=augment)


def within(source: Source, learner: Learner, spans: Spans) -> windows.RecordingWindows:
    """Return the training windows of a recording that are entirely within some stretches."""
    cut = windows.thinned(
        cut_recording(source, learner.task, learner.cutting), learner.cutting["training_step_seconds"]
    )
    half, centres = learner.cutting["length_seconds"] / 2, cut.centres_seconds
    inside = [(centres >= start + half) & (centres <= stop - half) for start, stop in spans]
    return cut.only(np.any(inside, axis=0) if inside else np.zeros(len(centres), dtype=bool))


def first_stretch(
    recordings: Mapping[str, Source], learner: Learner, seconds: float
) -> tuple[Span, windows.RecordingWindows] | None:
    """Return the first segment of a recording with a seizure window, and its windows; None if there is none.

    Segments start at multiples of their length; the last one of a recording may be shorter.
    """
    for name, source in recordings.items():
        duration = source.n_frames / source.frame_rate_hz
        for start in np.arange(0, duration, seconds):
            stop = min(start + seconds, duration)
            part = within(source, learner, ((start, stop),))
            if (part.labels > 0).any():
                return (name, float(start), float(stop)), part
    return None


def spans_text(
    models: Sequence[tuple[object, Mapping[str, Any]]], recording: str, duration_seconds: float
) -> dict[str, str]:
    """Return the scored part of a recording, as an attribute of its predictions; empty if all of it is scored.

    A fine-tuned model is scored on later time only (SzCORE), so neither the segment nor earlier recordings count.

    Parameters
    ----------
    models : sequence of (model, settings)
        Models that predict the recording; all fine-tuned ones use the same segment.
    recording : str
    duration_seconds : float
        Duration of the recording.

    Returns
    -------
    dict
        `scored_spans`: pairs of seconds, as JSON.
    """
    tuned = next((settings["tuned_on"] for _, settings in models if settings.get("tuned_on")), None)
    if tuned is None or recording not in (tuned["recording"], *tuned["before"]):
        return {}
    until = tuned["until_seconds"] if recording == tuned["recording"] else duration_seconds
    return {"scored_spans": json.dumps([[until, duration_seconds]] if until < duration_seconds else [])}


def _no_resources(model: Normalized) -> dict[str, float | str]:
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    return {
        "seconds": 0.0,
        "windows_per_second": float("nan"),
        "peak_memory_mb": float("nan"),
        "device": "none",
        "precision": "none",
        "epochs": 0,
        "parameters": n_parameters,
    }
