"""A simulated cohort that is hard for a detector: long recordings of wake and sleep, few seizures, many look-alikes.

Seizures evolve in frequency, place and strength, and some are weak; artefacts are rhythmic as well, but do not evolve,
so that a few seconds do not tell them apart.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bandmap.download.cohorts import FOCI, Session
from bandmap.download.datasets._cohort import Cohort, check_numbers
from bandmap.download.datasets._seizures import write_seizures

if TYPE_CHECKING:
    from bandmap.download.simulation.sleep import Sleeper

COHORT = Cohort("run")
LEAST = {"subjects": 1, "recordings_per_subject": 1, "duration_seconds": 120, "rate_hz": 100}

STATES = (("W", 0.34), ("N1", 0.06), ("N2", 0.28), ("N3", 0.14), ("REM", 0.10), ("W", 0.08))
"""States of a recording in this order, with their shares; longer recordings repeat them every three hours."""

PERIOD_EPOCHS, EPOCH_SECONDS = 360, 30


def recordings(
    *,
    subjects: int = 12,
    recordings_per_subject: int = 1,
    duration_seconds: int = 21600,
    seizures_per_recording: int = 2,
    rate_hz: int = 128,
    seizure_seconds: Sequence[float] = (8, 180),
    artefacts_per_hour: float = 4,
) -> list[dict[str, str]]:
    """List the recordings of the cohort.

    Parameters
    ----------
    subjects : int
        Number of subjects.
    recordings_per_subject : int
        Number of recordings of each subject.
    duration_seconds : int
        Duration of each recording, whole epochs of 30 s. Six hours give a file of 127 MB and take 1.4 GB of memory.
    seizures_per_recording : int
        Number of seizures in each recording.
    rate_hz : int
        Samples per second, at least 100.
    seizure_seconds : sequence of float
        Shortest and longest duration of a seizure.
    artefacts_per_hour : float
        Mean number of each kind: chewing, rhythmic movement, electrode pops.

    Returns
    -------
    list of dict
        recording, subject, source (empty: there is none).

    Raises
    ------
    ValueError
        If a number is too small, or the seizures do not fit into a recording.
    """
    check_numbers(
        LEAST,
        subjects=subjects,
        recordings_per_subject=recordings_per_subject,
        duration_seconds=duration_seconds,
        rate_hz=rate_hz,
    )
    if duration_seconds % EPOCH_SECONDS:
        raise ValueError(f"duration_seconds is {duration_seconds}; it must be a multiple of {EPOCH_SECONDS}")
    if artefacts_per_hour < 0:
        raise ValueError(f"artefacts_per_hour is {artefacts_per_hour}; it must be at least 0")
    Session(duration_seconds, seizures_per_recording, seizure_seconds).check()
    return [names | {"source": ""} for _, _, names in COHORT.listed(subjects, recordings_per_subject)]


def fetch(
    recording: str,
    edf: Path,
    *,
    seed: int,
    duration_seconds: int,
    seizures_per_recording: int,
    rate_hz: int,
    seizure_seconds: Sequence[float],
    artefacts_per_hour: float,
) -> None:
    """Simulate one recording as EDF+; the same seed gives the same bytes, regardless of other recordings."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    from bandmap.download.simulation import files, laboratories, lookalikes, sleep, waves
    from bandmap.files.whole import whole_file

    index, run = COHORT.numbers(recording)
    events = Session(duration_seconds, seizures_per_recording, seizure_seconds).seizures(seed, index, run)
    focus, start_hz = _focus(seed, index)[1], _chance(seed, index, "rhythm").uniform(5.0, 9.0)
    generator = np.random.default_rng((seed, index, run, 4))
    with threadpool_limits(1):  # the last digit of a sum of products depends on the number of threads
        night = sleep.night(_sleeper(seed, index), _states(duration_seconds), rate_hz=rate_hz, generator=generator)
        scalp = night.scalp
        for event in events:
            lookalikes.add_seizure(scalp, rate_hz, event, focus, start_hz, generator)
        lookalikes.add_artefacts(scalp, rate_hz, events, artefacts_per_hour, generator)
    channels = laboratories.channels(dict(zip(waves.ELECTRODES, scalp, strict=True)), 2 * (index % 2))
    with whole_file(edf) as unfinished:
        files.write_edf(unfinished, channels, rate_hz, "uV")


def annotate(
    recording: str,
    edf: Path,
    labels: Path | None,
    events: Path,
    *,
    seed: int,
    duration_seconds: int,
    seizures_per_recording: int,
    seizure_seconds: Sequence[float],
) -> None:
    """Write the seizures of one recording, which the seed determines, so that no file is read."""
    session = Session(duration_seconds, seizures_per_recording, seizure_seconds)
    write_seizures(events, COHORT.numbers(recording), session, seed)


def _chance(seed: int, index: int, what: str) -> random.Random:
    return random.Random(f"{seed} {index} detection {what}")


def _focus(seed: int, index: int) -> tuple[str, tuple[str, ...]]:
    chance = _chance(seed, index, "focus")
    region = chance.choice(list(FOCI))
    return region, chance.choice(FOCI[region])


def _sleeper(seed: int, index: int) -> "Sleeper":
    from bandmap.download.simulation.sleep import Sleeper

    chance = _chance(seed, index, "person")
    return Sleeper(
        gain=chance.uniform(0.85, 1.2),
        slope=chance.uniform(1.6, 1.9),
        alpha_hz=chance.uniform(8.8, 11.2),
        spindle_hz=chance.uniform(12.4, 13.6),
        line_hz=chance.choice((50.0, 60.0)),
    )


def _states(duration_seconds: int) -> list[str]:
    """Return the state of every 30 s."""
    n_epochs = duration_seconds // EPOCH_SECONDS
    period = min(n_epochs, PERIOD_EPOCHS)
    names: list[str] = []
    for state, share in STATES:
        names += [state] * round(share * period)
    names = (names + ["W"] * period)[:period]
    return [names[number % period] for number in range(n_epochs)]
