"""One table per model over subjects: mean, interval and number of subjects of every test of every map."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.score.intervals import bootstrap_interval, listed
from bandmap.vocabulary.tables import FAITHFULNESS

SPLIT_HALF = "split_half"
"""The test that uses matrices (`reliability.split_half`)."""

_KEY = ["method", "test", "level", "step"]


def summarize(tested: pd.DataFrame, reliable: Mapping[str, pd.DataFrame], *, seed: int) -> pd.DataFrame:
    """Return the mean over subjects of every test.

    Parameters
    ----------
    tested : DataFrame
        A table of `tables.MAP_TESTS`.
    reliable : mapping of str to DataFrame
        Matrix -> its `reliability.split_half`.
    seed : int
        Seed of the bootstrap over subjects.

    Returns
    -------
    DataFrame
        A table of `tables.FAITHFULNESS`; `n` counts the subjects for which the test is defined. If they
        are too few for an interval, it is NaN, and `values` lists them (`score.intervals.bootstrap_interval`).
    """
    halves = [table.assign(method=name, test=SPLIT_HALF, level="") for name, table in reliable.items()]
    values = pd.concat([tested, *halves]).groupby(_KEY, sort=False, dropna=False)["value"]
    summary = values.agg(n="count").reset_index()
    facts = [_mean_and_interval(of_subjects.to_numpy(), seed) for _, of_subjects in values]
    summary[["mean", "low", "high"]] = pd.DataFrame(facts, columns=["mean", "low", "high"], dtype=float)
    summary["values"] = [listed(of_subjects) for _, of_subjects in values]
    return FAITHFULNESS.frame(summary)


def _mean_and_interval(values: NDArray[np.float64], seed: int) -> tuple[float, float, float]:
    low, high = bootstrap_interval(values, seed=seed)
    return float(values.mean()), float(low), float(high)
