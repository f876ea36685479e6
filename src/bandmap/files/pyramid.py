"""The pyramid of a recording: minima, maxima and spectra at several resolutions, in HDF5 beside the samples."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from bandmap.files._hdf5 import opened, written
from bandmap.vocabulary.recording import RecordingError

ENDING = ".pyramid"
CHUNK = 2048
"""Bins, columns or samples that are read at a time."""

_TYPES = {"extremes": np.dtype(np.float16), "spectra": np.dtype(np.uint8)}
_MOST_LEVELS, _MOST_CHANNELS = 16, 1024


@dataclass(frozen=True)
class Level:
    """One resolution of extremes or spectra.

    Attributes
    ----------
    name : str
        Such as `extremes0`.
    shape : tuple of int
        Channels, bins, and 2 or frequencies.
    step_seconds : float
        Duration of a bin.
    """

    name: str
    shape: tuple[int, ...]
    step_seconds: float


@contextmanager
def written_pyramid(
    path: str | Path, shapes: Mapping[str, tuple[int, ...]], steps_seconds: Mapping[str, float]
) -> Iterator[Callable[[str, NDArray[np.generic]], None]]:
    """Yield a function that appends bins to an array; the file is there if the block ends without an error.

    Parameters
    ----------
    path : path-like
    shapes : mapping of str to tuple of int
        Name of each array -> (channels, bins, 2 or frequencies).
    steps_seconds : mapping of str to float
        Name of each array -> duration of a bin.
    """
    with written(path) as file:
        places = dict.fromkeys(shapes, 0)
        for name, shape in shapes.items():
            chunks = (shape[0], min(shape[1], 256), shape[2])
            data = file.create_dataset(name, shape, _TYPES[name.rstrip("0123456789")], chunks=chunks)
            data.attrs["step_seconds"] = float(steps_seconds[name])

        def append(name: str, values: NDArray[np.generic]) -> None:
            start = places[name]
            file[name][:, start : start + values.shape[1]] = values
            places[name] += values.shape[1]

        yield append
        if places != {name: shape[1] for name, shape in shapes.items()}:
            raise ValueError(f"{path}: {places} bins of {dict(shapes)} were written")


def read_levels(path: str | Path, *, channels: int, seconds: float) -> dict[str, list[Level]]:
    """Return the levels of extremes and of spectra, from fine to coarse.

    Parameters
    ----------
    path : path-like
    channels : int
    seconds : float
        Duration of the recording that the pyramid belongs to.

    Raises
    ------
    RecordingError
        If the file is missing or damaged, or is not the pyramid of such a recording: file, problem, remedy.
    """
    with opened(path) as file:
        levels = {kind: [_level(file, name) for name in _names(file, kind)] for kind in _TYPES}
    for level in (level for kind in levels.values() for level in kind):
        covered = level.shape[1] * level.step_seconds
        if level.shape[0] != channels or not seconds - 1e-6 <= covered < seconds + level.step_seconds + 1:
            raise RecordingError(
                f"{path}: {level.name} has {level.shape[0]} channels and {covered:g} s, the recording {channels} and"
                f" {seconds:g} s; delete the pyramid and run the workflow again"
            )
    return levels


def read_bins(path: str | Path, name: str, start: int, stop: int, channel: int | None = None) -> NDArray[np.generic]:
    """Return bins of all channels, or of one, shape ([channels,] bins, 2 or frequencies)."""
    with opened(path) as file:
        values: NDArray[np.generic] = file[name][:, start:stop] if channel is None else file[name][channel, start:stop]
        return values


def _names(file: h5py.File, kind: str) -> list[str]:
    names = [f"{kind}{k}" for k in range(_MOST_LEVELS) if f"{kind}{k}" in file]
    if not names:
        raise ValueError(f"there are no {kind}")
    return names


def _level(file: h5py.File, name: str) -> Level:
    data, kind = file[name], name.rstrip("0123456789")
    step = float(data.attrs["step_seconds"])
    if data.ndim != 3 or data.dtype != _TYPES[kind] or not 0 < step < float("inf"):
        raise ValueError(f"{name} is {data.dtype} of shape {data.shape}")
    if data.shape[0] > _MOST_CHANNELS or data.shape[2] != (2 if kind == "extremes" else data.shape[2]):
        raise ValueError(f"{name} has shape {data.shape}")
    data[:1, -1:]  # a truncated file ends before its last bin
    return Level(name, tuple(data.shape), step)
