"""Input: a recording in any montage. Output: the run's montage, rate and pass band, and a table of channel quality.

`harmonize` works in memory, `Stream` block by block. Called by the script of the same stage; opens no files.
"""

from bandmap.harmonize.derive import MontageError
from bandmap.harmonize.in_memory import harmonize
from bandmap.harmonize.stream import Stream

__all__ = ["MontageError", "Stream", "harmonize"]
