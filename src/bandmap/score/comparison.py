"""Comparison of the scores of models on the same subjects."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.score.intervals import bootstrap_interval, listed
from bandmap.vocabulary.tables import COMPARISON

_PERMUTATIONS = 9999


def compare(
    models: Mapping[str, pd.DataFrame], metrics: Sequence[str], *, seed: int, scoring: str = "event"
) -> pd.DataFrame:
    """Compare every pair of models over their common subjects.

    Parameters
    ----------
    models : mapping of str to DataFrame
        Table of `subject_scores` or `sleep_subject_scores` by model.
    metrics : sequence of str
        Columns of the tables.
    seed : int
        Seed of permutations and bootstrap.
    scoring : str
        If tables have several scorings, only rows with this one count.

    Returns
    -------
    DataFrame
        A table of `tables.COMPARISON`. n is the number of subjects for which both models have the metric; low and high
        are the 95 % interval of the mean difference (`intervals.bootstrap_interval`), values the differences if they
        are too few for one; p is from a paired, two-sided permutation test of the
        mean difference (scipy; up to 13 subjects with all 2^n exchanges of a subject's two values, so that p is exact
        and at least 2 / 2^n; else with 9999 random ones); p_holm is corrected for the pairs of one metric. NaN for
        fewer than two subjects.
    """
    by_subject = {name: table.set_index(["dataset", "subject"]) for name, table in models.items()}
    scored = {name: t[t["scoring"] == scoring] if "scoring" in t else t for name, t in by_subject.items()}
    rows: list[dict[str, object]] = []
    for metric in metrics:
        values = pd.DataFrame({name: table[metric] for name, table in scored.items()}).sort_index()
        pairs = [_compared(values[[a, b]].dropna(), seed) for a, b in combinations(values, 2)]
        adjusted = holm([pair["p"] for pair in pairs])
        rows += [{**pair, "metric": metric, "p_holm": p} for pair, p in zip(pairs, adjusted, strict=True)]
    return COMPARISON.frame(rows)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected by the step-down method of Holm 1979; NaN stays NaN and does not count as a test."""
    order = sorted((p, place) for place, p in enumerate(p_values) if not math.isnan(p))
    adjusted, greatest = [math.nan] * len(p_values), 0.0
    for rank, (p, place) in enumerate(order):
        greatest = max(greatest, min(1.0, (len(order) - rank) * p))
        adjusted[place] = greatest
    return adjusted


def paired_p(a: NDArray[np.floating], b: NDArray[np.floating], seed: int) -> float:
    """Return the two-sided p of a paired permutation test of the mean of a - b, for arrays of shape (subjects,)."""
    from scipy.stats import permutation_test

    found = permutation_test(
        (a, b),
        _mean_difference,
        permutation_type="samples",
        n_resamples=_PERMUTATIONS,
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)


def _mean_difference(a: NDArray[np.floating], b: NDArray[np.floating], axis: int = -1) -> NDArray[np.floating]:
    return np.asarray(np.mean(a - b, axis=axis))


def _compared(pair: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Compare two models: the columns of a table of their common subjects."""
    a, b = (pair[name].to_numpy() for name in pair)
    row = {"model_a": pair.columns[0], "model_b": pair.columns[1], "n": len(pair)}
    row |= {"mean_difference": (a - b).mean() if len(pair) else math.nan}
    low, high = bootstrap_interval(a - b, seed=seed)
    p = paired_p(a, b, seed) if len(pair) > 1 else math.nan
    return row | {"low": float(low), "high": float(high), "values": listed(a - b), "p": p}
