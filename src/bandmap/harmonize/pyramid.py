"""Minima, maxima and spectra of a recording at several resolutions, so that a page can draw a day at once."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

FIRST_FACTOR, NEXT_FACTOR = 16, 4
"""Samples of a bin of the finest level, and bins of one level that are a bin of the next."""

MOST_BINS = 2048
"""The coarsest level has at most so many bins."""

SPECTRUM_SECONDS = 4
HIGHEST_HZ = 45
DECIBELS = 0.4
"""Step of a spectrum's byte: 1 is `LOWEST_DECIBELS`, 0 is unknown."""
LOWEST_DECIBELS = -40.0

_LARGEST = float(np.finfo(np.float16).max)


def factors(n_samples: int) -> tuple[int, ...]:
    """Return the samples of a bin of each level, from fine to coarse."""
    found = [FIRST_FACTOR]
    while -(-n_samples // found[-1]) > MOST_BINS:
        found.append(found[-1] * NEXT_FACTOR)
    return tuple(found)


def spectrum_factors(n_samples: int, rate_hz: float) -> tuple[int, ...]:
    """Return the seconds of a column of each level of spectra, from fine to coarse."""
    found = [SPECTRUM_SECONDS]
    while n_samples / rate_hz / found[-1] > MOST_BINS:
        found.append(found[-1] * NEXT_FACTOR)
    return tuple(found)


def n_frequencies(rate_hz: float) -> int:
    """Return the rows of a spectrum: 1 Hz, 2 Hz ... below half the rate, at most `HIGHEST_HZ`."""
    return max(min(HIGHEST_HZ, (round(rate_hz) - 1) // 2), 1)


class Pyramid:
    """Reduces the blocks of a recording, in constant memory.

    Parameters
    ----------
    n_channels, n_samples : int
    rate_hz : float

    Attributes
    ----------
    shapes : dict of str to tuple of int
        Name of each array that `add` and `finish` yield parts of -> its shape: `extremes<k>` (channels, bins, 2) with
        minimum and maximum, `spectra<k>` (channels, columns, frequencies).
    """

    def __init__(self, n_channels: int, n_samples: int, rate_hz: float) -> None:
        self._factors = factors(n_samples)
        self._per_second, self._rows = max(round(rate_hz), 2), n_frequencies(rate_hz)
        levels = spectrum_factors(n_samples, rate_hz)
        seconds = -(-n_samples // self._per_second)
        self.shapes: dict[str, tuple[int, ...]] = {
            f"extremes{k}": (n_channels, -(-n_samples // factor), 2) for k, factor in enumerate(self._factors)
        }
        self.shapes |= {f"spectra{k}": (n_channels, -(-seconds // n), self._rows) for k, n in enumerate(levels)}
        self._left: dict[str, NDArray[np.float32]] = {}

    def add(self, block: NDArray[np.float32]) -> Iterator[tuple[str, NDArray[np.generic]]]:
        """Yield the name and the next bins of every array that a block completes.

        Parameters
        ----------
        block : ndarray of float32, shape (channels, samples)
            Microvolts, NaN where masked.
        """
        yield from self._extremes(block, is_last=False)
        yield from self._spectra(block, is_last=False)

    def finish(self) -> Iterator[tuple[str, NDArray[np.generic]]]:
        """Yield the last, incomplete bins."""
        nothing = np.zeros((self.shapes["extremes0"][0], 0), np.float32)
        yield from self._extremes(nothing, is_last=True)
        yield from self._spectra(nothing, is_last=True)

    def _extremes(self, block: NDArray[np.float32], *, is_last: bool) -> Iterator[tuple[str, NDArray[np.generic]]]:
        finer = np.repeat(block[:, :, None], 2, axis=2)
        for level, factor in enumerate(self._factors):
            size = FIRST_FACTOR if level == 0 else factor // self._factors[level - 1]
            bins = self._whole(f"extremes{level}", finer, size, is_last=is_last)
            low, high = np.fmin.reduce(bins[..., 0], axis=2), np.fmax.reduce(bins[..., 1], axis=2)
            finer = np.stack([low, high], axis=2)
            if finer.shape[1]:
                yield f"extremes{level}", np.clip(finer, -_LARGEST, _LARGEST).astype(np.float16)

    def _spectra(self, block: NDArray[np.float32], *, is_last: bool) -> Iterator[tuple[str, NDArray[np.generic]]]:
        seconds = self._whole("seconds", block[:, :, None], self._per_second, is_last=is_last)[..., 0]
        finer = _decibels(seconds)[:, :, : self._rows]
        for level in range(sum(name.startswith("spectra") for name in self.shapes)):
            size = SPECTRUM_SECONDS if level == 0 else NEXT_FACTOR
            columns = self._whole(f"spectra{level}", finer, size, is_last=is_last)
            finer = _mean(np.moveaxis(columns, 2, 3))
            if finer.shape[1]:
                steps = np.rint((finer - LOWEST_DECIBELS) / DECIBELS) + 1
                yield f"spectra{level}", np.where(np.isnan(steps), 0, np.clip(steps, 1, 255)).astype(np.uint8)

    def _whole(self, name: str, values: NDArray[np.float32], size: int, *, is_last: bool) -> NDArray[np.float32]:
        """Return values in groups of `size`, shape (channels, groups, size, ...), and keep the rest for the next call.

        The last group is filled up with NaN.
        """
        kept = self._left.get(name, values[:, :0])
        values = np.concatenate([kept, values], axis=1)
        if is_last and values.shape[1] % size:
            missing = np.full((values.shape[0], size - values.shape[1] % size, *values.shape[2:]), np.nan, np.float32)
            values = np.concatenate([values, missing], axis=1)
        whole = values.shape[1] // size * size
        self._left[name] = values[:, whole:]
        return values[:, :whole].reshape(values.shape[0], whole // size, size, *values.shape[2:])


def _mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the known values of the last axis, NaN if there is none."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0).sum(axis=-1)
    mean = np.full(total.shape, np.nan, np.float32)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def _decibels(seconds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the power of every second (uV^2/Hz in dB) at 1 Hz, 2 Hz ..., NaN for seconds with gaps.

    Parameters
    ----------
    seconds : ndarray of float32, shape (channels, seconds, samples)

    Returns
    -------
    ndarray of float32, shape (channels, seconds, samples // 2)
    """
    n = seconds.shape[2]
    window = np.hanning(n + 1)[:-1].astype(np.float32)
    level = seconds - seconds.mean(axis=2, keepdims=True)
    power = np.abs(np.fft.rfft(level * window, axis=2)[:, :, 1:]) ** 2 * 2 / (n * (window**2).sum())
    return np.asarray(10 * np.log10(np.maximum(power, 1e-12)), np.float32)
