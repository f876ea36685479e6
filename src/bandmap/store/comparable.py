"""Windows of a recording that windows of another class may be compared with, in HDF5."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from bandmap.store._hdf5 import opened
from bandmap.store.whole import whole_file


@dataclass(frozen=True)
class Comparable:
    """Windows of one recording.

    Attributes
    ----------
    starts : ndarray of int64, shape (windows,)
        First frames, ascending.
    labels : ndarray of int64, shape (windows,)
        Class of each.
    power : ndarray of float64, shape (windows,)
        Sum of linear power, to find the quietest.
    """

    starts: NDArray[np.int64]
    labels: NDArray[np.int64]
    power: NDArray[np.float64]


def write_comparable(path: str | Path, windows: Comparable) -> None:
    """Write the windows of one recording."""
    with whole_file(path) as unfinished, h5py.File(unfinished, "w") as file:
        for name, values in vars(windows).items():
            file.create_dataset(name, data=values)


def read_comparable(path: str | Path) -> Comparable:
    """Read a file of `write_comparable`."""
    with opened(path) as file:
        return Comparable(file["starts"][()], file["labels"][()], file["power"][()])


def read_all(paths: Sequence[str | Path]) -> list[Comparable]:
    """Read many files of `write_comparable`."""
    return [read_comparable(path) for path in paths]
