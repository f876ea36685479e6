"""Reads the clinical truth, the maps and the signals of tested seizures."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.aggregate.matrices import region_importance
from bandmap.faithfulness.clinical import LINE_LENGTH, POWER, Seizure, compare, summarize
from bandmap.faithfulness.held_out import training_people
from bandmap.files.attributed import Attribution, read_attribution
from bandmap.files.harmonized import open_recording
from bandmap.files.tables import read_table
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.clinical import ONSET_SECONDS, TCP22
from bandmap.vocabulary.recording import Recording
from bandmap.vocabulary.tables import ALL, CLINICAL, FOLDS, SEIZURE, UNITS, WHOLE

EARLY_SECONDS = 1.0
"""A stated onset may precede the seizure of the events table by this much."""

BACKGROUND_SECONDS = 60.0
LEAST_BACKGROUND_SECONDS = 10.0
WINDOW_SHARE = 0.5
"""A window shows the onset if its first ten seconds cover this share of it."""

logger = logging.getLogger(__name__)

_UNIT = ["dataset", "recording", "seizure"]
Row = Mapping[str, str]


@dataclass(frozen=True)
class Files:
    """The files of a run that clinical truth is compared with.

    Attributes
    ----------
    truth : mapping of str to str
        Data set -> its table of clinical truth.
    matrices : mapping of str to str
        Matrix -> table of the matrices of seizures.
    recordings : sequence of mapping
        `dataset`, `subject` and `recording` of the tested recordings of these data sets.
    harmonized : sequence of str
        Their files, in the same order.
    methods : sequence of str
        Interpretations that tell channels or regions apart.
    attributed : sequence of str
        Attributions by interpretation, then by recording.
    """

    truth: Mapping[str, str]
    matrices: Mapping[str, str]
    recordings: Sequence[Row]
    harmonized: Sequence[str]
    methods: Sequence[str]
    attributed: Sequence[str]

    def attributions(self, number: int) -> dict[str, str]:
        """Return interpretation -> file of the recording with this number."""
        return dict(zip(self.methods, self.attributed[number :: len(self.recordings)], strict=True))


def compare_clinical(files: Files, folds: str, atlas: Atlas, *, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the maps of a model with clinical truth.

    Parameters
    ----------
    files : Files
    folds : str
        Table of folds.
    atlas : Atlas
    seed : int
        Of the bootstrap over subjects.

    Returns
    -------
    found, scores : DataFrame
        Tables of `tables.CLINICAL_FOUND` and `tables.CLINICAL_SCORES`.
    """
    truth = {dataset: read_table(path, CLINICAL) for dataset, path in files.truth.items()}
    units = {name: _whole(read_table(path, UNITS)) for name, path in files.matrices.items()}
    tested = list(_tested(files, truth, units, atlas))
    _say_unmatched(truth, units)
    known = dict.fromkeys(seizure.person for seizure in tested)
    others = [seizure for seizure in _stated(truth) if seizure.person not in known]
    trained = training_people(read_table(folds, FOLDS), known)
    found = compare([*tested, *others], trained, atlas)
    return found, summarize(found, seed=seed)


