"""Scores of seizure detection per subject and over subjects."""

import math
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from bandmap.score.events import MASK_RATE_HZ, PARAMETERS, Counts, event_scores, sample_scores
from bandmap.score.intervals import bootstrap_settings, over_subjects
from bandmap.score.probabilities import calibration_error, libraries, window_auprc, window_auroc
from bandmap.score.scored import Scored, by_subject
from bandmap.vocabulary.tables import EVENT_METRICS, SEIZURE_SCORES

if TYPE_CHECKING:
    import pandas as pd

_SCORERS = {"event": event_scores, "sample": sample_scores}
_LEVELS = {"event": (*EVENT_METRICS, "latency_seconds"), "sample": EVENT_METRICS}
_SHARE = (0.0, 1.0)
_LIMITS = {"false_alarms_per_day": (0.0, math.inf), "latency_seconds": (-math.inf, math.inf)}
_WINDOWS = {"auroc": window_auroc, "auprc": window_auprc, "calibration_error": calibration_error}


def subject_scores(recordings: Sequence[Scored]) -> "pd.DataFrame":
    """Return the scores of every subject, a table of `tables.SEIZURE_SCORES`.

    A subject's counts, hours and windows are pooled over the recordings before they become shares, as in the benchmark;
    `latency_seconds` is the mean over the detected seizures (`events.latencies`). Undefined scores (sensitivity
    without a seizure, precision or latency without a detection) are NaN.
    """
    rows: list[dict[str, object]] = []
    for (dataset, subject), members in by_subject(recordings):
        windows = _window_scores(members)
        late = [seconds for member in members for seconds in member.latencies()]
        latency = {"event": float(np.mean(late)) if late else math.nan, "sample": math.nan}
        for scoring, scorer in _SCORERS.items():
            counts = sum((member.counts(scorer) for member in members), start=Counts())
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
                    **{metric: getattr(counts, metric) for metric in EVENT_METRICS},
                    "latency_seconds": latency[scoring],
                    **windows,
                }
            )
    return SEIZURE_SCORES.frame(rows)


def _window_scores(members: Sequence[Scored]) -> dict[str, float]:
    probabilities, labels = (np.concatenate(parts) for parts in zip(*(m.windows() for m in members), strict=True))
    return {f"window_{name}": score(probabilities, labels) for name, score in _WINDOWS.items()}


def summary(
    scores: "pd.DataFrame", *, recordings_expected: int, seed: int, settings: Mapping[str, object]
) -> dict[str, object]:
    """Return the scores over subjects with everything that they depend on, ready for JSON.

    Parameters
    ----------
    scores : DataFrame
        Result of `subject_scores`.
    recordings_expected : int
        Expected number of recordings, to show if fewer are scored.
    seed : int
        Seed of the bootstrap.
    settings : mapping
        Post-processing and other settings to report with the scores.

    Returns
    -------
    dict
        scorer (library and parameters), settings, subjects, recordings (scored and expected), and for "event" and
        "sample" each metric's mean, sd, low, high, values and n (`intervals.over_subjects`), n being the subjects for
        which it is defined. "event" has latency_seconds besides, and "window" the same of auroc, auprc and
        calibration_error.
    """
    by_scoring = {name: scores[scores["scoring"] == name] for name in _SCORERS}
    events = by_scoring["event"]
    return {
        "scorer": {
            "library": f"timescoring {version('timescoring')}",
            "event": dict(PARAMETERS),
            "sample": {"rate_hz": MASK_RATE_HZ},
            "window": libraries(),
            "bootstrap": bootstrap_settings(seed),
        },
        "settings": dict(settings),
        "subjects": len(events),
        "recordings": {"scored": int(events["recordings"].sum()), "expected": recordings_expected},
        **{
            scoring: {
                metric: over_subjects(members[metric], seed, _LIMITS.get(metric, _SHARE)) for metric in _LEVELS[scoring]
            }
            for scoring, members in by_scoring.items()
        },
        "window": {name: over_subjects(events[f"window_{name}"], seed, _SHARE) for name in _WINDOWS},
    }
