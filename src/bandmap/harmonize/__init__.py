"""One montage, one rate and one pass band for all recordings: `harmonize` in memory, `Stream` block by block.

Input: a recording in any montage.
Output: its signals in the run's montage, and a table of channel quality.
Called by: the script of this stage, and wherever a model is applied; opens no files.
"""

from bandmap.harmonize.derive import MontageError
from bandmap.harmonize.in_memory import harmonize
from bandmap.harmonize.stream import Stream

__all__ = ["MontageError", "Stream", "harmonize"]
