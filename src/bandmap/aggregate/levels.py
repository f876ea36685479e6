"""Aggregation of seizures and stages to subjects, and of subjects to the cohort, as rows of long tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bandmap.aggregate.statistics import bootstrap_interval, known_interval, known_mean, sign_flip_p
from bandmap.aggregate.units import HALVES, INTERICTAL, OUTCOMES, PARTS, SEIZURE, TRUE, WHOLE
from bandmap.vocabulary.recording import SleepStage

SUBJECT_COLUMNS = (
    "dataset", "subject", "class", "outcome", "part", "region", "band", "importance", "low", "high", "n_units",
    "interpolated", "masked",
)  # fmt: skip
COHORT_COLUMNS = (
    "class", "outcome", "part", "region", "band", "importance", "low", "high", "n_subjects", "p",
    "n_interpolated", "n_masked",
)  # fmt: skip

Row = Mapping[str, object]
_R = TypeVar("_R", bound=Row)

_Subject = tuple[str, str]
_Kind = tuple[str, str, str]
_CLASSES = (SEIZURE, *(stage.name for stage in SleepStage))
_VALUES = ("importance", "interpolated", "masked")


def main_rows(rows: Iterable[_R], label: str | None = None) -> list[_R]:
    """Return the rows of found seizures as a whole, or of correctly predicted stages.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of seizures, subjects or the cohort, computed or read from a table.
    label : str, optional
        The class ("sz", "N2" ...); by default all.
    """
    wanted = [row for row in rows if row["part"] == WHOLE and row["outcome"] in TRUE]
    return [row for row in wanted if label in (None, row["class"])]


def subject_rows(units: Iterable[Row], *, level: float = 0.95) -> list[dict[str, object]]:
    """Return every subject's mean matrix over hits, misses, false alarms, thirds of seizures, or nights of a stage.

    Parameters
    ----------
    units : iterable of mapping
        Rows of `SEIZURE_COLUMNS`, computed or read from a table.
    level : float
        `low` and `high` are the percentiles that contain this share of the subject's units: a spread, not the
        uncertainty of the mean.

    Returns
    -------
    list of dict
        Rows of `SUBJECT_COLUMNS` per class, outcome and part that the subject has; see `main_rows`. A unit is a
        seizure, a false alarm or a recording of sleep; `n_units` counts those with a value in the cell.
        `interpolated` and `masked` are the mean shares of the region's channels over the units.
    """
    rows: list[dict[str, object]] = []
    stacks = _Stacks.of(units)
    for kind, subjects in stacks.of_kind.items():
        for (dataset, subject), values in subjects.items():
            importance = values[..., 0]
            low, high = known_interval(importance, level=level)
            shares = values[..., 1:].mean(axis=0)
            columns = {"importance": known_mean(importance), "low": low, "high": high}
            columns |= {"n_units": np.isfinite(importance).sum(axis=0)}
            columns |= {"interpolated": shares[..., 0], "masked": shares[..., 1]}
            rows += stacks.long({"dataset": dataset, "subject": subject, **_named(kind)}, columns)
    return sorted(rows, key=lambda row: (str(row["dataset"]), str(row["subject"])))


def cohort_rows(units: Iterable[Row], *, scale: str = "unit", draws: int = 2000, seed: int) -> list[dict[str, object]]:
    """Return the mean matrix over subjects, its bootstrap interval and the test against its contrast.

    Parameters
    ----------
    units : iterable of mapping
        Rows of `SEIZURE_COLUMNS`, computed or read from a table.
    scale : {"unit", "none"}
        "unit" divides a subject's matrix by the sum of its absolute values, so that a subject with high log odds
        does not outweigh the others. For cells without a value, the mean of the others enters the sum.
    draws : int
        Number of bootstrap samples of subjects.
    seed : int

    Returns
    -------
    list of dict
        Rows of `COHORT_COLUMNS` per class, outcome and part; see `main_rows`. `p` comes from a sign-flip permutation
        test with max-statistic correction over the cells of that matrix. Seizures and false alarms are tested against
        interictal windows of the same subject, divided by the same number; a stage is tested against the mean of the
        other stages of the same subject and outcome, each divided by its own sum, to test whether the share of a cell
        differs in this stage. NaN with fewer than two subjects that have both. `n_subjects` counts those with a value
        in the cell, `n_interpolated` and `n_masked` those with any such channel in its region.
    """
    if scale not in ("unit", "none"):
        raise ValueError(f"scale: there is no '{scale}'. There are: none, unit.")
    stacks = _Stacks.of(units)
    rows: list[dict[str, object]] = []
    for kind, subjects in stacks.of_kind.items():
        values = np.stack([known_mean(stack[..., 0]) / _divisor(stack, scale) for stack in subjects.values()])
        flagged = np.stack([stack[..., 1:].max(axis=0) > 0 for stack in subjects.values()]).sum(axis=0)
        low, high = bootstrap_interval(values, draws=draws, seed=seed)
        columns = {"importance": known_mean(values), "low": low, "high": high}
        columns |= {"n_subjects": np.isfinite(values).sum(axis=0), "p": _p(stacks, kind, scale, seed)}
        columns |= {"n_interpolated": flagged[..., 0], "n_masked": flagged[..., 1]}
        rows += stacks.long(_named(kind), columns)
    return rows


@dataclass(frozen=True)
class _Stacks:
    """Matrices of units by (class, outcome, part) and subject, shape (units, regions, bands, 3 values)."""

    of_kind: Mapping[_Kind, Mapping[_Subject, NDArray[np.float64]]]
    interictal: Mapping[_Subject, NDArray[np.float64]]
    regions: Sequence[str]
    bands: Sequence[str]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "_Stacks":
        rows = [row for row in rows if row["part"] not in HALVES]
        regions = {name: place for place, name in enumerate(dict.fromkeys(str(row["region"]) for row in rows))}
        bands = {name: place for place, name in enumerate(dict.fromkeys(str(row["band"]) for row in rows))}
        found: dict[_Kind, dict[_Subject, dict[tuple[str, str], NDArray[np.float64]]]] = {}
        for row in rows:
            kind, subject = _texts(row, "class", "outcome", "part"), _texts(row, "dataset", "subject")
            units = found.setdefault((kind[0], kind[1], kind[2]), {}).setdefault((subject[0], subject[1]), {})
            name = str(row["recording"]), str(row["seizure"])
            if name not in units:
                units[name] = np.full((len(regions), len(bands), len(_VALUES)), np.nan)
            units[name][regions[str(row["region"])], bands[str(row["band"])]] = [_number(row[v]) for v in _VALUES]
        stacks = {kind: _with_values(found[kind]) for kind in sorted(found, key=_rank)}
        interictal = stacks.pop((SEIZURE, INTERICTAL, WHOLE), {})
        return cls({kind: subjects for kind, subjects in stacks.items() if subjects}, interictal, [*regions], [*bands])

    def long(self, head: Row, columns: Mapping[str, NDArray[np.generic]]) -> list[dict[str, object]]:
        """Return one row per cell."""
        return [
            {**head, "region": region, "band": band, **{name: matrix[r, b].item() for name, matrix in columns.items()}}
            for r, region in enumerate(self.regions)
            for b, band in enumerate(self.bands)
        ]


def _with_values(
    subjects: Mapping[_Subject, Mapping[tuple[str, str], NDArray[np.float64]]],
) -> dict[_Subject, NDArray[np.float64]]:
    """Return the units with a value of each subject as one array; subjects without such units are left out."""
    stacks = {}
    for subject, units in sorted(subjects.items()):
        kept = [unit for unit in units.values() if np.isfinite(unit[..., 0]).any()]
        if kept:
            stacks[subject] = np.stack(kept)
    return stacks


def _p(stacks: _Stacks, kind: _Kind, scale: str, seed: int) -> NDArray[np.float64]:
    """Return the p value of each cell of a kind of matrix against its contrast."""
    differences = []
    for subject, stack in stacks.of_kind[kind].items():
        divisor = _divisor(stack, scale)
        contrast = _contrast(stacks, kind, subject, scale, divisor)
        if contrast is not None:
            differences.append(known_mean(stack[..., 0]) / divisor - contrast)
    if not differences:
        return np.full((len(stacks.regions), len(stacks.bands)), np.nan)
    return sign_flip_p(np.stack(differences), seed=seed)


def _contrast(
    stacks: _Stacks, kind: _Kind, subject: _Subject, scale: str, divisor: float
) -> NDArray[np.float64] | None:
    """Return the contrast of a subject's matrix: interictal time, or the other stages."""
    label, outcome, _ = kind
    if label == SEIZURE:
        interictal = stacks.interictal.get(subject)
        return None if interictal is None else known_mean(interictal[..., 0]) / divisor
    others = [of for (stage, same, _), of in stacks.of_kind.items() if stage != label and same == outcome]
    found = [known_mean(of[subject][..., 0]) / _divisor(of[subject], scale) for of in others if subject in of]
    return known_mean(np.stack(found)) if found else None


def _divisor(stack: NDArray[np.float64], scale: str) -> float:
    matrix = known_mean(stack[..., 0])
    total = float(np.nanmean(np.abs(matrix))) * matrix.size
    return total if scale == "unit" and total else 1.0


def _rank(kind: _Kind) -> tuple[int, ...]:
    """Return the position of a kind of matrix in tables; unknown kinds come last."""
    orders = (_CLASSES, OUTCOMES, (WHOLE, *PARTS))
    return tuple(order.index(of) if of in order else len(order) for order, of in zip(orders, kind, strict=True))


def _named(kind: _Kind) -> dict[str, object]:
    return dict(zip(("class", "outcome", "part"), kind, strict=True))


def _texts(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in columns)


def _number(value: object) -> float:
    return float("nan") if value in (None, "n/a") else float(str(value))
