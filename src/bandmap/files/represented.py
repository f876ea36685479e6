"""Frames of a recording in one `.zarr.zip`: uncompressed Zarr v3, so that a memory map can read windows.

Models take windows with time last. A window of raw signal has hundreds of frames, so its chunks are stored with time
last (Zarr's codec `transpose`), and a window is a few long runs of bytes. A window of maps has few frames of many
bytes each, so its chunks are stored frame by frame.
"""

import json
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.files._flags import packed
from bandmap.files._zarr_frames import codecs
from bandmap.files._zarr_zip import RepresentedRecording, flags_fit, open_representation
from bandmap.files.whole import whole_file
from bandmap.vocabulary.recording import Recording
from bandmap.vocabulary.representation import Frames, Representation

__all__ = [
    "LARGEST_CHUNK",
    "RepresentedRecording",
    "carried",
    "open_all",
    "open_representation",
    "write_representation",
]

LARGEST_CHUNK = 64_000_000
"""Bytes of a chunk: an hour of 18 channels x 40 frequencies at 16 Hz as uint8; limits the memory for a day."""

_PIECE = 8_000_000  # bytes computed, encoded and written at a time; the largest chunk of raw signal
_ALIGNMENT = 64  # a memory map of float32 must be aligned; 64 is a cache line
_ALIGNMENT_FIELD = 0xD935  # the id of padding in the extra field of a zip entry, as in zipalign
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day of zip, so that the same input gives the same bytes
_DIMENSIONS = ("time", "channel", "frequency")
_FLAG_DIMENSIONS = ("second", "channel")


def write_representation(
    path: str | Path,
    representation: Representation,
    *,
    channels: Sequence[str],
    dtype: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    flags: Mapping[str, NDArray[np.bool_]] | None = None,
) -> None:
    """Write frames piece by piece, atomically; the same input gives the same bytes.

    Parameters
    ----------
    path : path-like
        Name ending in `.zarr.zip`; `zarr.open_group(zarr.storage.ZipStore(path))` reads it.
    representation : Representation
        Lazy values are computed in order, a few megabytes at a time.
    channels : sequence of str
        Names of the second axis.
    dtype : str, optional
        float32 or float16; by default that of the representation. (uint8 needs a scale from the representation.)
    attributes : mapping, optional
        Added to the representation's attributes: masked_channels, interpolated_channels, source ... JSON values.
    flags : mapping of str to ndarray of bool, shape (channels, seconds), optional
        Quality flags per channel and second, as `harmonized.read_flags` returns them: stored as the array "flags",
        uint8 of shape (seconds, channels), whose attribute `bits` names the bits. None or {} stores nothing.

    Raises
    ------
    ValueError
        If names or flags do not fit the frames.
    """
    values = representation.values
    if len(channels) != values.shape[1]:
        raise ValueError(f"{len(channels)} names do not fit {values.shape[1]} channels")
    field = packed(flags).T if flags else None
    if field is not None and not flags_fit(field.shape, values.shape, representation.frame_rate_hz):
        raise ValueError(f"flags of {field.shape} seconds and channels do not fit frames of shape {values.shape}")
    stored = np.dtype(dtype or values.dtype).newbyteorder("<")
    about = _attributes(representation, channels) | dict(attributes or {})
    with whole_file(path) as unfinished, zipfile.ZipFile(unfinished, "w") as archive:
        _write_text(archive, "zarr.json", {"attributes": about, "zarr_format": 3, "node_type": "group"})
        coding = {"unit": representation.unit, **_coding(representation)}
        _write_array(archive, "values", values, stored, coding, time_last=len(values.shape) == 2)
        _write_array(archive, "valid", representation.valid, np.dtype(bool), {})
        if flags and field is not None:
            _write_array(archive, "flags", field, field.dtype, {"bits": list(flags)}, _FLAG_DIMENSIONS)


