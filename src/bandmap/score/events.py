"""Events against events, by timescoring with the parameters of the SzCORE benchmark."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from timescoring import annotations, scoring

from bandmap.vocabulary.recording import Event

PARAMETERS: dict[str, float] = {
    "toleranceStart": 30,
    "toleranceEnd": 60,
    "minOverlap": 0,
    "maxEventDuration": 300,
    "minDurationBetweenEvents": 90,
}
"""Of event scoring, by timescoring's names: seconds, but for minOverlap (share); events nearer than the last are merged
and then those longer than maxEventDuration split, in the reference and in the hypothesis."""

MASK_RATE_HZ = 1
"""Of sample scoring, and of the masks that events become first, as in the benchmark."""

METRICS = ("sensitivity", "precision", "f1", "false_alarms_per_day")

_SECONDS_PER_DAY = 86400

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Counts:
    """What a scorer counted; counts of several recordings add up.

    Attributes
    ----------
    reference, true_positives, false_positives : int
        Events or seconds.
    seconds : float
        Of recording.
    """

    reference: int = 0
    true_positives: int = 0
    false_positives: int = 0
    seconds: float = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.reference + other.reference,
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.seconds + other.seconds,
        )

    @property
    def sensitivity(self) -> float:
        """Share of the reference that was found; NaN without a reference."""
        return self.true_positives / self.reference if self.reference else math.nan

    @property
    def precision(self) -> float:
        """Share of the detections that are true; NaN without a detection."""
        found = self.true_positives + self.false_positives
        return self.true_positives / found if found else math.nan

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 0 where all is missed, NaN where there is nothing to find and nothing found."""
        total = self.reference + self.true_positives + self.false_positives
        return 2 * self.true_positives / total if self.reference + self.false_positives else math.nan

    @property
    def false_alarms_per_day(self) -> float:
        """False positives in 24 hours of recording; NaN without a recording."""
        return self.false_positives * _SECONDS_PER_DAY / self.seconds if self.seconds else math.nan


def event_scores(reference: Sequence[Event], hypothesis: Sequence[Event], duration_seconds: float) -> Counts:
    """Count events.

    Parameters
    ----------
    reference, hypothesis : sequence of Event
        Of one recording; events that are no seizures do not count.
    duration_seconds : float
        Of the recording. It is one for both sides: the benchmark gives no points to a hypothesis of another duration.

    Returns
    -------
    Counts
        Of events after merging and splitting, see `PARAMETERS`.

    Raises
    ------
    ValueError
        If the recording is shorter than a second, or an event begins after its end.

    Notes
    -----
    As in the benchmark, events become masks of whole seconds first, both ends rounded down: an event that crosses no
    whole second is lost. `sample_scores` warns of it, once for both.
    """
    counted = scoring.EventScoring(
        _annotation(reference, duration_seconds),
        _annotation(hypothesis, duration_seconds),
        scoring.EventScoring.Parameters(**PARAMETERS),
    )
    return _counts(counted, duration_seconds)


def sample_scores(reference: Sequence[Event], hypothesis: Sequence[Event], duration_seconds: float) -> Counts:
    """Count seconds; parameters, errors and notes as for `event_scores`."""
    for event in (*reference, *hypothesis):
        if event.is_seizure and int(event.onset) == int(event.offset):
            _log.warning(
                "the event from %.2f s to %.2f s crosses no whole second: not scored", event.onset, event.offset
            )
    counted = scoring.SampleScoring(
        _annotation(reference, duration_seconds), _annotation(hypothesis, duration_seconds), fs=MASK_RATE_HZ
    )
    return _counts(counted, duration_seconds)


def latencies(reference: Sequence[Event], hypothesis: Sequence[Event], duration_seconds: float) -> tuple[float, ...]:
    """Return how long after its onset each detected seizure was first marked.

    Parameters and errors as for `event_scores`.

    Returns
    -------
    tuple of float
        Whole seconds, one for each detected seizure. Negative if a detection runs within the `toleranceStart` before
        the onset, never below -30 s: what a detector marks earlier belongs to no seizure. Missed seizures have none.

    Notes
    -----
    A seizure is detected as in `event_scores` (a detection overlaps it, extended by the tolerances), and seizures
    nearer than 90 s are one. Unlike there, a long seizure is not split, for it has one onset, and detections are not
    merged: the second counts in which the detector rang, not one between two alarms.
    """
    whole = {**PARAMETERS, "maxEventDuration": math.inf}
    truth, found = _annotation(reference, duration_seconds), _annotation(hypothesis, duration_seconds)
    merged = scoring.EventScoring(truth, found, scoring.EventScoring.Parameters(**whole)).ref.events
    late = []
    for onset, offset in merged:
        first = max(0, round(onset - PARAMETERS["toleranceStart"]))
        marked = np.flatnonzero(found.mask[first : round(offset + PARAMETERS["toleranceEnd"])])
        if marked.size:
            late.append(float(first + marked[0] - onset))
    return tuple(late)


def same_duration(reference_seconds: float, hypothesis_seconds: float, recording: str) -> float:
    """Return the duration of a recording that its reference and its detections agree on, in seconds.

    Raises
    ------
    ValueError
        If they differ in whole seconds: SzCORE's evaluation then counts every detection as none, and only prints it.
    """
    if int(reference_seconds) != int(hypothesis_seconds):
        raise ValueError(
            f"{recording}: the reference states {reference_seconds:g} s of recording, the detections "
            f"{hypothesis_seconds:g} s; write the same recordingDuration into both tables of events"
        )
    return hypothesis_seconds


def clipped(events: Sequence[Event], start: float, stop: float) -> tuple[Event, ...]:
    """Return what of events lies between two times in seconds, timed from the first of them."""
    return tuple(
        Event(max(event.onset, start) - start, min(event.offset, stop) - start, event.label)
        for event in events
        if max(event.onset, start) < min(event.offset, stop)
    )


def _annotation(events: Sequence[Event], duration_seconds: float) -> annotations.Annotation:
    if duration_seconds < 1:
        raise ValueError(f"a recording of {duration_seconds} s is too short to score; leave it out")
    mask = np.zeros(int(duration_seconds) * MASK_RATE_HZ, dtype=bool)
    for event in events:
        if not event.is_seizure:
            continue
        if event.onset >= duration_seconds:
            raise ValueError(
                f"an event at {event.onset} s lies after the recording's end at {duration_seconds} s; "
                "check that the events belong to this recording"
            )
        mask[int(event.onset * MASK_RATE_HZ) : int(event.offset * MASK_RATE_HZ)] = True
    return annotations.Annotation(mask, MASK_RATE_HZ)


def _counts(counted: scoring.EventScoring | scoring.SampleScoring, duration_seconds: float) -> Counts:
    return Counts(int(counted.refTrue), int(counted.tp), int(counted.fp), float(int(duration_seconds)))
