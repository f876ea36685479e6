"""Region x band matrices of windows, seizures or stages, subjects and the cohort. Input: arrays. Output: rows."""

from bandmap.aggregate.levels import COHORT_COLUMNS, SUBJECT_COLUMNS, cohort_rows, main_rows, subject_rows
from bandmap.aggregate.matrices import (
    frequency_importance,
    matrix_labels,
    rank_one_share,
    region_band_matrix,
    region_importance,
    share_of_channels,
)
from bandmap.aggregate.statistics import bootstrap_interval, sign_flip_p
from bandmap.aggregate.units import SEIZURE_COLUMNS, Attributed, seizure_rows, stage_rows

__all__ = [
    "COHORT_COLUMNS",
    "SEIZURE_COLUMNS",
    "SUBJECT_COLUMNS",
    "Attributed",
    "bootstrap_interval",
    "cohort_rows",
    "frequency_importance",
    "main_rows",
    "matrix_labels",
    "rank_one_share",
    "region_band_matrix",
    "region_importance",
    "seizure_rows",
    "share_of_channels",
    "sign_flip_p",
    "stage_rows",
    "subject_rows",
]
