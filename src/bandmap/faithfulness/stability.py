"""Stability of maps under small changes of the window: noise, and a shift in time."""

import numpy as np
from numpy.typing import NDArray


def noisy(windows: NDArray[np.float32], share: float, *, seed: int) -> NDArray[np.float32]:
    """Return windows with Gaussian noise added.

    Parameters
    ----------
    windows : ndarray of float32, shape (windows, channels[, frequencies], times)
    share : float
        Standard deviation of the noise, as a share of the standard deviation over time of each row (a channel of raw
        signals, a frequency of a channel of power) of each window.
    seed : int
    """
    drawn = np.random.default_rng(seed).standard_normal(windows.shape)
    return np.asarray(windows + share * windows.std(axis=-1, keepdims=True) * drawn, dtype=np.float32)


def overlapping(
    here: NDArray[np.floating], shifted: NDArray[np.floating], axes: tuple[str, ...], shift: int
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the parts of two maps that cover the same time.

    Parameters
    ----------
    here, shifted : ndarray, shape (windows, *axes)
        Maps of windows, and of windows that start `shift` frames later (earlier if negative).
    axes : tuple of str
        Axes of a map. Over "time", parts that only one of the windows contains are cut off; over "second", for which
        a shift is not a whole number, the sums are compared.
    shift : int
        Number of frames, not 0 and less than the window.
    """
    if axes[-1] == "second":
        return here.sum(axis=-1), shifted.sum(axis=-1)
    if axes[-1] != "time":
        return here, shifted
    if shift < 0:
        return here[..., :shift], shifted[..., -shift:]
    return here[..., shift:], shifted[..., :-shift]
