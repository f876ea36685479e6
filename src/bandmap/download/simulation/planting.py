"""Electrode potentials of the planted benchmark: sources through a lead field, in double precision.

Samples are rounded to 0.1 microvolts when they are written, so that the last digit of a double, which differs between
machines, does not reach the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandmap.download.cohorts import REGIONS
from bandmap.download.planted import MUSCLE, Burst
from bandmap.download.simulation import artifacts
from bandmap.download.simulation.leadfield import lead_field
from bandmap.download.simulation.scalp import ELECTRODES, band_rms, near
from bandmap.download.simulation.seizures import BANDS_HZ, STRENGTH

CORTEX, ALPHA, DRIFT, SENSOR_NOISE = 16.0, 14.0, 10.0, 0.4  # microvolts, root mean square
DRIFT_HZ = 0.3
CUE = 30.0  # of muscle, microvolts
RISE_SECONDS, FADE_SECONDS = 3.0, 2.0
RISE_SHARE = 0.15
"""Of a short burst, that rises and fades more quickly."""


@dataclass(frozen=True)
class Background:
    """The properties of a subject that all recordings share.

    Attributes
    ----------
    alpha_hz, line_hz : float
        Frequency of the posterior rhythm and of the mains.
    gain : float
        Scale of the activity, 1 for the mean subject.
    slope : float
        Power of the background falls with frequency to this power.
    """

    alpha_hz: float
    line_hz: float
    gain: float
    slope: float


def potentials(
    background: Background,
    bursts: Sequence[Burst],
    *,
    duration_seconds: float,
    rate_hz: float,
    generator: np.random.Generator,
    real: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the electrode potentials against the mean of the nineteen.

    Parameters
    ----------
    background : Background
    bursts : sequence of Burst
    duration_seconds, rate_hz : float
    generator : numpy.random.Generator
        The only source of chance.
    real : ndarray of float64, shape (electrodes, samples), optional
        Real EEG that takes the place of the simulated background and its artefacts.

    Returns
    -------
    ndarray of float64, shape (electrodes, samples)
        Microvolts, rows as `scalp.ELECTRODES`. A burst of gain 1 has `STRENGTH` times the background's amplitude in its
        band where most of it is seen.
    """
    n_samples = round(duration_seconds * rate_hz)
    signal = _simulated(background, n_samples, rate_hz, generator) if real is None else real.copy()
    quiet = {band: band_rms(signal, rate_hz, edges) for band, edges in BANDS_HZ.items()}
    for burst in bursts:
        first = round(burst.onset * rate_hz)
        samples = min(round(burst.offset * rate_hz), n_samples) - first
        for source in burst.sources:
            seen = near(source, 0.03) if burst.band == MUSCLE else topography(source)
            size = CUE if burst.band == MUSCLE else STRENGTH * quiet[burst.band][np.abs(seen).argmax()]
            wave = burst.gain * float(size) * _wave(burst.band, samples, rate_hz, generator)
            signal[:, first : first + samples] += np.outer(seen, wave)
    return signal


def topography(source: str) -> NDArray[np.float64]:
    """Return the potentials of a source ("T3", "C3+T3", "deep-up") at `scalp.ELECTRODES`; the largest is ±1."""
    if source.startswith("deep-"):
        return lead_field().deep(source.removeprefix("deep-"), ELECTRODES)
    return lead_field().under(source.split("+"), ELECTRODES)


def seen_in_regions(sources: Sequence[str]) -> dict[str, float]:
    """Return the power of sources in each region, at its electrode with the most power; the largest is 1."""
    power = dict(zip(ELECTRODES, np.sum([topography(source) ** 2 for source in sources], axis=0), strict=True))
    seen = {region: float(max(power[name] for name in names)) for region, names in REGIONS.items()}
    return {region: value / max(seen.values()) for region, value in seen.items()}


def _simulated(
    background: Background, n_samples: int, rate_hz: float, generator: np.random.Generator
) -> NDArray[np.float64]:
    signal = _brain(background, n_samples, rate_hz, generator)
    for artifact in (artifacts.blinks, artifacts.muscle, artifacts.pops):
        artifact(signal, rate_hz, generator)
    artifacts.line(signal, rate_hz, background.line_hz, generator)
    return signal


def _brain(
    background: Background, n_samples: int, rate_hz: float, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return independent dipoles all over cortex, drawn by their covariance, an alpha rhythm, drift, sensors' noise."""
    hertz = np.fft.rfftfreq(n_samples, 1 / rate_hz)
    field = lead_field().of(ELECTRODES)
    covariance = field.T @ field + 1e-6 * np.eye(len(ELECTRODES))
    mixing = np.linalg.cholesky(covariance / covariance.diagonal().mean())
    falling = np.where(hertz < DRIFT_HZ, 0, np.maximum(hertz, 0.5) ** (-background.slope / 2))
    cortex = mixing @ _noise(falling, len(ELECTRODES), n_samples, generator)
    posterior = np.stack([topography(electrode) for electrode in ("O1", "O2")], axis=1)
    rhythm = _noise(np.exp(-0.5 * ((hertz - background.alpha_hz) / 0.5) ** 2), 2, n_samples, generator)
    slow = np.where((hertz > 0) & (hertz < DRIFT_HZ), 1 / np.maximum(hertz, 0.02), 0)
    drift = _noise(slow, len(ELECTRODES), n_samples, generator)
    sensors = generator.standard_normal(cortex.shape)
    brain = background.gain * (CORTEX * cortex + ALPHA * posterior @ rhythm)
    return np.asarray(brain + DRIFT * drift + SENSOR_NOISE * sensors)


def _noise(
    amplitudes: NDArray[np.float64], rows: int, n_samples: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return noise of an amplitude spectrum and unit root mean square, shape (rows, samples)."""
    parts = generator.standard_normal((2, rows, amplitudes.size))
    wave = np.fft.irfft((parts[0] + 1j * parts[1]) * amplitudes, n=n_samples)
    return np.asarray(wave / wave.std(axis=-1, keepdims=True))


def _wave(band: str, samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return one burst of root mean square about 1: muscle, or a sine that slows down within its band's middle third.

    A sine has no harmonics, which would be another band's.
    """
    times = np.arange(samples) / rate_hz
    seconds = samples / rate_hz
    rise, fade = (min(longest, RISE_SHARE * seconds) for longest in (RISE_SECONDS, FADE_SECONDS))
    edges = np.clip(np.minimum(times / rise, (seconds - times) / fade), 0, 1)
    envelope = np.sin(np.pi / 2 * edges) ** 2
    if band == MUSCLE:
        return np.asarray(envelope * artifacts.muscle_noise(samples, generator) / np.sqrt(2))
    low, high = BANDS_HZ[band]
    third = (high - low) / 3
    swell, wobble = (np.sin(2 * np.pi * (generator.uniform(0.1, 0.3) * times + generator.uniform())) for _ in range(2))
    hertz = high - third * (1 + times / seconds) + 0.1 * third * wobble
    phase = 2 * np.pi * (np.cumsum(hertz) / rate_hz + generator.uniform())
    return np.asarray(np.sqrt(2) * envelope * (1 + 0.2 * swell) * np.sin(phase))
