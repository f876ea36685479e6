"""Comparison of the largest cell of a matrix with the planted region and band, for simulated subjects."""

import math
from statistics import NormalDist

import pandas as pd

from bandmap.vocabulary.tables import ALL

_PERSON = ["dataset", "subject"]
_AXES = ["region", "band"]


def planted_focus(truth: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    """Compare each subject's largest cell with the planted focus.

    Parameters
    ----------
    truth : DataFrame
        dataset, subject, region, band, one row per seizure; a subject has one focus.
    subjects : DataFrame
        dataset, subject, region, band and importance of the cells of one matrix per subject. An importance of regions
        only has the band "all", one of bands only the region "all".

    Returns
    -------
    DataFrame
        Columns of `tables.PLANTED`, without method and class; one row per subject of the truth. The `..._right` are
        missing if the importance lacks the axis; a subject without a matrix (no detected seizure) counts as wrong.
        `auc` is the probability that the planted cell exceeds another cell (ties count half), missing without a matrix.
    """
    focus = truth.drop_duplicates(_PERSON, keep="last").sort_values(_PERSON)[_PERSON + _AXES]
    cells = subjects[[*_PERSON, *_AXES, "importance"]].dropna().merge(focus[_PERSON], on=_PERSON)
    largest = cells.loc[cells.groupby(_PERSON)["importance"].idxmax(), _PERSON + _AXES]
    planted, found = (
        table.rename(columns={axis: f"{which}_{axis}" for axis in _AXES})
        for which, table in (("planted", focus), ("found", largest))
    )
    compared = planted.merge(found, how="left", on=_PERSON)
    for axis in _AXES:
        right = (compared[f"found_{axis}"] == compared[f"planted_{axis}"]).astype("boolean")
        tells = bool((cells[axis] != ALL).any())
        compared[f"{axis}_right"] = right if tells else right.mask(right.notna())
        focus[axis] = focus[axis] if tells else ALL
    unknown = compared[["region_right", "band_right"]].isna().any(axis=1)
    compared["both_right"] = (compared["region_right"] & compared["band_right"]).mask(unknown)
    return compared.merge(_areas(cells, focus), how="left", on=_PERSON)


def _areas(cells: pd.DataFrame, focus: pd.DataFrame) -> pd.DataFrame:
    """Return dataset, subject and auc: how often the planted cell exceeds one of the others."""
    planted = cells.merge(focus, on=_PERSON + _AXES)[[*_PERSON, "importance"]]
    both = cells.merge(planted, on=_PERSON, suffixes=("", "_planted"))
    beaten = (both["importance"] < both["importance_planted"]) + (both["importance"] == both["importance_planted"]) / 2
    of_person = both.assign(beaten=beaten).groupby(_PERSON)["beaten"]
    # The planted cell is one of its subject's cells and ties with itself.
    return ((of_person.sum() - 0.5) / (of_person.count() - 1)).rename("auc").reset_index()


def summary(focus: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Count how often the largest cell is right.

    Parameters
    ----------
    focus : DataFrame
        Result of `planted_focus`.
    level : float
        Level of Wilson's interval.

    Returns
    -------
    DataFrame
        Columns of `tables.RECOVERY`, without method and class; rows for `region`, `band`, `both` (if the importance has
        the axes) and `auc`. The share of `auc` is the mean over subjects with a matrix; it has no count and no
        interval.
    """
    rows: list[dict[str, object]] = []
    for what in ("region", "band", "both"):
        marks = focus[f"{what}_right"].dropna()
        if len(marks):
            right, n = int(marks.sum()), len(marks)
            low, high = wilson_interval(right, n, level=level)
            rows.append({"what": what, "right": right, "n": n, "share": right / n, "low": low, "high": high})
    areas = focus["auc"].dropna()
    if len(areas):
        rows.append({"what": "auc", "n": len(areas), "share": areas.mean()})
    return pd.DataFrame(rows, columns=["what", "right", "n", "share", "low", "high"])


def wilson_interval(right: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share of counts (Wilson 1927); n is at least 1."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = right / n
    shrunk = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # The interval always contains the share; rounding must not exclude a share of 0 or 1.
    return max(0.0, min(shrunk - half, share)), min(1.0, max(shrunk + half, share))
