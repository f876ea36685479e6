"""Windows to seizures, seizures to subjects, subjects to the cohort, as rows of long tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandmap.aggregation.statistics import bootstrap_interval, sign_flip_p
from bandmap.recording import Event

SEIZURE_COLUMNS = (
    "dataset", "subject", "recording", "seizure", "outcome", "onset", "offset",
    "region", "band", "importance", "n_windows",
)  # fmt: skip
SUBJECT_COLUMNS = ("dataset", "subject", "region", "band", "importance", "low", "high", "n_seizures")
COHORT_COLUMNS = ("region", "band", "importance", "low", "high", "n_subjects", "p")

WINDOW_SHARE = 0.5
"""A window belongs to an event that fills at least this share of it (or that lies in it by this share of the event)."""

Row = Mapping[str, object]


@dataclass(frozen=True)
class Attributed:
    """The interpreted windows of one recording.

    Attributes
    ----------
    starts_seconds : ndarray of float, shape (windows,)
    length_seconds : float
    probabilities : ndarray of float, shape (windows,)
        Of seizure, by the model that never saw the subject.
    matrices : ndarray of float, shape (windows, regions, bands)
    regions, bands : sequence of str
        Names of the matrices' rows and columns.
    """

    starts_seconds: NDArray[np.floating]
    length_seconds: float
    probabilities: NDArray[np.floating]
    matrices: NDArray[np.floating]
    regions: Sequence[str]
    bands: Sequence[str]

    def __post_init__(self) -> None:
        expected = (len(self.starts_seconds), len(self.regions), len(self.bands))
        if self.matrices.shape != expected or len(self.probabilities) != expected[0]:
            raise ValueError(f"matrices of shape {self.matrices.shape} do not fit windows, regions, bands {expected}")

    def within(self, event: Event) -> NDArray[np.bool_]:
        """Return which windows belong to an event."""
        ends = self.starts_seconds + self.length_seconds
        shared = np.minimum(ends, event.offset) - np.maximum(self.starts_seconds, event.onset)
        return np.asarray(shared >= WINDOW_SHARE * min(self.length_seconds, event.duration))

    def touching(self, event: Event) -> NDArray[np.bool_]:
        """Return which windows share any time with an event."""
        return (self.starts_seconds < event.offset) & (self.starts_seconds + self.length_seconds > event.onset)


def seizure_rows(
    windows: Attributed,
    reference: Iterable[Event],
    predicted: Iterable[Event],
    *,
    threshold: float,
    recording: Mapping[str, str],
) -> list[dict[str, object]]:
    """Return one matrix per seizure, per false alarm and for interictal time, as long rows.

    Outcomes: `hit` if a predicted event shares any time with the seizure (no tolerance: a matrix is asked for the
    seizure itself), `miss` if none does, `false_alarm` for a predicted event that touches no seizure, `interictal`
    for the windows that touch neither. A hit and a false alarm are the mean over their windows whose probability
    reaches the threshold (over all their windows where none does), the others the mean over all theirs.

    Parameters
    ----------
    windows : Attributed
    reference : iterable of Event
        Events that are no seizures are left out.
    predicted : iterable of Event
    threshold : float
        Of the held-out probability.
    recording : mapping
        `dataset`, `subject` and `recording`, copied to every row.

    Returns
    -------
    list of dict
        Rows of `SEIZURE_COLUMNS`; seizures are numbered from 1, false alarms `false-1` on. Seizures without a window
        (masked time) have `n_windows` 0 and no importance.
    """
    seizures = sorted(event for event in reference if event.is_seizure)
    alarms = sorted(predicted)
    false = [alarm for alarm in alarms if not any(_overlap(alarm, seizure) for seizure in seizures)]
    sure = windows.probabilities >= threshold
    rows: list[dict[str, object]] = []

    def add(name: str, outcome: str, event: Event | None, members: NDArray[np.bool_]) -> None:
        if outcome in ("hit", "false_alarm") and (members & sure).any():
            members = members & sure
        onset, offset = (event.onset, event.offset) if event else (None, None)
        head = {**recording, "seizure": name, "outcome": outcome, "onset": onset, "offset": offset}
        rows.extend({**head, **cell, "n_windows": int(members.sum())} for cell in _cells(windows, members))

    for number, seizure in enumerate(seizures, start=1):
        outcome = "hit" if any(_overlap(alarm, seizure) for alarm in alarms) else "miss"
        add(str(number), outcome, seizure, windows.within(seizure))
    for number, alarm in enumerate(false, start=1):
        add(f"false-{number}", "false_alarm", alarm, windows.within(alarm))
    taken = [windows.touching(event) for event in (*seizures, *alarms)]
    quiet = ~np.any(taken, axis=0) if taken else np.ones(len(windows.starts_seconds), dtype=bool)
    if quiet.any():
        add("interictal", "interictal", None, quiet)
    return rows


def subject_rows(seizures: Iterable[Row], *, level: float = 0.95) -> list[dict[str, object]]:
    """Return the mean matrix over every subject's hits.

    Parameters
    ----------
    seizures : iterable of mapping
        Rows of `SEIZURE_COLUMNS`, as made or as read from a table.
    level : float
        `low` and `high` are the percentiles that hold this share of the subject's hits: a spread, not the
        uncertainty of the mean.

    Returns
    -------
    list of dict
        Rows of `SUBJECT_COLUMNS`. A subject without a hit has no rows.
    """
    rows: list[dict[str, object]] = []
    for (dataset, subject), (matrices, regions, bands) in _by_subject(seizures, "hit").items():
        low, high = np.quantile(matrices, [(1 - level) / 2, (1 + level) / 2], axis=0)
        head: dict[str, object] = {"dataset": dataset, "subject": subject}
        columns = {"importance": matrices.mean(axis=0), "low": low, "high": high}
        rows.extend({**head, **cell, "n_seizures": len(matrices)} for cell in _long(columns, regions, bands))
    return rows


def cohort_rows(
    seizures: Iterable[Row], *, scale: str = "unit", draws: int = 2000, seed: int
) -> list[dict[str, object]]:
    """Return the mean matrix over subjects, its bootstrap interval and the test against interictal windows.

    Parameters
    ----------
    seizures : iterable of mapping
        Rows of `SEIZURE_COLUMNS`, as made or as read from a table.
    scale : {"unit", "none"}
        "unit" divides a subject's matrix by the sum of its absolute values, so that a subject with high log odds
        does not outweigh the others.
    draws : int
        Resamples of the bootstrap over subjects.
    seed : int

    Returns
    -------
    list of dict
        Rows of `COHORT_COLUMNS`. `p` comes from a sign-flip permutation test of ictal less interictal matrices of the
        same subject with max-statistic correction over the cells; NaN with fewer than two subjects that have both.
    """
    if scale not in ("unit", "none"):
        raise ValueError(f"scale: there is no '{scale}'. There are: none, unit.")
    seizures = list(seizures)
    ictal, interictal = _by_subject(seizures, "hit"), _by_subject(seizures, "interictal")
    if not ictal:
        return []
    sizes = {s: _size(m.mean(axis=0)) if scale == "unit" else 1.0 for s, (m, _, _) in ictal.items()}
    means = {subject: m.mean(axis=0) / sizes[subject] for subject, (m, _, _) in ictal.items()}
    differences = [means[s] - interictal[s][0].mean(axis=0) / sizes[s] for s in means if s in interictal]
    values = np.stack(list(means.values()))
    low, high = bootstrap_interval(values, draws=draws, seed=seed)
    p = sign_flip_p(np.stack(differences), seed=seed) if differences else np.full(values.shape[1:], np.nan)
    _, regions, bands = next(iter(ictal.values()))
    columns = {"importance": values.mean(axis=0), "low": low, "high": high, "p": p}
    return [{**cell, "n_subjects": len(values)} for cell in _long(columns, regions, bands)]


def _overlap(one: Event, other: Event) -> bool:
    return one.onset < other.offset and other.onset < one.offset


def _size(matrix: NDArray[np.float64]) -> float:
    return float(np.nansum(np.abs(matrix))) or 1.0


def _cells(windows: Attributed, members: NDArray[np.bool_]) -> list[dict[str, object]]:
    shape = windows.matrices.shape[1:]
    matrix = windows.matrices[members].mean(axis=0, dtype=np.float64) if members.any() else np.full(shape, np.nan)
    return _long({"importance": matrix}, windows.regions, windows.bands)


def _long(
    columns: Mapping[str, NDArray[np.float64]], regions: Sequence[str], bands: Sequence[str]
) -> list[dict[str, object]]:
    return [
        {"region": region, "band": band, **{name: float(matrix[r, b]) for name, matrix in columns.items()}}
        for r, region in enumerate(regions)
        for b, band in enumerate(bands)
    ]


_Stack = tuple[NDArray[np.float64], list[str], list[str]]


def _by_subject(seizures: Iterable[Row], outcome: str) -> dict[tuple[str, str], _Stack]:
    """Return per subject the matrices of one outcome, shape (seizures, regions, bands), and the axes' names."""
    rows = [row for row in seizures if row["outcome"] == outcome and int(str(row["n_windows"]))]
    regions = list(dict.fromkeys(str(row["region"]) for row in rows))
    bands = list(dict.fromkeys(str(row["band"]) for row in rows))
    cells: dict[tuple[str, str], dict[tuple[str, str], dict[tuple[str, str], float]]] = {}
    for row in rows:
        subject = (str(row["dataset"]), str(row["subject"]))
        seizure = (str(row["recording"]), str(row["seizure"]))
        cell = (str(row["region"]), str(row["band"]))
        cells.setdefault(subject, {}).setdefault(seizure, {})[cell] = _number(row["importance"])
    return {
        subject: (np.array([[[m[r, b] for b in bands] for r in regions] for m in matrices.values()]), regions, bands)
        for subject, matrices in sorted(cells.items())
    }


def _number(value: object) -> float:
    return float("nan") if value in (None, "n/a") else float(str(value))
