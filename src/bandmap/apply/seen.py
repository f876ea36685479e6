"""The time of a recording on which a model was fine-tuned: it is left out wherever the model is applied."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bandmap.apply.deciding import Applied, table_of
from bandmap.files.fingerprint import fingerprint
from bandmap.files.model_text import ModelFileError
from bandmap.train.tasks import Prediction
from bandmap.vocabulary import spans
from bandmap.vocabulary.recording import Event, RecordingError
from bandmap.vocabulary.spans import Spans

if TYPE_CHECKING:
    import mne


def seen_of(about: Mapping[str, Any], recording: "str | Path | mne.io.BaseRaw") -> Spans:
    """Return the time of a recording on which a model was fine-tuned.

    Raises
    ------
    ModelFileError
        If the description of the model does not state it properly.
    RecordingError
        If the recording cannot be read.
    """
    if not about.get("tuned_on"):
        return ()
    mark = fingerprint(recording)
    try:
        stretches = [span for entry in about["tuned_on"] if entry["recording"] == mark for span in entry["stretches"]]
        return spans.joined((float(start), float(stop)) for start, stop in stretches)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{about['name']}: tuned_on does not list recordings and stretches of seconds") from error


def unseen(applied: Applied, seen: Spans) -> Applied:
    """Return what a model finds outside the time that it has seen.

    Raises
    ------
    RecordingError
        If there is no other time.
    """
    if not seen:
        return applied
    whole = ((0.0, applied.mean.duration_seconds),)
    if spans.seconds(spans.without(whole, seen)) < 1:
        raise RecordingError("the model was fine-tuned on all of this recording; apply it to another one")
    left = spans.without(whole, seen)
    pieces = [
        (Event(start, stop, event.label), confidence)
        for event, confidence in zip(applied.found, applied.events["confidence"], strict=True)
        for start, stop in spans.common(((event.onset, event.offset),), left)
    ]
    found, confidences = tuple(event for event, _ in pieces), tuple(confidence for _, confidence in pieces)
    return Applied(
        tuple(_outside(one, seen) for one in applied.each),
        _outside(applied.mean, seen),
        found,
        table_of(found, confidences, applied.mean.duration_seconds),
        spans.common(whole, seen),
    )


def _outside(prediction: Prediction, seen: Spans) -> Prediction:
    centres = prediction.centres_seconds
    kept = ~np.any([(centres >= start) & (centres < stop) for start, stop in seen], axis=0)
    return replace(
        prediction,
        probabilities=prediction.probabilities[kept],
        centres_seconds=centres[kept],
        labels=prediction.labels[kept],
    )
