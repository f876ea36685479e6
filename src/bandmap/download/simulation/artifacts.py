"""Artifacts of recordings: drift, blinks, muscle activity, electrode pops, mains noise, heartbeat."""

import numpy as np
from numpy.typing import NDArray

from bandmap.download.simulation.scalp import ELECTRODES, add_bump, near, noise

DRIFT, MUSCLE = 20.0, 15.0  # microvolts, root mean square
LINE_AMPLITUDES = (0.5, 3.0)
BLINK_PEAKS, POP_PEAKS = (50.0, 120.0), (50.0, 200.0)
BLINKS_PER_MINUTE, BURSTS_PER_MINUTE, POPS_PER_MINUTE = 8.0, 4.0, 1.5


def moments(per_minute: float, samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return random times in seconds, unsorted, with a given mean rate per minute."""
    seconds = samples / rate_hz
    return generator.uniform(0, seconds, size=generator.poisson(per_minute * seconds / 60))


def drift(signal: NDArray[np.floating], rate_hz: float, generator: np.random.Generator) -> None:
    """Add waves below 0.3 Hz to every row, in place."""
    frequencies = np.fft.rfftfreq(signal.shape[1], 1 / rate_hz)
    slow = np.where((frequencies > 0) & (frequencies < 0.3), 1 / np.maximum(frequencies, 0.02), 0)
    signal += DRIFT * noise(slow, len(signal), signal.shape[1], generator)


def blinks(signal: NDArray[np.floating], rate_hz: float, generator: np.random.Generator) -> None:
    """Add blinks to rows that are `ELECTRODES`, in place."""
    weights = np.maximum(near("Fp1", 0.035), near("Fp2", 0.035))
    for at in moments(BLINKS_PER_MINUTE, signal.shape[1], rate_hz, generator):
        add_bump(signal, weights, at, generator.uniform(0.06, 0.1), generator.uniform(*BLINK_PEAKS), rate_hz)


def muscle(
    signal: NDArray[np.floating],
    rate_hz: float,
    generator: np.random.Generator,
    electrodes: tuple[str, ...] = ELECTRODES,
) -> None:
    """Add bursts of the temporal muscles, in place."""
    for electrode in ("T3", "T4"):
        for at in moments(BURSTS_PER_MINUTE, signal.shape[1], rate_hz, generator):
            first = int(at * rate_hz)
            last = min(first + int(generator.uniform(0.5, 2) * rate_hz), signal.shape[1])
            burst = MUSCLE * muscle_noise(last - first, generator) * np.hanning(last - first)
            signal[:, first:last] += np.outer(near(electrode, 0.03, electrodes), burst).astype(np.float32)


def muscle_noise(n_samples: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return muscle noise, shape (samples,): differentiated white noise, which falls off to low frequencies."""
    return np.diff(generator.standard_normal(n_samples + 1))


def pops(signal: NDArray[np.floating], rate_hz: float, generator: np.random.Generator) -> None:
    """Add jumps that decay, each in one row, in place."""
    for at in moments(POPS_PER_MINUTE, signal.shape[1], rate_hz, generator):
        first = int(at * rate_hz)
        last = min(first + int(2 * rate_hz), signal.shape[1])
        peak = generator.uniform(*POP_PEAKS) * generator.choice((-1, 1))
        decay = np.exp(-np.arange(last - first) / (0.3 * rate_hz))
        signal[generator.integers(len(signal)), first:last] += (peak * decay).astype(np.float32)


def line(signal: NDArray[np.floating], rate_hz: float, line_hz: float, generator: np.random.Generator) -> None:
    """Add mains noise to every row, in place."""
    amplitudes = generator.uniform(*LINE_AMPLITUDES, size=len(signal))
    wave = np.sin(2 * np.pi * line_hz * np.arange(signal.shape[1]) / rate_hz)
    signal += np.outer(amplitudes, wave).astype(np.float32)


def electrocardiogram(n_samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return heartbeats in microvolts, shape (samples,)."""
    beats = np.cumsum(generator.normal(0.9, 0.04, size=int(n_samples / rate_hz / 0.7) + 2))
    heart = np.zeros((1, n_samples), dtype=np.float32)
    for beat in beats:
        for delay, width, peak in ((0.0, 0.01, 800.0), (0.25, 0.04, 150.0)):
            add_bump(heart, np.ones(1), beat + delay, width, peak, rate_hz)
    trace: NDArray[np.float32] = heart[0]
    return trace
