"""Events against events, by timescoring with the parameters of the SzCORE benchmark."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from timescoring import annotations, scoring

from bandmap.recording import Event

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
    whole second is lost, with a warning here.
    """
    counted = scoring.EventScoring(
        _annotation(reference, duration_seconds),
        _annotation(hypothesis, duration_seconds),
        scoring.EventScoring.Parameters(**PARAMETERS),
    )
    return _counts(counted, duration_seconds)


def sample_scores(reference: Sequence[Event], hypothesis: Sequence[Event], duration_seconds: float) -> Counts:
    """Count seconds; parameters, errors and notes as for `event_scores`."""
    counted = scoring.SampleScoring(
        _annotation(reference, duration_seconds), _annotation(hypothesis, duration_seconds), fs=MASK_RATE_HZ
    )
    return _counts(counted, duration_seconds)


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
        first, last = int(event.onset * MASK_RATE_HZ), int(event.offset * MASK_RATE_HZ)
        if first == last:
            _log.warning(
                "the event from %.2f s to %.2f s crosses no whole second: not scored", event.onset, event.offset
            )
        mask[first:last] = True
    return annotations.Annotation(mask, MASK_RATE_HZ)


def _counts(counted: scoring.EventScoring | scoring.SampleScoring, duration_seconds: float) -> Counts:
    return Counts(int(counted.refTrue), int(counted.tp), int(counted.fp), float(int(duration_seconds)))
