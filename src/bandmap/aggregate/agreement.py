"""Rank agreement between the matrices of models and methods, per subject."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bandmap.aggregate.statistics import bootstrap_interval

AGREEMENT_COLUMNS = (
    "a", "b", "cells", "spearman", "low", "high", "n_subjects", "same_top", "n_matrices", "spearman_of_means",
)  # fmt: skip

FEWEST_CELLS = 3
"""Minimum number of cells for a rank correlation."""

Subject = tuple[str, str]


def agreement_rows(
    matrices: Mapping[str, Mapping[Subject, NDArray[np.floating]]], *, seed: int
) -> list[dict[str, object]]:
    """Compare the matrices of every pair of models and methods over their common subjects.

    Parameters
    ----------
    matrices : mapping
        Name ("cwt_resnet18: published") -> (data set, subject) -> ndarray of float, shape (kinds, regions, bands): one
        kind of matrix for seizures, one per stage for sleep; NaN for missing values.
    seed : int
        Seed of the bootstrap over subjects.

    Returns
    -------
    list of dict
        Rows of `AGREEMENT_COLUMNS`; none for fewer than two names. `spearman` is the mean over subjects of Spearman's
        rank correlation over the cells (the mean over kinds within a subject), with its bootstrap interval and the
        number of subjects; `same_top` is the number of matrices, out of `n_matrices`, with the same largest cell.
        `spearman_of_means` compares the mean matrices over subjects, which means little if the focus differs between
        subjects. NaN if nothing can be compared.
    """
    return [_compared(a, b, matrices[a], matrices[b], seed) for a, b in combinations(matrices, 2)]


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


def same_top(a: NDArray[np.floating], b: NDArray[np.floating]) -> bool | None:
    """Return whether two matrices have the same largest cell; None if one has no value."""
    if not (np.isfinite(a).any() and np.isfinite(b).any()):
        return None
    return bool(np.nanargmax(a) == np.nanargmax(b))


def _compared(
    a: str,
    b: str,
    first: Mapping[Subject, NDArray[np.floating]],
    second: Mapping[Subject, NDArray[np.floating]],
    seed: int,
) -> dict[str, object]:
    shared = [subject for subject in first if subject in second]
    pairs = [(one, other) for s in shared for one, other in zip(first[s], second[s], strict=True)]
    correlations = np.array(
        [_mean([spearman(*kinds) for kinds in zip(first[s], second[s], strict=True)]) for s in shared]
    )
    tops = [same for same in (same_top(*pair) for pair in pairs) if same is not None]
    known = correlations[np.isfinite(correlations)]
    low, high = bootstrap_interval(known, seed=seed) if len(known) else (np.nan, np.nan)
    means = [_over_subjects([of[s] for s in shared]) for of in (first, second)]
    return {
        "a": a,
        "b": b,
        "cells": int(pairs[0][0].size) if pairs else 0,
        "spearman": _mean(known),
        "low": float(low),
        "high": float(high),
        "n_subjects": len(known),
        "same_top": sum(tops),
        "n_matrices": len(tops),
        "spearman_of_means": _mean([spearman(*kinds) for kinds in zip(*means, strict=True)]),
    }


def _over_subjects(stacks: Sequence[NDArray[np.floating]]) -> NDArray[np.float64]:
    """Return the mean over subjects, each divided by the sum of its magnitudes; NaN if no subject has a value."""
    if not stacks:
        return np.zeros((0, 0, 0))
    totals = [np.nansum(np.abs(stack), axis=(1, 2), keepdims=True) for stack in stacks]
    scaled = np.stack([stack / np.where(total > 0, total, 1) for stack, total in zip(stacks, totals, strict=True)])
    known = np.isfinite(scaled)
    sums, counts = np.where(known, scaled, 0.0).sum(axis=0), known.sum(axis=0)
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))


def _mean(values: Sequence[float] | NDArray[np.floating]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
