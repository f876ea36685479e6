"""Agreement of stages with a scorer, and the duration of each stage according to both."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bandmap.files.predicted import read_predictions
from bandmap.score import sleep
from bandmap.score.from_files._common import Card, Files, counted


def gather(files: Files) -> list[sleep.Staged]:
    """Read probabilities and stages of recordings."""
    members = []
    for row, predicted_file, spans in zip(files.recordings, files.probabilities, files.spans, strict=True):
        predictions = read_predictions(predicted_file)
        inside = counted(predictions.centres_seconds, read_predictions(spans).attributes)
        seconds = float(predictions.attributes["step_seconds"])
        head = (row["dataset"], row["subject"], row["recording"])
        members.append(
            sleep.Staged(*head, predictions.probabilities, np.where(inside, predictions.labels, -1), seconds)
        )
    return members


def score(members: Sequence[sleep.Staged], *, expected: int, seed: int, postprocessing: Mapping[str, Any]) -> Card:
    """Return the scores of recordings.

    Parameters
    ----------
    members : sequence of Staged
    expected : int
        Expected number of recordings.
    seed : int
        Seed of the bootstrap.
    postprocessing : mapping
        Not used: the most probable stage is predicted.
    """
    scores = sleep.sleep_subject_scores(members)
    summary = sleep.sleep_summary(scores, recordings_expected=expected, seed=seed, settings={})
    return Card(scores, summary, sleep.sleep_statistics(members))
