"""Aggregation of seizures and stages to subjects, and of subjects to the cohort, as long tables."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.aggregate.statistics import bootstrap_interval, sign_flip_p
from bandmap.vocabulary.tables import (
    CLASSES,
    COHORT,
    HALVES,
    INTERICTAL,
    OUTCOMES,
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


def cohort_matrices(units: pd.DataFrame, *, scale: str = "unit", draws: int = 2000, seed: int) -> pd.DataFrame:
    """Return the mean matrix over subjects, its bootstrap interval and the test against its contrast.

    Parameters
    ----------
    units : DataFrame
        A table of `tables.UNITS`.
    scale : {"unit", "none"}
        "unit" divides a subject's matrix by the sum of its absolute values, so that a subject with high log odds
        does not outweigh the others. For cells without a value, the mean of the others enters the sum.
    draws : int
        Number of bootstrap samples of subjects.
    seed : int

    Returns
    -------
    DataFrame
        A table of `tables.COHORT`, with a matrix per class, outcome and part; see `main_matrices`. `p` comes from a
        sign-flip permutation test with max-statistic correction over the cells of that matrix. Seizures and false
        alarms are tested against interictal windows of the same subject, divided by the same number; a stage is tested
        against the mean of the other stages of the same subject and outcome, each divided by its own sum, to test
        whether the share of a cell differs in this stage. NaN with fewer than two subjects that have both. `n_subjects`
        counts those with a value in the cell, `n_interpolated` and `n_masked` those with any such channel in its
        region.
    """
    if scale not in ("unit", "none"):
        raise ValueError(f"scale: there is no '{scale}'. There are: none, unit.")
    subjects = _scaled(_known(units), scale)
    found = []
    for _, rows in subjects[subjects["outcome"] != INTERICTAL].groupby(KIND, observed=True):
        low, high = bootstrap_interval(_wide(rows).to_numpy(), draws=draws, seed=seed)
        cells = rows.groupby(KIND + CELL, observed=True).agg(
            importance=("share", "mean"),
            n_subjects=("share", "count"),
            n_interpolated=("interpolated", lambda flags: (flags > 0).sum()),
            n_masked=("masked", lambda flags: (flags > 0).sum()),
        )
        found.append(cells.assign(low=low, high=high, p=_p(_differences(subjects, rows), seed)).reset_index())
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
    """Return every subject's mean matrices with their size: `share` is the importance divided by the `total`."""
    values = ["importance", "interpolated", "masked"]
    subjects = units.groupby(PERSON + KIND + CELL, observed=True)[values].mean().reset_index()
    sizes = subjects.assign(importance=subjects["importance"].abs()).groupby(PERSON + KIND, observed=True)["importance"]
    totals = sizes.transform("mean") * sizes.transform("size")
    subjects["total"] = totals.where((totals > 0) & (scale == "unit"), 1.0)
    return subjects.assign(share=subjects["importance"] / subjects["total"])


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of one kind of matrix, with one row per subject and one column per cell."""
    return rows.set_index(PERSON + CELL)["share"].unstack(CELL)


def _differences(subjects: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the difference between one kind of matrix and its contrast, for subjects that have both.

    The contrast of seizures is interictal time; the contrast of a stage is the mean of the subject's other stages.
    """
    label, outcome = rows["class"].iloc[0], rows["outcome"].iloc[0]
    if label == SEIZURE:
        others = subjects[subjects["outcome"] == INTERICTAL]
    else:
        others = subjects[(subjects["class"] != label) & (subjects["outcome"] == outcome)]
    means = others.groupby(PERSON + CELL, observed=True)[["importance", "share"]].mean().reset_index()
    both = rows.merge(means, on=PERSON + CELL, suffixes=("", "_of_others"))
    compared = both["importance_of_others"] / both["total"] if label == SEIZURE else both["share_of_others"]
    return both.assign(share=both["share"] - compared)


def _p(differences: pd.DataFrame, seed: int) -> NDArray[np.float64] | float:
    """Return the p value of each cell."""
    return sign_flip_p(_wide(differences).to_numpy(), seed=seed) if len(differences) else np.nan
