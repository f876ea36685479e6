"""Power density of whole seconds in rows of 1 Hz, and the frequency cut of the sleep transformer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.represent.timefrequency.coding import Coding
from bandmap.represent.timefrequency.record import Samples, without_gaps

ROWS = 32
"""Rows of one hertz, from 0 to 32 Hz."""

DENSITY_FLOOR = 1e-6
"""Minimum power density in uV^2/Hz: below the rounding noise of an EDF file with steps of 0.1 uV (1e-5)."""

_KEPT, _AVERAGED = 16, 4  # rows that the cut keeps; number of adjacent rows that it averages above them


@dataclass(frozen=True)
class LogSpectrogram:
    """Frames of log10 power density, one per second, computed when they are read.

    Attributes
    ----------
    samples : array-like of float32, shape (channels, samples)
        In microvolts.
    rate : int
        Samples per second.
    cut : bool
        Whether each four rows above 16 Hz are averaged.
    coding : Coding
    """

    samples: Samples
    rate: int
    cut: bool
    coding: Coding

    @property
    def shape(self) -> tuple[int, int, int]:
        """(frames, channels, rows)."""
        n_channels, n_samples = self.samples.shape
        return n_samples // self.rate, n_channels, len(row_frequencies(cut=self.cut))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Data type of the frames."""
        return self.coding.dtype

    def __getitem__(self, frames: slice) -> NDArray[Any]:
        start, stop, _ = frames.indices(self.shape[0])
        out = np.empty((stop - start, *self.shape[1:]), dtype=self.dtype)
        if len(out):
            block = np.asarray(self.samples[:, start * self.rate : stop * self.rate], dtype=np.float32)
            self.coding.encode(_rows(without_gaps(block), self.rate, cut=self.cut), out)
        return out


def frequency_cut(rows: NDArray[Any], axis: int = -1) -> NDArray[Any]:
    """Return 20 rows from 32: those of 0 to 16 Hz, and above them the mean of each four adjacent rows."""
    rows = np.moveaxis(rows, axis, -1)
    averaged = rows[..., _KEPT:].reshape(*rows.shape[:-1], -1, _AVERAGED).mean(axis=-1)
    return np.moveaxis(np.concatenate((rows[..., :_KEPT], averaged), axis=-1), -1, axis)


def row_edges(*, cut: bool) -> tuple[float, ...]:
    """Return where rows begin and end in Hz, one value more than there are rows."""
    above = _AVERAGED if cut else 1
    return tuple(map(float, [*range(_KEPT), *range(_KEPT, ROWS + 1, above)]))


def row_frequencies(*, cut: bool) -> tuple[float, ...]:
    """Return the centre of each row in Hz."""
    centres = np.arange(ROWS) + 0.5
    return tuple((frequency_cut(centres) if cut else centres).tolist())


def _rows(block: NDArray[np.float32], rate: int, *, cut: bool) -> NDArray[np.float32]:
    """Return power density of every second, shape (seconds, channels, rows); each row is the mean of its two bins."""
    import scipy.signal  # slow to import and not needed for wavelets

    _, _, density = scipy.signal.spectrogram(block, rate, nperseg=rate, noverlap=0, nfft=2 * rate)
    rows = density[:, : 2 * ROWS].reshape(len(block), ROWS, 2, -1).mean(axis=2)
    return np.ascontiguousarray(np.moveaxis(frequency_cut(rows, axis=1) if cut else rows, -1, 0), dtype=np.float32)
