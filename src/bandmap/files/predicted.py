"""Predictions of a model for the windows of a recording, in HDF5."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bandmap.files._hdf5 import opened, written


@dataclass(frozen=True)
class Predictions:
    """Contents of a file of predictions.

    Attributes
    ----------
    probabilities : ndarray of float32, shape (windows,) or (windows, classes)
        Probability of a seizure, or of each sleep stage.
    centres_seconds : ndarray of float64, shape (windows,)
        Middle of each window from the start of the recording.
    labels : ndarray of int8, shape (windows,)
        Class of each window by the recording's events, -1 if it has none.
    attributes : dict
        The attributes that were written: the threshold, how it was chosen, and other metadata.
    """

    probabilities: NDArray[np.float32]
    centres_seconds: NDArray[np.float64]
    labels: NDArray[np.int8]
    attributes: dict[str, str | float]


def write_predictions(
    path: str | Path,
    *,
    probabilities: NDArray[np.floating],
    centres_seconds: NDArray[np.floating],
    labels: NDArray[np.integer],
    attributes: Mapping[str, str | float],
) -> None:
    """Write one recording's predictions; the arguments are the attributes of `Predictions`."""
    if not len(probabilities) == len(centres_seconds) == len(labels):
        raise ValueError(
            f"{path}: {len(probabilities)} probabilities, {len(centres_seconds)} centres and {len(labels)} labels"
        )
    with written(path) as file:
        file.create_dataset("probabilities", data=np.asarray(probabilities, dtype=np.float32))
        file.create_dataset("centres_seconds", data=np.asarray(centres_seconds, dtype=np.float64))
        file.create_dataset("labels", data=np.asarray(labels, dtype=np.int8))
        file.attrs.update({"unit": "probability", **attributes})


def read_predictions(path: str | Path) -> Predictions:
    """Read a file of `write_predictions`."""
    with opened(path) as file:
        attributes = {
            name: value.item() if isinstance(value, np.generic) else value for name, value in file.attrs.items()
        }
        return Predictions(file["probabilities"][...], file["centres_seconds"][...], file["labels"][...], attributes)
