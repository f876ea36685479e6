"""Intervals and tests over subjects, with seeded random numbers."""

import numpy as np
from numpy.typing import NDArray

EXACT_SUBJECTS = 14
"""Maximum number of subjects for which all sign flips are used instead of random ones."""

_ROUNDING = 1e-12


def known_mean(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the mean of the finite values over the first axis; NaN where there are none."""
    known = np.isfinite(values)
    mean = np.full(values.shape[1:], np.nan)
    np.divide(
        np.where(known, values, 0.0).sum(axis=0, dtype=np.float64), known.sum(axis=0), out=mean, where=known.any(0)
    )
    return mean


def known_interval(values: NDArray[np.floating], *, level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the percentiles that contain the share `level` of finite values over the first axis; NaN without any."""
    columns = values.reshape(len(values), -1).astype(np.float64)
    columns[~np.isfinite(columns)] = np.nan
    known = np.isfinite(columns).any(axis=0)
    edges = np.full((2, columns.shape[1]), np.nan)
    edges[:, known] = np.nanquantile(columns[:, known], [(1 - level) / 2, (1 + level) / 2], axis=0)
    low, high = edges.reshape(2, *values.shape[1:])
    return low, high


def bootstrap_interval(
    values: NDArray[np.floating], *, draws: int = 2000, level: float = 0.95, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the percentile bootstrap interval of the mean over the first axis.

    Parameters
    ----------
    values : ndarray, shape (subjects, ...)
        NaN where a subject has no value; the mean of each cell is over subjects with a value.
    draws : int
        Number of bootstrap samples of subjects.
    level : float
        Share of the bootstrap means within the interval.
    seed : int

    Returns
    -------
    low, high : ndarray of float64, shape (...)
        NaN where fewer than two subjects have a value.
    """
    n = len(values)
    if n == 0:
        raise ValueError("the interval is undefined without subjects")
    known = np.isfinite(values)
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    sums = np.tensordot(counts, np.where(known, values, 0.0).astype(np.float64), axes=1)
    sizes = np.tensordot(counts, known.astype(np.float64), axes=1)
    means = np.full(sums.shape, np.nan)
    np.divide(sums, sizes, out=means, where=(sizes > 0) & (known.sum(axis=0) >= 2))
    return known_interval(means, level=level)


def sign_flip_p(differences: NDArray[np.floating], *, draws: int = 10_000, seed: int) -> NDArray[np.float64]:
    """Return the p value of a zero mean difference for each cell, corrected for all cells.

    Under the null hypothesis, the differences of a subject are equally likely with opposite signs. The studentized
    |mean| of a cell is compared with the maximum over all cells for each sign flip, which controls the family-wise
    error rate (Nichols and Holmes 2002). Two-sided.

    Parameters
    ----------
    differences : ndarray, shape (subjects, ...)
        Condition minus control, per subject; NaN where a subject has no value, which excludes it from the cell.
    draws : int
        Number of random flips; with few subjects, all flips are used and p is exact.
    seed : int

    Returns
    -------
    ndarray of float64, shape (...)
        NaN where fewer than two subjects have a value. With n subjects, p is at least 2 / 2^n.
    """
    n = len(differences)
    cells = differences.reshape(n, -1).astype(np.float64)
    usable = np.isfinite(cells).sum(axis=0) >= 2
    cells = np.where(np.isfinite(cells), cells, 0.0)
    p = np.full(cells.shape[1], np.nan)
    if usable.any():
        exact = n <= EXACT_SUBJECTS
        signs = _all_signs(n) if exact else np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, n))
        observed = _size(np.ones((1, n)), cells[:, usable])
        largest = _size(signs, cells[:, usable]).max(axis=1, keepdims=True)
        exceeding = (largest >= observed - _ROUNDING).sum(axis=0)
        # Random flips may not include the identity; counting it keeps p above zero and valid.
        p[usable] = exceeding / len(signs) if exact else (exceeding + 1) / (len(signs) + 1)
    return p.reshape(differences.shape[1:])


def _all_signs(n: int) -> NDArray[np.float64]:
    bits: NDArray[np.int64] = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return np.asarray(1.0 - 2.0 * bits, dtype=np.float64)


def _size(signs: NDArray[np.float64], cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return |sum| / root of the sum of squares per flip and cell, a monotonic and always finite function of |t|.

    Its variance under random signs is 1 for any number of subjects, so cells with few subjects do not dominate.
    """
    scale = np.sqrt((cells**2).sum(axis=0))
    sizes: NDArray[np.float64] = np.abs(signs @ cells)
    np.divide(sizes, scale, out=sizes, where=scale > 0)
    return sizes