def carried(recording: Recording) -> dict[str, Any]:
    """Return the attributes that a representation takes from its recording: events, masked, interpolated channels."""
    return {
        "duration_seconds": recording.duration_seconds,
        "events": [[event.onset, event.offset, event.label] for event in recording.events],
        "masked_channels": list(recording.masked_channels),
        "interpolated_channels": list(recording.interpolated_channels),
    }


def open_all(paths: Sequence[str | Path]) -> list[RepresentedRecording]:
    """Open many files of `write_representation`."""
    return [open_representation(path) for path in paths]


def _attributes(representation: Representation, channels: Sequence[str]) -> dict[str, Any]:
    return {
        "unit": representation.unit,
        "frame_rate_hz": representation.frame_rate_hz,
        "frequencies_hz": list(representation.frequencies_hz),
        "channels": list(channels),
        "masked_channels": [],
        "interpolated_channels": [],
        **_coding(representation),
        **representation.attributes,
    }


def _coding(representation: Representation) -> dict[str, float]:
    return {"scale": representation.scale, "offset": representation.offset}


def _write_array(
    archive: zipfile.ZipFile,
    name: str,
    values: Frames,
    dtype: np.dtype[Any],
    attributes: dict[str, Any],
    dimensions: Sequence[str] = _DIMENSIONS,
    *,
    time_last: bool = False,
) -> None:
    n_frames, *rest = values.shape
    frame_bytes = max(1, math.prod(rest) * dtype.itemsize)
    n_chunks = max(1, math.ceil(n_frames * frame_bytes / (_PIECE if time_last else LARGEST_CHUNK)))
    chunk = max(1, math.ceil(n_frames / n_chunks))
    about = _array_metadata(values.shape, (chunk, *rest), dtype, attributes, transposed=time_last)
    _write_text(archive, f"{name}/zarr.json", about | {"dimension_names": list(dimensions[: len(values.shape)])})
    if 0 in values.shape:
        return
    for number, first in enumerate(range(0, n_frames, chunk)):
        key = "/".join([name, "c", str(number), *("0" for _ in rest)])
        last = min(first + chunk, n_frames)
        padding = first + chunk - last
        with archive.open(_entry(archive, key), "w", force_zip64=False) as file:
            if time_last:
                lines = np.zeros((*rest, chunk), dtype)
                lines[:, : last - first] = values[first:last].T
                file.write(lines.data)
                continue
            for piece in _pieces(values, first, last, max(1, _PIECE // frame_bytes)):
                file.write(np.ascontiguousarray(piece, dtype=dtype).data)
            if padding > 0:
                file.write(bytes(padding * frame_bytes))


def _pieces(values: Frames, start: int, stop: int, step: int) -> Iterator[NDArray[Any]]:
    for first in range(start, stop, step):
        yield values[first : min(first + step, stop)]


def _write_text(archive: zipfile.ZipFile, key: str, content: dict[str, Any]) -> None:
    archive.writestr(_entry(archive, key), json.dumps(content, indent=2, allow_nan=False))


def _entry(archive: zipfile.ZipFile, key: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(key, date_time=_EPOCH)
    entry.external_attr = 0o644 << 16
    position = archive.start_dir + 30 + len(key) + 4  # fixed header, name and the head of the extra field
    padding = -position % _ALIGNMENT
    entry.extra = _ALIGNMENT_FIELD.to_bytes(2, "little") + padding.to_bytes(2, "little") + bytes(padding)
    return entry


def _array_metadata(
    shape: tuple[int, ...],
    chunk: tuple[int, ...],
    dtype: np.dtype[Any],
    attributes: dict[str, Any],
    *,
    transposed: bool,
) -> dict[str, Any]:
    return {
        "shape": list(shape),
        "data_type": dtype.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [max(1, size) for size in chunk]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": False if dtype == np.dtype(bool) else dtype.type(0).item(),
        "codecs": codecs(dtype, transposed=transposed),
        "attributes": attributes,
        "zarr_format": 3,
        "node_type": "array",
        "storage_transformers": [],
    }
