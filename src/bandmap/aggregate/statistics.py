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


def pattern_p(
    maps: NDArray[np.floating], contrasts: NDArray[np.floating], *, draws: int = 10_000, seed: int
) -> NDArray[np.float64]:
    """Return per cell the p value of "its share of a map is no greater than of the contrast", corrected over all cells.

    Shares are means over windows that are divided one by one (`patterns`), so a map that is stronger in every cell has
    no effect, and without an effect both sides have the same expectation, however many windows each has. Dividing
    the mean of the windows instead is wrong: a mean of few windows has more noise, which adds to the sum of its
    magnitudes, so a cell with a negative share in all windows has one closer to zero on the side with fewer windows.
    The test is one-sided: if one cell has a larger share, all others have less, and a two-sided test would find these,
    too. It is exact if, without an effect, the difference of a subject is as likely with its signs flipped.

    Parameters
    ----------
    maps, contrasts : ndarray, shape (subjects, ...)
        Mean `patterns` of the windows of the same subjects; NaN where a cell has no value.
    draws, seed
        As for `sign_flip_p`.

    Returns
    -------
    ndarray of float64, shape (...)
        NaN if fewer than two subjects have a value, and for maps of a single cell, whose share is always 1.
    """
    differences = maps - contrasts
    if differences[0].size < 2:
        return np.full(differences.shape[1:], np.nan)
    return sign_flip_p(differences, draws=draws, seed=seed)


def patterns(maps: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return maps of shape (windows, ...), each divided by the sum of its magnitudes, unless that is zero.

    In the sum, the mean of the other cells replaces a missing value.
    """
    cells = np.asarray(maps, np.float64).reshape(len(maps), -1)
    totals = known_mean(np.abs(cells.T)) * cells.shape[1]
    return np.asarray((cells / np.where(totals > 0, totals, 1.0)[:, None]).reshape(maps.shape))


def sign_flip_p(differences: NDArray[np.floating], *, draws: int = 10_000, seed: int) -> NDArray[np.float64]:
    """Return per cell the p value of "the mean difference is not above zero", corrected over all cells.

    Under the null hypothesis a subject's differences are as likely with all signs flipped. The studentized mean of a
    cell is compared with the largest one over all cells of each flip, which bounds the chance of any false positive
    (Nichols and Holmes 2002). One-sided.

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
        NaN where fewer than two subjects have a value. With n subjects no p is below 1 / 2^n.
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
    """Return the sum over the root sum of squares per flip and cell, which is monotonic in t, but always finite.

    Its variance under random signs is 1 for any number of subjects, so cells with few subjects do not dominate.
    """
    scale = np.sqrt((cells**2).sum(axis=0))
    sizes: NDArray[np.float64] = signs @ cells
    np.divide(sizes, scale, out=sizes, where=scale > 0)
    return sizes
