"""Event and sample scores by SzCORE's rules, scores of windows, and a curve over thresholds."""

from collections.abc import Mapping, Sequence
from typing import Any

from bandmap.files.events import read_duration, read_events
from bandmap.files.predicted import read_predictions
from bandmap.score import Predicted, Scored, curves, same_duration, subjects
from bandmap.score.from_files._common import Card, Files, scored_spans


def gather(files: Files) -> list[Scored]:
    """Read reference and predicted events and probabilities of recordings."""
    members = []
    columns = (files.recordings, files.reference, files.found, files.probabilities, files.spans)
    for row, expected, found, predicted_file, spans in zip(*columns, strict=True):
        predictions = read_predictions(predicted_file)
        duration = same_duration(read_duration(expected), read_duration(found), row["recording"])
        steps = float(predictions.attributes["step_seconds"])
        predicted = Predicted(predictions.probabilities, predictions.centres_seconds, steps, duration)
        members.append(
            Scored(
                row["dataset"],
                row["subject"],
                read_events(expected),
                read_events(found),
                predicted,
                predictions.labels,
                scored_spans(read_predictions(spans).attributes),
            )
        )
    return members


def score(members: Sequence[Scored], *, expected: int, seed: int, postprocessing: Mapping[str, Any]) -> Card:
    """Return the scores of recordings.

    Parameters
    ----------
    members : sequence of Scored
    expected : int
        Expected number of recordings.
    seed : int
        Seed of the bootstrap.
    postprocessing : mapping
        Section of the settings.
    """
    scores = subjects.subject_scores(members)
    summary = subjects.summary(scores, recordings_expected=expected, seed=seed, settings=postprocessing)
    return Card(scores, summary, curves.detection_curve(members, **postprocessing))
