"""Scores of all recordings of a run.

Input: files of predictions, and tables of reference and predicted events.
Output: a `Card`: two tables and a summary. Their schemas are in `tables.SCORES` and `tables.DETAILS`.
Called by: the scripts of this stage.

The files `seizure` and `sleep` contain what differs between tasks: `gather` reads recordings, `score` scores them.
"""

from bandmap.score.from_files._common import Files

__all__ = ["Files"]
