"""Metrics of a matrix against the true cells, and floors that need no model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.truth import TARGET_WEIGHT

METRICS = ("auroc", "average_precision", "relevance_mass", "relevance_rank", "largest", "sign")
"""Of every subject's matrix; all are 1 for a perfect one."""

RANKINGS = ("value", "magnitude")
"""By what cells are ranked: evidence for the class, or evidence of either sign."""


def metrics(
    importance: NDArray[np.floating], weight: NDArray[np.floating], *, ranking: str = "value"
) -> dict[str, float]:
    """Compare the importance of cells with their true weight.

    Parameters
    ----------
    importance, weight : ndarray of float, the same shape
        Cells whose importance is NaN do not count. Targets are the cells whose weight has a magnitude of at least
        `TARGET_WEIGHT`.
    ranking : {"value", "magnitude"}
        Whether a cell of large negative importance ranks last or first.

    Returns
    -------
    dict
        `auroc` and `average_precision`: areas under the receiver operating characteristic and under the curve of
        precision against recall, targets against other cells. `relevance_mass`: share of the positive relevance that
        lies on targets; `relevance_rank`: share of targets among as many cells of most relevance (both Arras et al.
        2022, arXiv:2003.07258). `largest`: 1 if the cell of most relevance is a target, else 0. `sign`: share of the
        targets' weight whose importance has the weight's sign. All NaN where there is no target or nothing else.
    """
    if ranking not in RANKINGS:
        raise ValueError(f"ranking: there is no '{ranking}'. There are: {', '.join(RANKINGS)}.")
    from sklearn.metrics import average_precision_score, roc_auc_score

    known = np.isfinite(importance)
    given, true = importance[known].astype(np.float64), weight[known].astype(np.float64)
    target = np.abs(true) >= TARGET_WEIGHT
    if target.all() or not target.any():
        return dict.fromkeys(METRICS, float("nan"))
    relevance = np.abs(given) if ranking == "magnitude" else given
    positive = np.maximum(relevance, 0)
    return {
        "auroc": float(roc_auc_score(target, relevance)),
        "average_precision": float(average_precision_score(target, relevance)),
        "relevance_mass": float(positive[target].sum() / positive.sum()) if positive.any() else 0.0,
        "relevance_rank": _among_first(relevance, target, int(target.sum())),
        "largest": _among_first(relevance, target, 1),
        "sign": float(np.average(np.sign(given[target]) == np.sign(true[target]), weights=np.abs(true[target]))),
    }


def expected_at_random(weight: NDArray[np.floating]) -> dict[str, float]:
    """Return the mean metrics of a matrix of positive random numbers, for any distribution without ties."""
    n, k = weight.size, int((np.abs(weight) >= TARGET_WEIGHT).sum())
    if k in (0, n):
        return dict.fromkeys(METRICS, float("nan"))
    places = np.arange(1, n + 1)
    precision = (1 + (places - 1) * (k - 1) / (n - 1)) / places  # of a target at each place
    share = k / n
    return {
        "auroc": 0.5,
        "average_precision": float(precision.mean()),
        "relevance_mass": share,
        "relevance_rank": share,
        "largest": share,
        "sign": 0.5,
    }


def most_frequent(weights: NDArray[np.floating], trained: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Return for every subject how often each cell is a target of the subjects that its model was trained on.

    Parameters
    ----------
    weights : ndarray of float, shape (subjects, ...)
    trained : ndarray of bool, shape (subjects, subjects), optional
        Which subjects (columns) train the model of each subject (rows); by default all others.

    Returns
    -------
    ndarray of float64, shape (subjects, ...)
        Share of the training subjects: what is known about a subject without its recordings.
    """
    target = (np.abs(weights) >= TARGET_WEIGHT).astype(np.float64)
    counted = ~np.eye(len(weights), dtype=bool) if trained is None else trained
    shares = counted / np.maximum(counted.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.tensordot(shares, target, axes=1))


def cell_power(
    log_power: NDArray[np.floating], regions: NDArray[np.floating], bands: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the mean log power of every cell in every window.

    Parameters
    ----------
    log_power : ndarray of float, shape (windows, channels, frequencies, times)
    regions : ndarray of float, shape (regions, channels)
        Share of each channel in each region.
    bands : ndarray of bool, shape (bands, frequencies)

    Returns
    -------
    ndarray of float64, shape (windows, regions, bands)
        NaN for a region without a channel or a band without a frequency.
    """
    mean = log_power.mean(axis=-1, dtype=np.float64)
    channels, frequencies = _shares(regions), _shares(bands.astype(np.float64))
    return np.asarray(np.einsum("rc,wcf,bf->wrb", channels, mean, frequencies, optimize=True))


def power_contrast(power: NDArray[np.floating], labels: Sequence[int] | NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the mean power of seizure windows less that of the others: a floor without a model.

    Parameters
    ----------
    power : ndarray of float, shape (windows, ...)
        Of `cell_power`.
    labels : sequence of int
        1 for seizure windows, 0 for others, anything else for windows that do not count.

    Returns
    -------
    ndarray of float64, shape (...)
        NaN where one of the two has no window.
    """
    marks = np.asarray(labels)
    if not ((marks == 1).any() and (marks == 0).any()):
        return np.full(power.shape[1:], np.nan)
    return np.asarray(power[marks == 1].mean(axis=0) - power[marks == 0].mean(axis=0))


def _among_first(relevance: NDArray[np.float64], target: NDArray[np.bool_], n: int) -> float:
    """Return the share of targets among the n most relevant cells; for ties, its mean over their orders."""
    edge = np.sort(relevance)[-n]
    above, tied = relevance > edge, relevance == edge
    return float((target[above].sum() + (n - above.sum()) * target[tied].mean()) / n)


def _shares(weights: NDArray[np.floating]) -> NDArray[np.float64]:
    totals = weights.sum(axis=1, keepdims=True)
    shares = np.full(weights.shape, np.nan)
    np.divide(weights, totals, out=shares, where=totals > 0)
    return shares
