"""Removal and insertion of bands of windows; for raw signals without phase shift and edge artifacts.

The cosine transform (DCT-II) of a window is the spectrum of the window and its mirror image: there is no jump at the
edges, so slow drift does not leak into fast bands as in a Fourier transform. It is orthogonal: the bands and the rest
add up to the signal, and their powers to its power. Not a plugin.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from bandmap.interpret.context import Context
from bandmap.vocabulary.atlas import Atlas


def bins_hz(n_samples: int, rate_hz: float) -> NDArray[np.float64]:
    """Return the frequencies of the cosine transform of a window, shape (samples,)."""
    return np.arange(n_samples) * rate_hz / (2 * n_samples)


def components(signals: NDArray[np.floating], atlas: Atlas, rate_hz: float) -> NDArray[np.float32]:
    """Return the components of signals in each band.

    Parameters
    ----------
    signals : ndarray, shape (..., channels, samples)
    atlas : Atlas
    rate_hz : float

    Returns
    -------
    ndarray of float32, shape (..., bands, channels, samples)
        In the unit of the signals; zero for a band without bins.
    """
    members = atlas.band_members(bins_hz(signals.shape[-1], rate_hz))  # (bands, bins)
    spectrum = scipy.fft.dct(signals.astype(np.float64), norm="ortho")
    parts = scipy.fft.idct(spectrum[..., None, :, :] * members[:, None, :], norm="ortho")
    return np.asarray(parts, dtype=np.float32)


def surrogate_components(
    signals: NDArray[np.floating], atlas: Atlas, rate_hz: float, *, seed: int
) -> NDArray[np.float32]:
    """Return bands of signals with random phases and unchanged power.

    All channels of a window are shifted by the same phases, so that their correlation is unchanged (Prichard and
    Theiler 1994, Phys. Rev. Lett. 73:951).

    Parameters
    ----------
    signals : ndarray, shape (windows, channels, samples)
    atlas : Atlas
    rate_hz : float
    seed : int

    Returns
    -------
    ndarray of float32, shape (windows, bands, channels, samples)
    """
    n_windows, _, n_samples = signals.shape
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, (n_windows, 1, n_samples))
    spectrum = scipy.fft.dct(signals.astype(np.float64), norm="ortho")
    mirrored = np.zeros((*signals.shape[:2], n_samples + 1), dtype=complex)  # of signal and mirror image
    mirrored[..., :-1] = spectrum * np.exp(1j * phases)
    turned = components(scipy.fft.irfft(mirrored, 2 * n_samples)[..., :n_samples], atlas, rate_hz)
    return turned * _ratio(_size(components(signals, atlas, rate_hz)), _size(turned))


def bands_of(context: Context) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """Return a function of a window that returns its bands, shape (bands, channels[, frequencies], times)."""
    if not context.frequencies_hz:
        return partial(components, atlas=context.atlas, rate_hz=context.rate_hz)
    shares = context.atlas.band_shares(context.frequencies_hz, context.edges_hz).astype(np.float32)[:, None, :, None]
    return lambda window: np.asarray(shares * window)


def replacements(context: Context) -> Callable[[int], NDArray[np.float32]]:
    """Return a function of a background window's number that returns the bands that replace those of a window.

    Bands of raw signals have random phases, drawn with the context's `seed`, and unchanged power.
    """
    if not context.frequencies_hz:
        drawn = surrogate_components(context.background, context.atlas, context.rate_hz, seed=context.seed)
        return lambda background: np.asarray(drawn[background])
    bands = bands_of(context)
    return lambda background: bands(context.background[background])


def _size(signals: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.sqrt(np.square(signals).mean(axis=-1, keepdims=True)))


def _ratio(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.divide(one, other, out=np.zeros_like(one), where=other > 0)
