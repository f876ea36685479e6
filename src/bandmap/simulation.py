"""Electrode potentials of simulated subjects, with seizures whose region and band are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bandmap.atlas import ELECTRODES as STANDARD
from bandmap.recording import Event

ELECTRODES = (*STANDARD, "FT9", "FT10")
"""Rows of simulated potentials: the 10-20 system and the two that CHB-MIT's derivations need besides."""

BANDS_HZ = {
    "delta": (1.0, 4.0),
    "theta": (4.0, 8.0),
    "alpha": (8.0, 14.0),
    "beta": (14.0, 30.0),
    "gamma": (30.0, 40.0),
}

START = datetime(2001, 1, 1)
"""Of every simulated recording, so that the same seed gives the same bytes."""

# Background, in microvolts (root mean square unless said otherwise)
ACTIVITY, ALPHA, DRIFT, SENSOR_NOISE, MUSCLE = 16.0, 14.0, 20.0, 0.4, 15.0
LINE_AMPLITUDES = (0.5, 3.0)
BLINK_PEAKS, POP_PEAKS = (50.0, 120.0), (50.0, 200.0)
BLINKS_PER_MINUTE, BURSTS_PER_MINUTE, POPS_PER_MINUTE = 8.0, 4.0, 1.5

# Discharge
STRENGTH = 4.5  # times the electrode's own background in the band
SPREAD_METRES = 0.04
SPREAD_METRES_PER_SECOND = 0.02  # of the seizure over the scalp
WAVE_METRES_PER_SECOND = 2.0  # of its single waves
RISE_SECONDS, FADE_SECONDS = 3.0, 2.0

MICROVOLTS_PER_STEP = 0.1
LOOSE_SECONDS = (5.0, 11.0, 17.0)  # flat from the first, at the rail from the second, well again from the third
RAIL = 1e4


@dataclass(frozen=True)
class Subject:
    """What stays the same in all recordings of a simulated subject.

    Attributes
    ----------
    region, band : str
        Where and in which band the seizures are: the planted truth.
    focus : tuple of str
        Electrodes of the region under which the discharge arises.
    alpha_hz, line_hz : float
        Frequency of the posterior rhythm and of the mains.
    gain : float
        How large the activity is, 1 for the mean subject.
    slope : float
        Power of the background falls with frequency to this power.
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
    """Return what the electrodes of a subject record against a neutral reference.

    Parameters
    ----------
    subject : Subject
    seizures : sequence of Event
    duration_seconds, rate_hz : float
    generator : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    ndarray of float32, shape (electrodes, samples)
        Microvolts, rows as `ELECTRODES`.
    """
    n_samples = round(duration_seconds * rate_hz)
    signal: NDArray[np.float32] = _brain(subject, n_samples, rate_hz, generator)
    for artifact in (_drift, _blinks, _muscle, _pops):
        artifact(signal, rate_hz, generator)
    _line(signal, rate_hz, subject.line_hz, generator)
    background = band_rms(signal, rate_hz, BANDS_HZ[subject.band])  # artifacts included: the seizure stands out
    for seizure in seizures:
        first = round(seizure.onset * rate_hz)
        wave = _discharge(subject, seizure.duration, rate_hz, generator) * background[:, np.newaxis]
        signal[:, first : first + wave.shape[1]] += wave
    if subject.loose is not None:
        off, rail, on = (round(seconds * rate_hz) for seconds in LOOSE_SECONDS)
        signal[ELECTRODES.index(subject.loose), off:rail] = 0
        signal[ELECTRODES.index(subject.loose), rail:on] = RAIL
    return signal


def band_rms(microvolts: NDArray[np.floating], rate_hz: float, band_hz: tuple[float, float]) -> NDArray[np.float32]:
    """Return the root mean square of each row within a band, shape (rows,), by Parseval's theorem."""
    n_samples = microvolts.shape[-1]
    frequencies = np.fft.rfftfreq(n_samples, 1 / rate_hz)
    inside = (frequencies >= band_hz[0]) & (frequencies < band_hz[1])
    power = np.abs(np.fft.rfft(microvolts)[..., inside]) ** 2
    return np.asarray(np.sqrt(2 * power.sum(axis=-1)) / n_samples, dtype=np.float32)


