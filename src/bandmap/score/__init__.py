"""From probabilities to events, and from events to scores as the field counts them (SzCORE).

Agreement on sleep is in `bandmap.score.sleep`, curves, comparisons of models and baselines in the modules of these
names: training imports this package and shall not be repeated when one of them changes.
"""

from bandmap.score.detection import Predicted, Threshold, choose_threshold, postprocess
from bandmap.score.events import PARAMETERS, Counts, clipped, event_scores, latencies, same_duration, sample_scores
from bandmap.score.probabilities import calibration_error, window_auprc, window_auroc
from bandmap.score.scored import Scored
from bandmap.score.subjects import COLUMNS, subject_scores, summary

__all__ = [
    "COLUMNS",
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
