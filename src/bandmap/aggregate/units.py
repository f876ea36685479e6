"""Aggregation of windows to seizures, and to the sleep stages of a recording, as long tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.aggregate.statistics import known_mean, squares
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.tables import HALVES, INTERICTAL, PARTS, RIGHT, SEIZURE, UNITS, WHOLE, WRONG

WINDOW_SHARE = 0.5
"""A window belongs to an event that covers at least this share of it (or that has this share in the window)."""

_ROUNDING = 1e-6  # of the times of windows


@dataclass(frozen=True)
class Attributed:
    """The interpreted windows of one recording.

    Attributes
    ----------
    starts_seconds : ndarray of float, shape (windows,)
    length_seconds : float
    probabilities : ndarray of float, shape (windows,)
        Probability of the explained class (seizure, the predicted stage), from the model that never saw the subject.
    matrices : ndarray of float, shape (windows, regions, bands)
        NaN for unknown values (a region whose channels are all masked).
    regions, bands : sequence of str
        Names of the matrices' rows and columns.
    interpolated, masked : ndarray of float, shape (regions,), optional
        Share of such channels in each region (`share_of_channels`); by default none.
    """

    starts_seconds: NDArray[np.floating]
    length_seconds: float
    probabilities: NDArray[np.floating]
    matrices: NDArray[np.floating]
    regions: Sequence[str]
    bands: Sequence[str]
    interpolated: NDArray[np.floating] | None = None
    masked: NDArray[np.floating] | None = None

    def __post_init__(self) -> None:
        expected = (len(self.starts_seconds), len(self.regions), len(self.bands))
        if self.matrices.shape != expected or len(self.probabilities) != expected[0]:
            raise ValueError(f"matrices of shape {self.matrices.shape} do not fit windows, regions, bands {expected}")
        for shares in (self.interpolated, self.masked):
            if shares is not None and len(shares) != expected[1]:
                raise ValueError(f"{len(shares)} shares of flagged channels do not fit {expected[1]} regions")

    @property
    def ends_seconds(self) -> NDArray[np.floating]:
        """End of each window, shape (windows,)."""
        return self.starts_seconds + self.length_seconds

    def within(self, event: Event) -> NDArray[np.bool_]:
        """Return which windows belong to an event."""
        shared = np.minimum(self.ends_seconds, event.offset) - np.maximum(self.starts_seconds, event.onset)
        return np.asarray(shared >= WINDOW_SHARE * min(self.length_seconds, event.duration))

    def touching(self, event: Event) -> NDArray[np.bool_]:
        """Return which windows overlap an event."""
        return (self.starts_seconds < event.offset) & (self.ends_seconds > event.onset)

    def apart(self, members: NDArray[np.bool_] | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of some windows share no time, shape (members, members)."""
        starts = self.starts_seconds[members]
        return np.asarray(np.abs(starts[:, None] - starts) >= self.length_seconds * (1 - _ROUNDING))

    def third(self, event: Event) -> NDArray[np.int64]:
        """Return the third of an event that contains the centre of each window: 0, 1 or 2, else the nearest."""
        centres = self.starts_seconds + self.length_seconds / 2
        thirds = np.floor(len(PARTS) * (centres - event.onset) / event.duration)
        return np.asarray(np.clip(thirds, 0, len(PARTS) - 1), np.int64)


def seizure_matrices(
    windows: Attributed,
    reference: Iterable[Event],
    predicted: Iterable[Event],
    *,
    threshold: float,
    recording: Mapping[str, str],
) -> pd.DataFrame:
    """Return one matrix per seizure, per third of it, per false alarm and for interictal time, as a long table.

    Outcomes: `hit` if a predicted event overlaps the seizure (without tolerance, because the matrix describes the
    seizure itself), `miss` if none does, `false_alarm` for a predicted event that overlaps no seizure, and `interictal`
    for the windows that overlap neither. The matrix of a hit or a false alarm is the mean over its windows with a
    probability that reaches the threshold (over all its windows if none does); the others are means over all windows.
    The same applies within each third of a seizure, so that an onset before the detection is included.

    Parameters
    ----------
    windows : Attributed
    reference : iterable of Event
        Events other than seizures are ignored.
    predicted : iterable of Event
    threshold : float
        Threshold of the held-out probability.
    recording : mapping
        `dataset`, `subject` and `recording`, copied to every row.

    Returns
    -------
    DataFrame
        A table of `tables.UNITS`, class "sz"; seizures are numbered from 1, false alarms `false-1` on. Seizures have
        rows of part "whole", "onset", "middle" and "end" (the windows whose centre lies in that third of the
        seizure's time; onset and offset stay the seizure's), the others of "whole" only. `square` is their
        `statistics.squares`, for which windows that overlap are not apart. `n_windows` is the number of windows with a
        value in the cell; where it is 0 (masked time, all channels masked) there is no importance. `interpolated` and
        `masked` are the shares of such channels in the region.
    """
    seizures = sorted(event for event in reference if event.is_seizure)
    alarms = sorted(predicted)
    sure = windows.probabilities >= threshold
    units: list[_Unit] = []

    def add(name: str, outcome: str, event: Event, part: str, members: NDArray[np.bool_]) -> None:
        if outcome != "miss" and (members & sure).any():
            members = members & sure
        units.append(_Unit(members, SEIZURE, outcome, part, name, event.onset, event.offset))

    for number, seizure in enumerate(seizures, start=1):
        outcome = "hit" if any(_overlap(alarm, seizure) for alarm in alarms) else "miss"
        inside, third = windows.within(seizure), windows.third(seizure)
        add(str(number), outcome, seizure, WHOLE, inside)
        for place, part in enumerate(PARTS):
            add(str(number), outcome, seizure, part, inside & (third == place))
    false = [alarm for alarm in alarms if not any(_overlap(alarm, seizure) for seizure in seizures)]
    for number, alarm in enumerate(false, start=1):
        add(f"false-{number}", "false_alarm", alarm, WHOLE, windows.within(alarm))
    taken = [windows.touching(event) for event in (*seizures, *alarms)]
    quiet = ~np.any(taken, axis=0) if taken else np.ones(len(windows.starts_seconds), dtype=bool)
    units += [_Unit(quiet, SEIZURE, INTERICTAL, seizure=INTERICTAL)] if quiet.any() else []
    return _table(windows, units, recording)


