"""Log power of wavelets on the CPU, by numpy and scipy: channel by channel, in little memory."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import DTypeLike, NDArray
from threadpoolctl import ThreadpoolController

from bandmap.represent.timefrequency.frames import LogPower, pooling_weights
from bandmap.represent.timefrequency.groups import Group, Piece

_TILE_BYTES = 2_000_000  # coefficients of a group and some channels: few calls, but still within the cache

_POOLS = ThreadpoolController()


class _Scratch:
    """Reused memory: requesting new pages from the system costs as much as the arithmetic."""

    def __init__(self) -> None:
        self._bytes: dict[str, NDArray[np.uint8]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an uninitialised array that shares memory with the previous array of this name."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if name not in self._bytes or len(self._bytes[name]) < size:
            self._bytes[name] = np.empty(size, dtype=np.uint8)
        return self._bytes[name][:size].view(dtype).reshape(shape)


@dataclass
class NumpyLogPower(LogPower):
    """Frames of log10 power that numpy computes, channel by channel."""

    _scratch: _Scratch = field(default_factory=_Scratch, repr=False)

    def _compute(self, block: NDArray[np.float32]) -> NDArray[Any]:
        plan, spectrum = self.plan, self._spectrum(block)
        out = np.empty((plan.new_frames, *self.shape[1:]), dtype=self.dtype)
        with _POOLS.limit(limits=1, user_api="blas"):  # the products are too small for threads
            for group in plan.groups:
                self._encode_group(spectrum, group, out[..., group.rows])
        out.flags.writeable = False
        return out

    def _encode_group(self, spectrum: NDArray[np.complex64], group: Group, out: NDArray[Any]) -> None:
        """Write the values of one group, shape (frames, channels, rows)."""
        margin = 2 * self.plan.margin_points
        for channel, coefficients in self._coefficients(spectrum, group):
            power = self._power(coefficients[:, margin : coefficients.shape[1] - margin], group.mix)
            self.coding.encode(pooled(power, self.plan.points_per_frame), out[:, channel])

    def _power(self, shared: NDArray[np.float32], mix: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """Return power, shape (points, rows), from alternating real and imaginary parts, shape (shared, 2 * points)."""
        n_shared, n_points = shared.shape[0], shared.shape[1] // 2
        if mix is None:
            size: NDArray[np.float32] = self._scratch.array("power", (n_shared, n_points), np.float32)
            np.abs(shared.view(np.complex64), out=size)
            return np.multiply(size, size, out=size).T
        power: NDArray[np.float32] = self._scratch.array("power", (n_points, mix.shape[1]), np.float32)
        parts = self._scratch.array("parts", (2 * n_points, mix.shape[1]), np.float32)
        np.matmul(shared.T, mix, out=parts)
        np.multiply(parts, parts, out=parts)
        np.add(parts[::2], parts[1::2], out=power)
        return power

    def _spectrum(self, block: NDArray[np.float32]) -> NDArray[np.complex64]:
        """Return bins from -mirrored to half the length + mirrored, with the conjugates beyond either end."""
        mirrored = self.plan.mirrored_bins
        half = scipy.fft.rfft(block, axis=-1)
        n_bins = half.shape[1]
        spectrum = self._scratch.array("spectrum", (len(half), n_bins + 2 * mirrored), np.complex64)
        spectrum[:, mirrored : mirrored + n_bins] = half
        np.conj(half[:, mirrored:0:-1], out=spectrum[:, :mirrored])
        np.conj(half[:, -2 : -2 - mirrored : -1], out=spectrum[:, mirrored + n_bins :])
        return spectrum

    def _coefficients(self, spectrum: NDArray[np.complex64], group: Group) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield the shared coefficients of every channel at each point, shape (shared, 2 * points)."""
        n_shared, n_points = group.n_shared, self.plan.n_points
        step = max(1, _TILE_BYTES // (n_shared * n_points * 8))
        for first in range(0, len(spectrum), step):
            tile = spectrum[first : first + step]
            folded = self._scratch.array("folded", (len(tile), n_shared, n_points), np.complex64)
            for piece in group.pieces:
                self._fold(tile, piece, folded[:, piece.shared])
            coefficients = scipy.fft.ifft(folded, axis=-1, overwrite_x=True).view(np.float32)
            yield from enumerate(coefficients, first)

    def _fold(self, spectrum: NDArray[np.complex64], piece: Piece, out: NDArray[np.complex64]) -> None:
        """Write weighted bins, added modulo the number of points, which decimates in time."""
        begin, end = (self.plan.mirrored_bins + at for at in (piece.first_bin, piece.end_bin))
        weights = piece.weights
        numbers = spectrum[:, None, begin:end].view(weights.dtype)  # real weights multiply both parts of a bin
        folded = out.view(weights.dtype)
        period, width = folded.shape[-1], numbers.shape[-1]
        lead = min(period, width)
        np.multiply(numbers[..., :lead], weights[:, :lead], out=folded[..., :lead])
        folded[..., lead:] = 0
        for start in range(period, width, period):
            part = slice(start, min(start + period, width))
            shape = (*folded.shape[:-1], part.stop - start)
            product = self._scratch.array("product", shape, weights.dtype)
            np.multiply(numbers[..., part], weights[:, part], out=product)
            folded[..., : shape[-1]] += product


def pooled(power: NDArray[np.float32], points_per_frame: int) -> NDArray[np.float32]:
    """Return the mean power around every frame, weighted by a raised cosine that ends at the adjacent frames.

    Parameters
    ----------
    power : ndarray of float32, shape (points, rows)
        With more than one point per frame: from one frame before the first to one frame after the last.
    points_per_frame : int

    Returns
    -------
    ndarray of float32, shape (frames, rows)
    """
    if points_per_frame == 1:
        return power
    n_frames = len(power) // points_per_frame - 2
    total = np.zeros((n_frames, power.shape[1]), dtype=np.float32)
    for offset, weight in enumerate(pooling_weights(points_per_frame), 1):
        total += weight * power[offset::points_per_frame][:n_frames]
    return total
