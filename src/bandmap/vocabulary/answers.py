"""Answers of windows: a window has one about all of its time, or several about equal parts of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


def answer_starts(starts: NDArray[np.int64], length: int, n_answers: int) -> NDArray[np.int64]:
    """Return the first frame of every answer, shape (windows, answers), of windows of `length` frames."""
    parts = np.arange(n_answers, dtype=np.int64) * (length // n_answers)
    return np.asarray(starts, dtype=np.int64)[:, None] + parts


def centres_seconds(starts: NDArray[np.int64], length: int, frame_rate_hz: float) -> NDArray[np.float64]:
    """Return the middle of each window, or answer, in seconds from the start of the recording, shape (windows,)."""
    return (np.asarray(starts, dtype=np.float64) + length / 2) / frame_rate_hz


@dataclass(frozen=True)
class Lattice:
    """The different answers of the windows of a recording; overlapping windows share some.

    Attributes
    ----------
    starts : ndarray of int64, shape (answers,)
        First frames, ascending.
    places : ndarray of int64, shape (windows, answers of a window)
        Index of each answer of each window.
    """

    starts: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, begins: NDArray[np.int64]) -> "Lattice":
        """Create it from the first frame of every answer of every window (`answer_starts`)."""
        found, places = np.unique(begins, return_inverse=True)
        return cls(found, places.reshape(begins.shape))

    def merged(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the mean of each answer over the windows that contain it.

        Parameters
        ----------
        values : ndarray, shape (windows * answers of a window[, classes])
            Window by window.

        Returns
        -------
        ndarray of float32, shape (answers[, classes])
        """
        total = np.zeros((len(self.starts), *values.shape[1:]))
        np.add.at(total, self.places.ravel(), values)
        counts = np.bincount(self.places.ravel(), minlength=len(self.starts))
        return np.asarray(total / counts.reshape(-1, *[1] * (values.ndim - 1)), np.float32)

    def known(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what all windows say alike of each answer, shape (answers,), of values of `places`' shape."""
        found = np.zeros(len(self.starts), np.int64)
        found[self.places.ravel()] = values.ravel()
        return found

    def of_windows(self, values: NDArray[np.floating], chosen: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the mean over some answers of each window.

        Parameters
        ----------
        values : ndarray, shape (answers[, classes])
        chosen : ndarray of bool, shape (windows, answers of a window)
            At least one of each window.

        Returns
        -------
        ndarray of float32, shape (windows[, classes])
        """
        weights = chosen.reshape(*chosen.shape, *[1] * (values.ndim - 1))
        return np.asarray((values[self.places] * weights).sum(axis=1) / weights.sum(axis=1), np.float32)
