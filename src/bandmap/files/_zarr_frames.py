"""Frames of one array of a `.zarr.zip`, read through a memory map if its bytes are uncompressed, else through zarr."""

import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.files._mapped import MOST_MAPS, mapped
from bandmap.vocabulary.recording import RecordingError
from bandmap.vocabulary.representation import Frames

REMEDY = "delete it and run the workflow again"

_LOCAL_HEADER = 30  # bytes before an entry's name, in the zip format
_MOST_TEXT = 10_000_000  # bytes of metadata: a zip file of a few kilobytes can contain gigabytes of zeros
_MOST_FRAMES = 500_000_000  # a month at 180 Hz
_LARGEST_CHUNK = 2**29  # decompressed bytes of a chunk by another writer
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, TypeError, ValueError),
    *(AttributeError, ArithmeticError, RuntimeError, MemoryError),
)
"""Errors of reading a damaged archive: in names, sizes, compression, JSON or shapes."""


def damaged(path: Path, error: Exception) -> RecordingError:
    reason = " ".join(str(error).split()) or type(error).__name__
    plain = "".join(c if c.isprintable() else "?" for c in reason)
    return RecordingError(f"{path}: not a complete representation ({plain:.200}); {REMEDY}")


def read_json(archive: zipfile.ZipFile, name: str) -> Any:
    size = archive.getinfo(name).file_size
    if size > _MOST_TEXT:
        raise ValueError(f"{name} claims {size} bytes")
    return json.loads(archive.read(name))


class StoredFrames:
    """Frames of one array of the file, read by slices of time."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, name: str) -> None:
        metadata = read_json(archive, f"{name}/zarr.json")
        self._path, self._name = path, name
        self.shape: tuple[int, ...] = tuple(metadata["shape"])
        chunk = tuple(metadata["chunk_grid"]["configuration"]["chunk_shape"])
        self._chunk_frames = chunk[0]
        self._dtype = np.dtype(metadata["data_type"])
        _check_sizes(name, self.shape, chunk, self._dtype.itemsize)
        self._offsets = _plain_chunks(archive, name, metadata, chunk)
        self._is_time_last = self._offsets is not None and metadata["codecs"] == codecs(self._dtype, transposed=True)
        self._chunk_shape, self._frame_bytes = chunk, math.prod(chunk[1:]) * self._dtype.itemsize
        self._stamp = path.stat().st_mtime_ns

    def __getitem__(self, frames: slice) -> NDArray[Any]:
        start, stop = frames.start, frames.stop
        if self._offsets is None:
            return self._through_zarr(start, stop)
        if stop <= start:
            return np.empty((0, *self.shape[1:]), dtype=self._dtype)
        file, size = mapped(self._path, self._stamp), self._chunk_frames
        file.touch((stop - start) * self._frame_bytes)
        pieces = [
            self._chunk(file.bytes, number)[max(0, start - number * size) : stop - number * size]
            for number in range(start // size, (stop - 1) // size + 1)
        ]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _through_zarr(self, start: int, stop: int) -> NDArray[Any]:
        try:
            return np.asarray(_zarr_array(self._path, self._name, self._stamp)[start:stop])
        except DAMAGE as error:
            raise damaged(self._path, error) from error

    def _chunk(self, file: NDArray[np.uint8], number: int) -> NDArray[Any]:
        assert self._offsets is not None
        begin = self._offsets[number]
        chunk: NDArray[Any] = file[begin : begin + self._chunk_frames * self._frame_bytes].view(self._dtype)
        return chunk.reshape(self._chunk_shape[::-1]).T if self._is_time_last else chunk.reshape(self._chunk_shape)


def codecs(dtype: np.dtype[Any], *, transposed: bool) -> list[dict[str, Any]]:
    """Return Zarr's codecs of uncompressed chunks; transposed ones (of two axes) have time last."""
    to_bytes = {"name": "bytes"} if dtype.itemsize == 1 else {"name": "bytes", "configuration": {"endian": "little"}}
    return [{"name": "transpose", "configuration": {"order": [1, 0]}}, to_bytes] if transposed else [to_bytes]


def _plain_chunks(
    archive: zipfile.ZipFile, name: str, metadata: Mapping[str, Any], chunk: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Return the offset of each chunk in the file; None if chunks are compressed, split, missing or elsewhere."""
    dtype = np.dtype(metadata["data_type"])
    plain = [codecs(dtype, transposed=of) for of in ((False, True) if len(chunk) == 2 else (False,))]
    whole = tuple(max(1, size) for size in metadata["shape"][1:]) == chunk[1:]
    if metadata["codecs"] not in plain or not whole or metadata["chunk_key_encoding"]["name"] != "default":
        return None
    if 0 in metadata["shape"]:
        return ()
    separator = metadata["chunk_key_encoding"].get("configuration", {}).get("separator", "/")
    entries = {entry.filename: entry for entry in archive.infolist()}
    offsets = []
    for number in range(math.ceil(metadata["shape"][0] / chunk[0])):
        key = separator.join(["c", str(number), *("0" for _ in chunk[1:])])
        entry = entries.get(f"{name}/{key}")
        if entry is None or entry.compress_type != zipfile.ZIP_STORED:
            return None
        offsets.append(_data_offset(archive, entry, math.prod(chunk) * dtype.itemsize))
    return tuple(offsets)


def _data_offset(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, size: int) -> int:
    file = archive.fp
    assert file is not None
    file.seek(entry.header_offset)
    header = file.read(_LOCAL_HEADER)
    begin = entry.header_offset + _LOCAL_HEADER + sum(int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    if entry.file_size != size or header[:4] != b"PK\3\4" or begin + size > archive.start_dir:
        raise ValueError(f"{entry.filename} has {entry.file_size} bytes instead of {size}")
    return begin


@lru_cache(maxsize=MOST_MAPS)
def _zarr_array(path: Path, name: str, _stamp: int) -> Frames:
    import zarr

    array: Frames = zarr.open_group(zarr.storage.ZipStore(path, mode="r"), mode="r")[name]
    return array


def _check_sizes(name: str, shape: tuple[int, ...], chunk: tuple[int, ...], item_bytes: int) -> None:
    whole = all(isinstance(size, int) and size >= 0 for size in shape + chunk) and 0 not in chunk
    fits = whole and shape[0] <= _MOST_FRAMES and math.prod(chunk) * item_bytes <= _LARGEST_CHUNK
    if len(shape) != len(chunk) or not fits:
        raise ValueError(f"{name} claims a shape of {shape} in chunks of {chunk}")
