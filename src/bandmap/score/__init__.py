"""Events from probabilities, and scores of events according to SzCORE.

Input: probabilities of windows, and reference events.
Output: predicted events, thresholds and scores.
Called by: `from_files` here, and by `bandmap.train`, which chooses thresholds by the scores.

Sleep agreement, curves, comparisons of models and baselines are in separate modules: training imports this package,
and must not be repeated if one of them changes.
"""

from bandmap.score.detection import Predicted, choose_threshold, postprocess
from bandmap.score.events import same_duration
from bandmap.score.scored import Scored

__all__ = ["Predicted", "Scored", "choose_threshold", "postprocess", "same_duration"]
