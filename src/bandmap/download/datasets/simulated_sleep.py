"""Simulated nights: five sleep stages with their typical rhythms, marked as EDF+ annotations.

A night consists of cycles (Feinberg and Floyd 1979): N1, N2, N3, N2, REM, with less N3 and more REM in later cycles,
and short awakenings. Its hypnogram is stored in the recording itself, with the labels of Sleep-EDF (Rechtschaffen and
Kales: stages 3 and 4), and read from there. Some epochs are movement or unscored.
"""

import random
from collections.abc import Iterator
from itertools import accumulate, chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING

from bandmap.download.datasets._cohort import Cohort, check_numbers

if TYPE_CHECKING:
    from bandmap.download.simulation.sleep import Sleeper
    from bandmap.vocabulary.recording import Event

COHORT = Cohort("night")
LEAST = {"subjects": 1, "recordings_per_subject": 1, "duration_minutes": 12, "rate_hz": 100}

EPOCH_SECONDS = 30
CYCLE_EPOCHS = 180
"""A cycle of sleep lasts 90 minutes, or the whole of a shorter recording."""

RHYTHMS = {
    "W": ("parieto-occipital", "alpha"),
    "N1": ("central", "theta"),
    "N2": ("central", "alpha"),
    "N3": ("frontal", "delta"),
    "REM": ("central", "theta"),
}
"""Stage -> region and band (of the default settings) of its characteristic rhythm."""

PHYSIOLOGY = {
    "Sleep stage W": "W",
    "Sleep stage 1": "N1",
    "Sleep stage 2": "N2",
    "Sleep stage 3": "N3",
    "Sleep stage 4": "N3",
    "Sleep stage R": "REM",
    "Sleep stage ?": "W",
    "Movement time": "movement",
}
"""Annotation -> the simulated state of the sleeper."""

UNSCORED = frozenset({"Sleep stage ?", "Movement time"})

BOUTS = ("Sleep stage 1", "Sleep stage 2", "Sleep stage 3", "Sleep stage 2", "Sleep stage R")
EARLY, LATE = (0.08, 0.30, 0.34, 0.18, 0.10), (0.08, 0.30, 0.08, 0.22, 0.32)
"""Shares of a cycle's bouts in the first cycle and in the last."""

SHORTEST_BOUT, AWAKENING, MOVEMENT_EPOCHS = 2, 0.02, 240  # epochs; probability per epoch; epochs per epoch of movement
UNSCORED_END = 3
"""One of this many nights is not scored to its end."""


def recordings(
    *, subjects: int = 8, recordings_per_subject: int = 1, duration_minutes: int = 60, rate_hz: int = 128
) -> list[dict[str, str]]:
    """List the nights of the cohort.

    Parameters
    ----------
    subjects : int
        Number of sleepers.
    recordings_per_subject : int
        Number of nights of each sleeper.
    duration_minutes : int
        Duration of each night, at least 12. Eight hours give a file of 195 MB and take 1.8 GB of memory.
    rate_hz : int
        Samples per second, at least 100.

    Returns
    -------
    list of dict
        recording, subject, source (empty: there is none).

    Raises
    ------
    ValueError
        If a number is too small.
    """
    check_numbers(
        LEAST,
        subjects=subjects,
        recordings_per_subject=recordings_per_subject,
        duration_minutes=duration_minutes,
        rate_hz=rate_hz,
    )
    return [names | {"source": ""} for _, _, names in COHORT.listed(subjects, recordings_per_subject)]


