"""Draw a finished run from its files: what happens in a recording, a model over all subjects, all models.

What differs between tasks stands in a file named like each: `seizure`, `sleep`.
"""

from bandmap.draw.from_files._common import RecordingFiles
from bandmap.draw.from_files.model import draw_model, read_truth
from bandmap.draw.from_files.overview import draw_overview

__all__ = ["RecordingFiles", "draw_model", "draw_overview", "read_truth"]
