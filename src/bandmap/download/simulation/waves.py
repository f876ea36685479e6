"""Single waves of sleep: spindles, K-complexes, vertex and sawtooth waves, eye movements."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandmap.download.simulation.artifacts import muscle_noise
from bandmap.download.simulation.scalp import add_bump, near
from bandmap.vocabulary.montages import ELECTRODES as STANDARD

ELECTRODES = (*STANDARD, "Fpz", "Oz", "A1", "A2")
"""Rows of a simulated night's potentials: the full 10-20 system with both ears."""


@dataclass(frozen=True)
class Paper:
    """Signals to which waves are added in place; each method adds one wave that starts at a given second.

    Attributes
    ----------
    scalp : ndarray of float32, shape (electrodes, samples)
        Microvolts, rows as `ELECTRODES`.
    eyes : ndarray of float32, shape (2, samples)
        Left and right electrooculogram, microvolts.
    spindle_hz : float
        Mean frequency of the sleeper's spindles.
    rate_hz : int
    generator : numpy.random.Generator
    """

    scalp: NDArray[np.float32]
    eyes: NDArray[np.float32]
    spindle_hz: float
    rate_hz: int
    generator: np.random.Generator

    def spindle(self, at: float) -> None:
        """Add a central spindle of 12 to 14 Hz for 0.5 to 1.5 s, waxing and waning."""
        times = self._times(self.generator.uniform(0.5, 1.5))
        hertz = self.spindle_hz + self.generator.normal(0, 0.15)
        wave = self.generator.uniform(30, 50) * np.sin(2 * np.pi * (hertz * times + self.generator.uniform()))
        centre = str(self.generator.choice(("C3", "Cz", "C4")))
        self._burst(self.scalp, near(centre, 0.06, ELECTRODES), at, wave)

    def k_complex(self, at: float) -> None:
        """Add a sharp negative wave followed by a slower positive one, largest in front of the vertex."""
        weights, size = near("Fz", 0.06, ELECTRODES), self.generator.uniform(0.8, 1.2)
        add_bump(self.scalp, weights, at + 0.4, 0.09, -110 * size, self.rate_hz)
        add_bump(self.scalp, weights, at + 0.9, 0.18, 65 * size, self.rate_hz)

    def vertex_wave(self, at: float) -> None:
        """Add a sharp negative wave at the vertex, followed by a smaller positive one."""
        weights, size = near("Cz", 0.045, ELECTRODES), self.generator.uniform(0.8, 1.2)
        add_bump(self.scalp, weights, at + 0.2, 0.035, -70 * size, self.rate_hz)
        add_bump(self.scalp, weights, at + 0.32, 0.05, 35 * size, self.rate_hz)

    def sawtooth(self, at: float) -> None:
        """Add notched waves of 4.3 to 5.7 Hz at the vertex for some seconds."""
        times = self._times(self.generator.uniform(2, 3.5))
        cycles = self.generator.uniform(4.3, 5.7) * times + self.generator.uniform()
        self._burst(self.scalp, near("Cz", 0.05, ELECTRODES), at, 45 * (cycles % 1 - 0.5))

    def saccade(self, at: float) -> None:
        """Add a rapid movement of both eyes to one side: the electrode there becomes positive, the other negative."""
        times = self._times(1.5)
        size = self.generator.uniform(60, 140) * self.generator.choice((-1, 1))
        turn = size * np.exp(-times / 0.4)
        sides = near("F7", 0.03, ELECTRODES) - near("F8", 0.03, ELECTRODES)
        self._add(self.scalp, 0.12 * sides, at, turn)
        self._add(self.eyes, np.array([1, -1], np.float32), at, turn)

    def roll(self, at: float) -> None:
        """Add slow rolling of both eyes from side to side."""
        wave = self.generator.uniform(40, 80) * np.sin(2 * np.pi * 0.35 * self._times(3.4))
        self._burst(self.eyes, np.array([1, -1], np.float32), at, wave)

    def blink(self, at: float) -> None:
        """Add a blink of both eyes."""
        width, peak = self.generator.uniform(0.06, 0.1), self.generator.uniform(50, 120)
        lids = np.maximum(near("Fp1", 0.035, ELECTRODES), near("Fp2", 0.035, ELECTRODES))
        add_bump(self.scalp, lids, at + 0.5, width, peak, self.rate_hz)
        add_bump(self.eyes, np.ones(2), at + 0.5, width, peak, self.rate_hz)

    def temple(self, at: float) -> None:
        """Add a burst of a temporal muscle."""
        wave = 15 * muscle_noise(self._times(self.generator.uniform(0.5, 2)).size, self.generator)
        self._burst(self.scalp, near(str(self.generator.choice(("T3", "T4"))), 0.03, ELECTRODES), at, wave)

    def _times(self, seconds: float) -> NDArray[np.float64]:
        return np.arange(round(seconds * self.rate_hz)) / self.rate_hz

    def _burst(
        self, signal: NDArray[np.float32], weights: NDArray[np.float32], at: float, wave: NDArray[np.float64]
    ) -> None:
        self._add(signal, weights, at, wave * np.hanning(wave.size))

    def _add(
        self, signal: NDArray[np.float32], weights: NDArray[np.float32], at: float, wave: NDArray[np.float64]
    ) -> None:
        first = round(at * self.rate_hz)
        signal[:, first : first + wave.size] += np.outer(weights, wave).astype(np.float32)
