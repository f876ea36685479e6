"""Does a map stay what it is when the window hardly changes? A little noise, and a small shift in time."""

import numpy as np
from numpy.typing import NDArray


def noisy(windows: NDArray[np.float32], share: float, *, seed: int) -> NDArray[np.float32]:
    """Return windows with Gaussian noise added.

    Parameters
    ----------
    windows : ndarray of float32, shape (windows, channels[, frequencies], times)
    share : float
        Standard deviation of the noise, as a share of the deviation over time of each row (a channel of raw signal, a
        frequency of a channel of power) of each window.
    seed : int
    """
    drawn = np.random.default_rng(seed).standard_normal(windows.shape)
    return np.asarray(windows + share * windows.std(axis=-1, keepdims=True) * drawn, dtype=np.float32)


def overlapping(
    here: NDArray[np.floating], shifted: NDArray[np.floating], axes: tuple[str, ...], shift: int
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the parts of two maps that are about the same moments.

    Parameters
    ----------
    here, shifted : ndarray, shape (windows, *axes)
        Maps of windows, and of windows that begin `shift` frames later (earlier if negative).
    axes : tuple of str
        What a map tells apart. Over "time", what only one of the windows holds is cut off; over "second", of which a
        shift is no whole number, the sum is compared.
    shift : int
        In frames, not 0, of windows longer than that.
    """
    if axes[-1] == "second":
        return here.sum(axis=-1), shifted.sum(axis=-1)
    if axes[-1] != "time":
        return here, shifted
    if shift < 0:
        return here[..., :shift], shifted[..., -shift:]
    return here[..., shift:], shifted[..., :-shift]
