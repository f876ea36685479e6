"""The comparison windows of one subject, in one HDF5 file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from bandmap.files._hdf5 import opened, written


@dataclass(frozen=True)
class Listed:
    """Windows of one recording that can serve as comparison for windows of another class.

    Attributes
    ----------
    starts : ndarray of int64, shape (windows,)
        First frames, ascending.
    labels : ndarray of int64, shape (windows,)
        Class of each.
    power : ndarray of float64, shape (windows,)
        Sum of linear power, to find the quietest window.
    """

    starts: NDArray[np.int64]
    labels: NDArray[np.int64]
    power: NDArray[np.float64]


@dataclass(frozen=True)
class Shared:
    """Comparison windows for one class, shared by all recordings of a subject.

    Attributes
    ----------
    quietest : ndarray of float32, shape (1, channels[, frequencies], times)
        The window of another class with the least power; empty if the subject has no such window.
    background : ndarray of float32, shape (backgrounds, channels[, frequencies], times)
        Some windows of another class; empty if the subject has none.
    """

    quietest: NDArray[np.float32]
    background: NDArray[np.float32]


@dataclass(frozen=True)
class Comparable:
    """The comparison windows for one recording.

    Attributes
    ----------
    own : Listed
        Windows of the same recording.
    shared : sequence of Shared
        Windows of the subject, one entry per class.
    """

    own: Listed
    shared: Sequence[Shared]


def write_comparable(path: str | Path, listed: Mapping[str, Listed], shared: Sequence[Shared]) -> None:
    """Write the comparison windows of a subject: recording -> its own windows, and the shared ones per class."""
    with written(path) as file:
        groups: dict[str, Listed | Shared] = {f"recordings/{name}": own for name, own in listed.items()}
        groups |= {f"classes/{number}": windows for number, windows in enumerate(shared)}
        for group, windows in groups.items():
            for name, values in vars(windows).items():
                file.create_dataset(f"{group}/{name}", data=values)


def read_comparable(path: str | Path, recording: str) -> Comparable:
    """Read the comparison windows for one recording from a file of `write_comparable`."""
    with opened(path) as file:
        own = {name: values[()] for name, values in file[f"recordings/{recording}"].items()}
        return Comparable(Listed(**own), _shared(file))


def read_shared(path: str | Path) -> list[Shared]:
    """Read the comparison windows of a subject for each class from a file of `write_comparable`."""
    with opened(path) as file:
        return _shared(file)


def _shared(file: h5py.File) -> list[Shared]:
    classes = [file[f"classes/{number}"] for number in range(len(file["classes"]))]
    return [Shared(**{name: values[()] for name, values in group.items()}) for group in classes]
