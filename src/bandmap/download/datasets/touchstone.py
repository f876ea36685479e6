"""Touchstone, the planted benchmark: scenarios with a truth for every cell.

Jewellers rub gold on a touchstone to see whether it is gold. Sources reach the electrodes through the lead field of a
three-shell sphere. docs/truth.md describes scenarios, truth and scores.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from bandmap.download import planted, scenarios
from bandmap.download.cohorts import BANDS, REGIONS, Session
from bandmap.download.datasets._cohort import Cohort, check_numbers
from bandmap.download.datasets._seizures import write_seizures
from bandmap.vocabulary.truth import CELL_COLUMNS, NO_CELL, TARGET_WEIGHT

if TYPE_CHECKING:
    from bandmap.download.simulation.planting import Background

COHORT = Cohort("run")
LEAST = {"subjects": 1, "recordings_per_subject": 1, "duration_seconds": 1, "rate_hz": 100}


def recordings(  # noqa: PLR0913 - the keys that config.yaml may give
    *,
    scenario: str = "two_foci",
    version: int = 2,
    subjects: int = 100,
    recordings_per_subject: int = 1,
    duration_seconds: int = 520,
    seizures_per_recording: int = 4,
    rate_hz: int = 256,
    seizure_seconds: Sequence[float] = (20, 40),
    cue: bool = True,
    strength: float = 1.0,
    background: str | None = None,
) -> list[dict[str, str]]:
    """List the recordings of one scenario.

    Parameters
    ----------
    scenario : str
        distractor, shortcut, two_foci, conjunction, decrease, border, deep, spread, signal_steps, null or suppressor.
    version : int
        Version of the generator, 2; the same version and seed make the same files.
    subjects : int
        Number of subjects. Of every twenty, twelve are in the split train, four in dev and four in eval.
    recordings_per_subject : int
        Number of recordings of each subject.
    duration_seconds : int
        Duration of each recording.
    seizures_per_recording : int
        Number of seizures in each recording.
    rate_hz : int
        Samples per second.
    seizure_seconds : sequence of float
        Shortest and longest duration of a seizure.
    cue : bool
        Whether the artefact of `shortcut` is there; other scenarios have none.
    strength : float
        Factor on the amplitude of all bursts but this artefact. With 0, only the artefact marks a seizure.
    background : str, optional
        Folder of your EDF or BDF files without seizures, which replace the simulated background. In the order of
        their names, each subject gets one file; its first stretch is for the first recording, and so on.

    Returns
    -------
    list of dict
        recording, subject, source (empty: there is none) and split (train, dev or eval), for the scheme `fixed`.

    Raises
    ------
    ValueError
        If there is no such scenario or version, or the seizures do not fit; the message states the limit.
    """
    if version not in scenarios.VERSIONS:
        raise ValueError(f"version is {version}; there is version {', '.join(map(str, scenarios.VERSIONS))}")
    check_numbers(
        LEAST,
        subjects=subjects,
        recordings_per_subject=recordings_per_subject,
        duration_seconds=duration_seconds,
        rate_hz=rate_hz,
    )
    Session(duration_seconds, seizures_per_recording, seizure_seconds).check()
    if not strength >= 0:
        raise ValueError(f"strength is {strength}; give 0 or more, for example 0.5")
    scenarios.plant(scenario, planted.person(0, version, scenario, 0))
    if background is not None and len(_files(background)) < subjects:
        raise ValueError(
            f"background: {background} has {len(_files(background))} EDF or BDF files for {subjects} subjects;"
            " give a file for each, or lower subjects"
        )
    found = COHORT.listed(subjects, recordings_per_subject)
    return [{**names, "source": "", "split": scenarios.split(index)} for index, _, names in found]


def fetch(  # noqa: PLR0913 - the keys that config.yaml may give
    recording: str,
    edf: Path,
    *,
    seed: int,
    scenario: str,
    version: int,
    duration_seconds: int,
    seizures_per_recording: int,
    rate_hz: int,
    seizure_seconds: Sequence[float],
    cue: bool,
    strength: float,
    background: str | None,
) -> None:
    """Simulate one recording; the same seed gives the same bytes, regardless of other recordings.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    edf : Path
        File to write, EDF+: electrodes by their new names against the mean of the nineteen.
    seed : int
    scenario, version, duration_seconds, seizures_per_recording, rate_hz, seizure_seconds, cue, strength,
    background
        As for `recordings`.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    from bandmap.download.simulation import borrowed, files, laboratories, planting, scalp
    from bandmap.files.whole import whole_file

    index, run = COHORT.numbers(recording)
    person = planted.person(seed, version, scenario, index)
    session = Session(duration_seconds, seizures_per_recording, seizure_seconds)
    spans = [(event.onset, event.offset) for event in session.seizures(seed, index, run)]
    chance = random.Random(f"{seed} {version} {scenario} {index} {run} bursts")
    bursts = scenarios.plant(scenario, person).bursts(spans, float(duration_seconds), chance)
    muscle = [burst for burst in bursts if burst.band == planted.MUSCLE and cue]
    others = [replace(burst, gain=burst.gain * strength) for burst in bursts if burst.band != planted.MUSCLE]
    generator = np.random.default_rng((seed, version, list(scenarios.SCENARIOS).index(scenario), index, run))
    real = None
    if background is not None:
        path = _files(background)[index]
        real = borrowed.borrowed(path, run, duration_seconds=duration_seconds, rate_hz=rate_hz)
    with threadpool_limits(1):
        microvolts = planting.potentials(
            _background(seed, version, index),
            others + muscle,
            duration_seconds=duration_seconds,
            rate_hz=rate_hz,
            generator=generator,
            real=real,
        )
    at = dict(zip(scalp.ELECTRODES, microvolts, strict=True))
    with whole_file(edf) as unfinished:
        files.write_edf(unfinished, laboratories.channels(at, 2), rate_hz, "uV")


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
    """Write the seizures of one recording.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    edf, labels : Path, Path or None
        Not used: chance alone, which follows from the seed, says when there are seizures.
    events : Path
        File to write.
    seed : int
    duration_seconds, seizures_per_recording, seizure_seconds
        As for `recordings`.
    """
    session = Session(duration_seconds, seizures_per_recording, seizure_seconds)
    write_seizures(events, COHORT.numbers(recording), session, seed)


