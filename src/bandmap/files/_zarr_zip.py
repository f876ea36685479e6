"""Windows of a `.zarr.zip`, read through a memory map if its bytes are uncompressed, and through zarr otherwise."""

import json
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.files._flags import bad_share, unpacked
from bandmap.files._mapped import MOST_MAPS, mapped
from bandmap.vocabulary.recording import Event, RecordingError
from bandmap.vocabulary.representation import Frames

_LOCAL_HEADER = 30  # bytes before an entry's name, in the zip format
_ROUNDING = 1e-6  # of a frame: rates such as 12.8 Hz are not binary fractions
_REMEDY = "delete it and run the workflow again"
_MOST_TEXT = 10_000_000  # bytes of metadata: a zip file of a few kilobytes can contain gigabytes of zeros
_MOST_FRAMES = 500_000_000  # a month at 180 Hz
_LARGEST_CHUNK = 2**29  # decompressed bytes of a chunk by another writer
_LARGEST_NUMBER = 1e12  # of scale, offset and rate: larger values overflow float32
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, TypeError, ValueError),
    *(AttributeError, ArithmeticError, RuntimeError, MemoryError),
)
"""Errors of reading a damaged archive: in names, sizes, compression, JSON or shapes."""


class RepresentedRecording:
    """An open file that `write_representation` wrote.

    Attributes
    ----------
    channels : tuple of str
    frequencies_hz : tuple of float
        () for raw signal.
    frame_rate_hz : float
    n_frames : int
    valid : ndarray of bool, shape (frames,)
        False for frames that depend on masked time.
    events : tuple of Event
        Events of the recording, sorted by onset.
    attributes : mapping
        Metadata: unit, scale, offset, masked_channels, interpolated_channels ...
    """

    def __init__(
        self,
        path: Path,
        attributes: Mapping[str, Any],
        frames: "_Frames",
        valid: NDArray[np.bool_],
        flags: "_Flags | None" = None,
    ) -> None:
        self.path = path
        self.attributes = attributes
        self.channels = tuple(str(name) for name in attributes["channels"])
        self.frequencies_hz = tuple(float(frequency) for frequency in attributes["frequencies_hz"])
        self.frame_rate_hz = float(attributes["frame_rate_hz"])
        self.n_frames = frames.shape[0]
        self.valid = valid
        self.events = tuple(Event(float(a), float(b), str(label)) for a, b, label in attributes.get("events", ()))
        self._frames = frames
        self._flags = flags
        self._scale, self._offset = np.float32(attributes["scale"]), np.float32(attributes["offset"])
        self._is_coded = bool(self._scale != 1 or self._offset != 0)

    @property
    def flags(self) -> dict[str, NDArray[np.bool_]]:
        """Quality flags per channel and second, shape (channels, seconds) each; {} if the file has none."""
        return unpacked(self._flags.field().T, self._flags.bits) if self._flags else {}

    @property
    def bad(self) -> NDArray[np.float32]:
        """Share of bad channels in the second of each frame, 0 to 1, shape (frames,).

        A channel is bad if it has any flag except interpolated: flat, saturated, extreme, line noise, high-frequency
        noise, masked. A channel that was not recorded is always masked, so it counts in every frame. Zeros if the file
        has no flags.
        """
        if self._flags is None:
            return np.zeros(self.n_frames, np.float32)
        share = bad_share(self._flags.field(), self._flags.bits)
        begins = np.ceil(np.arange(len(share)) * self.frame_rate_hz - _ROUNDING).astype(np.int64)
        return np.repeat(share, np.diff(np.minimum(begins, self.n_frames), append=self.n_frames))

    def windows(self, starts: NDArray[np.integer], length: int) -> NDArray[np.float32]:
        """Return windows in the file's unit.

        Parameters
        ----------
        starts : ndarray of int, shape (n,)
            First frames, in any order.
        length : int
            Frames of a window.

        Returns
        -------
        ndarray of float32, shape (n, channels[, frequencies], length)
            Time last, as models expect it.
        """
        starts = np.asarray(starts, dtype=np.int64)
        if starts.size and not 0 <= starts.min() <= starts.max() <= self.n_frames - length:
            raise ValueError(f"{self.path}: windows of {length} frames do not fit {self.n_frames} frames")
        out = np.empty((len(starts), *self._frames.shape[1:], length), dtype=np.float32)
        decoded = np.empty((length, *self._frames.shape[1:]), dtype=np.float32)  # remains in the cache between windows
        for window, start in zip(out, starts.tolist(), strict=True):
            frames = self._frames[start : start + length]
            if self._is_coded:
                np.multiply(frames, self._scale, out=decoded)
                frames = np.add(decoded, self._offset, out=decoded)
            np.copyto(window, np.moveaxis(frames, 0, -1))
        return out


