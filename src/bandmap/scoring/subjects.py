"""Scores per subject and over subjects."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from bandmap.recording import Event
from bandmap.scoring.detection import window_auroc
from bandmap.scoring.events import MASK_RATE_HZ, METRICS, PARAMETERS, Counts, event_scores, sample_scores

COLUMNS = (
    "dataset",
    "subject",
    "scoring",
    "recordings",
    "hours",
    "reference",
    "true_positives",
    "false_positives",
    *METRICS,
    "window_auroc",
)
"""Columns of the table: a row for each subject and scoring ("event" counts seizures, "sample" seconds)."""

_RESAMPLES = 10_000
_INTERVAL_PERCENT = 95


@dataclass(frozen=True)
class Scored:
    """A recording, what was found in it and what there was to find.

    Attributes
    ----------
    dataset, subject : str
    reference, hypothesis : sequence of Event
    duration_seconds : float
    probabilities : ndarray of float, shape (windows,)
        Of the windows, before post-processing.
    labels : ndarray of int, shape (windows,)
        Class of the windows.
    """

    dataset: str
    subject: str
    reference: Sequence[Event]
    hypothesis: Sequence[Event]
    duration_seconds: float
    probabilities: NDArray[np.floating]
    labels: NDArray[np.integer]


def subject_scores(recordings: Sequence[Scored]) -> list[dict[str, object]]:
    """Return the rows of the table of scores, columns `COLUMNS`.

    A subject's counts and hours are summed over the recordings before they become shares, as in the benchmark; what is
    undefined (sensitivity without a seizure, precision without a detection) is NaN.
    """
    by_subject: dict[tuple[str, str], list[Scored]] = defaultdict(list)
    for recording in recordings:
        by_subject[recording.dataset, recording.subject].append(recording)
    rows: list[dict[str, object]] = []
    for (dataset, subject), members in sorted(by_subject.items()):
        auroc = window_auroc(
            np.concatenate([member.probabilities for member in members]),
            np.concatenate([member.labels for member in members]),
        )
        for scoring, scorer in (("event", event_scores), ("sample", sample_scores)):
            counts = sum((scorer(m.reference, m.hypothesis, m.duration_seconds) for m in members), start=Counts())
            rows.append(
                {
                    "dataset": dataset,
                    "subject": subject,
                    "scoring": scoring,
                    "recordings": len(members),
                    "hours": counts.seconds / 3600,
                    "reference": counts.reference,
                    "true_positives": counts.true_positives,
                    "false_positives": counts.false_positives,
                    **{metric: getattr(counts, metric) for metric in METRICS},
                    "window_auroc": auroc,
                }
            )
    return rows


def summary(
    rows: Sequence[Mapping[str, object]], *, recordings_expected: int, seed: int, settings: Mapping[str, object]
) -> dict[str, object]:
    """Return the scores over subjects beside everything that they depend on, ready for JSON.

    Parameters
    ----------
    rows : sequence of mapping
        Of `subject_scores`.
    recordings_expected : int
        Recordings there are; if fewer were scored, the reader should see it.
    seed : int
        Of the bootstrap.
    settings : mapping
        Post-processing and whatever else belongs beside the numbers.

    Returns
    -------
    dict
        scorer (library and parameters), settings, subjects, recordings (scored and expected), and for "event" and
        "sample" each metric's mean, sd, low, high (bootstrap over subjects, 95 %) and n, the subjects for which it is
        defined; None for what is not. "window" has the same of the area under the ROC curve.
    """
    by_scoring = {name: [row for row in rows if row["scoring"] == name] for name in ("event", "sample")}
    scored = sum(_number(row["recordings"]) for row in by_scoring["event"])
    return {
        "scorer": {
            "library": f"timescoring {version('timescoring')}",
            "event": dict(PARAMETERS),
            "sample": {"rate_hz": MASK_RATE_HZ},
            "bootstrap": {"resamples": _RESAMPLES, "interval_percent": _INTERVAL_PERCENT, "seed": seed},
        },
        "settings": dict(settings),
        "subjects": len({(row["dataset"], row["subject"]) for row in rows}),
        "recordings": {"scored": int(scored), "expected": recordings_expected},
        **{
            scoring: {metric: _over_subjects(members, metric, seed) for metric in METRICS}
            for scoring, members in by_scoring.items()
        },
        "window": {"auroc": _over_subjects(by_scoring["event"], "window_auroc", seed)},
    }


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _over_subjects(rows: Sequence[Mapping[str, object]], metric: str, seed: int) -> dict[str, float | int | None]:
    """Return mean, standard deviation (of a sample), interval and n of the rows in which a metric is a number."""
    values = [_number(row[metric]) for row in rows]
    defined = np.array([value for value in values if not math.isnan(value)])
    n = len(defined)
    found: dict[str, float | int | None] = {"mean": None, "sd": None, "low": None, "high": None, "n": n}
    if n:
        found["mean"] = float(defined.mean())
    if n > 1:
        drawn = np.random.default_rng(seed).integers(0, n, (_RESAMPLES, n))
        tail = (100 - _INTERVAL_PERCENT) / 2
        low, high = np.percentile(defined[drawn].mean(axis=1), [tail, 100 - tail])
        found |= {"sd": float(defined.std(ddof=1)), "low": float(low), "high": float(high)}
    return found
