"""Harmonized recordings as HDF5: samples, events, a quality table and flags per second in one file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import h5py
import numpy as np
from numpy.typing import NDArray

from bandmap.files._events import read_events, write_events
from bandmap.files._flags import packed, unpacked
from bandmap.files._hdf5 import opened, written
from bandmap.vocabulary.recording import Event, Recording

_TEXT = h5py.string_dtype("utf-8")


class Streamed(Protocol):
    """A recording that yields its samples in blocks (harmonize.Stream)."""

    rate_hz: float
    n_samples: int
    channels: tuple[str, ...]
    events: tuple[Event, ...]
    masked_channels: tuple[str, ...]
    interpolated_channels: tuple[str, ...]

    @property
    def flags(self) -> Mapping[str, NDArray[np.bool_]]:
        """The quality flags per channel and second, after all blocks."""

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield microvolts, shape (channels, samples of the block)."""

    def quality(self) -> list[dict[str, object]]:
        """Return the quality table, after all blocks."""


def write_recording(
    path: str | Path,
    recording: Recording | Streamed,
    quality: Sequence[Mapping[str, object]] | None = None,
    *,
    attributes: Mapping[str, str | float | Sequence[str] | Sequence[float]],
) -> None:
    """Write a recording atomically; the file contains no patient data.

    Parameters
    ----------
    path : path-like
    recording : Recording or harmonize.Stream
        A stream is written block by block, with the flags per second.
    quality : sequence of mapping, optional
        Rows of the quality table; a stream provides its own.
    attributes : mapping of str to str, number or list of either
        Source of the recording and the settings of harmonization.
    """
    with written(path) as file:
        _write_samples(file, recording)
        if not isinstance(recording, Recording):
            quality = recording.quality() if quality is None else quality
            _write_flags(file, recording.flags)
        _write_table(file.create_group("quality"), quality or ())
        write_events(file.create_group("events"), recording.events)
        for name, value in attributes.items():
            file.attrs[name] = value
        for name in ("channels", "masked_channels", "interpolated_channels"):
            file.attrs.create(name, list(getattr(recording, name)), dtype=_TEXT)
        file.attrs.update({"unit": "uV", "rate_hz": float(recording.rate_hz)})


def _write_samples(file: h5py.File, recording: Recording | Streamed) -> None:
    if isinstance(recording, Recording):
        file.create_dataset("microvolts", data=recording.microvolts.astype(np.float32, copy=False))
        return
    shape = len(recording.channels), recording.n_samples
    samples = file.create_dataset("microvolts", shape, np.float32)
    start = 0
    for block in recording.blocks():
        samples[:, start : start + block.shape[1]] = block
        start += block.shape[1]


def _write_flags(file: h5py.File, flags: Mapping[str, NDArray[np.bool_]]) -> None:
    """Write a bit field, uint8 of shape (channels, seconds); bit k is the k-th name of its attribute `bits`."""
    file.create_dataset("flags", data=packed(flags), dtype=np.uint8)
    file["flags"].attrs.create("bits", list(flags), dtype=_TEXT)


def _write_table(group: h5py.Group, rows: Sequence[Mapping[str, object]]) -> None:
    for order, column in enumerate(rows[0] if rows else ()):
        values = [row[column] for row in rows]
        numbers = all(isinstance(value, (int, float)) for value in values)
        data = group.create_dataset(column, data=values, dtype=np.float64 if numbers else _TEXT)
        data.attrs["order"] = order


def read_recording(path: str | Path) -> Recording:
    """Read a recording back."""
    with open_recording(path) as recording:
        return replace(recording, microvolts=recording.microvolts[()])


@contextmanager
def open_recording(path: str | Path) -> Iterator[Recording]:
    """Open a recording whose samples are read on demand, because a day may not fit into memory.

    Yields
    ------
    Recording
        Its `microvolts` is a data set of the file, which slices to arrays. The file is closed after the block.
    """
    with opened(path) as file:
        names = [tuple(file.attrs[f"{kind}channels"]) for kind in ("", "masked_", "interpolated_")]
        events = read_events(file["events"])
        rate_hz = float(file.attrs["rate_hz"])
    with h5py.File(path, "r") as file:  # an error of the caller is not an error of the file
        yield Recording(file["microvolts"], rate_hz, names[0], events, names[1], names[2])


def read_attributes(path: str | Path) -> dict[str, object]:
    """Return the attributes of a file: unit, rate_hz, channels, masked and interpolated channels, and its origin."""
    with opened(path) as file:
        return {name: tuple(v) if isinstance(v, np.ndarray) else v for name, v in file.attrs.items()}


def read_quality(path: str | Path) -> list[dict[str, str]]:
    """Return the quality table, one row per channel, as text."""
    with opened(path) as file:
        group = file["quality"]
        columns = sorted(group, key=lambda name: group[name].attrs["order"])
        texts = [_texts(group[name]) for name in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*texts, strict=True)]


def read_flags(path: str | Path) -> dict[str, NDArray[np.bool_]]:
    """Read the quality flags per channel and second.

    Returns
    -------
    dict of str to ndarray of bool, shape (channels, seconds)
        flat, saturated, extreme, line_noise, high_frequency, interpolated, masked; channels in the recording's order.
        The last second may be incomplete. Empty if the file was not written from a stream.
    """
    with opened(path) as file:
        if "flags" not in file:
            return {}
        return unpacked(file["flags"][()], file["flags"].attrs["bits"])


def _texts(column: h5py.Dataset) -> list[str]:
    if h5py.check_string_dtype(column.dtype):
        return [str(value) for value in column.asstr()[()]]
    return [f"{value:.6g}" for value in column[()]]


def read_duration(path: str | Path) -> float:
    """Return the duration of a recording in seconds."""
    with opened(path) as file:
        return float(file["microvolts"].shape[1] / file.attrs["rate_hz"])
