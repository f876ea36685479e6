"""The figures of seizure detection: of a model, of all models, and of every seizure and false alarm."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bandmap.aggregate.from_files import seizure as units
from bandmap.draw.cells import Matrix
from bandmap.draw.curves import Curve, curve_figure
from bandmap.draw.from_files._common import (
    Card,
    Matrices,
    Person,
    RecordingFiles,
    Row,
    cohort_matrix,
    kinds_of,
    matrix_of,
    tells_both,
    unit_of,
)
from bandmap.draw.from_files._power import power_of
from bandmap.draw.overlay import ChannelImportance, stitch
from bandmap.draw.panels import Panel
from bandmap.draw.scores import score_figure, scores_of_table
from bandmap.draw.seizure import NOTHING, SeizureView, seizure_figure
from bandmap.draw.style import number_of, save_both
from bandmap.files.attributed import Attribution, read_attribution
from bandmap.files.events import read_events
from bandmap.files.harmonized import open_recording
from bandmap.files.predicted import Predictions, read_predictions
from bandmap.files.represented import RepresentedRecording, open_representation
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.recording import Event, Recording
from bandmap.vocabulary.tables import SEIZURE, UNITS, WHOLE

SURROUNDINGS_SECONDS = 15.0
"""Time shown before the onset and after the end."""

FLOORS = ("line-length", "always-on")

TASK = "seizure"

_PARTS = ("onset", "middle", "end")
_EVENT = ["seizure", "onset", "offset", "outcome"]
_COURSE = "From onset to end of found seizures"


def cohort_panels(table: pd.DataFrame, title: str) -> list[Panel]:
    """Return the matrix of found seizures, and below it the matrices of their onset, middle and end."""
    whole = kinds_of(table, {title: ("sz", "hit", "whole")})
    parts = kinds_of(table, {part: ("sz", "hit", part) for part in _PARTS})
    course = tuple(cohort_matrix(chosen, part) for part, chosen in parts.items())
    return [
        Panel((cohort_matrix(whole.get(title, table[:0]), title),)),
        Panel(course if len(parts) == len(_PARTS) else (), _COURSE),
    ]


def subject_panels(matrices: Matrices, person: Person) -> list[Panel]:
    """Return the joint matrix beside the product, and below them the joint one of onset, middle and end."""
    both = matrices.both[:2]
    whole = tuple(matrices.of(name, person, "sz", "hit", "whole", matrices.titles[name]) for name in both)
    course = tuple(matrices.of(both[0], person, "sz", "hit", part, part) for part in _PARTS) if both else ()
    known = any(np.isfinite(matrix.values).any() for matrix in course)
    return [Panel(whole), Panel(course if known else (), f"{_COURSE}, {matrices.titles[both[0]]}" if both else "")]


def truth_classes(truth: pd.DataFrame) -> "pd.Series[str]":
    """Return the class of all seizures."""
    return pd.Series(SEIZURE, index=truth.index, dtype="str")


def score_figures(card: Card) -> tuple[Figure, Figure]:
    """Return the scores of every subject, and the curve of sensitivity against false alarms."""
    return score_figure(scores_of_table(card.scores, card.summary)), curve_figure([_curve(card)])


def overview_figure(cards: Sequence[Card]) -> Figure:
    """Return the curves of all detectors."""
    return curve_figure([_curve(card) for card in cards])


def _curve(card: Card) -> Curve:
    alarms, sensitivity = (card.details[name].to_numpy() for name in ("false_alarms_per_day", "sensitivity"))
    event = card.summary["event"]
    chosen = number_of(event["false_alarms_per_day"]["mean"]), number_of(event["sensitivity"]["mean"])
    return Curve(card.name, alarms, sensitivity, chosen, card.name in FLOORS)


@dataclass(frozen=True)
class _Opened:
    recording: Recording
    source: RepresentedRecording
    predictions: Predictions
    reference: tuple[Event, ...] | None
    detected: tuple[Event, ...]
    map: Attribution | None
    channels: Attribution | None


def draw_recording(files: RecordingFiles, folder: str | Path, *, row: Row, model: str, atlas: Atlas) -> None:
    """Draw every seizure and false alarm of a recording as `{seizure}.png` and `.svg`.

    Parameters
    ----------
    files : RecordingFiles
    folder : path-like
        Created if it does not exist; empty without seizures and false alarms.
    row : mapping
        `dataset`, `subject`, `recording`.
    model : str
        Model of the predictions.
    atlas : Atlas
        Atlas of the matrices; the edges of its bands are marked in the maps.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    tables = {title: _of_events(table) for title, table in files.tables(units, row, atlas).items()}
    both = [title for title, table in tables.items() if tells_both(table)][:2]
    with open_recording(files.recording) as recording:
        opened = _Opened(
            recording,
            open_representation(files.array),
            read_predictions(files.probabilities),
            read_events(files.reference) if files.reference else None,
            read_events(files.detected),
            *(
                read_attribution(found[0]) if found else None
                for found in (files.maps, files.over_time or files.channels)
            ),
        )
        first = next(iter(tables.values()), UNITS.frame())
        for name, onset, offset, outcome in first[_EVENT].drop_duplicates().itertuples(index=False):
            event = Event(onset, offset, SEIZURE)
            matrices = tuple(_matrix(title, tables[title][tables[title]["seizure"] == name]) for title in both)
            spoken = _spoken(name, outcome, model) if files.reference else f"detection {name} of {model}"
            title = " · ".join(dict.fromkeys([row["subject"], row["recording"], spoken]))
            view = _view(opened, event, title, matrices, atlas.bands_hz)
            save_both(seizure_figure(view), Path(folder) / name)


