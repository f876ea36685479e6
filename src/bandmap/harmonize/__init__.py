"""A recording of any montage in, one of the run's montage, rate and pass band out, with a table of its quality.

`harmonize` does so in memory, `Stream` in pieces. Called by the script of the same stage; opens no files.
"""

from bandmap.harmonize.derive import MontageError
from bandmap.harmonize.in_memory import harmonize
from bandmap.harmonize.stream import Stream

__all__ = ["MontageError", "Stream", "harmonize"]