def electrocardiogram(n_samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return a heart's beats in microvolts, shape (samples,)."""
    beats = np.cumsum(generator.normal(0.9, 0.04, size=int(n_samples / rate_hz / 0.7) + 2))
    heart = np.zeros((1, n_samples), dtype=np.float32)
    for beat in beats:
        for delay, width, peak in ((0.0, 0.01, 800.0), (0.25, 0.04, 150.0)):
            _add_bump(heart, np.ones(1), beat + delay, width, peak, rate_hz)
    trace: NDArray[np.float32] = heart[0]
    return trace


def write_edf(path: str | Path, channels: Sequence[tuple[str, NDArray[np.floating]]], rate_hz: int, unit: str) -> None:
    """Write signals as EDF+ without name, birth date or clock.

    Parameters
    ----------
    path : path-like
    channels : sequence of (str, ndarray of shape (samples,))
        Labels (not necessarily distinct) and microvolts, in steps of 0.1 up to 3276.8; what is beyond is clipped.
    rate_hz : int
    unit : str
        "uV" or "mV": what the file states.
    """
    from pyedflib import FILETYPE_EDFPLUS, EdfWriter

    in_unit = {"uV": MICROVOLTS_PER_STEP, "mV": MICROVOLTS_PER_STEP / 1000}[unit]
    header = {
        "dimension": unit,
        "sample_frequency": rate_hz,
        "physical_min": round(-32768 * in_unit, 4),
        "physical_max": round(32767 * in_unit, 4),
        "digital_min": -32768,
        "digital_max": 32767,
        "transducer": "",
        "prefilter": "",
    }
    with EdfWriter(str(path), len(channels), FILETYPE_EDFPLUS) as writer:
        writer.setSignalHeaders([{"label": label, **header} for label, _ in channels])
        writer.setStartdatetime(START)
        steps = [np.clip(np.rint(x / MICROVOLTS_PER_STEP), -32768, 32767).astype(np.int32) for _, x in channels]
        writer.writeSamples(steps, digital=True)


@cache
def distances() -> NDArray[np.float64]:
    """Return metres between electrodes (10-20 positions on MNE's Colin 27), shape (electrodes, electrodes)."""
    from mne.channels import make_standard_montage

    at: Mapping[str, NDArray[np.float64]] = make_standard_montage("colin27_1020").get_positions()["ch_pos"]
    positions = np.array([at[name] for name in ELECTRODES])
    return np.asarray(np.linalg.norm(positions[:, np.newaxis] - positions, axis=-1))


def _near(electrode: str, metres: float) -> NDArray[np.float32]:
    near = np.exp(-0.5 * (distances()[ELECTRODES.index(electrode)] / metres) ** 2)
    return np.asarray(near, dtype=np.float32)


def _noise(
    amplitudes: NDArray[np.floating], rows: int, n_samples: int, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Return noise of the given amplitude spectrum and unit root mean square, shape (rows, samples)."""
    parts = generator.standard_normal((2, rows, amplitudes.size), dtype=np.float32)
    noise = np.fft.irfft((parts[0] + 1j * parts[1]) * amplitudes.astype(np.float32), n=n_samples)
    return np.asarray(noise / noise.std(axis=-1, keepdims=True), dtype=np.float32)


def _brain(subject: Subject, n_samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float32]:
    frequencies = np.fft.rfftfreq(n_samples, 1 / rate_hz)
    amplitudes = np.where(frequencies < 0.3, 0, np.maximum(frequencies, 0.5) ** (-subject.slope / 2))
    mixing = np.exp(-0.5 * (distances() / 0.05) ** 2).astype(np.float32)
    mixing /= np.linalg.norm(mixing, axis=1, keepdims=True)
    activity = ACTIVITY * mixing @ _noise(amplitudes, len(ELECTRODES), n_samples, generator)
    posterior = np.stack([_near("O1", 0.05), _near("O2", 0.05)], axis=1)
    rhythm = _noise(np.exp(-0.5 * ((frequencies - subject.alpha_hz) / 0.5) ** 2), 2, n_samples, generator)
    noise = generator.standard_normal(activity.shape, dtype=np.float32)
    total: NDArray[np.float32] = subject.gain * (activity + ALPHA * posterior @ rhythm) + SENSOR_NOISE * noise
    return total


def _discharge(subject: Subject, seconds: float, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return one seizure in units of each electrode's background in the band, shape (electrodes, samples).

    Every electrode of the focus has a generator of its own, so that the difference of two of them does not vanish. The
    frequency stays in the middle third of the band and the wave is a sine: its harmonics would be another band's.
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
            zip(distances()[ELECTRODES.index(electrode)], _near(electrode, SPREAD_METRES), strict=True)
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


def _times(per_minute: float, samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float64]:
    seconds = samples / rate_hz
    return generator.uniform(0, seconds, size=generator.poisson(per_minute * seconds / 60))


def _add_bump(
    signal: NDArray[np.float32], weights: NDArray[np.floating], at: float, width: float, peak: float, rate_hz: float
) -> None:
    first, last = (int(np.clip((at + side * width) * rate_hz, 0, signal.shape[1])) for side in (-5, 5))
    times = np.arange(first, last) / rate_hz - at
    signal[:, first:last] += np.outer(weights, peak * np.exp(-0.5 * (times / width) ** 2)).astype(np.float32)


def _drift(signal: NDArray[np.float32], rate_hz: float, generator: np.random.Generator) -> None:
    frequencies = np.fft.rfftfreq(signal.shape[1], 1 / rate_hz)
    slow = np.where((frequencies > 0) & (frequencies < 0.3), 1 / np.maximum(frequencies, 0.02), 0)
    signal += DRIFT * _noise(slow, len(signal), signal.shape[1], generator)


def _blinks(signal: NDArray[np.float32], rate_hz: float, generator: np.random.Generator) -> None:
    weights = np.maximum(_near("Fp1", 0.035), _near("Fp2", 0.035))
    for at in _times(BLINKS_PER_MINUTE, signal.shape[1], rate_hz, generator):
        _add_bump(signal, weights, at, generator.uniform(0.06, 0.1), generator.uniform(*BLINK_PEAKS), rate_hz)


def _muscle(signal: NDArray[np.float32], rate_hz: float, generator: np.random.Generator) -> None:
    for electrode in ("T3", "T4"):
        for at in _times(BURSTS_PER_MINUTE, signal.shape[1], rate_hz, generator):
            first = int(at * rate_hz)
            last = min(first + int(generator.uniform(0.5, 2) * rate_hz), signal.shape[1])
            # The first difference of white noise falls towards low frequencies, as muscle does.
            noise = np.diff(generator.standard_normal(last - first + 1)) * np.hanning(last - first)
            signal[:, first:last] += np.outer(_near(electrode, 0.03), MUSCLE * noise).astype(np.float32)


def _pops(signal: NDArray[np.float32], rate_hz: float, generator: np.random.Generator) -> None:
    for at in _times(POPS_PER_MINUTE, signal.shape[1], rate_hz, generator):
        first = int(at * rate_hz)
        last = min(first + int(2 * rate_hz), signal.shape[1])
        peak = generator.uniform(*POP_PEAKS) * generator.choice((-1, 1))
        decay = np.exp(-np.arange(last - first) / (0.3 * rate_hz))
        signal[generator.integers(len(signal)), first:last] += (peak * decay).astype(np.float32)


def _line(signal: NDArray[np.float32], rate_hz: float, line_hz: float, generator: np.random.Generator) -> None:
    amplitudes = generator.uniform(*LINE_AMPLITUDES, size=len(signal))
    wave = np.sin(2 * np.pi * line_hz * np.arange(signal.shape[1]) / rate_hz)
    signal += np.outer(amplitudes, wave).astype(np.float32)