def cells(*, seed: int, scenario: str, version: int, subjects: int, strength: float) -> list[dict[str, object]]:
    """Return the truth, cell by cell.

    Parameters
    ----------
    seed : int
    scenario, version, subjects, strength
        As for `recordings`.

    Returns
    -------
    list of dict
        Rows of `CELL_COLUMNS`: for every subject and part of a seizure a row for each cell at any
        weight (to three digits), and then a row for each pair of cells that belong together.
    """
    from bandmap.download.simulation.planting import seen_in_regions

    found: list[dict[str, object]] = []
    for index, _, names in COHORT.listed(subjects, 1):
        person = planted.person(seed, version, scenario, index)
        plan = scenarios.plant(scenario, person)
        plan = replace(plan, strength=plan.strength * strength)
        for part, targets in plan.targets.items():
            weights = dict.fromkeys(product(REGIONS, BANDS), 0.0)
            for (sources, band), weight in targets.items():
                for region, share in seen_in_regions(sources).items():
                    weights[region, band] = max(weights[region, band], weight * share, key=abs)
            found += [
                _row(names["subject"], part, plan, cell, round(weight, 3), (NO_CELL, NO_CELL))
                for cell, weight in weights.items()
            ]
            found += [_row(names["subject"], part, plan, a, weights[a] * weights[b], b) for a, b in plan.pairs]
    return found


def _row(
    subject: str, part: str, plan: planted.Planted, cell: planted.Cell, weight: float, other: planted.Cell
) -> dict[str, object]:
    largest = "target" if abs(weight) >= TARGET_WEIGHT else "none"
    values = (subject, part, *cell, *other, float(weight), plan.roles.get(cell, largest), plan.strength)
    return dict(zip(CELL_COLUMNS, values, strict=True))


def _files(folder: str) -> list[Path]:
    return sorted(path for path in Path(folder).glob("*") if path.suffix.lower() in (".edf", ".bdf"))


def _background(seed: int, version: int, index: int) -> "Background":
    from bandmap.download.simulation.planting import Background

    chance = random.Random(f"{seed} {version} {index} background")
    return Background(
        alpha_hz=chance.uniform(8.8, 11.5),
        line_hz=chance.choice((50.0, 60.0)),
        gain=chance.uniform(0.85, 1.2),
        slope=chance.uniform(1.5, 1.9),
    )
