"""Zero-phase band-pass, notch and resampling in one pass over blocks (overlap-save), without seams."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm, pi

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from bandmap.harmonize.derive import MontageError

_ANTI_ALIAS_DB = 100.0  # frequencies above the target's Nyquist frequency must be suppressed
_STOP_DB = 60.0
_NOTCH_HALF_WIDTH_HZ = 1.0  # -6 dB; suppressed within half of it, unchanged beyond one and a half times it
_NEGLIGIBLE = 1e-9  # of the largest tap
_MAX_BLOCK = 2**19  # samples, regardless of their rate: memory stays bounded
MIN_TRANSITION_HZ = 0.5
"""Minimum distance from the pass band to the Nyquist frequency; closer would need a filter of minutes."""
_MAX_DENOMINATOR = 20_000  # of a ratio of rates: a day is exact to 0.3 ms


def _low_pass(cutoff_hz: float, transition_hz: float, attenuation_db: float, rate_hz: float) -> NDArray[np.float64]:
    """Return a Kaiser-windowed sinc of odd length and unit gain at 0 Hz; half the gain at the cutoff."""
    half = ceil((attenuation_db - 7.95) / (2.285 * 2 * pi * transition_hz / rate_hz) / 2)
    n = np.arange(-half, half + 1)
    kernel = np.sinc(2 * cutoff_hz / rate_hz * n) * np.kaiser(2 * half + 1, 0.1102 * (attenuation_db - 8.7))
    return np.asarray(kernel / kernel.sum(), dtype=np.float64)


def _minus(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Subtract two kernels of odd length about their centres."""
    size = max(len(one), len(other))
    return np.pad(one, (size - len(one)) // 2) - np.pad(other, (size - len(other)) // 2)


def _in_turn(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the convolution of two kernels, which can have 100 000 taps at high rates."""
    size = len(one) + len(other) - 1
    n = scipy.fft.next_fast_len(size, real=True)
    return np.asarray(scipy.fft.irfft(scipy.fft.rfft(one, n) * scipy.fft.rfft(other, n), n)[:size])


def design(
    rate_hz: float, target_hz: float, high_pass_hz: float, low_pass_hz: float, notch_hz: Sequence[float]
) -> NDArray[np.float64]:
    """Return the combined linear-phase kernel of band-pass, notch and anti-alias filters.

    Parameters
    ----------
    rate_hz, target_hz : float
        Samples per second before and after.
    high_pass_hz, low_pass_hz : float
        Edges of the pass band; transitions are outside and as wide as MNE-Python's. 0 turns the high-pass off.
    notch_hz : sequence of float
        Frequencies that the band-pass already removes are skipped.

    Returns
    -------
    ndarray of float64, shape (taps,)
        Odd length, symmetric; exactly zero gain at 0 Hz if there is a high-pass.

    Raises
    ------
    MontageError
        If the pass band does not fit between 0 Hz and half of both rates.
    """
    nyquist = min(rate_hz, target_hz) / 2
    if not 0 <= high_pass_hz < low_pass_hz <= nyquist - MIN_TRANSITION_HZ:
        raise MontageError(
            f"the pass band {high_pass_hz:g} to {low_pass_hz:g} Hz does not fit below half of {2 * nyquist:g} Hz; "
            f"set low_pass_hz to {nyquist - MIN_TRANSITION_HZ:g} or less, and above high_pass_hz"
        )
    stop_hz = min(low_pass_hz + max(0.25 * low_pass_hz, 2.0), nyquist)
    kernel = _low_pass((low_pass_hz + stop_hz) / 2, stop_hz - low_pass_hz, _ANTI_ALIAS_DB, rate_hz)
    if high_pass_hz > 0:
        width = min(max(0.25 * high_pass_hz, 2.0), high_pass_hz)
        kernel = _minus(kernel, _low_pass(high_pass_hz - width / 2, width, _STOP_DB, rate_hz))
    width = _NOTCH_HALF_WIDTH_HZ
    for centre in notch_hz:
        if 2 * width < centre < stop_hz:
            above, below = (_low_pass(centre + side, width, _STOP_DB, rate_hz) for side in (width, -width))
            kernel = _in_turn(kernel, _minus(np.ones(1), above - below))
    return kernel


def design_butterworth(rate_hz: float, target_hz: float, low_pass_hz: float) -> NDArray[np.float64]:
    """Return the kernel of a Butterworth low-pass of order 4, applied forward and backward at the target rate.

    Published programs use this filter (`scipy.signal.butter(4, ...)` and `filtfilt`). The squared gain has no phase, so
    the kernel is symmetric. A recording at another rate gets the same gain, which also prevents aliasing.

    Parameters
    ----------
    rate_hz, target_hz : float
        Samples per second before and after.
    low_pass_hz : float
        Frequency at which one pass halves the power.

    Returns
    -------
    ndarray of float64, shape (taps,)
        Odd, symmetric, unit gain at 0 Hz.

    Raises
    ------
    MontageError
        If the edge is not between 0 Hz and half of both rates.
    """
    nyquist = min(rate_hz, target_hz) / 2
    if not 0 < low_pass_hz < nyquist:
        raise MontageError(f"a low-pass of {low_pass_hz:g} Hz does not fit below half of {2 * nyquist:g} Hz")
    half = ceil(2 * rate_hz)
    frequencies = np.arange(half + 1) * rate_hz / (2 * half)
    inside = frequencies < target_hz / 2
    gain = np.zeros(half + 1)
    # The squared gain of the digital filter, which scipy.signal.butter (an import of a second) would give as well.
    warped = np.tan(pi * frequencies[inside] / target_hz) / np.tan(pi * low_pass_hz / target_hz)
    gain[inside] = 1 / (1 + warped**8)
    kernel = np.roll(scipy.fft.irfft(gain, 2 * half), half)[1:]
    taps = np.flatnonzero(np.abs(kernel) > _NEGLIGIBLE * np.abs(kernel).max())
    reach = max(half - 1 - taps[0], taps[-1] - half + 1)
    kept = kernel[half - 1 - reach : half + reach]
    return np.asarray(kept / kept.sum(), dtype=np.float64)


@dataclass(frozen=True)
class Filter:
    """A kernel and a change of rate, applied to blocks of a fixed size.

    Attributes
    ----------
    ratio : Fraction
        Target rate over rate.
    halo, hop : int
        Samples before resampling: a block has `halo + hop + halo` samples, of which the middle part is returned.
    response : ndarray of float32, shape (frequencies,)
        Gain at the frequencies of the shorter of both spectra.
    offset_gain : float
        Gain at 0 Hz.
    """

    ratio: Fraction
    halo: int
    hop: int
    response: NDArray[np.float32]
    offset_gain: np.float32

    @property
    def block(self) -> int:
        """Number of input samples."""
        return self.hop + 2 * self.halo

    @property
    def hop_out(self) -> int:
        """Number of output samples."""
        return int(self.hop * self.ratio)

    def __call__(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Filter and resample: float32, (channels, block) -> (channels, hop_out)."""
        mean = block.mean(axis=1, keepdims=True)  # removed, because an offset would reduce the precision of float32
        spectrum = scipy.fft.rfft(block - mean, axis=1)[:, : len(self.response)]
        spectrum *= self.response
        values = scipy.fft.irfft(spectrum, n=int(self.block * self.ratio), axis=1)
        skip = int(self.halo * self.ratio)
        return np.asarray(values[:, skip : skip + self.hop_out] + mean * self.offset_gain, dtype=np.float32)


def blockwise(
    kernel: NDArray[np.float64], rate_hz: float, target_hz: float, *, n_samples: int, block_seconds: float
) -> Filter:
    """Prepare a kernel for blocks of about `block_seconds`; long kernels lengthen, short recordings shorten them."""
    ratio = Fraction(target_hz / rate_hz).limit_denominator(_MAX_DENOMINATOR)
    if not 0 < ratio.numerator <= _MAX_DENOMINATOR:
        raise MontageError(f"cannot resample {rate_hz:g} to {target_hz:g} Hz; set rate_hz closer to the recording's")
    unit = ratio.denominator
    if rate_hz == floor(rate_hz) and lcm(unit, int(rate_hz)) <= 2 * rate_hz:
        unit = lcm(unit, int(rate_hz))  # blocks of whole seconds, so that quality is counted in whole seconds
    halo = ceil(max(len(kernel) // 2 + 1, rate_hz) / unit) * unit  # at least a second, for the quality table
    wanted = max(min(block_seconds * rate_hz, _MAX_BLOCK), 4 * halo)
    units = max(ceil(min(wanted, n_samples + 2 * halo) / unit), 2 * halo // unit + 1)
    size = scipy.fft.next_fast_len(units, real=True) * unit
    size_out = int(size * ratio)
    centred = np.zeros(size)
    centred[: len(kernel)] = kernel
    centred = np.roll(centred, -(len(kernel) // 2))
    response = scipy.fft.rfft(centred).real[: min(size, size_out) // 2 + 1] * (size_out / size)
    return Filter(ratio, halo, size - 2 * halo, response.astype(np.float32), np.float32(kernel.sum()))
