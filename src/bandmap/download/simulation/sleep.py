"""Nights of simulated sleepers, with the characteristic waves of each sleep stage.

Rates, frequencies and locations according to Rechtschaffen and Kales (1968) and the AASM Manual (Berry et al. 2020):
posterior alpha awake; theta and vertex waves in N1; spindles (12 to 14 Hz here, 0.5 to 1.5 s) and K-complexes in N2;
frontal waves of 0.5 to 2 Hz above 75 uV in N3; low voltage, sawtooth waves, rapid eye movements and no tone in REM.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandmap.download.simulation.artifacts import line, muscle_noise
from bandmap.download.simulation.scalp import activity, near, noise
from bandmap.download.simulation.waves import ELECTRODES, Paper

EPOCH_SECONDS = 30
MOVEMENT = "movement"
"""An epoch that is obscured by movement."""

EDGE_SECONDS = 0.5
"""Duration of a transition between stages."""

SENSOR_NOISE = 0.4
# Per stage, microvolts (root mean square): the background, and the tone of the chin.
BACKGROUND = {"W": 9.0, "N1": 9.0, "N2": 11.0, "N3": 15.0, "REM": 7.0, MOVEMENT: 12.0}
TONE = {"W": 30.0, "N1": 15.0, "N2": 10.0, "N3": 8.0, "REM": 2.0, MOVEMENT: 120.0}
ALPHA, THETA, SLOW_WAVES, MUSCLE = 22.0, 11.0, 42.0, 40.0  # microvolts, root mean square
SLOW_HZ, THETA_HZ = 1.1, 5.5


@dataclass(frozen=True)
class Sleeper:
    """The properties of a simulated sleeper that all nights share.

    Attributes
    ----------
    gain : float
        Scale of the activity, 1 for the average sleeper.
    slope : float
        Exponent with which the power of the background falls with frequency.
    alpha_hz, spindle_hz, line_hz : float
        Frequency of the posterior rhythm awake, of spindles and of the mains.
    """

    gain: float
    slope: float
    alpha_hz: float
    spindle_hz: float
    line_hz: float


@dataclass(frozen=True)
class Night:
    """The signals of a simulated night.

    Attributes
    ----------
    scalp : ndarray of float32, shape (electrodes, samples)
        Microvolts against a neutral reference, rows as `ELECTRODES`.
    eyes : ndarray of float32, shape (2, samples)
        Left and right electrooculogram, microvolts.
    chin : ndarray of float32, shape (samples,)
        Electromyogram, microvolts.
    """

    scalp: NDArray[np.float32]
    eyes: NDArray[np.float32]
    chin: NDArray[np.float32]


def night(sleeper: Sleeper, epochs: Sequence[str], *, rate_hz: int, generator: np.random.Generator) -> Night:
    """Return a night.

    Parameters
    ----------
    sleeper : Sleeper
    epochs : sequence of str
        Stage of every 30 s: W, N1, N2, N3, REM or `MOVEMENT`.
    rate_hz : int
    generator : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    Night
    """
    course = _Course(tuple(epochs), rate_hz)
    scalp = activity(sleeper.slope, course.n_samples, rate_hz, generator, ELECTRODES) * course.level(BACKGROUND)
    _rhythms(scalp, sleeper, course, generator)
    eyes = np.zeros((2, course.n_samples), np.float32)
    paper = Paper(scalp, eyes, sleeper.spindle_hz, rate_hz, generator)
    for draw, stage, per_minute in _WAVES:
        for at in course.moments(stage, per_minute, generator):
            draw(paper, at)
    scalp *= np.float32(sleeper.gain)
    moving = course.level({MOVEMENT: 1.0})
    if moving.any():
        scalp += MUSCLE * moving * np.stack([muscle_noise(course.n_samples, generator) for _ in scalp])
    line(scalp, rate_hz, sleeper.line_hz, generator)
    scalp += SENSOR_NOISE * generator.standard_normal(scalp.shape, dtype=np.float32)
    eyes += 0.5 * scalp[[ELECTRODES.index("F7"), ELECTRODES.index("F8")]]
    chin = course.level(TONE) * muscle_noise(course.n_samples, generator)
    return Night(scalp.astype(np.float32), eyes, chin.astype(np.float32))


@dataclass(frozen=True)
class _Course:
    """The course of sleep stages over a night."""

    epochs: tuple[str, ...]
    rate_hz: int

    @property
    def n_samples(self) -> int:
        return len(self.epochs) * EPOCH_SECONDS * self.rate_hz

    def level(self, of_stage: dict[str, float]) -> NDArray[np.float32]:
        """Return a value per stage as a smooth course over time, shape (samples,); 0 for stages without a value."""
        values = np.repeat([of_stage.get(stage, 0.0) for stage in self.epochs], 2)
        starts = np.arange(len(self.epochs)) * EPOCH_SECONDS
        knots = np.stack([starts + EDGE_SECONDS, starts + EPOCH_SECONDS - EDGE_SECONDS], axis=1).ravel()
        times = np.arange(self.n_samples) / self.rate_hz
        return np.asarray(np.interp(times, knots, values), dtype=np.float32)

    def moments(self, stage: str, per_minute: float, generator: np.random.Generator) -> Iterator[float]:
        """Yield random times in seconds within a stage, at least four seconds before an epoch's end."""
        for number, name in enumerate(self.epochs):
            if name == stage:
                n = generator.poisson(per_minute * EPOCH_SECONDS / 60)
                yield from number * EPOCH_SECONDS + generator.uniform(0.5, EPOCH_SECONDS - 4, size=n)


def _rhythms(scalp: NDArray[np.float32], sleeper: Sleeper, course: _Course, generator: np.random.Generator) -> None:
    """Add the continuous activity of each stage, in place."""
    hertz = np.fft.rfftfreq(course.n_samples, 1 / course.rate_hz)
    for levels, centre_hz, width_hz, metres, sources in (
        ({"W": ALPHA, "N1": 0.25 * ALPHA}, sleeper.alpha_hz, 0.5, 0.05, ("O1", "O2")),
        ({"N1": THETA, "REM": 0.6 * THETA, "N2": 0.3 * THETA}, THETA_HZ, 0.7, 0.05, ("C3", "Cz", "C4")),
        ({"N3": SLOW_WAVES, "N2": 0.1 * SLOW_WAVES}, SLOW_HZ, 0.35, 0.05, ("F3", "Fz", "F4")),
    ):
        topography = np.stack([near(source, metres, ELECTRODES) for source in sources], axis=1)
        spectrum = np.where(hertz > 0.3, np.exp(-0.5 * ((hertz - centre_hz) / width_hz) ** 2), 0)
        wave = topography @ noise(spectrum, len(sources), course.n_samples, generator)
        scalp += wave * course.level(levels)


_WAVES: tuple[tuple[Callable[[Paper, float], None], str, float], ...] = (
    (Paper.blink, "W", 8.0),
    (Paper.temple, "W", 6.0),
    (Paper.vertex_wave, "N1", 6.0),
    (Paper.roll, "N1", 3.0),
    (Paper.spindle, "N2", 6.0),
    (Paper.k_complex, "N2", 1.5),
    (Paper.spindle, "N3", 1.0),
    (Paper.sawtooth, "REM", 6.0),
    (Paper.saccade, "REM", 8.0),
)
"""Transient events: their stage, and their rate per minute."""
