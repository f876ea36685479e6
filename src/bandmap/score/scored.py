"""A recording to score, with its detections, its reference and its scored part."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandmap.score.detection import Predicted
from bandmap.score.events import Counts, clipped, latencies
from bandmap.vocabulary.recording import Event

SHORTEST_SECONDS = 1
"""Minimum duration of a span that the scorer can count."""

_TABLE_SECONDS = 0.01  # event tables give the duration with two decimals

Scorer = Callable[[Sequence[Event], Sequence[Event], float], Counts]


@dataclass(frozen=True)
class Scored:
    """A recording with its detections and its reference events.

    Attributes
    ----------
    dataset, subject : str
    reference, hypothesis : sequence of Event
    predicted : Predicted
        Probabilities before post-processing, and the duration of the recording.
    labels : ndarray of int, shape (windows,)
        Class of the windows; -1 for windows without a class, which are ignored.
    scored_spans : tuple of (start, stop), optional
        In seconds, ascending and disjoint: only these spans are scored, each separately (events are cut at their
        ends), and only windows with their centre in a span. By default the whole recording.

    Raises
    ------
    ValueError
        If a span or a seizure is outside the recording, or the numbers of labels and windows differ.
    """

    dataset: str
    subject: str
    reference: Sequence[Event]
    hypothesis: Sequence[Event]
    predicted: Predicted
    labels: NDArray[np.integer]
    scored_spans: tuple[tuple[float, float], ...] | None = None

    def __post_init__(self) -> None:
        if self.labels.shape != self.predicted.probabilities.shape:
            raise ValueError(f"{self._name}: {len(self.labels)} labels for {len(self.predicted.probabilities)} windows")
        duration = self.predicted.duration_seconds
        late = [e.onset for e in (*self.reference, *self.hypothesis) if e.is_seizure and e.onset >= duration]
        if late:
            raise ValueError(
                f"{self._name}: an event at {late[0]:g} s is after the recording's end at {duration:g} s; "
                "check that the events belong to this recording"
            )
        edges = [edge for span in self.scored_spans or () for edge in span]
        if edges != sorted(edges) or any(not 0 <= edge <= duration + _TABLE_SECONDS for edge in edges):
            raise ValueError(
                f"{self._name}: the spans to score are {self.scored_spans}; give ascending, disjoint pairs of seconds "
                f"between 0 and {duration:g}"
            )

    def pieces(self, hypothesis: Sequence[Event] | None = None) -> list[tuple[Sequence[Event], Sequence[Event], float]]:
        """Return reference, hypothesis (or the given one) and duration of each scored piece."""
        found = self.hypothesis if hypothesis is None else hypothesis
        if self.scored_spans is None:
            return [(self.reference, found, self.predicted.duration_seconds)]
        return [
            (clipped(self.reference, start, stop), clipped(found, start, stop), stop - start)
            for start, stop in self.scored_spans
            if stop - start >= SHORTEST_SECONDS
        ]

    def counts(self, scorer: Scorer, hypothesis: Sequence[Event] | None = None) -> Counts:
        """Return the sum of a scorer's counts over the pieces."""
        return sum((scorer(*piece) for piece in self.pieces(hypothesis)), start=Counts())

    def latencies(self) -> list[float]:
        """Return `events.latencies` of the pieces."""
        return [late for piece in self.pieces() for late in latencies(*piece)]

    def windows(self) -> tuple[NDArray[np.floating], NDArray[np.integer]]:
        """Return probabilities and labels of the scored windows, each of shape (windows,)."""
        kept = self.labels >= 0
        if self.scored_spans is not None:
            centres = self.predicted.centres_seconds
            spans = [(centres >= start) & (centres < stop) for start, stop in self.scored_spans]
            kept &= np.any(spans, axis=0) if spans else False
        return self.predicted.probabilities[kept], self.labels[kept]

    @property
    def _name(self) -> str:
        return f"{self.dataset}, {self.subject}"


def by_subject(recordings: Iterable[Scored]) -> list[tuple[tuple[str, str], list[Scored]]]:
    """Return (dataset, subject) with the subject's recordings, sorted."""
    found: dict[tuple[str, str], list[Scored]] = defaultdict(list)
    for recording in recordings:
        found[recording.dataset, recording.subject].append(recording)
    return sorted(found.items())