def stage_matrices(
    windows: Attributed,
    stages: Sequence[str],
    explained: NDArray[np.integer],
    reference: NDArray[np.integer],
    *,
    recording: Mapping[str, str],
) -> pd.DataFrame:
    """Return one matrix per sleep stage of a recording, for correct and for wrong predictions.

    Parameters
    ----------
    windows : Attributed
    stages : sequence of str
        Names of the classes, in their order.
    explained : ndarray of int, shape (windows,)
        The explained class of each window: the one that the model predicted, which never saw the subject.
    reference : ndarray of int, shape (windows,)
        The class of the annotators. Windows without a class (-1: unscored, movement) are left out.
    recording : mapping
        `dataset`, `subject` and `recording`, copied to every row.

    Returns
    -------
    DataFrame
        A table of `tables.UNITS`; class is the explained stage, outcome `right` where the reference agrees and
        `wrong` where not, part "whole"; seizure, onset and offset are missing. Right ones have rows of part "odd" and
        "even", too: of every other window. What has no window has no rows.
    """
    if not len(windows.starts_seconds) == len(explained) == len(reference):
        raise ValueError(f"{len(explained)} explained and {len(reference)} reference stages do not fit the windows")
    right, scored = explained == reference, (reference >= 0) & (reference < len(stages))
    units: list[_Unit] = []
    for place, stage in enumerate(stages):
        of_stage = scored & (explained == place)
        units += [_Unit(np.flatnonzero(of_stage & right), stage, RIGHT)]
        units += [_Unit(np.flatnonzero(of_stage & ~right), stage, WRONG)]
        halves = (np.flatnonzero(of_stage & right)[half::2] for half in range(len(HALVES)))
        units += [_Unit(members, stage, RIGHT, part) for part, members in zip(HALVES, halves, strict=True)]
    return _table(windows, [unit for unit in units if len(unit.members)], recording)


def _overlap(one: Event, other: Event) -> bool:
    return one.onset < other.offset and other.onset < one.offset


class _Unit(NamedTuple):
    """The windows of one matrix, as a mask or as indices, and the labels of the matrix."""

    members: NDArray[np.bool_] | NDArray[np.int64]
    label: str
    outcome: str
    part: str = WHOLE
    seizure: str | None = None
    onset: float | None = None
    offset: float | None = None


def _table(windows: Attributed, units: Sequence[_Unit], recording: Mapping[str, str]) -> pd.DataFrame:
    """Return a row for every unit and cell: the mean over the unit's windows."""
    if not units:
        return UNITS.frame()
    none = np.zeros(len(windows.regions))
    flags = {"interpolated": windows.interpolated, "masked": windows.masked}
    regions = pd.DataFrame({"region": windows.regions, **{k: none if v is None else v for k, v in flags.items()}})
    cells = regions.merge(pd.DataFrame({"band": windows.bands}), how="cross")
    heads = pd.DataFrame([unit[1:] for unit in units], columns=["class", *_Unit._fields[2:]])
    rows = heads.assign(**recording).merge(cells, how="cross")
    matrices = [windows.matrices[unit.members] for unit in units]
    rows["importance"] = np.concatenate([known_mean(values).ravel() for values in matrices])
    apart = [windows.apart(unit.members) for unit in units]
    rows["square"] = np.concatenate([squares(*given).ravel() for given in zip(matrices, apart, strict=True)])
    counts = [np.isfinite(values).sum(axis=0) for values in matrices]
    rows["n_windows"] = np.concatenate([count.ravel() for count in counts])
    return UNITS.frame(rows)
