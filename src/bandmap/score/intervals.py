"""Means over subjects with intervals."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 10_000
INTERVAL_PERCENT = 95

Spread = dict[str, float | int | None]


def over_subjects(values: ArrayLike, seed: int) -> Spread:
    """Return mean, sd (of a sample), low, high and n of the defined values; None for undefined results.

    Parameters
    ----------
    values : array-like of float, shape (subjects,)
        One value per subject; NaN does not count.
    seed : int
        Seed of the percentile bootstrap over subjects (scipy).
    """
    given = np.asarray(values, dtype=np.float64)
    defined = given[~np.isnan(given)]
    found: Spread = {"mean": None, "sd": None, "low": None, "high": None, "n": len(defined)}
    if len(defined):
        found["mean"] = float(defined.mean())
    if len(defined) > 1:
        low, high = bootstrap_interval(defined, seed)
        found |= {"sd": float(defined.std(ddof=1)), "low": low, "high": high}
    return found


def bootstrap_interval(values: NDArray[np.floating], seed: int) -> tuple[float, float]:
    """Return the interval of the mean of at least two values by the percentile bootstrap (Efron 1979)."""
    from scipy.stats import bootstrap

    interval = bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=INTERVAL_PERCENT / 100,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(interval.low), float(interval.high)


def bootstrap_settings(seed: int) -> dict[str, int]:
    """Return the settings of the interval, for the summary."""
    return {"resamples": RESAMPLES, "interval_percent": INTERVAL_PERCENT, "seed": seed}
