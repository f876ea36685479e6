"""Frames of wavelet power of a continuous record, computed block by block on demand by numpy or torch."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.represent.timefrequency.coding import Coding
from bandmap.represent.timefrequency.plan import Plan
from bandmap.represent.timefrequency.record import Samples, block_of


@dataclass
class LogPower(ABC):
    """Frames of log10 power, computed block by block when they are read.

    The record is mirrored at its two ends; masked samples (NaN) count as zero.

    Attributes
    ----------
    samples : array-like of float32, shape (channels, samples)
        In microvolts.
    plan : Plan
    coding : Coding
        Conversion of values to the numbers of the array.
    """

    samples: Samples
    plan: Plan
    coding: Coding
    _last: tuple[int, NDArray[Any]] | None = field(default=None, repr=False)

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """(frames, channels, frequencies)."""
        n_channels, n_samples = self.samples.shape
        return self.plan.frames_of(n_samples), n_channels, self.plan.groups[-1].rows.stop

    @property
    def dtype(self) -> np.dtype[Any]:
        """Data type of the frames."""
        return self.coding.dtype

    def __getitem__(self, frames: slice) -> NDArray[Any]:
        start, stop, _ = frames.indices(self.shape[0])
        size = self.plan.new_frames
        pieces = []
        for number in range(start // size, -(-stop // size)):
            at = number * size
            pieces.append(self._block(number)[max(start - at, 0) : stop - at])
        if not pieces:
            return np.empty((0, *self.shape[1:]), dtype=self.dtype)
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _block(self, number: int) -> NDArray[Any]:
        if self._last is None or self._last[0] != number:
            self._last = None
            plan = self.plan
            first = int((number * plan.new_frames - plan.overlap_frames) * plan.samples_per_frame)
            self._last = number, self._compute(block_of(self.samples, first, first + plan.n_samples))
        return self._last[1]

    @abstractmethod
    def _compute(self, block: NDArray[np.float32]) -> NDArray[Any]:
        """Return the new frames, shape (frames, channels, frequencies), of a block of shape (channels, samples)."""


def pooling_weights(points_per_frame: int) -> NDArray[np.float32]:
    """Return the weights of the points around a frame, up to the adjacent frames on each side."""
    offsets = np.arange(-points_per_frame + 1, points_per_frame)
    weights: NDArray[np.float64] = (1 + np.cos(np.pi * offsets / points_per_frame)) / (2 * points_per_frame)
    return weights.astype(np.float32)
