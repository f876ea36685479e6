"""Rank agreement between the matrices of models and methods, per subject."""

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.aggregate.levels import CELL, PERSON
from bandmap.score.intervals import bootstrap_interval, listed

AGREEMENT_COLUMNS = (
    "a", "b", "cells", "spearman", "low", "high", "values", "n_subjects", "same_top", "n_matrices", "spearman_of_means",
)  # fmt: skip

FEWEST_CELLS = 3
"""Minimum number of cells for a rank correlation."""

_MATRIX = [*PERSON, "class"]
_VALUES = ["importance_a", "importance_b"]


def agreement(matrices: Mapping[str, pd.DataFrame], *, seed: int) -> pd.DataFrame:
    """Compare the matrices of every pair of models and methods over their common subjects.

    Parameters
    ----------
    matrices : mapping of str to DataFrame
        Name ("cwt_resnet18: published") -> dataset, subject, class, region, band and importance: one matrix of each
        subject for seizures, one per stage for sleep; NaN where there is no value.
    seed : int
        Seed of the bootstrap over subjects.

    Returns
    -------
    DataFrame
        Columns `AGREEMENT_COLUMNS`; no row for fewer than two names. `spearman` is the mean over subjects of Spearman's
        rank correlation over the cells (the mean over classes within a subject), with its interval, or the values if
        they are too few for one, and the number of subjects; `same_top` is the number of matrices, out of `n_matrices`,
        with the same largest cell. `spearman_of_means` compares the mean matrices over subjects, which means little if
        the focus differs between subjects. NaN if nothing can be compared.
    """
    rows = [{"a": a, "b": b, **_compared(matrices[a], matrices[b], seed)} for a, b in combinations(matrices, 2)]
    return pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS))


def spearman(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Return Spearman's rank correlation over the common cells, with ties at their mean rank.

    Parameters
    ----------
    a, b : ndarray, the same shape

    Returns
    -------
    float
        NaN with fewer than three common cells, or if all are equal.
    """
    from scipy.stats import rankdata

    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < FEWEST_CELLS:
        return float("nan")
    ranks = rankdata([a[known], b[known]], axis=1)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred**2).sum(axis=1).prod())
    return float(centred[0] @ centred[1] / scale) if scale > 0 else float("nan")


def _compared(first: pd.DataFrame, second: pd.DataFrame, seed: int) -> dict[str, object]:
    shared = first[PERSON].merge(second[PERSON]).drop_duplicates()
    of_both = [table.merge(shared) for table in (first, second)]
    both = _side_by_side(of_both, [*_MATRIX, *CELL])
    by_person = _spearman(both, _MATRIX).groupby(level=PERSON).mean().dropna()
    low, high = bootstrap_interval(by_person.to_numpy(), seed=seed, limits=(-1, 1))
    counts = both.groupby(_MATRIX)[_VALUES].transform("count")
    tops = both[(counts > 0).all(axis=1)].groupby(_MATRIX)[_VALUES].idxmax()
    return {
        "cells": len(both[CELL].drop_duplicates()),
        "spearman": by_person.mean(),
        "low": float(low),
        "high": float(high),
        "values": listed(by_person),
        "n_subjects": len(by_person),
        "same_top": int((tops["importance_a"] == tops["importance_b"]).sum()),
        "n_matrices": len(tops),
        "spearman_of_means": _spearman(_side_by_side(map(_over_subjects, of_both), ["class", *CELL]), ["class"]).mean(),
    }


def _side_by_side(tables: Iterable[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """Return two tables side by side, as `importance_a` and `importance_b`, with one row per cell of either."""
    first, second = (table[[*keys, "importance"]] for table in tables)
    return first.merge(second, how="outer", on=keys, suffixes=("_a", "_b"))


def _spearman(cells: pd.DataFrame, keys: list[str]) -> "pd.Series[float]":
    """Return `spearman` of each matrix."""
    found = [
        (*matrix, spearman(of["importance_a"].to_numpy(), of["importance_b"].to_numpy()))
        for matrix, of in cells.groupby(keys)
    ]
    return pd.DataFrame(found, columns=[*keys, "spearman"]).set_index(keys)["spearman"].astype("float64")


def _over_subjects(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean matrix over subjects, each divided by the sum of its magnitudes."""
    totals = table["importance"].abs().groupby([table[name] for name in _MATRIX]).transform("sum")
    shares = table.assign(importance=table["importance"] / totals.where(totals > 0, 1))
    return shares.groupby(["class", *CELL])["importance"].mean().reset_index()
