"""How far several annotators of the same seconds agree: kappa of seconds, and events by the scorer of models."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bandmap.score.events import Counts, event_scores
from bandmap.vocabulary.recording import Event

Marked = Mapping[str, tuple[NDArray[np.bool_], Sequence[Event]]]
"""Annotator -> seconds that are seizure, and the same as events."""


def compared(recordings: Sequence[Marked]) -> list[dict[str, object]]:
    """Compare every pair of annotators.

    Parameters
    ----------
    recordings : sequence of mapping
        For each recording, annotator -> (seconds, events): a bool for each second of the recording, shape (seconds,).

    Returns
    -------
    list of dict
        One row per pair. `kappa` is Cohen's, of all seconds together; `kappa_mean` is the mean over the recordings in
        which at least one of the two marks a seizure (`kappa_recordings` of them). `sensitivity`, `precision` and `f1`
        are those of events with the first annotator as the reference, by the parameters of the scorer of models
        (`bandmap.score.events.PARAMETERS`). NaN if there is nothing to compare.

    Raises
    ------
    ValueError
        If the recordings have different annotators.
    """
    names = sorted(recordings[0]) if recordings else []
    if any(sorted(marked) != names for marked in recordings):
        raise ValueError("the recordings have different annotators; compare those of one data set")
    return [_row(first, second, recordings) for first, second in combinations(names, 2)]


def _row(first: str, second: str, recordings: Sequence[Marked]) -> dict[str, object]:
    pairs = [_same_length(marked[first][0], marked[second][0]) for marked in recordings]
    counts = Counts()
    for marked, (seconds, _) in zip(recordings, pairs, strict=True):
        events = [[event for event in marked[name][1] if event.onset < len(seconds)] for name in (first, second)]
        counts += event_scores(events[0], events[1], float(len(seconds)))
    kappas = [kappa(*pair) for pair in pairs]
    known = [value for value in kappas if not math.isnan(value)]
    return {
        "first": first,
        "second": second,
        "recordings": len(recordings),
        "hours": sum(len(seconds) for seconds, _ in pairs) / 3600,
        "kappa": kappa(*(np.concatenate(side) for side in zip(*pairs, strict=True))),
        "kappa_mean": float(np.mean(known)) if known else math.nan,
        "kappa_recordings": len(known),
        "sensitivity": counts.sensitivity,
        "precision": counts.precision,
        "f1": counts.f1,
    }


def kappa(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Return Cohen's kappa (1960) of two annotators, NaN if neither marks a second or both mark all.

    Parameters
    ----------
    first, second : ndarray of bool, shape (seconds,)
    """
    observed = float(np.mean(first == second))
    shares = float(first.mean()), float(second.mean())
    expected = shares[0] * shares[1] + (1 - shares[0]) * (1 - shares[1])
    return math.nan if math.isclose(expected, 1) else (observed - expected) / (1 - expected)


def _same_length(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return both without the seconds that one of them lacks at the end."""
    length = min(len(first), len(second))
    return first[:length], second[:length]
