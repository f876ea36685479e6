"""What the pictures of recordings and of models share."""

import numpy as np

from bandmap.aggregation import rank_one_share
from bandmap.figures.matrices import Matrix


def unit_of(title: str) -> str:
    """Return what the numbers of a matrix are, for people."""
    return "change of log odds" if title.startswith("joint") else "importance"


def share_of(matrix: Matrix) -> float | None:
    """Return the share that rank one explains, None where a cell has no value."""
    usable = matrix.values.size > 0 and np.isfinite(matrix.values).all() and matrix.values.any()
    return rank_one_share(matrix.values) if usable else None
