"""Conversion of the predictions of a model's networks to events, by the rule of the model file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.train.tasks import Prediction, Task
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.spans import Spans

VOTE = 0.5
"""Probability above which a network votes for a seizure."""

Found = tuple[tuple[Event, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Applied:
    """The result of a model for a recording.

    Attributes
    ----------
    each : tuple of Prediction
        The probabilities of every network.
    mean : Prediction
        The mean of the networks' probabilities for every window.
    found : tuple of Event
        Seizures or periods of one sleep stage.
    events : DataFrame
        Seizures or periods of one sleep stage: onset, duration, eventType, confidence.
    trained_on : Spans
        Time on which the model was fine-tuned, which is left out of all of the above.
    """

    each: tuple[Prediction, ...]
    mean: Prediction
    found: tuple[Event, ...]
    events: pd.DataFrame
    trained_on: Spans = ()


def table_of(events: tuple[Event, ...], confidences: tuple[float, ...], seconds: float) -> pd.DataFrame:
    """Return events as a table: onset, duration, eventType, confidence, and `recording_seconds` in its `attrs`."""
    table = pd.DataFrame(
        {
            "onset": [event.onset for event in events],
            "duration": [event.duration for event in events],
            "eventType": [event.label for event in events],
            "confidence": list(confidences),
        }
    ).astype({"onset": float, "duration": float, "eventType": str, "confidence": float})
    table.attrs["recording_seconds"] = seconds
    return table


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
    votes_for = np.stack([one.probabilities[kept] > VOTE for one in predictions])
    agreed = (votes_for & np.roll(votes_for, 1, axis=1)).sum(axis=0) >= votes
    mean = np.mean([one.probabilities[kept] for one in predictions], axis=0)
    edges = np.flatnonzero(np.diff(agreed, prepend=False, append=False)).reshape(-1, 2)
    onsets = starts[kept]
    events = tuple(Event(float(onsets[a]), float(onsets[b - 1] + first.step_seconds), "sz") for a, b in edges)
    return events, tuple(float(mean[a:b].mean()) for a, b in edges)


def threshold_of(about: Mapping[str, Any]) -> float:
    """Return the threshold of `deciding_probability`."""
    return float(about["decision"].get("threshold", VOTE))


def deciding_probability(predictions: Sequence[Prediction], about: Mapping[str, Any]) -> NDArray[np.float32]:
    """Return the probability of each window that the decision compares with a threshold, shape (windows,).

    This is the mean over networks. Where networks vote, it is the largest probability that enough of them reach: with
    three votes, it exceeds 0.5 exactly if at least three networks do.
    """
    votes = about["decision"].get("votes")
    each = np.stack([one.probabilities for one in predictions])
    if votes is None:
        return Prediction.mean(predictions).probabilities
    return np.asarray(np.sort(each, axis=0)[-votes], np.float32)
