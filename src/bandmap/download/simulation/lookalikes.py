"""Seizures that evolve, some of them weak, and artefacts that look like them for a few seconds.

A seizure begins at its focus, slows down and spreads (Gotman 1982; Blume et al. 1984). Chewing is bursts of both
temporal muscles; a rhythmic movement keeps its frequency and its place, and starts and stops at once; a loose electrode
pops.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bandmap.download.simulation.artifacts import muscle_noise
from bandmap.download.simulation.scalp import distances, near
from bandmap.download.simulation.waves import ELECTRODES
from bandmap.vocabulary.recording import Event

SLOWED = 0.45  # frequency at the end of a seizure, as a share of that at its start
FIRST_METRES, LAST_METRES = 0.03, 0.08  # reach of a seizure
STRONG, WEAK = (45.0, 70.0), (18.0, 28.0)  # peak of a seizure, microvolts
WEAK_SHARE = 1 / 3

ARTEFACT_SECONDS = (8.0, 60.0)
GUARD_SECONDS = 30.0  # between artefacts and seizures
CHEWS_HZ, CHEW = (1.0, 1.8), 45.0
MOVEMENT_HZ, MOVEMENT = (2.5, 8.0), (25.0, 70.0)
POPS_PER_SECOND, POP = (0.5, 2.0), (60.0, 200.0)


def add_seizure(
    scalp: NDArray[np.float32],
    rate_hz: float,
    seizure: Event,
    focus: Sequence[str],
    start_hz: float,
    generator: np.random.Generator,
) -> None:
    """Add a rhythm that slows down from `start_hz` and spreads from its focus; one in three is weak.

    Parameters
    ----------
    scalp : ndarray of float32, shape (electrodes, samples)
        Microvolts, rows as `ELECTRODES`; changed in place.
    rate_hz : float
    seizure : Event
    focus : sequence of str
        Electrodes under which it arises, one after another within a fifth of a cycle.
    start_hz : float
    generator : numpy.random.Generator
    """
    times = np.arange(round(seizure.duration * rate_hz)) / rate_hz
    course = times / seizure.duration
    peak = generator.uniform(*(WEAK if generator.random() < WEAK_SHARE else STRONG))
    reach = FIRST_METRES + (LAST_METRES - FIRST_METRES) * course
    envelope = np.clip(times / 2, 0, 1) * np.clip((seizure.duration - times) / 1.5, 0, 1) * (0.6 + 0.4 * course)
    first = round(seizure.onset * rate_hz)
    wobble = 1 + 0.05 * np.sin(2 * np.pi * generator.uniform(0.1, 0.3) * times + generator.uniform(0, 6))
    cycles = np.cumsum(start_hz * (1 - (1 - SLOWED) * course) * wobble) / rate_hz
    for electrode in focus:
        lag = generator.uniform(0, 0.2)  # of a cycle: the difference between two electrodes does not vanish
        wave = peak * envelope * _sharp(2 * np.pi * (cycles - lag))
        for row, metres in enumerate(distances(ELECTRODES)[ELECTRODES.index(electrode)]):
            share = np.exp(-0.5 * (metres / reach) ** 2)
            scalp[row, first : first + times.size] += (share * wave / len(focus)).astype(np.float32)


def add_artefacts(
    scalp: NDArray[np.float32],
    rate_hz: float,
    seizures: Sequence[Event],
    per_hour: float,
    generator: np.random.Generator,
) -> list[Event]:
    """Add `per_hour` artefacts of each kind, in place, none near a seizure; return them in the order of their kinds."""
    seconds, added = scalp.shape[1] / rate_hz, []
    for label, add in (("chewing", _chewing), ("movement", _movement), ("pops", _pops)):
        for _ in range(generator.poisson(per_hour * seconds / 3600)):
            duration = min(generator.uniform(*ARTEFACT_SECONDS), seconds / 2)
            onset = generator.uniform(0, seconds - duration)
            artefact = Event(float(onset), float(onset + duration), label)
            first, last = round(onset * rate_hz), round(artefact.offset * rate_hz)
            wave = add(last - first, rate_hz, generator)
            if all(
                artefact.offset < one.onset - GUARD_SECONDS or onset > one.offset + GUARD_SECONDS for one in seizures
            ):
                scalp[:, first:last] += wave
                added.append(artefact)
    return added


def _sharp(phase: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sin(phase) + 0.35 * np.sin(2 * phase + 0.6)


def _chewing(n_samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return bursts of both temporal muscles at the rate of chewing."""
    times = np.arange(n_samples) / rate_hz
    cycle = np.sin(2 * np.pi * generator.uniform(*CHEWS_HZ) * times + generator.uniform(0, 6))
    bursts = np.clip(cycle, 0, 1) ** 2
    sides = np.stack([near(electrode, 0.04, ELECTRODES) for electrode in ("T3", "T4")], axis=1)
    muscles = np.stack([muscle_noise(n_samples, generator) for _ in range(2)]) * bursts * CHEW
    jaw = np.outer(near("Fpz", 0.06, ELECTRODES), 25 * cycle)
    return np.asarray(sides @ muscles + jaw, np.float32)


def _movement(n_samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return a rhythm of constant frequency, place and strength."""
    times = np.arange(n_samples) / rate_hz
    electrode = str(generator.choice(ELECTRODES[:19]))
    phase = 2 * np.pi * (generator.uniform(*MOVEMENT_HZ) * times + generator.uniform())
    edges = np.clip(np.minimum(times, times[::-1]) / 0.3, 0, 1)
    wave = generator.uniform(*MOVEMENT) * edges * _sharp(phase)
    return np.asarray(np.outer(near(electrode, generator.uniform(0.03, 0.08), ELECTRODES), wave), np.float32)


def _pops(n_samples: int, rate_hz: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return jumps of one electrode that decay, one after another."""
    jumps = np.zeros(n_samples)
    every = generator.uniform(*POPS_PER_SECOND)
    at = generator.integers(0, n_samples, size=max(3, round(every * n_samples / rate_hz)))
    jumps[at] = generator.uniform(*POP, size=at.size) * generator.choice((-1, 1), size=at.size)
    decay = np.exp(-np.arange(round(1.5 * rate_hz)) / (0.3 * rate_hz))
    wave = np.zeros((len(ELECTRODES), n_samples), np.float32)
    wave[generator.integers(19)] = np.convolve(jumps, decay)[:n_samples]
    return wave
