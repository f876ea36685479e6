"""Aggregation of seizures and stages to subjects, and of subjects to the cohort, as long tables."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.aggregate.matrices import PAIRED
from bandmap.aggregate.statistics import pattern_p, patterns
from bandmap.score.intervals import bootstrap_interval, listed
from bandmap.vocabulary.tables import (
    CLASSES,
    COHORT,
    HALVES,
    INTERICTAL,
    OUTCOMES,
    PAIRS,
    PARTS,
    SEIZURE,
    SUBJECTS,
    TRUE,
    WHOLE,
)

PERSON = ["dataset", "subject"]
KIND = ["class", "outcome", "part"]
CELL = ["region", "band"]

_ORDERS = {"class": CLASSES, "outcome": OUTCOMES, "part": (WHOLE, *PARTS), "region": (), "band": ()}


def main_matrices(table: pd.DataFrame, label: str | None = None) -> pd.DataFrame:
    """Return the rows of found seizures as a whole, or of correctly predicted stages.

    Parameters
    ----------
    table : DataFrame
        Table of units, subjects or the cohort.
    label : str, optional
        The class ("sz", "N2" ...); by default all.
    """
    wanted = (table["part"] == WHOLE) & table["outcome"].isin(TRUE)
    return table[wanted if label is None else wanted & (table["class"] == label)]


def subject_matrices(units: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Return every subject's mean matrix over hits, misses, false alarms, thirds of seizures, or nights of a stage.

    Parameters
    ----------
    units : DataFrame
        A table of `tables.UNITS`.
    level : float
        `low` and `high` are the percentiles that contain this share of the subject's units: a spread, not the
        uncertainty of the mean.

    Returns
    -------
    DataFrame
        A table of `tables.SUBJECTS`, with a matrix per class, outcome and part that the subject has; see
        `main_matrices`. A unit is a seizure, a false alarm or a recording of sleep; `n_units` counts those with a
        value in the cell. `interpolated` and `masked` are the mean shares of the region's channels over the units.
    """
    cells = _known(units).groupby(PERSON + KIND + CELL, observed=True)
    subjects = cells.agg(
        importance=("importance", "mean"),
        n_units=("importance", "count"),
        interpolated=("interpolated", "mean"),
        masked=("masked", "mean"),
    )
    subjects["low"] = cells["importance"].quantile((1 - level) / 2)
    subjects["high"] = cells["importance"].quantile((1 + level) / 2)
    subjects = subjects.reset_index()
    return SUBJECTS.frame(subjects[subjects["outcome"] != INTERICTAL])


def subject_pairs(units: pd.DataFrame) -> pd.DataFrame:
    """Return every subject's mean interactions of cells.

    Parameters
    ----------
    units : DataFrame
        A table of `tables.UNITS` whose rows and columns are cells (`matrices.pair_matrix`).

    Returns
    -------
    DataFrame
        A table of `tables.PAIRS`: each pair once, with the kinds of `subject_matrices`.
    """
    subjects = subject_matrices(units).dropna(subset="importance")
    cells = [subjects[name].astype(str).str.split(PAIRED, n=1, expand=True) for name in CELL]
    names = pd.concat(cells, axis=1).set_axis([*CELL, "with_region", "with_band"], axis=1)
    return PAIRS.frame(subjects.drop(columns=CELL).join(names)[[*PAIRS.names]])


def cohort_matrices(units: pd.DataFrame, *, scale: str = "unit", seed: int) -> pd.DataFrame:
    """Return the mean matrix over subjects, its interval and the test against its contrast.

    Parameters
    ----------
    units : DataFrame
        A table of `tables.UNITS`.
    scale : {"unit", "none"}
        "unit" divides a subject's matrix by the sum of its absolute values, so that a subject with high log odds
        does not outweigh the others. In the sum, the mean of the other cells replaces a missing value.
    seed : int

    Returns
    -------
    DataFrame
        A table of `tables.COHORT`, with a matrix per class, outcome and part; see `main_matrices`. `low` and `high` as
        of `score.intervals.bootstrap_interval`; `values` lists the values of too few subjects for an interval.
        `p` is `statistics.pattern_p` for any scale: is the part of a cell greater in seizures, or in false
        alarms, than in interictal windows of the same subject; in a stage than in the mean of the subject's other
        stages of that outcome? NaN with fewer than two subjects that have a pattern on both sides; `n_p` counts them.
        `n_subjects` counts those with a value in the cell, `n_interpolated` and `n_masked` those with any such channel
        in its region.
    """
    if scale not in ("unit", "none"):
        raise ValueError(f"scale: there is no '{scale}'. There are: none, unit.")
    subjects = _scaled(_known(units), scale)
    found = []
    for _, rows in subjects[subjects["outcome"] != INTERICTAL].groupby(KIND, observed=True):
        shares = _wide(rows, "share")
        low, high = bootstrap_interval(shares, seed=seed)
        cells = rows.groupby(KIND + CELL, observed=True).agg(
            importance=("share", "mean"),
            n_subjects=("share", "count"),
            n_interpolated=("interpolated", lambda flags: (flags > 0).sum()),
            n_masked=("masked", lambda flags: (flags > 0).sum()),
        )
        values = np.array([listed(cell) for cell in shares.T], dtype=object)
        p, n_p = _tested(subjects, rows, seed)
        found.append(cells.assign(low=low, high=high, values=values, p=p, n_p=n_p).reset_index())
    return COHORT.joined(COHORT.frame(table) for table in found)


