"""Positions of electrodes, and activity that neighbouring electrodes share."""

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.montages import ELECTRODES as STANDARD

ELECTRODES = (*STANDARD, "FT9", "FT10")
"""Rows of simulated potentials: the 10-20 system and two more electrodes for CHB-MIT's derivations."""

ACTIVITY_METRES = 0.05
"""Reach of one source of background activity."""


@cache
def distances(electrodes: tuple[str, ...] = ELECTRODES) -> NDArray[np.float64]:
    """Return metres between electrodes (10-20 positions on MNE's Colin 27), shape (electrodes, electrodes)."""
    from mne.channels import make_standard_montage

    at: Mapping[str, NDArray[np.float64]] = make_standard_montage("colin27_1020").get_positions()["ch_pos"]
    positions = np.array([at[name] for name in electrodes])
    return np.asarray(np.linalg.norm(positions[:, np.newaxis] - positions, axis=-1))


def near(electrode: str, metres: float, electrodes: tuple[str, ...] = ELECTRODES) -> NDArray[np.float32]:
    """Return how much activity under one electrode reaches each electrode, a Gaussian of distance: (electrodes,)."""
    share = np.exp(-0.5 * (distances(electrodes)[electrodes.index(electrode)] / metres) ** 2)
    return np.asarray(share, dtype=np.float32)


def noise(
    amplitudes: NDArray[np.floating], rows: int, n_samples: int, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Return noise of the given amplitude spectrum and unit root mean square, shape (rows, samples)."""
    parts = generator.standard_normal((2, rows, amplitudes.size), dtype=np.float32)
    wave = np.fft.irfft((parts[0] + 1j * parts[1]) * amplitudes.astype(np.float32), n=n_samples)
    return np.asarray(wave / wave.std(axis=-1, keepdims=True), dtype=np.float32)


def activity(
    slope: float,
    n_samples: int,
    rate_hz: float,
    generator: np.random.Generator,
    electrodes: tuple[str, ...] = ELECTRODES,
) -> NDArray[np.float32]:
    """Return background with a power-law spectrum that neighbours share, shape (electrodes, samples).

    Its root mean square is about 1 at every electrode.
    """
    frequencies = np.fft.rfftfreq(n_samples, 1 / rate_hz)
    amplitudes = np.where(frequencies < 0.3, 0, np.maximum(frequencies, 0.5) ** (-slope / 2))
    mixing = np.exp(-0.5 * (distances(electrodes) / ACTIVITY_METRES) ** 2).astype(np.float32)
    mixing /= np.linalg.norm(mixing, axis=1, keepdims=True)
    mixed: NDArray[np.float32] = mixing @ noise(amplitudes, len(electrodes), n_samples, generator)
    return mixed


def band_rms(microvolts: NDArray[np.floating], rate_hz: float, band_hz: tuple[float, float]) -> NDArray[np.float32]:
    """Return the root mean square of each row within a band, shape (rows,), by Parseval's theorem."""
    n_samples = microvolts.shape[-1]
    frequencies = np.fft.rfftfreq(n_samples, 1 / rate_hz)
    inside = (frequencies >= band_hz[0]) & (frequencies < band_hz[1])
    power = np.abs(np.fft.rfft(microvolts)[..., inside]) ** 2
    return np.asarray(np.sqrt(2 * power.sum(axis=-1)) / n_samples, dtype=np.float32)


def add_bump(
    signal: NDArray[np.floating], weights: NDArray[np.floating], at: float, width: float, peak: float, rate_hz: float
) -> None:
    """Add a Gaussian wave to a signal in place.

    Parameters
    ----------
    signal : ndarray of float, shape (rows, samples)
    weights : ndarray, shape (rows,)
    at, width : float
        Seconds of its peak from the start, and its standard deviation.
    peak : float
        Height of the peak, in the signal's unit.
    rate_hz : float
    """
    first, last = (int(np.clip((at + side * width) * rate_hz, 0, signal.shape[1])) for side in (-5, 5))
    times = np.arange(first, last) / rate_hz - at
    signal[:, first:last] += np.outer(weights, peak * np.exp(-0.5 * (times / width) ** 2)).astype(np.float32)
