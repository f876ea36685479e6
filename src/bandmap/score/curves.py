"""Curves of sensitivity against false alarms over all thresholds."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bandmap.score.detection import sweep
from bandmap.score.events import Counts, event_scores
from bandmap.score.scored import Scored, by_subject
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.tables import CURVE, EVENT_METRICS

if TYPE_CHECKING:
    import pandas as pd

_LOW = (0.0001, 0.001, 0.002, 0.005, 0.01, 0.02)

CURVE_THRESHOLDS = (
    *_LOW,
    *(round(0.05 * step, 2) for step in range(1, 20)),
    *(round(1 - threshold, 4) for threshold in reversed(_LOW)),
)
"""Dense at both ends, where the probabilities of confident models are."""


def detection_curve(
    recordings: Sequence[Scored],
    *,
    thresholds: Sequence[float] = CURVE_THRESHOLDS,
    threshold: float | None = None,
    smooth_seconds: float = 0,
    opening_seconds: float = 0,
    merge_seconds: float = 0,
    minimum_seconds: float = 0,
) -> "pd.DataFrame":
    """Return event scores over subjects at every threshold.

    The curve shows the scores for all possible thresholds; the reported scores are those at the threshold that was
    chosen on validation recordings.

    Parameters
    ----------
    recordings : sequence of Scored
        Their `hypothesis` is not used.
    thresholds : sequence of float
    threshold : float, optional
        The one that the settings fix for models; it does not count here.
    smooth_seconds, opening_seconds, merge_seconds, minimum_seconds : float
        As in `postprocess`.

    Returns
    -------
    DataFrame
        A table of `tables.CURVE`, one row per threshold: a subject's counts from timescoring's event scoring are pooled
        over its recordings, and the shares are averaged over subjects. NaN if no subject has a value.
    """
    how = {
        "smooth_seconds": smooth_seconds,
        "opening_seconds": opening_seconds,
        "merge_seconds": merge_seconds,
        "minimum_seconds": minimum_seconds,
    }
    subjects = []
    for _, members in by_subject(recordings):
        totals = [Counts() for _ in thresholds]
        for member in members:
            counts = _counts(member, sweep(member.predicted, thresholds, **how))
            totals = [total + more for total, more in zip(totals, counts, strict=True)]
        subjects.append(totals)
    return CURVE.frame([_row(t, [totals[place] for totals in subjects]) for place, t in enumerate(thresholds)])


def _counts(recording: Scored, hypotheses: Iterable[tuple[Event, ...]]) -> list[Counts]:
    known: dict[tuple[Event, ...], Counts] = {}
    counted = []
    for events in hypotheses:
        if events not in known:
            known[events] = recording.counts(event_scores, events)
        counted.append(known[events])
    return counted


def _row(threshold: float, counts: Sequence[Counts]) -> dict[str, object]:
    row: dict[str, object] = {"threshold": threshold}
    for metric in EVENT_METRICS:
        values = np.array([getattr(count, metric) for count in counts])
        defined = values[~np.isnan(values)]
        row |= {metric: float(defined.mean()) if len(defined) else math.nan, f"n_{metric}": len(defined)}
    return row
