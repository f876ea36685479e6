"""Sensitivity against false alarms: what every threshold would have given."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from bandmap.score.detection import sweep
from bandmap.score.events import METRICS, Counts, event_scores
from bandmap.score.scored import Scored, by_subject
from bandmap.vocabulary.recording import Event

_LOW = (0.0001, 0.001, 0.002, 0.005, 0.01, 0.02)

CURVE_THRESHOLDS = (
    *_LOW,
    *(round(0.05 * step, 2) for step in range(1, 20)),
    *(round(1 - threshold, 4) for threshold in reversed(_LOW)),
)
"""Dense at both ends, where the answers of sure models lie."""

CURVE_COLUMNS = ("threshold", *(column for metric in METRICS for column in (metric, f"n_{metric}")))
"""Columns of the curve: each metric's mean over subjects, and for how many of them it is defined."""


def detection_curve(
    recordings: Sequence[Scored],
    *,
    thresholds: Sequence[float] = CURVE_THRESHOLDS,
    smooth_seconds: float = 0,
    merge_seconds: float = 0,
    minimum_seconds: float = 0,
) -> list[dict[str, object]]:
    """Return event scores over subjects at every threshold.

    The curve shows what a threshold would give if it were known; scores are those at the threshold that validation
    recordings chose.

    Parameters
    ----------
    recordings : sequence of Scored
        Their `hypothesis` does not count.
    thresholds : sequence of float
    smooth_seconds, merge_seconds, minimum_seconds : float
        As for `postprocess`.

    Returns
    -------
    list of dict
        Rows of `CURVE_COLUMNS`, a row for each threshold: a subject's counts are pooled over its recordings by
        timescoring's event scoring, and the shares averaged over subjects. NaN where no subject has one.
    """
    how = {"smooth_seconds": smooth_seconds, "merge_seconds": merge_seconds, "minimum_seconds": minimum_seconds}
    subjects = []
    for _, members in by_subject(recordings):
        totals = [Counts() for _ in thresholds]
        for member in members:
            counts = _counts(member, sweep(member.predicted, thresholds, **how))
            totals = [total + more for total, more in zip(totals, counts, strict=True)]
        subjects.append(totals)
    return [_row(threshold, [totals[place] for totals in subjects]) for place, threshold in enumerate(thresholds)]


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
    for metric in METRICS:
        values = np.array([getattr(count, metric) for count in counts])
        defined = values[~np.isnan(values)]
        row |= {metric: float(defined.mean()) if len(defined) else math.nan, f"n_{metric}": len(defined)}
    return row
