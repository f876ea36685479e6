"""A cohort made of chance: seizures with a known region and band, in files as untidy as real ones."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from bandmap.recording import Event
    from bandmap.simulation import Subject

CALM_SECONDS = 30
"""Before the first seizure and after the last."""

BETWEEN_SECONDS = 95
"""From the end of a seizure to the next: SzCORE's scoring makes one event of two that are closer than 90 s."""

BANDS = ("delta", "theta", "alpha", "beta", "gamma")
FOCI = {
    "frontal": (("Fp1", "F3"), ("Fp2", "F4")),
    "central": (("C3", "Cz"), ("C4", "Cz")),
    "parieto-occipital": (("P3", "O1"), ("P4", "O2")),
    "temporal-left": (("T3", "T5"),),
    "temporal-right": (("T4", "T6"),),
}
"""Region (of the defaults of config.yaml) -> its possible foci."""

FAR = {
    "frontal": "Pz",
    "central": "F7",
    "parieto-occipital": "Fz",
    "temporal-left": "C4",
    "temporal-right": "C3",
}
"""Region -> an electrode without a part in its seizures, which may be absent or come off."""

# Twenty subjects until the file's peculiarities repeat: a multiple of the four layouts.
PERIOD, MISSING, MILLIVOLTS, FAST, LOOSE = 20, 1, 2, 6, 8

NEW_NAMES = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}
CHB_MIT = (
    *("FP1-F7", "F7-T7", "T7-P7", "P7-O1", "-", "FP1-F3", "F3-C3", "C3-P3", "P3-O1", "-", "FZ-CZ", "CZ-PZ", "-"),
    *("FP2-F4", "F4-C4", "C4-P4", "P4-O2", "-", "FP2-F8", "F8-T8", "T8-P8", "P8-O2", "-"),
    *("P7-T7", "T7-FT9", "FT9-FT10", "FT10-T8", "T8-P8"),
)
"""Labels of chb13_02: with dummies, and with T8-P8 twice."""


def _calm(n_seizures: int) -> int:
    return 2 * CALM_SECONDS + max(n_seizures - 1, 0) * BETWEEN_SECONDS


@dataclass(frozen=True)
class _Cohort:
    subjects: int
    recordings_per_subject: int
    duration_seconds: int
    seizures_per_recording: int
    rate_hz: int
    seizure_seconds: Sequence[float]

    def __post_init__(self) -> None:
        for name in ("subjects", "recordings_per_subject", "duration_seconds", "rate_hz"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} is {value}; it must be a whole number of at least 1")
        if self.seizures_per_recording < 0 or self.rate_hz < 100:
            raise ValueError("seizures_per_recording must be at least 0 and rate_hz at least 100")
        if len(self.seizure_seconds) != 2 or not 10 <= self.seizure_seconds[0] <= self.seizure_seconds[1]:
            raise ValueError(f"seizure_seconds is {self.seizure_seconds}; write the shortest (at least 10) and longest")
        n, longest = self.seizures_per_recording, self.seizure_seconds[1]
        needed = n * longest + _calm(n)
        if self.duration_seconds < needed:
            raise ValueError(
                f"duration_seconds {self.duration_seconds} has no room for {n} seizures of up to {longest:g} s with"
                f" {BETWEEN_SECONDS} s between them; choose at least {needed:g}"
            )

    def pairs(self) -> "Iterator[tuple[int, int]]":
        """Yield the numbers of every subject and run, from 0."""
        return ((s, r) for s in range(self.subjects) for r in range(self.recordings_per_subject))


def recordings(
    *,
    subjects: int = 10,
    recordings_per_subject: int = 1,
    duration_seconds: int = 400,
    seizures_per_recording: int = 3,
    rate_hz: int = 256,
    seizure_seconds: Sequence[float] = (20, 40),
) -> list[dict[str, str]]:
    """List the recordings of the cohort.

    Parameters
    ----------
    subjects, recordings_per_subject : int
    duration_seconds : int
        Of each recording.
    seizures_per_recording : int
    rate_hz : int
        Samples per second; one subject in twenty has twice as many.
    seizure_seconds : sequence of float
        Shortest and longest seizure.

    Returns
    -------
    list of dict
        recording, subject, source (empty: there is none).

    Raises
    ------
    ValueError
        If the seizures do not fit into a recording; the message says what would.
    """
    cohort = _Cohort(
        subjects, recordings_per_subject, duration_seconds, seizures_per_recording, rate_hz, seizure_seconds
    )
    return [{"recording": _recording(s, r), "subject": _label(s), "source": ""} for s, r in cohort.pairs()]


