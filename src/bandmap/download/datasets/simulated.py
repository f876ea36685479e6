"""A simulated cohort: seizures with a known region and band, in files with the defects of real recordings."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bandmap.download.cohorts import BANDS, FOCI, Session
from bandmap.download.datasets._cohort import Cohort, check_numbers
from bandmap.download.datasets._seizures import write_seizures

if TYPE_CHECKING:
    from bandmap.download.simulation.seizures import Subject

COHORT = Cohort("run")
LEAST = {"subjects": 1, "recordings_per_subject": 1, "duration_seconds": 1, "rate_hz": 100}

FAR = {
    "frontal": "Pz",
    "central": "F7",
    "parieto-occipital": "Fz",
    "temporal-left": "C4",
    "temporal-right": "C3",
}
"""Region -> an electrode that its seizures do not involve, which may be absent or come off."""

# The variants of the files repeat after twenty subjects, a multiple of the four layouts.
PERIOD, MISSING, MILLIVOLTS, FAST, LOOSE = 20, 1, 2, 6, 8


def recordings(
    *,
    subjects: int = 10,
    recordings_per_subject: int = 1,
    duration_seconds: int = 400,
    seizures_per_recording: int = 3,
    rate_hz: int = 256,
    seizure_seconds: Sequence[float] = (20, 40),
) -> list[dict[str, str]]:
    """List the recordings of the session.

    Parameters
    ----------
    subjects : int
        Number of subjects.
    recordings_per_subject : int
        Number of recordings of each subject.
    duration_seconds : int
        Duration of each recording.
    seizures_per_recording : int
        Number of seizures in each recording.
    rate_hz : int
        Samples per second; one subject in twenty has twice this rate.
    seizure_seconds : sequence of float
        Shortest and longest duration of a seizure.

    Returns
    -------
    list of dict
        recording, subject, source (empty: there is none).

    Raises
    ------
    ValueError
        If the seizures do not fit into a recording; the message gives the required duration.
    """
    check_numbers(
        LEAST,
        subjects=subjects,
        recordings_per_subject=recordings_per_subject,
        duration_seconds=duration_seconds,
        rate_hz=rate_hz,
    )
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
) -> None:
    """Simulate one recording as EDF+; the same seed gives the same bytes, regardless of other recordings."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    from bandmap.download.simulation import artifacts, files, laboratories, scalp, seizures
    from bandmap.files.whole import whole_file

    index, run = COHORT.numbers(recording)
    subject = _subject(seed, index)
    events = Session(duration_seconds, seizures_per_recording, seizure_seconds).seizures(seed, index, run)
    rate = rate_hz * 2 if index % PERIOD == FAST else rate_hz
    generator = np.random.default_rng((seed, index, run))
    with threadpool_limits(1):  # the last digit of a sum of products depends on the number of threads
        microvolts = seizures.potentials(
            subject, events, duration_seconds=duration_seconds, rate_hz=rate, generator=generator
        )
    absent = FAR[subject.region] if index % PERIOD == MISSING else ""
    channels = laboratories.channels(dict(zip(scalp.ELECTRODES, microvolts, strict=True)), index % 4, absent)
    if index % 4 == 0:
        channels.append(("ECG", artifacts.electrocardiogram(microvolts.shape[1], rate, generator)))
    with whole_file(edf) as unfinished:
        files.write_edf(unfinished, channels, rate, "mV" if index % PERIOD == MILLIVOLTS else "uV")


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


def truth(
    *,
    seed: int,
    subjects: int,
    recordings_per_subject: int,
    duration_seconds: int,
    seizures_per_recording: int,
    seizure_seconds: Sequence[float],
) -> list[dict[str, object]]:
    """Return the planted truth: a row for every seizure.

    Parameters
    ----------
    seed : int
    subjects, recordings_per_subject, duration_seconds, seizures_per_recording, seizure_seconds
        As in `recordings`.

    Returns
    -------
    list of dict
        subject, recording, seizure (from 1 in each recording), region, band, onset and duration (seconds).
    """
    session = Session(duration_seconds, seizures_per_recording, seizure_seconds)
    rows: list[dict[str, object]] = []
    for s, r, names in COHORT.listed(subjects, recordings_per_subject):
        region, band = _planted(seed, s)
        rows.extend(
            {
                **names,
                "seizure": number,
                "region": region,
                "band": band,
                "onset": seizure.onset,
                "duration": round(seizure.duration, 2),
            }
            for number, seizure in enumerate(session.seizures(seed, s, r), start=1)
        )
    return rows


def _planted(seed: int, subject: int) -> tuple[str, str]:
    """Return region and band: each once in five subjects, and all 25 pairs (a Latin square) in 25 subjects."""
    chance = random.Random(f"{seed} cohort")
    regions, bands, shifts = list(FOCI), list(BANDS), list(range(5))
    for order in (regions, bands, shifts):
        chance.shuffle(order)
    block, place = divmod(subject, 5)
    return regions[place], bands[(place + shifts[block % 5]) % 5]


def _subject(seed: int, index: int) -> "Subject":
    from bandmap.download.simulation.seizures import Subject

    chance = random.Random(f"{seed} {index}")
    region, band = _planted(seed, index)
    return Subject(
        region=region,
        band=band,
        focus=chance.choice(FOCI[region]),
        alpha_hz=chance.uniform(8.8, 11.5),
        line_hz=chance.choice((50.0, 60.0)),
        gain=chance.uniform(0.85, 1.2),
        slope=chance.uniform(1.5, 1.9),
        loose=FAR[region] if index % PERIOD == LOOSE else None,
    )
