"""Matrices of sleep stages."""

import pandas as pd

from bandmap.aggregate import stage_matrices
from bandmap.aggregate.from_files._common import Interpreted, names_of


def units(interpreted: Interpreted) -> pd.DataFrame:
    """Return the matrices of a recording's stages, a table of `tables.UNITS`; each window knows its stage."""
    result = interpreted.attribution
    stages = names_of(result, "classes")
    return stage_matrices(interpreted.windows, stages, result.targets, result.labels, recording=interpreted.recording)
