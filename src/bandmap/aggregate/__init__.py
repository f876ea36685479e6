"""Region x band matrices of windows, of seizures or stages, of subjects and of the cohort.

Input: importance of windows as arrays, an atlas, and the events of each recording.
Output: tables of matrices with intervals and tests.
Called by: `from_files` here, and by the figures and the report, which select matrices from these tables.
"""

from bandmap.aggregate.levels import cohort_matrices, main_matrices, subject_matrices, subject_pairs
from bandmap.aggregate.matrices import (
    PAIR_AXES,
    PAIRED,
    matrix_labels,
    pair_matrix,
    rank_one_share,
    region_band_matrix,
    share_of_channels,
)
from bandmap.aggregate.units import Attributed, seizure_matrices, stage_matrices

__all__ = [
    "PAIRED",
    "PAIR_AXES",
    "Attributed",
    "cohort_matrices",
    "main_matrices",
    "matrix_labels",
    "pair_matrix",
    "rank_one_share",
    "region_band_matrix",
    "seizure_matrices",
    "share_of_channels",
    "stage_matrices",
    "subject_matrices",
    "subject_pairs",
]
