"""Electrode potentials of subjects with seizures of known region and band."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandmap.download.simulation import artifacts
from bandmap.download.simulation.scalp import ELECTRODES, activity, band_rms, distances, near, noise
from bandmap.vocabulary.recording import Event

BANDS_HZ = {
    "delta": (1.0, 4.0),
    "theta": (4.0, 8.0),
    "alpha": (8.0, 14.0),
    "beta": (14.0, 30.0),
    "gamma": (30.0, 40.0),
}

ACTIVITY, ALPHA, SENSOR_NOISE = 16.0, 14.0, 0.4  # of the background, microvolts (root mean square)

# Discharge
STRENGTH = 4.5  # multiple of the electrode's background in the band
SPREAD_METRES = 0.04
SPREAD_METRES_PER_SECOND = 0.02  # of the seizure over the scalp
WAVE_METRES_PER_SECOND = 2.0  # of its single waves
RISE_SECONDS, FADE_SECONDS = 3.0, 2.0

LOOSE_SECONDS = (5.0, 11.0, 17.0)  # flat from the first time, saturated from the second, normal again from the third
RAIL = 1e4


@dataclass(frozen=True)
class Subject:
    """The properties of a simulated subject that all its recordings share.

    Attributes
    ----------
    region, band : str
        Region and band of the seizures: the planted truth.
    focus : tuple of str
        Electrodes of the region under which the discharge arises.
    alpha_hz, line_hz : float
        Frequency of the posterior rhythm and of the mains.
    gain : float
        Scale of the activity, 1 for the average subject.
    slope : float
        Exponent with which the power of the background falls with frequency.
    loose : str or None
        Electrode that comes off for some seconds.
    """

    region: str
    band: str
    focus: tuple[str, ...]
    alpha_hz: float
    line_hz: float
    gain: float
    slope: float
    loose: str | None = None


def potentials(
    subject: Subject,
    seizures: Sequence[Event],
    *,
    duration_seconds: float,
    rate_hz: float,
    generator: np.random.Generator,
) -> NDArray[np.float32]:
    """Return the electrode potentials of a subject against a neutral reference.

    Parameters
    ----------
    subject : Subject
    seizures : sequence of Event
    duration_seconds, rate_hz : float
    generator : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    ndarray of float32, shape (electrodes, samples)
        Microvolts, rows as `ELECTRODES`.
    """
    n_samples = round(duration_seconds * rate_hz)
    signal: NDArray[np.float32] = _brain(subject, n_samples, rate_hz, generator)
    for artifact in (artifacts.drift, artifacts.blinks, artifacts.muscle, artifacts.pops):
        artifact(signal, rate_hz, generator)
    artifacts.line(signal, rate_hz, subject.line_hz, generator)
    background = band_rms(signal, rate_hz, BANDS_HZ[subject.band])  # with artifacts, so that the seizure exceeds them
    for seizure in seizures:
        first = round(seizure.onset * rate_hz)
        wave = _discharge(subject, seizure.duration, rate_hz, generator) * background[:, np.newaxis]
        signal[:, first : first + wave.shape[1]] += wave
    if subject.loose is not None:
        off, rail, on = (round(seconds * rate_hz) for seconds in LOOSE_SECONDS)
        signal[ELECTRODES.index(subject.loose), off:rail] = 0
        signal[ELECTRODES.index(subject.loose), rail:on] = RAIL
    return signal


def _brain(subject: Subject, n_samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float32]:
    background = ACTIVITY * activity(subject.slope, n_samples, rate_hz, generator)
    frequencies = np.fft.rfftfreq(n_samples, 1 / rate_hz)
    posterior = np.stack([near("O1", 0.05), near("O2", 0.05)], axis=1)
    rhythm = noise(np.exp(-0.5 * ((frequencies - subject.alpha_hz) / 0.5) ** 2), 2, n_samples, generator)
    sensors = generator.standard_normal(background.shape, dtype=np.float32)
    total: NDArray[np.float32] = subject.gain * (background + ALPHA * posterior @ rhythm) + SENSOR_NOISE * sensors
    return total


def _discharge(subject: Subject, seconds: float, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return one seizure in units of each electrode's background in the band, shape (electrodes, samples).

    Every electrode of the focus has its own generator, so that the difference between two of them does not vanish. The
    frequency stays in the middle third of the band and the wave is a sine, because harmonics would be in another band.
    """
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    low, high = BANDS_HZ[subject.band]
    third = (high - low) / 3
    wave = np.zeros((len(ELECTRODES), times.size), dtype=np.float32)
    for electrode in subject.focus:
        wobble = 0.1 * third * np.sin(2 * np.pi * generator.uniform(0.1, 0.3) * times + generator.uniform(0, 6))
        sweep_hz = high - third * (1 + times / seconds) + wobble
        phase = 2 * np.pi * (np.cumsum(sweep_hz) / rate_hz + generator.uniform())
        swell = 1 + 0.2 * np.sin(2 * np.pi * generator.uniform(0.1, 0.3) * times + generator.uniform(0, 6))
        for row, (metres, weight) in enumerate(
            zip(distances()[ELECTRODES.index(electrode)], near(electrode, SPREAD_METRES), strict=True)
        ):
            envelope = _envelope(times, metres / SPREAD_METRES_PER_SECOND, seconds)
            lag = 2 * np.pi * sweep_hz * metres / WAVE_METRES_PER_SECOND
            wave[row] += weight * envelope * swell * np.sin(phase - lag)
    wave *= np.sqrt(2) * STRENGTH
    return wave


def _envelope(times: NDArray[np.float64], delay: float, seconds: float) -> NDArray[np.float64]:
    rise = np.clip((times - delay) / RISE_SECONDS, 0, 1)
    fade = np.clip((seconds - times) / FADE_SECONDS, 0, 1)
    return np.asarray(np.sin(np.pi / 2 * rise * fade) ** 2 * (0.7 + 0.3 * times / seconds))
