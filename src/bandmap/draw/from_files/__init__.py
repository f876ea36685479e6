"""Figures of a run: of each recording, of a model over all subjects, and of all models.

Input: files of recordings, predictions, attributions, matrices and scores.
Output: files of figures.
Called by: the scripts of this stage.

The files `seizure` and `sleep` contain what differs between tasks.
"""

from bandmap.draw.from_files._common import RecordingFiles
from bandmap.draw.from_files.model import draw_model, read_contrast, read_truth
from bandmap.draw.from_files.overview import draw_overview

__all__ = ["RecordingFiles", "draw_model", "draw_overview", "read_contrast", "read_truth"]