def _heads(units: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row for every tested seizure."""
    rows = pd.concat(list(units.values())) if units else _whole(UNITS.frame())
    return rows[[*_UNIT, "subject", "outcome", "onset", "offset"]].drop_duplicates(_UNIT)


def _whole(units: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of whole seizures, found or missed."""
    seizures = (units["class"] == SEIZURE) & (units["part"] == WHOLE) & units["outcome"].isin(("hit", "miss"))
    return units[seizures]


def _say_unmatched(truth: Mapping[str, pd.DataFrame], units: Mapping[str, pd.DataFrame]) -> None:
    """Warn of stated onsets in tested recordings at which the events of the recording have no seizure."""
    heads = _heads(units)
    for dataset, rows in truth.items():
        own = heads[heads["dataset"] == dataset]
        lost = []
        for row in rows[rows["onset"].notna() & rows["recording"].isin(own["recording"])].itertuples():
            of = own[own["recording"] == row.recording]
            if not ((of["onset"] - EARLY_SECONDS <= row.onset) & (row.onset < of["offset"])).any():
                lost.append(f"{row.recording} at {row.onset:g} s")
        if lost:
            logger.warning(
                "%s: the events have no seizure at %d onsets of the clinical truth (%s%s), which are left out; correct"
                " the onsets, or the events",
                dataset, len(lost), ", ".join(lost[:3]), ", ..." if len(lost) > 3 else "",
            )  # fmt: skip


def _stated(truth: Mapping[str, pd.DataFrame]) -> Iterator[Seizure]:
    """Yield a seizure without maps for every row of truth."""
    for dataset, rows in truth.items():
        for _, row in rows.iterrows():
            yield _without_maps((dataset, str(row["subject"])), row)


def _tested(
    files: Files, truth: Mapping[str, pd.DataFrame], units: Mapping[str, pd.DataFrame], atlas: Atlas
) -> Iterator[Seizure]:
    """Yield the tested seizures whose truth is known, with their maps."""
    heads = _heads(units)
    regions = {name: _of_regions(table, atlas) for name, table in units.items() if (table["region"] != ALL).any()}
    for number, row in enumerate(files.recordings):
        own = heads[(heads["dataset"] == row["dataset"]) & (heads["recording"] == row["recording"])]
        spans = zip(own["onset"], own["offset"], strict=True)
        facts = [_truth_of(truth[row["dataset"]], row, onset, offset) for onset, offset in spans]
        stated = [(head, fact) for (_, head), fact in zip(own.iterrows(), facts, strict=True) if fact is not None]
        if stated:
            with open_recording(files.harmonized[number]) as recording:
                attributed = {name: read_attribution(path) for name, path in files.attributions(number).items()}
                for head, fact in stated:
                    yield _seizure(head, fact, recording, attributed, regions, atlas)


def _truth_of(rows: pd.DataFrame, row: Row, onset: float, offset: float) -> pd.Series | None:
    """Return the row of truth of a seizure: its own, else that of its recording, else that of its subject."""
    mine = rows[
        (rows["subject"] == row["subject"]) & (rows["recording"].isna() | (rows["recording"] == row["recording"]))
    ]
    at = mine["onset"].between(onset - EARLY_SECONDS, offset, inclusive="left")
    own = mine["onset"].isna()
    for chosen in (at & mine["recording"].notna(), own & mine["recording"].notna(), own & mine["recording"].isna()):
        if chosen.any():
            return mine[chosen].iloc[0]
    return None


def _without_maps(person: tuple[str, str], truth: pd.Series) -> Seizure:
    side, lobe = (None if pd.isna(truth[name]) else str(truth[name]) for name in ("side", "lobe"))
    onset, spread = (
        frozenset(() if pd.isna(truth[name]) else truth[name].split()) for name in ("onset_channels", "spread_channels")
    )
    return Seizure(person, side=side, lobe=lobe, onset_channels=onset, spread_channels=spread)


def _of_regions(units: pd.DataFrame, atlas: Atlas) -> pd.DataFrame:
    """Return the evidence for the class of each region (columns) of each detected seizure: the sum over bands."""
    found = units[units["outcome"] == "hit"]
    positive = found.assign(importance=found["importance"].clip(lower=0))
    sums = positive.groupby([*_UNIT, "region"])["importance"].sum(min_count=1)
    return sums.unstack("region").reindex(columns=list(atlas.regions))


def _seizure(
    head: pd.Series,
    fact: pd.Series,
    recording: Recording,
    attributed: Mapping[str, Attribution],
    regions: Mapping[str, pd.DataFrame],
    atlas: Atlas,
) -> Seizure:
    seizure = _without_maps((head["dataset"], head["subject"]), fact)
    if head["outcome"] != "hit":
        return seizure
    onset, offset = float(head["onset"]), float(head["offset"])
    if seizure.onset_channels:
        first = onset, min(onset + ONSET_SECONDS, offset)
        maps = {name: _of_channels(result, first, atlas) for name, result in attributed.items()}
        channels = {name: found for name, found in maps.items() if found is not None}
        active = _activity(recording, *first)
        channels |= {name: on_derivations(values, recording.channels) for name, values in active.items()}
        return replace(seizure, detected=True, channels=channels)
    key = tuple(head[name] for name in _UNIT)
    found = {name: table.loc[key].to_numpy(dtype=float) for name, table in regions.items() if key in table.index}
    for name, values in _activity(recording, onset, offset).items():
        unknown = [channel for channel, value in zip(recording.channels, values, strict=True) if not np.isfinite(value)]
        means = region_importance(np.nan_to_num(values)[None], atlas, recording.channels, masked=unknown)[0]
        found[name] = np.maximum(means, 0)
    return replace(seizure, detected=True, regions=found)


def _of_channels(result: Attribution, span: tuple[float, float], atlas: Atlas) -> NDArray[np.float64] | None:
    """Return the importance of derivations in the windows of a span; None if there is no window."""
    length = float(result.attributes["length_seconds"])
    starts = result.starts_seconds
    shared = np.minimum(starts + length, span[1]) - np.maximum(starts, span[0])
    inside = shared >= WINDOW_SHARE * min(length, span[1] - span[0])
    if not inside.any():
        return None
    channels = json.loads(str(result.attributes["channels"]))
    values = result.values[inside].astype(np.float64)
    rows = np.nansum(values.reshape(*values.shape[:2], -1), axis=2).mean(axis=0)
    if result.axes[0] == "region":
        weights = atlas.region_weights(channels)
        rows = np.where(weights.sum(axis=0) > 0, rows @ weights / np.maximum(weights.sum(axis=0), 1e-9), np.nan)
    rows[np.isin(channels, json.loads(str(result.attributes["masked_channels"])))] = np.nan
    return on_derivations(rows, channels)


def on_derivations(values: NDArray[np.float64], channels: Sequence[str]) -> NDArray[np.float64]:
    """Return the values of the derivations of `TCP22`.

    Parameters
    ----------
    values : ndarray of float, shape (channels,)
    channels : sequence of str
        Derivations, or electrodes: then a derivation has the mean of both.

    Returns
    -------
    ndarray of float64, shape (22,)
        NaN for a derivation that the channels do not contain.
    """
    places = dict(zip(channels, values, strict=True))
    found = np.full(len(TCP22), np.nan)
    for number, name in enumerate(TCP22):
        ends = name.split("-")
        if name in places:
            found[number] = places[name]
        else:
            with suppress(KeyError):
                found[number] = (places[ends[0]] + places[ends[1]]) / 2
    return found


def _activity(recording: Recording, start: float, stop: float) -> dict[str, NDArray[np.float64]]:
    """Return line length and power of channels, as log ratios to up to a minute before the onset.

    Where less than ten seconds lie before the onset, there is no ratio: the logarithms of the values themselves.
    """
    before = max(0.0, start - BACKGROUND_SECONDS)
    found = _measures(recording, start, stop)
    if start - before >= LEAST_BACKGROUND_SECONDS:
        quiet = _measures(recording, before, start)
        found = {name: values - quiet[name] for name, values in found.items()}
    masked = np.isin(recording.channels, recording.masked_channels)
    return {name: np.where(masked | ~np.isfinite(values), np.nan, values) for name, values in found.items()}


def _measures(recording: Recording, start: float, stop: float) -> dict[str, NDArray[np.float64]]:
    first, last = (int(seconds * recording.rate_hz) for seconds in (start, stop))
    samples = np.asarray(recording.microvolts[:, first:last], dtype=np.float64)
    usable = samples[:, np.isfinite(samples).all(axis=0)]
    with np.errstate(divide="ignore", invalid="ignore"):
        if usable.shape[1] < 2:
            nothing = np.full(len(samples), np.nan)
            return {LINE_LENGTH: nothing, POWER: nothing}
        return {LINE_LENGTH: np.log(np.abs(np.diff(usable)).mean(axis=1)), POWER: np.log(usable.var(axis=1))}