def _of_events(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of whole seizures and false alarms."""
    return table[(table["part"] == WHOLE) & table["onset"].notna()]


def _spoken(name: str, outcome: str, model: str) -> str:
    if outcome == "false_alarm":
        return f"false alarm {name.removeprefix('false-')} of {model}"
    return f"seizure {name} ({'found' if outcome == 'hit' else 'missed'} by {model})"


def _matrix(title: str, table: pd.DataFrame) -> Matrix:
    return matrix_of(table, title, unit_of(title), counted="n_windows", n_of="windows")


def _view(
    opened: _Opened, event: Event, title: str, matrices: tuple[Matrix, ...], bands_hz: Mapping[str, tuple[float, float]]
) -> SeizureView:
    recording, source = opened.recording, opened.source
    first = max(0.0, np.floor(event.onset - SURROUNDINGS_SECONDS))
    last = min(recording.duration_seconds, event.offset + SURROUNDINGS_SECONDS)
    samples = slice(round(first * recording.rate_hz), round(last * recording.rate_hz))
    frames = (round(first * source.frame_rate_hz), min(round(last * source.frame_rate_hz), source.n_frames))
    channels = _channel_importance(opened.channels, first, last)
    top = _top_channel(channels, event)
    power = power_of(recording, source, (first, last), top, bands_hz)
    return SeizureView(
        title=title,
        channels=recording.channels,
        microvolts=recording.microvolts[:, samples],
        rate_hz=recording.rate_hz,
        start_seconds=first,
        onset_seconds=event.onset,
        offset_seconds=event.offset,
        reference=None if opened.reference is None else tuple(e for e in opened.reference if e.is_seizure),
        predicted=opened.detected,
        probability_seconds=opened.predictions.centres_seconds,
        probability=opened.predictions.probabilities,
        threshold=float(opened.predictions.attributes["threshold"]),
        frequencies_hz=power.frequencies_hz,
        frame_rate_hz=power.frame_rate_hz,
        power=power.values,
        power_of="mean of channels" if top is None else source.channels[top],
        importance=_map(opened.map, source.frame_rate_hz, frames),
        channel_importance=channels,
        matrices=matrices,
        band_edges_hz=bands_hz,
        importance_name=_name(opened.map),
    )


def _top_channel(importance: ChannelImportance, event: Event) -> int | None:
    mean = importance.mean(event.onset, event.offset)
    return int(np.nanargmax(mean)) if np.isfinite(mean).any() else None


def _channel_importance(attribution: Attribution | None, first: float, last: float) -> ChannelImportance:
    """Return the importance of channels over a segment; a method without time applies to its whole window."""
    if attribution is None or not len(attribution.values):
        return NOTHING
    maps, starts = _over_time(attribution)
    length = float(attribution.attributes["length_seconds"])
    step = length / maps.shape[2] if maps.shape[2] > 1 else 1.0
    if maps.shape[2] == 1:
        maps = np.repeat(maps, max(round(length), 1), axis=2)
    near = (starts + length > first) & (starts < last)
    count = max(round((last - first) / step), 1)
    values = stitch(maps[near], np.round((starts[near] - first) / step).astype(int), count)
    return ChannelImportance(values, step, first, _name(attribution))


def _over_time(attribution: Attribution) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return importance (windows, channels, steps) and the start of each window."""
    if attribution.maps is not None:
        return attribution.maps, attribution.starts_seconds[attribution.mapped]
    values = attribution.values if attribution.values.ndim == 3 else attribution.values[:, :, None]
    return values, attribution.starts_seconds


def _map(attribution: Attribution | None, rate_hz: float, frames: tuple[int, int]) -> NDArray[np.float64]:
    count = max(frames[1] - frames[0], 0)
    if attribution is None or attribution.maps is None or not len(attribution.maps):
        return np.zeros((0, 0))
    starts = np.round(attribution.starts_seconds[attribution.mapped] * rate_hz).astype(int) - frames[0]
    length = attribution.maps.shape[-1]
    near = (starts + length > 0) & (starts < count)
    if not near.any():
        return np.full((attribution.maps.shape[1], count), np.nan)
    return stitch(attribution.maps[near], starts[near], count)


def _name(attribution: Attribution | None) -> str:
    if attribution is None:
        return "none"
    options: dict[str, Any] = json.loads(str(attribution.attributes.get("options", "{}")))
    chosen = ", ".join(f"{name} {value}" for name, value in options.items())
    return f"{attribution.attributes.get('method', '?')}{f' ({chosen})' if chosen else ''}"
