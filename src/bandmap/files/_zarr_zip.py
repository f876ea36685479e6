"""Windows of a `.zarr.zip`, read through a memory map if its bytes are uncompressed, and through zarr otherwise."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.files._flags import bad_share, unpacked
from bandmap.files._zarr_frames import DAMAGE, REMEDY, StoredFrames, damaged, read_json
from bandmap.vocabulary.recording import Event, RecordingError

_ROUNDING = 1e-6  # of a frame: rates such as 12.8 Hz are not binary fractions
_LARGEST_NUMBER = 1e12  # of scale, offset and rate: larger values overflow float32


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
        frames: StoredFrames,
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
        out = np.empty((len(starts), *self._frames.shape[1:], length), dtype=np.float32)
        self.read_into(list(out), starts)
        return out

    def read_into(self, out: Sequence[NDArray[np.float32]], starts: NDArray[np.integer]) -> None:
        """Write windows into arrays, shape (channels[, frequencies], length) each, in the file's unit."""
        if not len(out):
            return
        starts, length = np.asarray(starts, dtype=np.int64), out[0].shape[-1]
        if not 0 <= starts.min() <= starts.max() <= self.n_frames - length:
            raise ValueError(f"{self.path}: windows of {length} frames do not fit {self.n_frames} frames")
        axes = (*range(1, out[0].ndim), 0)
        # Remains in the cache of the processor between windows.
        decoded = np.empty((length, *out[0].shape[:-1]) if self._is_coded else 0, np.float32)
        for window, start in zip(out, starts.tolist(), strict=True):
            frames = self._frames[start : start + length]
            if self._is_coded:
                np.multiply(frames, self._scale, out=decoded)
                frames = np.add(decoded, self._offset, out=decoded)
            np.copyto(window, frames.transpose(axes))


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
            attributes = read_json(archive, "zarr.json")["attributes"]
            values, valid = (StoredFrames(path, archive, name) for name in ("values", "valid"))
            flags = _Flags.of(path, archive)
        _check_axes(path, attributes, values.shape, valid.shape)
        if flags and not flags_fit(flags.shape, values.shape, float(attributes["frame_rate_hz"])):
            raise RecordingError(f"{path}: flags of shape {flags.shape} do not fit frames {values.shape}; {REMEDY}")
        return RepresentedRecording(path, attributes, values, np.array(valid[0 : valid.shape[0]], dtype=bool), flags)
    except FileNotFoundError:
        raise RecordingError(f"{path}: there is no such file; run the stage that writes it") from None
    except DAMAGE as error:
        if isinstance(error, RecordingError):
            raise
        raise damaged(path, error) from error


def _check_names(path: Path, archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            raise RecordingError(f"{path}: an entry named {name!r} points outside the file; do not use this file")


def _check_axes(path: Path, about: Mapping[str, Any], values: tuple[int, ...], valid: tuple[int, ...]) -> None:
    axes = (len(about["channels"]), *([len(about["frequencies_hz"])] if about["frequencies_hz"] else []))
    if values[1:] != axes or valid != values[:1]:
        problem = f"arrays of shape {values} and {valid} do not fit axes {axes}"
        raise RecordingError(f"{path}: {problem}; {REMEDY}")
    numbers = {name: float(about[name]) for name in ("frame_rate_hz", "scale", "offset")}
    if not numbers["frame_rate_hz"] > 0 or any(not abs(number) < _LARGEST_NUMBER for number in numbers.values()):
        raise RecordingError(f"{path}: {numbers} are invalid; {REMEDY}")


def flags_fit(flags: tuple[int, ...], values: tuple[int, ...], frame_rate_hz: float) -> bool:
    """Return whether flags of shape (seconds, channels) cover frames of shape (frames, channels ...)."""
    seconds = values[0] / frame_rate_hz
    return flags[1:] == values[1:2] and flags[0] >= max(seconds - 1, 1)


class _Flags(StoredFrames):
    """The flags of the file, shape (seconds, channels), read on demand because most readers do not need them."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, bits: Sequence[str]) -> None:
        super().__init__(path, archive, "flags")
        self.bits = bits

    @classmethod
    def of(cls, path: Path, archive: zipfile.ZipFile) -> "_Flags | None":
        if "flags/zarr.json" not in archive.namelist():
            return None
        return cls(path, archive, read_json(archive, "flags/zarr.json")["attributes"]["bits"])

    def field(self) -> NDArray[np.uint8]:
        return np.asarray(self[0 : self.shape[0]], np.uint8)
