"""Conversion of probabilities to events, and of events to scores according to SzCORE.

Sleep agreement, curves, comparisons of models and baselines are in separate modules: training imports this package,
and must not be repeated if one of them changes.
"""

from bandmap.score.detection import Predicted, Threshold, choose_threshold, postprocess
from bandmap.score.events import PARAMETERS, Counts, clipped, event_scores, latencies, same_duration, sample_scores
from bandmap.score.probabilities import calibration_error, window_auprc, window_auroc
from bandmap.score.scored import Scored
from bandmap.score.subjects import subject_scores, summary

__all__ = [
    "PARAMETERS",
    "Counts",
    "Predicted",
    "Scored",
    "Threshold",
    "calibration_error",
    "choose_threshold",
    "clipped",
    "event_scores",
    "latencies",
    "postprocess",
    "same_duration",
    "sample_scores",
    "subject_scores",
    "summary",
    "window_auprc",
    "window_auroc",
]
