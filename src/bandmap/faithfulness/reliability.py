"""Whether two halves of a subject's seizures, or of the epochs of a stage, give the same matrix."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bandmap.aggregate.statistics import known_mean
from bandmap.aggregate.units import HALVES, TRUE, WHOLE

Row = Mapping[str, object]
_Subject = tuple[str, str]
_Cells = dict[tuple[str, str], float]

FEWEST_CELLS = 3


def split_half(units: Iterable[Row]) -> dict[_Subject, float]:
    """Return how reliable each subject's mean matrix is.

    Of seizures, the odd ones make one half and the even ones the other (in the order of the table, those that were
    found); of stages, each recording's odd and even epochs that were staged right. The Pearson correlation of the two
    mean matrices over the cells, r, is that of half the data; for all of it, it is stepped up to 2 r / (1 + |r|)
    (Spearman 1910, Brown 1910; the magnitude keeps a negative one above -1).

    Parameters
    ----------
    units : iterable of mapping
        Rows of `aggregation.SEIZURE_COLUMNS`, as made or as read from a table.

    Returns
    -------
    dict
        (data set, subject) -> reliability, at most 1; of several classes the mean. Who has no two halves, or a half
        whose cells are all equal, is left out.
    """
    found: dict[tuple[_Subject, str], tuple[list[_Cells], list[_Cells]]] = {}
    for (subject, label), half, cells in _halves(units):
        found.setdefault((subject, label), ([], []))[half].append(cells)
    reliable: dict[_Subject, list[float]] = {}
    for (subject, _), (odd, even) in found.items():
        if odd and even and np.isfinite(value := _stepped_up(_mean(odd), _mean(even))):
            reliable.setdefault(subject, []).append(value)
    return {subject: float(np.mean(values)) for subject, values in reliable.items()}


def _halves(units: Iterable[Row]) -> Iterator[tuple[tuple[_Subject, str], int, _Cells]]:
    """Yield subject and class, which half (0, 1), and the matrix of each seizure, or of each half of a recording."""
    matrices: dict[tuple[str, ...], _Cells] = {}
    for row in units:
        wanted = HALVES if row["seizure"] in (None, "n/a") else (WHOLE,)
        if row["outcome"] in TRUE and row["part"] in wanted:
            key = tuple(str(row[name]) for name in ("dataset", "subject", "class", "part", "recording", "seizure"))
            value = float("nan") if row["importance"] in (None, "n/a") else float(str(row["importance"]))
            matrices.setdefault(key, {})[str(row["region"]), str(row["band"])] = value
    counts: Counter[tuple[str, ...]] = Counter()
    for key, cells in matrices.items():
        dataset, subject, label, part = key[:4]
        counts[key[:4]] += 1
        yield ((dataset, subject), label), HALVES.index(part) if part in HALVES else 1 - counts[key[:4]] % 2, cells


def _mean(half: list[_Cells]) -> NDArray[np.float64]:
    return known_mean(np.array([list(cells.values()) for cells in half]))


def _stepped_up(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < FEWEST_CELLS or not (np.ptp(one[known]) and np.ptp(other[known])):
        return float("nan")
    r = float(np.corrcoef(one[known], other[known])[0, 1])
    return 2 * r / (1 + abs(r))
