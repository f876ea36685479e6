"""What the windows of one subject's recordings are compared with, in one HDF5 file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bandmap.files._hdf5 import opened, written


@dataclass(frozen=True)
class Listed:
    """Windows of one recording that those of another class may be compared with.

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


@dataclass(frozen=True)
class Shared:
    """What serves the windows of one class in all recordings of a subject.

    Attributes
    ----------
    quietest : ndarray of float32, shape (1, channels[, frequencies], times)
        The window of least power among those of another class; none where the subject has no such window.
    background : ndarray of float32, shape (backgrounds, channels[, frequencies], times)
        Some windows of another class; likewise.
    """

    quietest: NDArray[np.float32]
    background: NDArray[np.float32]


@dataclass(frozen=True)
class Comparable:
    """What the windows of one recording may be compared with.

    Attributes
    ----------
    own : Listed
        Windows of the same recording.
    shared : sequence of Shared
        Of the subject, class by class.
    """

    own: Listed
    shared: Sequence[Shared]


def write_comparable(path: str | Path, listed: Mapping[str, Listed], shared: Sequence[Shared]) -> None:
    """Write the windows of a subject: recording -> those of its own, and class by class what serves all recordings."""
    with written(path) as file:
        groups: dict[str, Listed | Shared] = {f"recordings/{name}": own for name, own in listed.items()}
        groups |= {f"classes/{number}": windows for number, windows in enumerate(shared)}
        for group, windows in groups.items():
            for name, values in vars(windows).items():
                file.create_dataset(f"{group}/{name}", data=values)


def read_comparable(path: str | Path, recording: str) -> Comparable:
    """Read what serves one recording from a file of `write_comparable`."""
    with opened(path) as file:
        own = {name: values[()] for name, values in file[f"recordings/{recording}"].items()}
        classes = [file[f"classes/{number}"] for number in range(len(file["classes"]))]
        shared = [Shared(**{name: values[()] for name, values in group.items()}) for group in classes]
        return Comparable(Listed(**own), shared)
