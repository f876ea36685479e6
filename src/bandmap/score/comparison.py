"""Comparison of the scores of models on the same subjects."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bandmap.score.intervals import bootstrap_interval, number

COMPARISON_COLUMNS = ("model_a", "model_b", "metric", "mean_difference", "low", "high", "n", "p", "p_holm")
"""Columns of the table: one row per pair of models and metric; the difference is a - b."""

_PERMUTATIONS = 9999

Rows = Sequence[Mapping[str, object]]


def compare(
    models: Mapping[str, Rows], metrics: Sequence[str], *, seed: int, scoring: str = "event"
) -> list[dict[str, object]]:
    """Compare every pair of models over their common subjects.

    Parameters
    ----------
    models : mapping of str to sequence of mapping
        Rows of `subject_scores` or `sleep_subject_scores` by model, computed or read from tables.
    metrics : sequence of str
        Columns of the rows.
    seed : int
        Seed of permutations and bootstrap.
    scoring : str
        If rows have a scoring, only rows with this one count.

    Returns
    -------
    list of dict
        Rows of `COMPARISON_COLUMNS`. n is the number of subjects for which both models have the metric; low and high
        are the 95 % bootstrap interval of the mean difference; p is from a paired, two-sided permutation test of the
        mean difference (scipy; up to 13 subjects with all 2^n exchanges of a subject's two values, so that p is exact
        and at least 2 / 2^n; else with 9999 random ones); p_holm is corrected for the pairs of one metric. NaN for
        fewer than two subjects.
    """
    rows = []
    for metric in metrics:
        values = {model: _values(members, metric, scoring) for model, members in models.items()}
        pairs = [_compared(a, b, values, seed) | {"metric": metric} for a, b in combinations(values, 2)]
        adjusted = holm([number(pair["p"]) for pair in pairs])
        rows += [{**pair, "p_holm": p} for pair, p in zip(pairs, adjusted, strict=True)]
    return rows


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


def _values(rows: Rows, metric: str, scoring: str) -> dict[tuple[object, object], float]:
    """Return a metric by dataset and subject, without the subjects for which it is undefined."""
    values = {
        (row["dataset"], row["subject"]): number(row[metric]) for row in rows if row.get("scoring", scoring) == scoring
    }
    return {subject: value for subject, value in values.items() if not math.isnan(value)}


def _compared(
    first: str, second: str, values: Mapping[str, Mapping[tuple[object, object], float]], seed: int
) -> dict[str, object]:
    shared = [subject for subject in values[first] if subject in values[second]]
    a, b = (np.array([values[model][subject] for subject in shared]) for model in (first, second))
    row: dict[str, object] = {"model_a": first, "model_b": second, "n": len(shared)}
    row |= {"mean_difference": float((a - b).mean()) if shared else math.nan}
    if len(shared) < 2:
        return row | {"low": math.nan, "high": math.nan, "p": math.nan}
    low, high = bootstrap_interval(a - b, seed)
    return row | {"low": low, "high": high, "p": paired_p(a, b, seed)}
