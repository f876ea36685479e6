"""Region x band matrices of windows, seizures or stages, subjects and the cohort. Input: arrays. Output: tables."""

from bandmap.aggregate.levels import cohort_matrices, main_matrices, subject_matrices
from bandmap.aggregate.matrices import (
    frequency_importance,
    matrix_labels,
    rank_one_share,
    region_band_matrix,
    region_importance,
    share_of_channels,
)
from bandmap.aggregate.statistics import pattern_p, sign_flip_p
from bandmap.aggregate.units import Attributed, seizure_matrices, stage_matrices

__all__ = [
    "Attributed",
    "cohort_matrices",
    "frequency_importance",
    "main_matrices",
    "matrix_labels",
    "pattern_p",
    "rank_one_share",
    "region_band_matrix",
    "region_importance",
    "seizure_matrices",
    "share_of_channels",
    "sign_flip_p",
    "stage_matrices",
    "subject_matrices",
]