def fetch(recording: str, edf: Path, *, seed: int, duration_minutes: int, rate_hz: int) -> None:
    """Simulate one night as EDF+ with its hypnogram as annotations; the same seed gives the same bytes."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    from bandmap.download.simulation import files, laboratories, sleep, waves
    from bandmap.files.whole import whole_file

    index, run = COHORT.numbers(recording)
    marks = _hypnogram(seed, index, run, duration_minutes)
    generator = np.random.default_rng((seed, index, run, EPOCH_SECONDS))
    with threadpool_limits(1):  # the last digit of a sum of products depends on the number of threads
        night = sleep.night(
            _sleeper(seed, index), [PHYSIOLOGY[mark] for mark in marks], rate_hz=rate_hz, generator=generator
        )
    channels = laboratories.channels(dict(zip(waves.ELECTRODES, night.scalp, strict=True)), 2 * (index % 2))
    channels += [("EOG left", night.eyes[0]), ("EOG right", night.eyes[1]), ("EMG submental", night.chin)]
    with whole_file(edf) as unfinished:
        files.write_edf(unfinished, channels, rate_hz, "uV", list(_spans(marks)))


def annotate(recording: str, edf: Path, labels: Path | None, events: Path) -> None:
    """Write the stages that the annotations of one night mark; the recording contains its labels."""
    import bandmap.files.edf
    from bandmap.download import hypnogram
    from bandmap.download.simulation.files import START
    from bandmap.files.events import write_events

    raw = bandmap.files.edf.read(edf)
    found = hypnogram.stages(raw.annotations, seconds=raw.duration_seconds, source=recording)
    write_events(events, found, recording_seconds=raw.duration_seconds, start=START)


def truth(*, seed: int, subjects: int, recordings_per_subject: int, duration_minutes: int) -> list[dict[str, object]]:
    """Return the planted truth: a row for every period of one stage.

    Parameters
    ----------
    seed, subjects, recordings_per_subject, duration_minutes : int
        As in `fetch` and `recordings`.

    Returns
    -------
    list of dict
        subject, recording, seizure (here the stage: W, N1, N2, N3 or REM), region and band of the characteristic
        rhythm of the stage, onset and duration (seconds).
    """
    rows: list[dict[str, object]] = []
    for s, r, names in COHORT.listed(subjects, recordings_per_subject):
        marks = _hypnogram(seed, s, r, duration_minutes)
        for stage, first, last in _stretches(["" if mark in UNSCORED else PHYSIOLOGY[mark] for mark in marks]):
            if stage:
                region, band = RHYTHMS[stage]
                rows.append(
                    {
                        **names,
                        "seizure": stage,
                        "region": region,
                        "band": band,
                        "onset": first * EPOCH_SECONDS,
                        "duration": (last - first) * EPOCH_SECONDS,
                    }
                )
    return rows


def _sleeper(seed: int, index: int) -> "Sleeper":
    from bandmap.download.simulation.sleep import Sleeper

    chance = random.Random(f"{seed} {index} sleeper")
    return Sleeper(
        gain=chance.uniform(0.8, 1.25),
        slope=chance.uniform(1.6, 1.9),
        alpha_hz=chance.uniform(8.8, 11.2),
        spindle_hz=chance.uniform(12.4, 13.6),
        line_hz=chance.choice((50.0, 60.0)),
    )


def _hypnogram(seed: int, index: int, run: int, duration_minutes: int) -> list[str]:
    """Draw the annotation of every epoch."""
    chance = random.Random(f"{seed} {index} {run} hypnogram")
    n_epochs = duration_minutes * 60 // EPOCH_SECONDS
    awake = [max(SHORTEST_BOUT, round(share * n_epochs)) for share in (0.08, 0.03)]
    asleep = n_epochs - sum(awake)
    n_cycles = max(1, round(asleep / CYCLE_EPOCHS))
    edges = [asleep * number // n_cycles for number in range(n_cycles + 1)]
    cycles = [
        _cycle(edges[number + 1] - edges[number], number / max(n_cycles - 1, 1), chance) for number in range(n_cycles)
    ]
    marks = ["Sleep stage W"] * awake[0] + list(chain(*cycles)) + ["Sleep stage W"] * awake[1]
    for _ in range(max(1, n_epochs // MOVEMENT_EPOCHS)):
        inner = [i for i in range(1, n_epochs - 1) if marks[i - 1] == marks[i] == marks[i + 1]]
        marks[chance.choice(inner)] = "Movement time"
    if (index + run) % UNSCORED_END == UNSCORED_END - 1:
        marks[-1] = "Sleep stage ?"
    return marks


def _cycle(n_epochs: int, progress: float, chance: random.Random) -> list[str]:
    """Draw the annotations of one cycle; progress goes from 0 in the first to 1 in the last."""
    shares = [
        (early + progress * (late - early)) * chance.lognormvariate(0, 0.25)
        for early, late in zip(EARLY, LATE, strict=True)
    ]
    spare = n_epochs - SHORTEST_BOUT * len(BOUTS)
    ends = [0, *(round(spare * part / sum(shares)) for part in accumulate(shares))]
    lengths = [SHORTEST_BOUT + ends[i + 1] - ends[i] for i in range(len(BOUTS))]
    return [mark for bout, length in zip(BOUTS, lengths, strict=True) for mark in _bout(bout, length, chance)]


def _bout(mark: str, length: int, chance: random.Random) -> list[str]:
    """Draw the annotations of one bout: the deepest third of slow-wave sleep is stage 4, other bouts are broken."""
    if mark == "Sleep stage 3":
        third = length // 3
        return [mark] * third + ["Sleep stage 4"] * third + [mark] * (length - 2 * third)
    marks = [mark] * length
    for number in range(1, length - SHORTEST_BOUT):
        if mark != "Sleep stage 1" and chance.random() < AWAKENING:
            marks[number : number + 2] = ["Sleep stage W", "Sleep stage 1"]
    return marks


def _stretches(names: list[str]) -> "Iterator[tuple[str, int, int]]":
    """Yield each run of one name with its first epoch and the epoch after its last."""
    first = 0
    for name, run in groupby(names):
        last = first + len(list(run))
        yield name, first, last
        first = last


def _spans(marks: list[str]) -> "Iterator[Event]":
    from bandmap.vocabulary.recording import Event

    for mark, first, last in _stretches(marks):
        yield Event(float(first * EPOCH_SECONDS), float(last * EPOCH_SECONDS), mark)