def _known(units: pd.DataFrame) -> pd.DataFrame:
    """Return the units with any importance, without halves of stages, in a fixed order of kinds and cells."""
    rows = units[~units["part"].isin(HALVES)]
    of_unit = rows.groupby([*PERSON, *KIND, "recording", "seizure"], dropna=False)["importance"]
    rows = rows[of_unit.transform("count") > 0]
    return rows.assign(**{name: _in_order(rows[name], order) for name, order in _ORDERS.items()})


def _in_order(names: "pd.Series[str]", order: tuple[str, ...]) -> pd.Series:
    """Return names as categories: first those of the given order, then the others."""
    return names.astype(pd.CategoricalDtype([*dict.fromkeys([*order, *names.unique()])], ordered=True))


def _scaled(units: pd.DataFrame, scale: str) -> pd.DataFrame:
    """Return every subject's mean matrices; `share` is the importance, divided as `scale` requires.

    `square` is the square of the importance without noise: the mean product of two windows of one unit, and of two
    units, over all pairs that there are.
    """
    known = units.assign(of_units=units["importance"] ** 2, within=units["square"].notna())
    cells = known.groupby(PERSON + KIND + CELL, observed=True)
    subjects = cells[["importance", "interpolated", "masked"]].mean()
    sums, counts = cells[["importance", "of_units", "square", "within"]].sum(), cells["importance"].count()
    pairs = sums["within"] + counts * (counts - 1)
    products = sums["square"] + sums["importance"] ** 2 - sums["of_units"]
    subjects["square"] = (products / pairs).where(pairs > 0)
    subjects = subjects.reset_index()
    sizes = subjects.assign(importance=subjects["importance"].abs()).groupby(PERSON + KIND, observed=True)["importance"]
    totals = sizes.transform("mean") * sizes.transform("size")
    divisor = totals.where(totals > 0, 1.0) if scale == "unit" else 1.0
    return subjects.assign(share=subjects["importance"] / divisor)


def _wide(rows: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a column of one kind of matrix with a row for each subject and a column for each cell."""
    return rows.set_index(PERSON + CELL)[column].unstack(CELL).to_numpy()


def _patterns(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the patterns of one kind of matrix, a row for each subject."""
    wide = rows.set_index(PERSON + CELL)[["importance", "square"]].unstack(CELL)
    found = patterns(wide["importance"].to_numpy(), wide["square"].to_numpy())
    return pd.DataFrame(found, wide.index, wide["importance"].columns)


def _tested(subjects: pd.DataFrame, rows: pd.DataFrame, seed: int) -> tuple[NDArray[np.float64] | float, int]:
    """Return the p value of each cell of one kind of matrix, and the number of subjects of the test.

    The contrast of seizures is interictal time; the contrast of a stage is the mean of the subject's other stages.
    """
    label, outcome = rows["class"].iloc[0], rows["outcome"].iloc[0]
    if label == SEIZURE:
        others = subjects[subjects["outcome"] == INTERICTAL]
    else:
        others = subjects[(subjects["class"] != label) & (subjects["outcome"] == outcome)]
    kinds = [_patterns(of) for _, of in others.groupby(KIND, observed=True)]
    own = _patterns(rows)
    if not kinds:
        return np.nan, 0
    means = pd.concat(kinds).groupby(level=PERSON).mean().reindex(index=own.index, columns=own.columns)
    both = (own.notna() & means.notna()).any(axis=1)
    if not both.any():
        return np.nan, 0
    return pattern_p(own[both].to_numpy(), means[both].to_numpy(), seed=seed), int(both.sum())
