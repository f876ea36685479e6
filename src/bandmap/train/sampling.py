"""Selection of the windows of an epoch, and the statistics for normalization."""

import logging
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from bandmap.train.recipe import Recipe

_STATISTICS_WINDOWS = 1024  # evenly spaced; each adds dozens of frames to the mean of every channel and frequency
_SMALLEST_STD = 1e-6  # a channel without signal (masked everywhere) is unchanged

_log = logging.getLogger(__name__)


class Windows(Protocol):
    """Labelled windows that can be read in batches."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class of each window, the highest of its answers, shape (windows,)."""

    @property
    def answers(self) -> NDArray[np.int64]:
        """Class of each answer, shape (windows, answers)."""

    @property
    def recordings(self) -> NDArray[np.int64]:
        """Number of the recording of each window, shape (windows,)."""

    def __len__(self) -> int: ...

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return windows, shape (indices, channels[, frequencies], times)."""


def statistics(windows: Windows, *, batch_size: int = 256) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and standard deviation per channel and frequency over windows and time.

    Parameters
    ----------
    windows : Windows
        Windows of the training subjects. If there are more than 1,024, evenly spaced ones are used.
    batch_size : int
        Number of windows in memory at once.

    Returns
    -------
    mean, std : tensor of float32, shape (channels, frequencies, 1) or (channels, 1)
        In the unit of the windows; the standard deviation of a constant is set to 1.
    """
    chosen = _evenly_spaced(np.arange(len(windows)), _STATISTICS_WINDOWS)
    total, squares, count = 0.0, 0.0, 0
    shift = windows.take(chosen[:1]).mean(axis=(0, -1), keepdims=True, dtype=np.float64)
    for first in range(0, len(chosen), batch_size):
        values = windows.take(chosen[first : first + batch_size]) - shift
        total = total + values.sum(axis=(0, -1))
        squares = squares + np.square(values).sum(axis=(0, -1))
        count += values.shape[0] * values.shape[-1]
    mean = np.asarray(total) / count
    std = np.sqrt(np.maximum(np.asarray(squares) / count - mean**2, 0))
    std[std < _SMALLEST_STD] = 1
    return _column(mean + shift[0, ..., 0]), _column(std)


def draw(
    labels: NDArray[np.int64], background_per_seizure: float | None, generator: np.random.Generator | None
) -> NDArray[np.int64]:
    """Return the windows of one epoch: every seizure window and its share of background.

    Parameters
    ----------
    labels : ndarray of int64, shape (windows,)
    background_per_seizure : float or None
        None takes every window, regardless of its class.
    generator : Generator or None
        Draws the background and the order; without one, background is evenly spaced and the order is temporal.

    Returns
    -------
    ndarray of int64
        Unique indices of windows, without those without a class (label -1).
    """
    if background_per_seizure is None:
        chosen = np.flatnonzero(labels >= 0)
    else:
        seizure, background = np.flatnonzero(labels > 0), np.flatnonzero(labels == 0)
        wanted = min(len(background), max(1, round(background_per_seizure * len(seizure))))
        if generator is None:
            some = _evenly_spaced(background, wanted)
        else:
            some = generator.choice(background, wanted, replace=False)
        chosen = np.concatenate([seizure, some])
    return np.sort(chosen) if generator is None else generator.permutation(chosen)


def draw_balanced(labels: NDArray[np.int64], generator: np.random.Generator | None) -> NDArray[np.int64]:
    """Return the windows of one epoch: equally many of every class, as many as of the rarest.

    Parameters
    ----------
    labels : ndarray of int64, shape (windows,)
    generator : Generator or None
        Draws windows and their order; without one, they are evenly spaced and the order is temporal.

    Returns
    -------
    ndarray of int64
        Unique indices of windows, without those without a class (label -1).
    """
    of_classes = [np.flatnonzero(labels == number) for number in np.unique(labels[labels >= 0])]
    wanted = min((len(indices) for indices in of_classes), default=0)
    some = [
        _evenly_spaced(indices, wanted) if generator is None else generator.choice(indices, wanted, replace=False)
        for indices in of_classes
    ]
    chosen = np.concatenate([np.empty(0, dtype=np.int64), *some])
    return np.sort(chosen) if generator is None else generator.permutation(chosen)


def drawn(labels: NDArray[np.int64], recipe: Recipe, generator: np.random.Generator | None) -> NDArray[np.int64]:
    """Return the windows of one epoch according to the recipe."""
    if recipe.drawing == "balanced":
        return draw_balanced(labels, generator)
    return draw(labels, recipe.background_per_seizure, generator)


def class_weights(labels: NDArray[np.int64], n_classes: int) -> torch.Tensor:
    """Return the weight of the windows of each class, so that all classes count equally and the mean weight is 1.

    Parameters
    ----------
    labels : ndarray of int64
        Classes of the answers of an epoch; those without a class (-1) do not count.
    n_classes : int

    Returns
    -------
    tensor of float32, shape (classes,)
        windows / (classes x windows of the class), as scikit-learn's "balanced"; windows / classes for a class without
        windows.
    """
    counts = np.bincount(labels[labels >= 0], minlength=n_classes)
    return torch.from_numpy((counts.sum() / (n_classes * np.maximum(counts, 1))).astype(np.float32))


def validation_windows(validation: Windows, recipe: Recipe) -> NDArray[np.int64]:
    """Return the fixed selection of validation windows, in the proportions of training.

    It is empty if there are fewer than two classes, with a warning if there are windows.
    """
    if len(np.unique(validation.labels[validation.labels >= 0])) < 2:
        if len(validation.labels):
            _log.warning(
                "the validation subjects have windows of fewer than two classes: the training loss chooses the best "
                "epoch; give them recordings with seizures, or raise validation_subjects"
            )
        return np.empty(0, dtype=np.int64)
    return drawn(validation.labels, recipe, None)


def _evenly_spaced(indices: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """Return at most `wanted` of the indices, evenly spaced."""
    if wanted >= len(indices):
        return indices
    return indices[(np.arange(wanted) * len(indices)) // wanted]


def require_windows(train: Windows, *, seizures: bool = False) -> None:
    """Raise ValueError if there are no training windows or, if `seizures`, none with a seizure."""
    if not (train.labels >= 0).any():
        raise ValueError(
            "there are no training windows; compare the duration of recordings with windows: length_seconds"
        )
    if seizures and not train.labels.any():
        raise ValueError(
            "no training window is seizure; add recordings with seizures or lower windows: seizure_overlap"
        )


def _column(values: NDArray[np.float64]) -> torch.Tensor:
    return torch.from_numpy(np.asarray(values, dtype=np.float32)[..., None])
