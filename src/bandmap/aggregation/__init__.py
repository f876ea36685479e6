"""From attributions to region x band matrices: per window, seizure, subject and cohort. Arrays and rows in and out."""

from bandmap.aggregation.levels import (
    COHORT_COLUMNS,
    SEIZURE_COLUMNS,
    SUBJECT_COLUMNS,
    Attributed,
    cohort_rows,
    seizure_rows,
    subject_rows,
)
from bandmap.aggregation.matrices import (
    frequency_importance,
    matrix_labels,
    rank_one_share,
    region_band_matrix,
    region_importance,
)
from bandmap.aggregation.statistics import bootstrap_interval, sign_flip_p

__all__ = [
    "COHORT_COLUMNS",
    "SEIZURE_COLUMNS",
    "SUBJECT_COLUMNS",
    "Attributed",
    "bootstrap_interval",
    "cohort_rows",
    "frequency_importance",
    "matrix_labels",
    "rank_one_share",
    "region_band_matrix",
    "region_importance",
    "seizure_rows",
    "sign_flip_p",
    "subject_rows",
]
