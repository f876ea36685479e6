"""Draw a finished run from its files: a picture per seizure, and those of a model over all subjects."""

from bandmap.pictures.model import draw_model, read_truth
from bandmap.pictures.recording import RecordingFiles, draw_recording

__all__ = ["RecordingFiles", "draw_model", "draw_recording", "read_truth"]