def fetch(
    recording: str,
    edf: Path,
    events: Path,
    *,
    seed: int,
    subjects: int = 10,
    recordings_per_subject: int = 1,
    duration_seconds: int = 400,
    seizures_per_recording: int = 3,
    rate_hz: int = 256,
    seizure_seconds: Sequence[float] = (20, 40),
) -> None:
    """Simulate one recording; the same seed gives the same bytes, whatever else is simulated.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    edf, events : Path
        Files to write: EDF+ and SzCORE TSV.
    seed : int
    subjects, recordings_per_subject, duration_seconds, seizures_per_recording, rate_hz, seizure_seconds
        As for `recordings`.
    """
    import numpy as np

    from bandmap import simulation
    from bandmap.store.events import write_events
    from bandmap.store.whole import whole_file

    cohort = _Cohort(
        subjects, recordings_per_subject, duration_seconds, seizures_per_recording, rate_hz, seizure_seconds
    )
    index, run = {_recording(s, r): (s, r) for s, r in cohort.pairs()}[recording]
    subject, seizures = _subject(seed, index), _seizures(cohort, seed, index, run)
    rate = rate_hz * 2 if index % PERIOD == FAST else rate_hz
    generator = np.random.default_rng((seed, index, run))
    microvolts = simulation.potentials(
        subject, seizures, duration_seconds=duration_seconds, rate_hz=rate, generator=generator
    )
    channels = _channels(dict(zip(simulation.ELECTRODES, microvolts, strict=True)), subject.region, index)
    if index % 4 == 0:
        channels.append(("ECG", simulation.electrocardiogram(microvolts.shape[1], rate, generator)))
    with whole_file(edf) as unfinished:
        simulation.write_edf(unfinished, channels, rate, "mV" if index % PERIOD == MILLIVOLTS else "uV")
    write_events(events, seizures, recording_seconds=duration_seconds, start=simulation.START)


def truth(
    *,
    seed: int,
    subjects: int = 10,
    recordings_per_subject: int = 1,
    duration_seconds: int = 400,
    seizures_per_recording: int = 3,
    rate_hz: int = 256,
    seizure_seconds: Sequence[float] = (20, 40),
) -> list[dict[str, object]]:
    """Return what is planted: a row for every seizure.

    Parameters
    ----------
    seed, subjects, recordings_per_subject, duration_seconds, seizures_per_recording, rate_hz, seizure_seconds
        As for `fetch`.

    Returns
    -------
    list of dict
        subject, recording, seizure (from 1 in each recording), region, band, onset and duration (seconds).
    """
    cohort = _Cohort(
        subjects, recordings_per_subject, duration_seconds, seizures_per_recording, rate_hz, seizure_seconds
    )
    rows: list[dict[str, object]] = []
    for s, r in cohort.pairs():
        region, band = _planted(seed, s)
        rows.extend(
            {
                "subject": _label(s),
                "recording": _recording(s, r),
                "seizure": number,
                "region": region,
                "band": band,
                "onset": seizure.onset,
                "duration": round(seizure.duration, 2),
            }
            for number, seizure in enumerate(_seizures(cohort, seed, s, r), start=1)
        )
    return rows


def _label(subject: int) -> str:
    return f"{subject + 1:02d}"


def _recording(subject: int, run: int) -> str:
    return f"sub-{_label(subject)}_run-{run + 1:02d}"


def _planted(seed: int, subject: int) -> tuple[str, str]:
    """Return region and band: each once in five subjects, a Latin square of all 25 pairs in twenty-five."""
    chance = random.Random(f"{seed} cohort")
    regions, bands, shifts = list(FOCI), list(BANDS), list(range(5))
    for order in (regions, bands, shifts):
        chance.shuffle(order)
    block, place = divmod(subject, 5)
    return regions[place], bands[(place + shifts[block % 5]) % 5]


def _subject(seed: int, index: int) -> "Subject":
    from bandmap.simulation import Subject

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


def _seizures(cohort: _Cohort, seed: int, index: int, run: int) -> "tuple[Event, ...]":
    """Draw durations, then share the time that is left at random among the calm stretches."""
    from bandmap.recording import Event

    chance = random.Random(f"{seed} {index} {run}")
    n = cohort.seizures_per_recording
    durations = [round(chance.uniform(*cohort.seizure_seconds), 1) for _ in range(n)]
    spare = cohort.duration_seconds - sum(durations) - _calm(n)
    events: list[Event] = []
    onset = 0.0
    for shift, before, duration in zip(
        sorted(chance.uniform(0, spare) for _ in range(n)), [0.0, *durations], durations, strict=False
    ):
        onset += before + (BETWEEN_SECONDS if events else CALM_SECONDS)
        first = int((onset + shift) * 10) / 10
        events.append(Event(first, round(first + duration, 1), "sz"))
    return tuple(events)


def _channels(at: "dict[str, NDArray[np.float32]]", region: str, index: int) -> "list[tuple[str, NDArray[np.float32]]]":
    """Return labels and signals as one of four laboratories would write them."""
    if index % 4 == 3:
        old = {NEW_NAMES.get(name, name).upper(): signal for name, signal in at.items()}
        ends = [(label, *label.split("-")) for label in CHB_MIT]
        return [(label, old[a] - old[b] if a else 0 * old["CZ"]) for label, a, b in ends]
    standard = {name: at[name] for name in at if not name.startswith("FT")}
    absent = FAR[region] if index % PERIOD == MISSING else ""
    if index % 4 == 0:
        return [(f"EEG {name.upper()}-REF", signal) for name, signal in standard.items()]
    if index % 4 == 1:
        mean = sum(standard.values()) / len(standard)
        return [(f"{name}-Avg", signal - mean) for name, signal in standard.items() if name != absent]
    return [(f"EEG {NEW_NAMES.get(name, name)}", signal) for name, signal in standard.items()]
