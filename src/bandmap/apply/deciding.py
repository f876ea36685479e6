"""Conversion of the predictions of a model's networks to events, by the rule of the model file."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bandmap.train.tasks import Prediction, Task
from bandmap.vocabulary.recording import Event

Found = tuple[tuple[Event, ...], tuple[float, ...]]


def found(predictions: Sequence[Prediction], mean: Prediction, about: Mapping[str, Any], task: Task) -> Found:
    """Return the events that a model detects, and the confidence of each.

    Parameters
    ----------
    predictions : sequence of Prediction
        Prediction of each network.
    mean : Prediction
        Mean prediction.
    about : mapping
        Description in the model file with `decision` and `postprocessing`. A decision with `votes` counts networks
        (`voted`); any other is made by the task.
    task : Task
    """
    if "votes" in about["decision"]:
        return voted(predictions, votes=about["decision"]["votes"])
    return task.found(mean, about["decision"], about["postprocessing"])


def voted(predictions: Sequence[Prediction], *, votes: int) -> Found:
    """Return seizures by votes, as in the SzCORE entry "EEGWaveNet".

    A network votes for a seizure in second i if its probability exceeds 0.5 in the windows that start at i - 1 and at
    i. For the first second, the last window replaces the previous one, due to the indexing of the original program. A
    second is seizure with at least `votes` votes, and adjacent seconds form one event. A window that ends with the
    recording is left out.

    Parameters
    ----------
    predictions : sequence of Prediction
        Predictions of windows that start every second.
    votes : int
        Number of networks that must agree.
    """
    first = predictions[0]
    length = 2 * first.centres_seconds[0] if len(first.centres_seconds) else 0.0
    starts = first.centres_seconds - length / 2
    kept = starts < first.duration_seconds - length
    votes_for = np.stack([one.probabilities[kept] > 0.5 for one in predictions])
    agreed = (votes_for & np.roll(votes_for, 1, axis=1)).sum(axis=0) >= votes
    mean = np.mean([one.probabilities[kept] for one in predictions], axis=0)
    edges = np.flatnonzero(np.diff(agreed, prepend=False, append=False)).reshape(-1, 2)
    onsets = starts[kept]
    events = tuple(Event(float(onsets[a]), float(onsets[b - 1] + first.step_seconds), "sz") for a, b in edges)
    return events, tuple(float(mean[a:b].mean()) for a, b in edges)
