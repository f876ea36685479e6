"""Agreement of two annotators (reviewers or models), beside what a constant and a shifted annotation reach."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bandmap.score import subjects
from bandmap.score.baselines import always_on
from bandmap.score.detection import Predicted
from bandmap.score.events import clipped
from bandmap.score.intervals import Limits, Spread, over_subjects
from bandmap.score.scored import SHORTEST_SECONDS, Scored
from bandmap.score.sleep import Staged, sleep_subject_scores
from bandmap.vocabulary.labels import NO_CLASS, stage_labels
from bandmap.vocabulary.recording import Event, RecordingError, SleepStage
from bandmap.vocabulary.spans import Spans
from bandmap.vocabulary.tables import AGREEMENT

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 100
"""Random shifts whose mean score is the chance of an annotation with as many events of the same durations."""

EPOCH_SECONDS = 30.0

_UNLIMITED = (0.0, math.inf)
EVENTS: dict[tuple[str, str], tuple[str, Limits]] = {
    ("event", "f1"): ("event F1", (0, 1)),
    ("event", "sensitivity"): ("event sensitivity", (0, 1)),
    ("event", "precision"): ("event precision", (0, 1)),
    ("event", "false_alarms_per_day"): ("false alarms per 24 h", _UNLIMITED),
    ("sample", "f1"): ("sample F1", (0, 1)),
}
"""Level and name of a score -> its words and limits."""


@dataclass(frozen=True)
class Pair:
    """Two annotations of a recording.

    Attributes
    ----------
    dataset, subject, recording : str
    reference, hypothesis : sequence of Event
    compared : Spans
        Time that is compared: looked at by both, and not used to fine-tune either.
    """

    dataset: str
    subject: str
    recording: str
    reference: Sequence[Event]
    hypothesis: Sequence[Event]
    compared: Spans


@dataclass(frozen=True)
class Score:
    """A score over subjects, and what its floors reach.

    Attributes
    ----------
    words : str
        Its name for readers.
    spread : dict
        Of the two annotations: mean, sd, low, high, values and n (`intervals.over_subjects`).
    floors : dict
        Name of a floor -> its spread.
    """

    words: str
    spread: Spread
    floors: dict[str, Spread]


def is_sleep(pairs: Sequence[Pair]) -> bool:
    """Return whether sleep stages are compared; if not, seizures are.

    Raises
    ------
    RecordingError
        If only one side has stages.
    """
    sides = [any(is_hypnogram(getattr(pair, side)) for pair in pairs) for side in _SIDES]
    if sides[0] != sides[1]:
        raise RecordingError(f"only the {_SIDES[sides[1]]} has sleep stages; compare tables of one task")
    return sides[0]


def seizure_agreement(pairs: Sequence[Pair], *, seed: int) -> list[Score]:
    """Return the agreement on seizures by SzCORE's rules.

    Every compared stretch is scored separately, with events cut at its ends. Floors: "always on" marks everything;
    "chance" is the hypothesis, shifted in time at random within each stretch.
    """
    pieces = [piece for pair in pairs for piece in _pieces(pair)]
    if not pieces:
        raise RecordingError("no time is left to compare: nothing was reviewed by both, or all of it was trained on")
    generator = np.random.default_rng(seed)
    tables = {
        "": [subjects.subject_scores(pieces)],
        "always on": [subjects.subject_scores(always_on(pieces))],
        "chance": [subjects.subject_scores([_shifted(p, generator) for p in pieces]) for _ in range(DRAWS)],
    }

    def values(name: str, level: str, metric: str) -> NDArray[np.float64]:
        return _mean([table.loc[table["scoring"] == level, metric] for table in tables[name]])

    return [
        _score(words, limits, {name: values(name, *column) for name in tables}, seed)
        for column, (words, limits) in EVENTS.items()
    ]


def sleep_agreement(pairs: Sequence[Pair], *, seed: int) -> list[Score]:
    """Return the agreement on sleep stages of the epochs that both annotations stage.

    Floors: "one stage" is the most frequent stage of the reference everywhere; "chance" is the hypothesis, shifted by a
    random number of epochs.
    """
    staged = [_as_staged(pair) for pair in pairs]
    if not any((night.labels >= 0).any() for night in staged):
        raise RecordingError("no epoch is left to compare: none was staged by both, or all of them were trained on")
    generator = np.random.default_rng(seed)
    labels = np.concatenate([night.labels for night in staged])
    usual = int(np.bincount(labels[labels >= 0]).argmax())
    tables = {
        "": [sleep_subject_scores(staged)],
        "one stage": [sleep_subject_scores([_as(night, np.full(len(night.labels), usual)) for night in staged])],
        "chance": [sleep_subject_scores([_rolled(night, generator) for night in staged]) for _ in range(DRAWS)],
    }

    def values(name: str, metric: str) -> NDArray[np.float64]:
        return _mean([table[metric] for table in tables[name]])

    return [
        _score(metric, (-1, 1) if metric == "kappa" else (0, 1), {name: values(name, metric) for name in tables}, seed)
        for metric in AGREEMENT
    ]


_SIDES = ("reference", "hypothesis")


def is_hypnogram(events: Sequence[Event]) -> bool:
    """Return whether there are sleep stages."""
    return any(event.label in SleepStage.__members__ for event in events)


def _score(words: str, limits: Limits, values: Mapping[str, NDArray[np.float64]], seed: int) -> Score:
    spreads = {name: over_subjects(column, seed, limits) for name, column in values.items()}
    return Score(words, spreads.pop(""), spreads)


def _mean(columns: "Sequence[pd.Series[float]]") -> NDArray[np.float64]:
    """Return the mean over draws of every subject, NaN where no draw has a value."""
    values = np.stack([column.to_numpy(np.float64) for column in columns])
    known = np.isfinite(values)
    sums = np.where(known, values, 0).sum(axis=0)
    return np.asarray(np.divide(sums, known.sum(axis=0), out=np.full(len(sums), np.nan), where=known.any(axis=0)))


def _pieces(pair: Pair) -> list[Scored]:
    nothing = np.empty(0)
    return [
        Scored(
            pair.dataset,
            pair.subject,
            clipped(pair.reference, start, stop),
            clipped(pair.hypothesis, start, stop),
            Predicted(nothing, nothing, 1.0, stop - start),
            nothing.astype(np.int64),
        )
        for start, stop in pair.compared
        if stop - start >= SHORTEST_SECONDS
    ]


def _shifted(piece: Scored, generator: np.random.Generator) -> Scored:
    """Return a piece whose detections are shifted; what leaves its end comes in at its start."""
    whole = piece.predicted.duration_seconds
    shift = int(generator.uniform(0, whole))  # seconds, the resolution of the scorer
    moved: list[Event] = []
    for event in piece.hypothesis:
        onset = (event.onset + shift) % whole
        offset = onset + event.duration
        moved += clipped((Event(onset, offset, event.label),), 0, whole)
        if offset > whole:
            moved.append(Event(0, offset - whole, event.label))
    scored = (event for event in moved if int(event.onset) < int(event.offset))  # others are within one second
    return replace(piece, hypothesis=tuple(sorted(scored)))


def _as_staged(pair: Pair) -> Staged:
    last = max((stop for _, stop in pair.compared), default=0.0)
    starts = np.arange(int(last // EPOCH_SECONDS), dtype=np.int64) * int(EPOCH_SECONDS)
    names = [stage.name for stage in SleepStage]
    sides = [
        stage_labels(starts, int(EPOCH_SECONDS), 1.0, events, stages=names, epoch_seconds=EPOCH_SECONDS)
        for events in (pair.reference, pair.hypothesis)
    ]
    inside = np.zeros(len(starts), bool)
    for start, stop in pair.compared:
        inside |= (starts >= start) & (starts + EPOCH_SECONDS <= stop)
    labels = np.where(inside & (sides[1] >= 0), sides[0], NO_CLASS)
    blank = Staged(pair.dataset, pair.subject, pair.recording, np.zeros((len(starts), len(names))), labels)
    return _as(blank, sides[1])


def _as(night: Staged, stages: NDArray[np.integer]) -> Staged:
    return replace(night, probabilities=np.eye(len(SleepStage))[np.maximum(stages, 0)])


def _rolled(night: Staged, generator: np.random.Generator) -> Staged:
    known = night.labels >= 0
    stages = night.probabilities.argmax(axis=1)
    if known.any():
        stages[known] = np.roll(stages[known], generator.integers(known.sum()))
    return _as(night, stages)
