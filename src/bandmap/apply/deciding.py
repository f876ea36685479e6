"""From what the networks of a model say of windows to events, by the rule that the model file names."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bandmap.train.tasks import Prediction, Task
from bandmap.vocabulary.recording import Event

Found = tuple[tuple[Event, ...], tuple[float, ...]]


def found(predictions: Sequence[Prediction], mean: Prediction, about: Mapping[str, Any], task: Task) -> Found:
    """Return the events that a model finds, and the confidence of each.

    Parameters
    ----------
    predictions : sequence of Prediction
        What each network says.
    mean : Prediction
        The mean of these.
    about : mapping
        Of the model file: `decision` and `postprocessing`. A decision with `votes` counts networks (`voted`); any other
        is the task's own.
    task : Task
    """
    if "votes" in about["decision"]:
        return voted(predictions, votes=about["decision"]["votes"])
    return task.found(mean, about["decision"], about["postprocessing"])


def voted(predictions: Sequence[Prediction], *, votes: int) -> Found:
    """Return seizures by votes, as SzCORE's entry "EEGWaveNet" decides.

    A network says seizure in second i if it gives class 1 more than half in the windows that begin at i - 1 and at i.
    For the first second, the last window stands for the one before: the program indexes so. A second counts if `votes`
    networks say seizure, and neighbouring seconds form one event. A window that ends with the recording is left out.

    Parameters
    ----------
    predictions : sequence of Prediction
        Windows begin every second.
    votes : int
        Networks that must agree.
    """
    first = predictions[0]
    length = 2 * first.centres_seconds[0] if len(first.centres_seconds) else 0.0
    starts = first.centres_seconds - length / 2
    kept = starts < first.duration_seconds - length
    said = np.stack([one.probabilities[kept] > 0.5 for one in predictions])
    agreed = (said & np.roll(said, 1, axis=1)).sum(axis=0) >= votes
    mean = np.mean([one.probabilities[kept] for one in predictions], axis=0)
    edges = np.flatnonzero(np.diff(agreed, prepend=False, append=False)).reshape(-1, 2)
    onsets = starts[kept]
    events = tuple(Event(float(onsets[a]), float(onsets[b - 1] + first.step_seconds), "sz") for a, b in edges)
    return events, tuple(float(mean[a:b].mean()) for a, b in edges)
