"""Intervals and tests over subjects; every random draw is seeded."""

import numpy as np
from numpy.typing import NDArray

EXACT_SUBJECTS = 14
"""Up to so many subjects all sign flips (2 to their power) are counted instead of drawn."""

_ROUNDING = 1e-12


def known_mean(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the mean over the first axis of what is finite; NaN where nothing is."""
    known = np.isfinite(values)
    mean = np.full(values.shape[1:], np.nan)
    np.divide(
        np.where(known, values, 0.0).sum(axis=0, dtype=np.float64), known.sum(axis=0), out=mean, where=known.any(0)
    )
    return mean


def known_interval(values: NDArray[np.floating], *, level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the percentiles that hold a share `level` of the first axis's finite values; NaN where there is none."""
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
        NaN where a subject has no value; each cell's mean is over those that have one.
    draws : int
        Resamples of the subjects.
    level : float
        Share of the resampled means within the interval.
    seed : int

    Returns
    -------
    low, high : ndarray of float64, shape (...)
        NaN where fewer than two subjects have a value, of whom no interval can be known.
    """
    n = len(values)
    if n == 0:
        raise ValueError("the interval of the mean of no subject is not defined")
    known = np.isfinite(values)
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    sums = np.tensordot(counts, np.where(known, values, 0.0).astype(np.float64), axes=1)
    sizes = np.tensordot(counts, known.astype(np.float64), axes=1)
    means = np.full(sums.shape, np.nan)
    np.divide(sums, sizes, out=means, where=(sizes > 0) & (known.sum(axis=0) >= 2))
    return known_interval(means, level=level)


def sign_flip_p(differences: NDArray[np.floating], *, draws: int = 10_000, seed: int) -> NDArray[np.float64]:
    """Return per cell the p value of "the mean difference is zero", corrected over all cells.

    Under the null hypothesis a subject's differences are as likely with all signs turned. The largest studentized
    |mean| over the cells of each flip is what a cell's own is compared with, which bounds the chance of even one
    false cell (Nichols and Holmes 2002). Two-sided.

    Parameters
    ----------
    differences : ndarray, shape (subjects, ...)
        Condition less control, per subject; NaN where a subject has no value, who then does not count in that cell.
    draws : int
        Random flips; with few subjects all flips are counted and the p value is exact.
    seed : int

    Returns
    -------
    ndarray of float64, shape (...)
        NaN where fewer than two subjects have a value. With n subjects no p is below 2 / 2^n.
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
        # A drawn set need not hold the identity; counting it keeps p above zero and valid.
        p[usable] = exceeding / len(signs) if exact else (exceeding + 1) / (len(signs) + 1)
    return p.reshape(differences.shape[1:])


def _all_signs(n: int) -> NDArray[np.float64]:
    bits: NDArray[np.int64] = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return np.asarray(1.0 - 2.0 * bits, dtype=np.float64)


def _size(signs: NDArray[np.float64], cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return |sum| over root sum of squares per flip and cell: rises with |t| alone, and is finite where t is not.

    Its variance under random signs is 1 however many subjects a cell has, so that cells of few do not rule the maximum.
    """
    scale = np.sqrt((cells**2).sum(axis=0))
    sizes: NDArray[np.float64] = np.abs(signs @ cells)
    np.divide(sizes, scale, out=sizes, where=scale > 0)
    return sizes
