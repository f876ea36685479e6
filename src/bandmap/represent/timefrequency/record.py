"""Segments of a record that may not fit into memory, and its masked time."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bandmap.represent.timefrequency.plan import Plan

_PIECE = 100_000  # samples checked at once for masked time


class Samples(Protocol):
    """A signal in memory or in a file: `samples[:, start:stop]`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(channels, samples)."""

    def __getitem__(self, index: Any, /) -> NDArray[Any]: ...


@dataclass(frozen=True)
class SignalFrames:
    """The samples themselves, time first, read on demand; masked samples are zero.

    Attributes
    ----------
    samples : array-like of float32, shape (channels, samples)
    pre_emphasis : float
        Share of the previous sample that is subtracted. At the start and after masked time, the sample itself stands in
        for the previous one.
    """

    samples: Samples
    pre_emphasis: float = 0

    dtype = np.dtype(np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """(samples, channels)."""
        return self.samples.shape[1], self.samples.shape[0]

    def __getitem__(self, frames: slice) -> NDArray[np.float32]:
        start, stop, _ = frames.indices(self.shape[0])
        block = np.asarray(self.samples[:, start:stop], dtype=np.float32)
        if self.pre_emphasis and block.size:
            first = np.asarray(self.samples[:, max(start - 1, 0) : max(start - 1, 0) + 1], dtype=np.float32)
            before = np.concatenate([first, block[:, :-1]], axis=1)
            block = block - np.multiply(
                self.pre_emphasis, np.where(np.isfinite(before), before, block), dtype=np.float32
            )
        return without_gaps(block).T


def without_gaps(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a block with zero for every sample that is masked (not finite)."""
    if np.isfinite(block.sum(dtype=np.float64)):
        return block
    filled: NDArray[np.float32] = np.where(np.isfinite(block), block, np.float32(0))
    return filled


def block_of(samples: Samples, start: int, stop: int) -> NDArray[np.float32]:
    """Return samples of a record that is mirrored at its ends; masked samples are zero.

    Parameters
    ----------
    samples : array-like, shape (channels, n)
        At least one sample.
    start, stop : int
        May be outside the record.
    """
    n = samples.shape[1]
    if start >= 0 and stop <= n:
        block = np.asarray(samples[:, start:stop], dtype=np.float32)
    else:
        period = max(1, 2 * (n - 1))
        index = np.abs((np.arange(start, stop) + n - 1) % period - (n - 1)) if n > 1 else np.zeros(stop - start, int)
        lowest = int(index.min())
        block = np.asarray(samples[:, lowest : int(index.max()) + 1], dtype=np.float32)[:, index - lowest]
    return without_gaps(block)


def unmasked_samples(samples: Samples) -> NDArray[np.bool_]:
    """Return which samples are finite in all channels, shape (samples,)."""
    unmasked = np.empty(samples.shape[1], dtype=bool)
    for start in range(0, len(unmasked), _PIECE):
        total = np.asarray(samples[:, start : start + _PIECE]).sum(axis=0)  # not finite if any channel is not finite
        np.isfinite(total, out=unmasked[start : start + _PIECE])
    return unmasked


def valid_frames(samples: Samples, plan: Plan) -> NDArray[np.bool_]:
    """Return which frames depend on no masked sample, shape (frames,).

    A frame depends on the samples of all channels under the longest wavelet around it.
    """
    n = samples.shape[1]
    masked_before = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(~unmasked_samples(samples), out=masked_before[1:])
    centre = np.arange(plan.frames_of(n)) * float(plan.samples_per_frame)
    reach = plan.overlap_frames * float(plan.samples_per_frame)
    begin = np.maximum(np.ceil(centre - reach), 0).astype(np.int64)
    end = np.minimum(np.floor(centre + reach) + 1, n).astype(np.int64)
    unmasked: NDArray[np.bool_] = masked_before[end] == masked_before[begin]
    return unmasked
