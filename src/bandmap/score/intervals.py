"""Means over subjects with intervals."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 10_000
INTERVAL_PERCENT = 95

FEWEST_SUBJECTS = 6
"""With fewer subjects, the values are stated instead of an interval: so few say next to nothing about others."""

_LEAST_SPREAD = 0.25
"""Least spread of a resample, as a share of that of the sample: repeated draws of a few values prove nothing."""

_ROUNDING = 1e-12

Limits = tuple[float, float]
Spread = dict[str, float | int | list[float] | None]


def over_subjects(values: ArrayLike, seed: int, limits: Limits = (-math.inf, math.inf)) -> Spread:
    """Return mean, sd (of a sample), low, high, values and n of the defined values; None if undefined.

    Parameters
    ----------
    values : array-like of float, shape (subjects,)
        One value per subject; NaN does not count.
    seed : int
        Of the bootstrap over subjects.
    limits : (float, float)
        Limits of the measured quantity; intervals are clipped to them.

    Returns
    -------
    dict
        `low` and `high` as of `bootstrap_interval`; of fewer than `FEWEST_SUBJECTS` the list `values` instead.
    """
    given = np.asarray(values, dtype=np.float64)
    defined = given[~np.isnan(given)]
    found: Spread = {"mean": None, "sd": None, "low": None, "high": None, "values": None, "n": len(defined)}
    if len(defined):
        found["mean"] = float(defined.mean())
        low, high = (float(end) for end in bootstrap_interval(defined, seed=seed, limits=limits))
        found |= {} if math.isnan(low) else {"low": low, "high": high}
    if len(defined) > 1:
        found["sd"] = float(defined.std(ddof=1))
    if 0 < len(defined) < FEWEST_SUBJECTS:
        found["values"] = defined.tolist()
    return found


def bootstrap_interval(
    values: NDArray[np.floating], *, seed: int, limits: Limits = (-math.inf, math.inf)
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the studentized bootstrap interval of the mean over the first axis.

    The percentile bootstrap is too narrow for few subjects. This one (bootstrap-t: Efron 1982; DiCiccio and Efron
    1996, Stat. Sci. 11:189) measures how far a resample's mean is from the sample's, in standard errors of the
    resample, and therefore becomes wider on the side of the tail of a skewed measure.

    Parameters
    ----------
    values : ndarray, shape (subjects, ...)
        NaN if a subject has no value; each cell's mean is over those that have one.
    seed : int
    limits : (float, float)
        Limits of the measured quantity; the interval is clipped to them.

    Returns
    -------
    low, high : ndarray of float64, shape (...)
        95 %. NaN where fewer than `FEWEST_SUBJECTS` have a value, or all have the same: nothing tells its spread.
    """
    cells = np.asarray(values, np.float64).reshape(len(values), math.prod(values.shape[1:]))
    known = np.isfinite(cells)
    counts = known.sum(axis=0)
    mean = np.where(known, cells, 0.0).sum(axis=0) / np.maximum(counts, 1)
    centred = np.where(known, cells - mean, 0.0)
    spread = np.sqrt(np.square(centred).sum(axis=0) / np.maximum(counts - 1, 1))
    usable = (counts >= FEWEST_SUBJECTS) & (spread > _ROUNDING * np.abs(mean))
    ends = np.full((2, cells.shape[1]), np.nan)
    if usable.any():
        away = _away(centred[:, usable], known[:, usable], spread[usable], seed)
        most, least = np.nanquantile(away, [(1 + INTERVAL_PERCENT / 100) / 2, (1 - INTERVAL_PERCENT / 100) / 2], axis=0)
        error = spread[usable] / np.sqrt(counts[usable])
        ends[:, usable] = np.clip([mean[usable] - most * error, mean[usable] - least * error], *limits)
    low, high = ends.reshape(2, *values.shape[1:])
    return low, high


def _away(
    centred: NDArray[np.float64], known: NDArray[np.bool_], spread: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """Return the distance of each resample's mean from the sample's in its standard errors, (resamples, cells)."""
    n = len(centred)
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(np.float64)
    sizes = drawn @ known
    sizes[sizes < 2] = np.nan
    means = drawn @ centred / sizes
    variances = (drawn @ np.square(centred) - sizes * means**2) / (sizes - 1)
    least = (_LEAST_SPREAD * spread) ** 2
    return np.asarray(means / np.sqrt(np.maximum(variances, least) / sizes))


def listed(values: Iterable[float]) -> str | None:
    """Return the values that a table shows instead of an interval; None where it has one, or there is no value."""
    known = [float(value) for value in values if not math.isnan(value)]
    return ", ".join(f"{value:.3g}" for value in known) if 0 < len(known) < FEWEST_SUBJECTS else None


def bootstrap_settings(seed: int) -> dict[str, int | str]:
    """Return what the interval depends on, for the summary."""
    settings: dict[str, int | str] = {"method": "studentized", "resamples": RESAMPLES}
    return settings | {"interval_percent": INTERVAL_PERCENT, "fewest_subjects": FEWEST_SUBJECTS, "seed": seed}
