"""Representations: frames of a recording with their axes and unit. No files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Frames(Protocol):
    """An array of frames, or an object that computes frames on demand: `frames[start:stop]`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(frames, channels[, frequencies])."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Data type of the frames: float32, float16 or uint8."""

    def __getitem__(self, frames: slice, /) -> NDArray[Any]: ...


@dataclass(frozen=True)
class Representation:
    """A recording as frames, time first, so that overlapping windows are slices.

    Attributes
    ----------
    values : array-like, shape (frames, channels[, frequencies])
        An array, or frames that are computed on demand (a day of wavelet power may not fit into memory);
        float32, float16 or uint8. Finite everywhere.
    frame_rate_hz : float
        Frames per second; frame k is at k / frame_rate_hz seconds from the start of the recording.
    frequencies_hz : tuple of float
        Frequencies of the last axis, ascending; () for raw signals.
    unit : str
        Unit of `values * scale + offset`.
    valid : ndarray of bool, shape (frames,)
        False for frames that depend on masked time: no window contains them.
    scale, offset : float
        A value is `values * scale + offset` (uint8 stores 256 steps of fixed size).
    attributes : mapping
        Metadata: text, numbers or lists of them.
    """

    values: Frames
    frame_rate_hz: float
    frequencies_hz: tuple[float, ...]
    unit: str
    valid: NDArray[np.bool_]
    scale: float = 1.0
    offset: float = 0.0
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        axes = self.values.shape[2:]
        if len(self.values.shape) < 2 or axes != ((len(self.frequencies_hz),) if self.frequencies_hz else ()):
            raise ValueError(f"{len(self.frequencies_hz)} frequencies do not fit values of shape {self.values.shape}")
        if self.valid.shape != self.values.shape[:1]:
            raise ValueError(f"{len(self.valid)} flags of validity do not fit {self.values.shape[0]} frames")
        if self.frame_rate_hz <= 0:
            raise ValueError(f"a frame rate of {self.frame_rate_hz} Hz; it must be positive")

    def array(self) -> NDArray[np.float32]:
        """Return all frames in `unit`, shape (frames, channels[, frequencies])."""
        return decoded(self.values[0 : self.values.shape[0]], self.scale, self.offset)


def decoded(stored: NDArray[Any], scale: float, offset: float) -> NDArray[np.float32]:
    """Return the values of stored numbers, as float32 of the same shape."""
    values = stored.astype(np.float32)
    if (scale, offset) != (1.0, 0.0):
        values *= np.float32(scale)
        values += np.float32(offset)
    return values
