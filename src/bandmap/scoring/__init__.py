"""From probabilities to events, and from events to scores as the field counts them (SzCORE)."""

from bandmap.scoring.detection import Predicted, Threshold, choose_threshold, postprocess, window_auroc
from bandmap.scoring.events import PARAMETERS, Counts, event_scores, sample_scores
from bandmap.scoring.subjects import COLUMNS, Scored, subject_scores, summary

__all__ = [
    "COLUMNS",
    "PARAMETERS",
    "Counts",
    "Predicted",
    "Scored",
    "Threshold",
    "choose_threshold",
    "event_scores",
    "postprocess",
    "sample_scores",
    "subject_scores",
    "summary",
    "window_auroc",
]
