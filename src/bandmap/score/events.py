"""Scores of events by timescoring, with the parameters of the SzCORE benchmark."""

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
"""Event-scoring parameters with timescoring's names: seconds, except minOverlap (share); events closer than the last
one are merged, and then events longer than maxEventDuration are split, in the reference and in the hypothesis."""

MASK_RATE_HZ = 1
"""Sampling rate of sample scoring, and of the masks of events, as in the benchmark."""


_SECONDS_PER_DAY = 86400

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Counts:
    """The counts of a scorer; counts of several recordings can be added.

    Attributes
    ----------
    reference, true_positives, false_positives : int
        Number of events or seconds.
    seconds : float
        Duration of the recording.
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
        """Harmonic mean of both; 0 if everything is missed, NaN without reference and detections."""
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
        Events of one recording; only seizures count.
    duration_seconds : float
        Duration of the recording, which is the same for both: the benchmark rejects a hypothesis of another duration.

    Returns
    -------
    Counts
        Counts of events after merging and splitting, see `PARAMETERS`.

    Raises
    ------
    ValueError
        If the recording is shorter than a second, or an event starts after its end.

    Notes
    -----
    As in the benchmark, events are converted to masks of whole seconds, with both ends rounded down: an event within a
    second is lost. `sample_scores` warns about it, once for both.
    """
    counted = scoring.EventScoring(
        _annotation(reference, duration_seconds),
        _annotation(hypothesis, duration_seconds),
        scoring.EventScoring.Parameters(**PARAMETERS),
    )
    return _counts(counted, duration_seconds)


def sample_scores(reference: Sequence[Event], hypothesis: Sequence[Event], duration_seconds: float) -> Counts:
    """Count seconds; parameters, errors and notes as in `event_scores`."""
    for event in (*reference, *hypothesis):
        if event.is_seizure and int(event.onset) == int(event.offset):
            _log.warning(
                "the event from %.2f s to %.2f s is within one second and is not scored", event.onset, event.offset
            )
    counted = scoring.SampleScoring(
        _annotation(reference, duration_seconds), _annotation(hypothesis, duration_seconds), fs=MASK_RATE_HZ
    )
    return _counts(counted, duration_seconds)


def latencies(reference: Sequence[Event], hypothesis: Sequence[Event], duration_seconds: float) -> tuple[float, ...]:
    """Return the time from the onset of each detected seizure to its detection.

    Parameters and errors as in `event_scores`.

    Returns
    -------
    tuple of float
        Whole seconds, one value per detected seizure. Negative if a detection is within the `toleranceStart` before the
        onset, but at least -30 s: earlier detections belong to no seizure. Missed seizures have no value.

    Notes
    -----
    A seizure is detected as in `event_scores` (a detection overlaps it, extended by the tolerances), and seizures
    closer than 90 s are merged. In contrast, a long seizure is not split because it has one onset, and detections are
    not merged: the time of the detection counts, not a time between two detections.
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
    """Return the duration of a recording in seconds, which must agree between reference and detections.

    Raises
    ------
    ValueError
        If they differ in whole seconds: SzCORE's evaluation would then ignore all detections with only a message.
    """
    if int(reference_seconds) != int(hypothesis_seconds):
        raise ValueError(
            f"{recording}: the reference states {reference_seconds:g} s of recording, the detections "
            f"{hypothesis_seconds:g} s; write the same recordingDuration into both tables of events"
        )
    return hypothesis_seconds


def clipped(events: Sequence[Event], start: float, stop: float) -> tuple[Event, ...]:
    """Return the parts of events between two times in seconds, relative to the first time."""
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
                f"an event at {event.onset} s is after the recording's end at {duration_seconds} s; "
                "check that the events belong to this recording"
            )
        mask[int(event.onset * MASK_RATE_HZ) : int(event.offset * MASK_RATE_HZ)] = True
    return annotations.Annotation(mask, MASK_RATE_HZ)


def _counts(counted: scoring.EventScoring | scoring.SampleScoring, duration_seconds: float) -> Counts:
    return Counts(int(counted.refTrue), int(counted.tp), int(counted.fp), float(int(duration_seconds)))