def open_representation(path: str | Path) -> RepresentedRecording:
    """Open a file of `write_representation`, or an equivalent file from another Zarr writer.

    Raises
    ------
    RecordingError
        If the file is damaged or not a representation: one line with file, problem and remedy.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_names(path, archive)
            attributes = _read_json(archive, "zarr.json")["attributes"]
            values, valid = (_Frames(path, archive, name) for name in ("values", "valid"))
            flags = _Flags.of(path, archive)
        _check_axes(path, attributes, values.shape, valid.shape)
        if flags and not flags_fit(flags.shape, values.shape, float(attributes["frame_rate_hz"])):
            raise RecordingError(f"{path}: flags of shape {flags.shape} do not fit frames {values.shape}; {_REMEDY}")
        return RepresentedRecording(path, attributes, values, np.array(valid[0 : valid.shape[0]], dtype=bool), flags)
    except FileNotFoundError:
        raise RecordingError(f"{path}: there is no such file; run the stage that writes it") from None
    except _DAMAGE as error:
        if isinstance(error, RecordingError):
            raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> RecordingError:
    reason = " ".join(str(error).split()) or type(error).__name__
    plain = "".join(c if c.isprintable() else "?" for c in reason)
    return RecordingError(f"{path}: not a complete representation ({plain:.200}); {_REMEDY}")


def _check_names(path: Path, archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            raise RecordingError(f"{path}: an entry named {name!r} points outside the file; do not use this file")


def _read_json(archive: zipfile.ZipFile, name: str) -> Any:
    size = archive.getinfo(name).file_size
    if size > _MOST_TEXT:
        raise ValueError(f"{name} claims {size} bytes")
    return json.loads(archive.read(name))


def _check_axes(path: Path, about: Mapping[str, Any], values: tuple[int, ...], valid: tuple[int, ...]) -> None:
    axes = (len(about["channels"]), *([len(about["frequencies_hz"])] if about["frequencies_hz"] else []))
    if values[1:] != axes or valid != values[:1]:
        problem = f"arrays of shape {values} and {valid} do not fit axes {axes}"
        raise RecordingError(f"{path}: {problem}; {_REMEDY}")
    numbers = {name: float(about[name]) for name in ("frame_rate_hz", "scale", "offset")}
    if not numbers["frame_rate_hz"] > 0 or any(not abs(number) < _LARGEST_NUMBER for number in numbers.values()):
        raise RecordingError(f"{path}: {numbers} are invalid; {_REMEDY}")


def _check_sizes(name: str, shape: tuple[int, ...], chunk: tuple[int, ...], item_bytes: int) -> None:
    whole = all(isinstance(size, int) and size >= 0 for size in shape + chunk) and 0 not in chunk
    fits = whole and shape[0] <= _MOST_FRAMES and math.prod(chunk) * item_bytes <= _LARGEST_CHUNK
    if len(shape) != len(chunk) or not fits:
        raise ValueError(f"{name} claims a shape of {shape} in chunks of {chunk}")


def flags_fit(flags: tuple[int, ...], values: tuple[int, ...], frame_rate_hz: float) -> bool:
    """Return whether flags of shape (seconds, channels) cover frames of shape (frames, channels ...)."""
    seconds = values[0] / frame_rate_hz
    return flags[1:] == values[1:2] and flags[0] >= max(seconds - 1, 1)


class _Frames:
    """Frames of one array of the file, read by slices of time."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, name: str) -> None:
        metadata = _read_json(archive, f"{name}/zarr.json")
        self._path, self._name = path, name
        self.shape: tuple[int, ...] = tuple(metadata["shape"])
        chunk = tuple(metadata["chunk_grid"]["configuration"]["chunk_shape"])
        self._chunk_frames = chunk[0]
        self._dtype = np.dtype(metadata["data_type"])
        _check_sizes(name, self.shape, chunk, self._dtype.itemsize)
        self._offsets = _plain_chunks(archive, name, metadata, chunk)
        self._chunk_shape = chunk
        self._stamp = path.stat().st_mtime_ns

    def __getitem__(self, frames: slice) -> NDArray[Any]:
        start, stop = frames.start, frames.stop
        if self._offsets is None:
            return self._through_zarr(start, stop)
        mapped(self._path, self._stamp).touch((stop - start) * math.prod(self.shape[1:]) * self._dtype.itemsize)
        first = start // self._chunk_frames
        last = (stop - 1) // self._chunk_frames
        if first == last:
            within = first * self._chunk_frames
            return self._chunk(first)[start - within : stop - within]
        if stop <= start:
            return np.empty((0, *self.shape[1:]), dtype=self._dtype)
        pieces = [
            self._chunk(number)[max(0, start - at) : stop - at]
            for number, at in ((number, number * self._chunk_frames) for number in range(first, last + 1))
        ]
        return np.concatenate(pieces)

    def _through_zarr(self, start: int, stop: int) -> NDArray[Any]:
        try:
            return np.asarray(_zarr_array(self._path, self._name, self._stamp)[start:stop])
        except _DAMAGE as error:
            raise _damaged(self._path, error) from error

    def _chunk(self, number: int) -> NDArray[Any]:
        assert self._offsets is not None
        whole = mapped(self._path, self._stamp).bytes
        begin = self._offsets[number]
        size = math.prod(self._chunk_shape) * self._dtype.itemsize
        chunk: NDArray[Any] = whole[begin : begin + size].view(self._dtype).reshape(self._chunk_shape)
        return chunk


class _Flags(_Frames):
    """The flags of the file, shape (seconds, channels), read on demand because most readers do not need them."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, bits: Sequence[str]) -> None:
        super().__init__(path, archive, "flags")
        self.bits = bits

    @classmethod
    def of(cls, path: Path, archive: zipfile.ZipFile) -> "_Flags | None":
        if "flags/zarr.json" not in archive.namelist():
            return None
        return cls(path, archive, _read_json(archive, "flags/zarr.json")["attributes"]["bits"])

    def field(self) -> NDArray[np.uint8]:
        return np.asarray(self[0 : self.shape[0]], np.uint8)


def _plain_chunks(
    archive: zipfile.ZipFile, name: str, metadata: Mapping[str, Any], chunk: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Return the offset of each chunk in the file; None if chunks are compressed, split, missing or elsewhere."""
    dtype = np.dtype(metadata["data_type"])
    codecs = [{"name": "bytes"}] if dtype.itemsize == 1 else [{"name": "bytes", "configuration": {"endian": "little"}}]
    whole = tuple(max(1, size) for size in metadata["shape"][1:]) == chunk[1:]
    if metadata["codecs"] != codecs or not whole or metadata["chunk_key_encoding"]["name"] != "default":
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
