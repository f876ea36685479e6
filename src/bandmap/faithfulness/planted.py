"""Comparison of the largest cell of a matrix with the planted region and band, for simulated subjects."""

import math
from collections.abc import Iterable, Mapping
from statistics import NormalDist

ALL = "all"
"""The region or band of an importance without this axis, which cannot be right or wrong."""

SUBJECT_COLUMNS = (
    "dataset", "subject", "planted_region", "planted_band", "found_region", "found_band",
    "region_right", "band_right", "both_right", "auc",
)  # fmt: skip
SUMMARY_COLUMNS = ("what", "right", "n", "share", "low", "high")

Row = Mapping[str, object]


def planted_focus(truth: Iterable[Row], subjects: Iterable[Row]) -> list[dict[str, object]]:
    """Compare each subject's largest cell with the planted focus.

    Parameters
    ----------
    truth : iterable of mapping
        `dataset`, `subject`, `region`, `band`, one row per seizure; a subject has one focus.
    subjects : iterable of mapping
        Rows of a matrix's `subjects.tsv`: `dataset`, `subject`, `region`, `band`, `importance`. An importance of
        regions only has the band "all", one of bands only the region "all".

    Returns
    -------
    list of dict
        Rows of `SUBJECT_COLUMNS`, one per subject of the truth. The `..._right` are 1 or 0, and None if the importance
        lacks the axis; a subject without a matrix (no detected seizure) counts as wrong. `auc` is the probability that
        the planted cell exceeds another cell (ties count half), None without a matrix.
    """
    focus = {(str(r["dataset"]), str(r["subject"])): (str(r["region"]), str(r["band"])) for r in truth}
    cells: dict[tuple[str, str], dict[tuple[str, str], float]] = {subject: {} for subject in focus}
    for row in subjects:
        value = _number(row["importance"])
        subject = (str(row["dataset"]), str(row["subject"]))
        if subject in cells and not math.isnan(value):
            cells[subject][str(row["region"]), str(row["band"])] = value
    named = [cell for matrix in cells.values() for cell in matrix]
    tells_region, tells_band = any(r != ALL for r, _ in named), any(b != ALL for _, b in named)
    return [
        {
            "dataset": subject[0],
            "subject": subject[1],
            "planted_region": region,
            "planted_band": band,
            **_compare(cells[subject], region if tells_region else ALL, band if tells_band else ALL),
        }
        for subject, (region, band) in sorted(focus.items())
    ]


def summary(focus: Iterable[Row], *, level: float = 0.95) -> list[dict[str, object]]:
    """Count how often the largest cell is right.

    Parameters
    ----------
    focus : iterable of mapping
        Result of `planted_focus`.
    level : float
        Level of Wilson's interval.

    Returns
    -------
    list of dict
        Rows of `SUMMARY_COLUMNS` for `region`, `band`, `both` (if the importance has the axes) and `auc`. The share
        of `auc` is the mean over subjects with a matrix; it has no count and no interval.
    """
    focus = list(focus)
    rows: list[dict[str, object]] = []
    for what in ("region", "band", "both"):
        marks = [int(str(row[f"{what}_right"])) for row in focus if row[f"{what}_right"] not in (None, "n/a")]
        if marks:
            low, high = wilson_interval(sum(marks), len(marks), level=level)
            share = sum(marks) / len(marks)
            rows.append({"what": what, "right": sum(marks), "n": len(marks), "share": share, "low": low, "high": high})
    areas = [_number(row["auc"]) for row in focus if row["auc"] not in (None, "n/a")]
    if areas:
        mean = sum(areas) / len(areas)
        rows.append({"what": "auc", "right": None, "n": len(areas), "share": mean, "low": None, "high": None})
    return rows


def wilson_interval(right: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share of counts (Wilson 1927); n is at least 1."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = right / n
    shrunk = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # The interval always contains the share; rounding must not exclude a share of 0 or 1.
    return max(0.0, min(shrunk - half, share)), min(1.0, max(shrunk + half, share))


def _compare(matrix: Mapping[tuple[str, str], float], region: str, band: str) -> dict[str, object]:
    found = max(matrix, key=matrix.__getitem__) if matrix else (None, None)
    region_right = None if region == ALL else int(found[0] == region)
    band_right = None if band == ALL else int(found[1] == band)
    both = None if region_right is None or band_right is None else region_right * band_right
    return {
        "found_region": found[0],
        "found_band": found[1],
        "region_right": region_right,
        "band_right": band_right,
        "both_right": both,
        "auc": _area(matrix, (region, band)),
    }


def _area(matrix: Mapping[tuple[str, str], float], planted: tuple[str, str]) -> float | None:
    others = [value for cell, value in matrix.items() if cell != planted]
    if planted not in matrix or not others:
        return None
    return sum((value < matrix[planted]) + (value == matrix[planted]) / 2 for value in others) / len(others)


def _number(value: object) -> float:
    return float("nan") if value in (None, "n/a") else float(str(value))
