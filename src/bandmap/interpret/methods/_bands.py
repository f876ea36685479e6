"""The bands of windows; for raw signals without phase shift and edge artifacts.

The cosine transform (DCT-II) of a window is the spectrum of the window and its mirror image: there is no jump at the
edges, so slow drift does not leak into fast bands as in a Fourier transform. It is orthogonal: the bands and the rest
add up to the signal, and their powers to its power. Not a plugin.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from bandmap.interpret.context import Context, Noted
from bandmap.vocabulary.atlas import Atlas

SlopesOf = Callable[
    [NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]], tuple[NDArray[np.float32], NDArray[np.float32]]
]


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


def bands_of(context: Context) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """Return a function of a window that returns its bands, shape (bands, channels[, frequencies], times)."""
    if not context.frequencies_hz:
        return partial(components, atlas=context.atlas, rate_hz=context.rate_hz)
    shares = context.atlas.band_shares(context.frequencies_hz, context.edges_hz).astype(np.float32)[:, None, :, None]
    return lambda window: np.asarray(shares * window)


def filled(context: Context, n_times: int) -> NDArray[np.bool_]:
    """Return which bands have rows, or bins of windows of `n_times` samples of raw signal: bool, shape (bands,)."""
    if context.frequencies_hz:
        return np.asarray(context.atlas.band_shares(context.frequencies_hz, context.edges_hz).any(axis=1))
    return np.asarray(context.atlas.band_members(bins_hz(n_times, context.rate_hz)).any(axis=1))


def by_band(gradients: NDArray[np.float32], difference: NDArray[np.float32], context: Context) -> NDArray[np.float32]:
    """Return the contributions of channels and bands to a sum of gradients times differences.

    Parameters
    ----------
    gradients, difference : ndarray of float32, shape (windows, channels[, frequencies], times)
        In raw signals, a gradient is multiplied with the component of the difference in the band, which gives the same
        sum because bands and the rest are orthogonal.
    context : Context

    Returns
    -------
    ndarray of float32, shape (windows, channels, bands)
    """
    if gradients.ndim == 3:
        parts = components(difference, context.atlas, context.rate_hz)  # (windows, bands, channels, samples)
        return np.asarray(np.einsum("wct,wbct->wcb", gradients, parts))
    members = context.atlas.band_shares(context.frequencies_hz, context.edges_hz).astype(np.float32)
    return np.asarray((gradients * difference).sum(axis=3) @ members.T)


def contributions(
    slopes_of: SlopesOf, windows: NDArray[np.float32], targets: NDArray[np.int64], *, at_once: int, context: Context
) -> Noted:
    """Return the contributions of channels and bands to the change of log odds from baselines to windows.

    Parameters
    ----------
    slopes_of : callable
        (windows, baselines, targets) -> slopes in the shape of the windows, and the completeness gap, shape (windows,).
    windows : ndarray of float32, shape (windows, channels[, frequencies], times)
    targets : ndarray of int64, shape (windows,)
    at_once : int
        Windows of one call of `slopes_of`.
    context : Context
        Its `baseline` contains one window for each window.

    Returns
    -------
    Noted
        As `integrated_gradients.attribute` describes it.
    """
    values = np.zeros((*windows.shape[:2], len(context.atlas.bands_hz)), dtype=np.float32)
    whole, gap = np.zeros(len(windows), dtype=np.float32), np.zeros(len(windows), dtype=np.float32)
    for first in range(0, len(windows), at_once):
        some = slice(first, first + at_once)
        slopes, gap[some] = slopes_of(windows[some], context.baseline[some], targets[some])
        difference = windows[some] - context.baseline[some]
        values[some] = by_band(slopes, difference, context)
        whole[some] = (slopes * difference).reshape(len(difference), -1).sum(axis=1)
    outside = whole - values.sum(axis=(1, 2))
    return Noted(values, {"completeness_gap": gap, "log_odds_change": whole - gap, "outside_bands": outside})
