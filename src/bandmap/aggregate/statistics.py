"""Intervals and tests over subjects, with seeded random numbers."""

import math

import numpy as np
from numpy.typing import NDArray

EXACT_SUBJECTS = 14
"""Maximum number of subjects for which all sign flips are used instead of random ones."""

REPRODUCIBLE = 0.25
"""Least share of the square of a map's size that is not noise, so that the map has a pattern."""

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


def squares(maps: NDArray[np.floating], apart: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return per cell the square of the mean map without the noise of the windows.

    The mean product of a cell in two different windows: noise that two windows do not share has a mean product of zero,
    so the expectation is the square of the cell's true mean, however many windows there are.

    Parameters
    ----------
    maps : ndarray, shape (windows, ...)
        NaN for unknown values.
    apart : ndarray of bool, shape (windows, windows)
        Which windows share no time, and so no noise.

    Returns
    -------
    ndarray of float64, shape (...)
        Negative where the noise happens to outweigh the map; NaN where no two windows that are apart have a value.
    """
    cells = np.asarray(maps, np.float64).reshape(len(maps), math.prod(maps.shape[1:]))
    known = np.isfinite(cells)
    values, pairs = np.where(known, cells, 0.0), ((apart @ known.astype(np.float64)) * known).sum(axis=0)
    products = ((apart @ values) * values).sum(axis=0)
    found = np.full(cells.shape[1], np.nan)
    np.divide(products, pairs, out=found, where=pairs > 0)
    return found.reshape(maps.shape[1:])


def patterns(means: NDArray[np.floating], squared: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return maps divided by their size without noise, the root of the sum of `squares` over cells.

    The expectation of a pattern hardly depends on the strength of a map, and on the noise and the number of its
    windows. A map divided by its own size, which contains the noise, would have less of each cell the more noise there
    is: cells that a method favours in every map would seem to gain where it is stronger or has more windows.

    Parameters
    ----------
    means, squared : ndarray, shape (subjects, ...)
        NaN for unknown values, in whose place the sums have the mean of the other cells.

    Returns
    -------
    ndarray of float64, shape (subjects, ...)
        NaN for a subject whose map is mostly noise: of the square of its size, less than `REPRODUCIBLE` is there
        without noise. Such a map has no pattern that could be compared.
    """
    cells = np.asarray(means, np.float64).reshape(len(means), -1)
    without, with_noise = (
        known_mean(np.asarray(values, np.float64).reshape(len(means), -1).T) for values in (squared, cells**2)
    )
    is_reproducible = (without > 0) & (without >= REPRODUCIBLE * with_noise)
    sizes = np.sqrt(np.where(is_reproducible, without * cells.shape[1], np.nan))
    return np.asarray((cells / sizes[:, None]).reshape(means.shape))


def pattern_p(
    maps: NDArray[np.floating], contrasts: NDArray[np.floating], *, draws: int = 10_000, seed: int
) -> NDArray[np.float64]:
    """Return per cell the p value of "its part of a map is no greater than of the contrast", corrected over all cells.

    A map that is stronger in every cell has the same pattern, so it has no effect. The test is one-sided: if one cell
    has a larger part, all others have less, and a two-sided test would find these, too. It is exact if, without an
    effect, the difference of a subject is as likely with its signs flipped.

    Parameters
    ----------
    maps, contrasts : ndarray, shape (subjects, ...)
        `patterns` of the same subjects; NaN where a cell or subject has none.
    draws, seed
        As for `sign_flip_p`.

    Returns
    -------
    ndarray of float64, shape (...)
        NaN if fewer than two subjects have a value, and for maps of a single cell, which has no pattern.
    """
    differences = maps - contrasts
    if differences[0].size < 2:
        return np.full(differences.shape[1:], np.nan)
    return sign_flip_p(differences, draws=draws, seed=seed)


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
