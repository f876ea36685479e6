"""Frequency responses of wavelets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

SUPPORT = 5.0
"""Number of standard deviations at which a Morlet wavelet ends, as in `mne.time_frequency.morlet`."""

_PRECISION = 12  # as in pywt.cwt: a wavelet is tabulated at 2^12 points


@dataclass(frozen=True)
class Wavelet:
    """One filter in time.

    Attributes
    ----------
    kernel : ndarray of complex128
        A coefficient is the convolution of signal and kernel.
    centre : int
        The sample of the kernel at the time of the frame.
    is_hermitian : bool
        Whether the kernel is the complex conjugate of its own reversal, so that its response is real.
    """

    kernel: NDArray[np.complex128]
    centre: int
    is_hermitian: bool

    def response(self, n_samples: int) -> NDArray[np.float64] | NDArray[np.complex128]:
        """Return the discrete Fourier transform over `n_samples`, with the centre at sample 0."""
        after = self.kernel[self.centre :]
        if self.is_hermitian:
            real: NDArray[np.float64] = scipy.fft.hfft(after, n_samples)
            return real
        whole = np.zeros(n_samples, dtype=np.complex128)
        whole[: len(after)] = after
        whole[n_samples - self.centre :] = self.kernel[: self.centre]
        response: NDArray[np.complex128] = scipy.fft.fft(whole)
        return response

    @property
    def reach(self) -> int:
        """Number of samples from the centre to the farther end."""
        return max(self.centre, len(self.kernel) - 1 - self.centre)


@dataclass(frozen=True)
class Bank:
    """Wavelets for one sampling rate.

    Attributes
    ----------
    frequencies_hz : tuple of float
        Centre frequency of each wavelet, ascending.
    rate_hz : float
        Sampling rate of the signal.
    wavelets : tuple of Wavelet
    """

    frequencies_hz: tuple[float, ...]
    rate_hz: float
    wavelets: tuple[Wavelet, ...]

    @property
    def reach_seconds(self) -> float:
        """Time from the centre of the longest wavelet to its end."""
        return max(wavelet.reach for wavelet in self.wavelets) / self.rate_hz


def centre_frequencies(low_hz: float, high_hz: float, count: int, spacing: str) -> NDArray[np.float64]:
    """Return `count` frequencies from `low_hz` to `high_hz`, both included, ascending.

    Parameters
    ----------
    spacing : str
        "linear" or "logarithmic".
    """
    if spacing == "linear":
        return np.linspace(low_hz, high_hz, count)
    frequencies = np.geomspace(low_hz, high_hz, count)
    frequencies[[0, -1]] = low_hz, high_hz if count > 1 else low_hz
    return frequencies


def cycles(frequencies_hz: Sequence[float] | NDArray[np.float64], n_cycles: float | str) -> NDArray[np.float64]:
    """Return the number of cycles of each wavelet; "frequency" gives every wavelet the same length in seconds."""
    frequencies = np.asarray(frequencies_hz, dtype=float)
    return frequencies.copy() if n_cycles == "frequency" else np.full(len(frequencies), float(n_cycles))


def morlet_bank(frequencies_hz: NDArray[np.float64], n_cycles: NDArray[np.float64], rate_hz: float) -> Bank:
    """Return Morlet wavelets as defined by `mne.time_frequency.tfr_array_morlet`.

    Zero mean, cut at five standard deviations, with a norm of sqrt(2): the power of white noise of 1 uV^2 is 2 uV^2 at
    every frequency.

    Parameters
    ----------
    frequencies_hz, n_cycles : ndarray of float, shape (wavelets,)
        The standard deviation in time is n_cycles / (2 pi f) seconds.
    """
    pairs = zip(frequencies_hz.tolist(), n_cycles.tolist(), strict=True)
    return Bank(tuple(frequencies_hz.tolist()), rate_hz, tuple(_morlet(f, n, rate_hz) for f, n in pairs))


def library_bank(frequencies_hz: NDArray[np.float64], name: str, rate_hz: float) -> Bank:
    """Return a continuous wavelet of PyWavelets as `pywt.cwt` applies it.

    Parameters
    ----------
    frequencies_hz : ndarray of float, shape (wavelets,)
    name : str
        Such as "cmor1.5-1.0", "mexh", "gaus4", "shan1.5-1.0" or "fbsp2-1.5-1.0".
    """
    import pywt

    integral, grid = pywt.integrate_wavelet(name, precision=_PRECISION)
    scales = pywt.central_frequency(name, precision=_PRECISION) * rate_hz / frequencies_hz
    wavelets = [_library(np.conj(integral), float(grid[-1] - grid[0]), scale) for scale in scales.tolist()]
    return Bank(tuple(frequencies_hz.tolist()), rate_hz, tuple(wavelets))


def _library(integral: NDArray[np.complex128], length: float, scale: float) -> Wavelet:
    """Return one wavelet by the steps of `pywt.cwt`: sampling of the integral, differences, centre."""
    chosen = (np.arange(scale * length + 1) * (len(integral) - 1) / (scale * length)).astype(int)
    picked = integral[chosen[chosen < len(integral)]][::-1]
    kernel = -np.sqrt(scale) * np.diff(picked, prepend=0, append=0)
    return Wavelet(kernel.astype(np.complex128), max(len(picked) - 2, 0) // 2 + 1, is_hermitian=False)


def morlet_seconds(frequency_hz: float, n_cycles: float | str) -> float:
    """Return the full length of a Morlet wavelet in seconds."""
    n = frequency_hz if n_cycles == "frequency" else float(n_cycles)
    return 2 * SUPPORT * n / (2 * math.pi * frequency_hz)


def _morlet(frequency_hz: float, n_cycles: float, rate_hz: float) -> Wavelet:
    sigma = n_cycles / (2 * np.pi * frequency_hz)
    half = np.arange(0, SUPPORT * sigma, 1 / rate_hz)
    time = np.concatenate((-half[:0:-1], half))
    mean = np.exp(-2 * (np.pi * frequency_hz * sigma) ** 2)
    wavelet = (np.exp(2j * np.pi * frequency_hz * time) - mean) * np.exp(-(time**2) / (2 * sigma**2))
    return Wavelet(wavelet / (np.sqrt(0.5) * np.linalg.norm(wavelet)), len(half) - 1, is_hermitian=True)
