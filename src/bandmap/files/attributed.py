"""The result of an interpretation for one recording, in one HDF5 file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import h5py
import numpy as np
from numpy.typing import NDArray

from bandmap.files._hdf5 import written
from bandmap.vocabulary.recording import RecordingError


@dataclass(frozen=True)
class Attribution:
    """The importance of one recording's windows.

    Attributes
    ----------
    values : ndarray of float32, shape (windows, *axes)
        Results over time are averaged over the window, which is sufficient for matrices.
    axes : tuple of str
        Axes of `values` after windows; never contains "time".
    starts_seconds : ndarray of float64, shape (windows,)
        From the start of the recording.
    probabilities : ndarray of float32, shape (windows,)
        Held-out probability of the class.
    labels : ndarray of int8, shape (windows,)
        Class of each window by the recording's events.
    targets : ndarray of int8, shape (windows,)
        The explained class of each window.
    notes : mapping of str to ndarray of float32, shape (windows,)
        Additional results of the method for each window, such as a completeness gap.
    maps : ndarray of float32, shape (mapped windows, *axes, times), or None
        The full results over time of some windows, for figures.
    mapped : ndarray of int64, shape (mapped windows,)
        Their indices among the windows.
    attributes : dict
        model, scheme, method, options, units ...
    """

    values: NDArray[np.float32]
    axes: tuple[str, ...]
    starts_seconds: NDArray[np.float64]
    probabilities: NDArray[np.float32]
    labels: NDArray[np.int8]
    targets: NDArray[np.int8]
    notes: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    maps: NDArray[np.float32] | None = None
    mapped: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    attributes: Mapping[str, str | float] = field(default_factory=dict)


def write_attribution(
    path: str | Path,
    *,
    values: NDArray[np.floating],
    axes: Sequence[str],
    starts_seconds: NDArray[np.floating],
    probabilities: NDArray[np.floating],
    labels: NDArray[np.integer] | NDArray[np.bool_],
    targets: NDArray[np.integer],
    notes: Mapping[str, NDArray[np.floating]] = MappingProxyType({}),
    mapped: Sequence[int] | NDArray[np.integer] | None = None,
    attributes: Mapping[str, str | float],
) -> None:
    """Write the result for one recording.

    Parameters
    ----------
    path : path-like
    values : ndarray, shape (windows, *axes)
        The result of a method. If its last axis is "time", the mean over time is stored for every window, and the full
        result only for the windows in `mapped`: full maps of a day would take gigabytes.
    axes : sequence of str
        Axes of `values` after windows.
    starts_seconds, probabilities, labels, targets : ndarray, shape (windows,)
    notes : mapping of str to ndarray, shape (windows,), optional
        Additional results of the method for each window.
    mapped : sequence of int, optional
        Windows whose map over time is stored; by default all.
    attributes : mapping
        model, scheme, method, options ...; text or numbers.
    """
    if values.ndim != len(axes) + 1 or not len(values) == len(starts_seconds) == len(probabilities) == len(
        labels
    ) == len(targets):
        raise ValueError(
            f"values of shape {values.shape} do not fit axes {tuple(axes)} of {len(starts_seconds)} windows"
        )
    over_time = bool(axes) and axes[-1] == "time"
    with written(path) as file:
        file.attrs.update(attributes)
        file.attrs["axes"] = ",".join(axes[:-1] if over_time else axes)
        file["starts_seconds"] = np.asarray(starts_seconds, dtype=np.float64)
        file["probabilities"] = np.asarray(probabilities, dtype=np.float32)
        file["labels"] = np.asarray(labels, dtype=np.int8)
        file["targets"] = np.asarray(targets, dtype=np.int8)
        for name, noted in notes.items():
            file[f"notes/{name}"] = np.asarray(noted, dtype=np.float32)
        file["values"] = (values.mean(axis=-1, dtype=np.float64) if over_time else values).astype(np.float32)
        if over_time:
            indices = np.arange(len(values)) if mapped is None else np.asarray(mapped, dtype=np.int64)
            file["mapped"] = indices
            # Interpolated maps are smooth: shuffled bytes compress well, without the underflow of float16.
            maps = values[indices].astype(np.float32)
            file.create_dataset("maps", data=maps, chunks=_one_window(maps), compression="gzip", shuffle=True)


def read_attribution(path: str | Path) -> Attribution:
    """Read what `write_attribution` wrote.

    Raises
    ------
    RecordingError
        If the file is not an attribution.
    """
    try:
        with h5py.File(path, "r") as file:
            attributes = dict(file.attrs)
            axes = str(attributes.pop("axes"))
            return Attribution(
                values=file["values"][:],
                axes=tuple(axes.split(",")) if axes else (),
                starts_seconds=file["starts_seconds"][:],
                probabilities=file["probabilities"][:],
                labels=file["labels"][:],
                targets=file["targets"][:],
                notes={name: noted[:] for name, noted in file.get("notes", {}).items()},
                maps=file["maps"][:] if "maps" in file else None,
                mapped=file["mapped"][:] if "mapped" in file else np.zeros(0, dtype=np.int64),
                attributes=attributes,
            )
    except (KeyError, OSError) as error:
        raise RecordingError(f"{path}: not an attribution ({error}); delete it and run the workflow again") from error


def _one_window(maps: NDArray[np.float32]) -> tuple[int, ...] | None:
    return (1, *maps.shape[1:]) if len(maps) else None
