"""Matrices of all recordings of a run.

Input: files of attributions, and tables of reference and predicted events.
Output: a table of `tables.UNITS`: the matrices of all seizures, or of all sleep stages.
Called by: the script of this stage, and by the figures of a recording.

The files `seizure` and `sleep` contain what differs between tasks.
"""

from bandmap.aggregate.from_files._common import Units, unit_matrices

__all__ = ["Units", "unit_matrices"]
