"""Split-half reliability of a subject's matrices over seizures, or over the epochs of a stage."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bandmap.aggregate.statistics import known_mean
from bandmap.vocabulary.tables import HALVES, TRUE, WHOLE

Row = Mapping[str, object]
_Subject = tuple[str, str]
_Cells = dict[tuple[str, str], float]

FEWEST_CELLS = 3


def split_half(units: Iterable[Row]) -> dict[_Subject, float]:
    """Return the reliability of each subject's mean matrix.

    For seizures, the halves are the odd and the even found seizures (in the order of the table); for stages, the odd
    and the even correctly staged epochs of each recording. The Pearson correlation r between the two mean matrices over
    the cells applies to half of the data; for all data, it is corrected to 2 r / (1 + |r|) (Spearman 1910, Brown 1910;
    the magnitude keeps negative values above -1).

    Parameters
    ----------
    units : iterable of mapping
        Rows of `aggregate.units.SEIZURE_COLUMNS`, computed or read from a table.

    Returns
    -------
    dict
        (data set, subject) -> reliability, at most 1; the mean over classes if there are several. Subjects without
        two halves, or with a constant half, are left out.
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
    """Yield subject and class, half (0 or 1), and the matrix of each seizure, or of each half of a recording."""
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
