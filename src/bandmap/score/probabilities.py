"""Discrimination and calibration of the probabilities of windows, independent of a threshold."""

from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

CALIBRATION_BINS = 15
"""Number of bins of equal width, as in Guo et al. 2017."""


def window_auroc(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the area under the ROC curve of windows (0.5 is chance); NaN if all have the same class."""
    from sklearn.metrics import roc_auc_score

    if len(np.unique(labels)) < 2:
        return float("nan")
    return float(roc_auc_score(labels, probabilities))


def window_auprc(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the average precision of windows (chance is the share of seizures); NaN if all have the same class."""
    from sklearn.metrics import average_precision_score

    if len(np.unique(labels)) < 2:
        return float("nan")
    return float(average_precision_score(labels, probabilities))


def calibration_error(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the expected calibration error of windows: 0 if the share of seizures equals the probability.

    Parameters
    ----------
    probabilities : ndarray of float, shape (windows,)
        Probability of a seizure.
    labels : ndarray of int, shape (windows,)
        0 or 1.

    Returns
    -------
    float
        Mean over windows of |mean probability - share of seizures| of the window's bin, between 0 and 1; NaN without
        windows. Guo et al. 2017 (On calibration of modern neural networks), eq. 3, for the class seizure, by
        torchmetrics with `CALIBRATION_BINS`. If seizures are rare, a model that never detects one has a small error.
    """
    import torch
    from torchmetrics.functional.classification import binary_calibration_error

    if not len(labels):
        return float("nan")
    # torchmetrics would interpret values that rounding moves outside [0, 1] as logits.
    predicted = torch.from_numpy(np.clip(np.asarray(probabilities, dtype=np.float64), 0, 1))
    truth = torch.from_numpy(np.asarray(labels, dtype=np.int64))
    return float(binary_calibration_error(predicted, truth, n_bins=CALIBRATION_BINS, norm="l1"))


def libraries() -> dict[str, object]:
    """Return the libraries of these scores, for the summary."""
    return {
        "auroc, auprc": f"scikit-learn {version('scikit-learn')}",
        "calibration_error": f"torchmetrics {version('torchmetrics')}, {CALIBRATION_BINS} bins",
    }
