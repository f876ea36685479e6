"""A picture of every seizure and false alarm of a recording."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.figures.matrices import Matrix, matrix_of_rows
from bandmap.figures.seizure import SeizureView, seizure_figure, stitch
from bandmap.figures.style import save
from bandmap.pictures._common import share_of, unit_of
from bandmap.recording import Event, Recording
from bandmap.store.attributed import Attribution, read_attribution
from bandmap.store.events import read_events
from bandmap.store.harmonized import read_recording
from bandmap.store.predicted import Predictions, read_predictions
from bandmap.store.represented import RepresentedRecording, open_representation
from bandmap.store.tables import read_table

SURROUNDINGS_SECONDS = 15.0
"""How much is shown before the onset and after the end."""

Row = Mapping[str, str]


@dataclass(frozen=True)
class RecordingFiles:
    """The files that the pictures of one recording's seizures are drawn from.

    Attributes
    ----------
    recording, array, probabilities, reference, detected : str
    maps, channels : sequence of str
        Attribution over time and frequency, and over channels; at most one of each.
    matrices : mapping of str to str
        Title -> table of seizures' matrices, the joint one first.
    """

    recording: str
    array: str
    probabilities: str
    reference: str
    detected: str
    maps: Sequence[str]
    channels: Sequence[str]
    matrices: Mapping[str, str]


@dataclass(frozen=True)
class _Opened:
    recording: Recording
    source: RepresentedRecording
    predictions: Predictions
    reference: tuple[Event, ...]
    detected: tuple[Event, ...]
    map: Attribution | None
    channels: Attribution | None


def draw_recording(
    files: RecordingFiles, folder: str | Path, *, row: Row, bands_hz: Mapping[str, tuple[float, float]]
) -> None:
    """Draw every seizure and false alarm of a recording as `{seizure}.png`.

    Parameters
    ----------
    files : RecordingFiles
    folder : path-like
        Made if it is missing; stays empty where nothing happened.
    row : mapping
        `dataset`, `subject`, `recording`.
    bands_hz : mapping
        Band -> edges, marked in the maps.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    opened = _Opened(
        read_recording(files.recording),
        open_representation(files.array),
        read_predictions(files.probabilities),
        read_events(files.reference),
        read_events(files.detected),
        read_attribution(files.maps[0]) if files.maps else None,
        read_attribution(files.channels[0]) if files.channels else None,
    )
    tables = {title: _cells(read_table(path), row) for title, path in files.matrices.items()}
    for name, cells in next(iter(tables.values()), {}).items():
        event = Event(float(cells[0]["onset"]), float(cells[0]["offset"]), "sz")
        matrices = tuple(_matrix(title, table.get(name, ())) for title, table in tables.items())
        title = f"{row['subject']} · {row['recording']} · {_spoken(name, cells[0]['outcome'])}"
        view = _view(opened, event, title, matrices, bands_hz)
        save(seizure_figure(view), Path(folder) / f"{name}.png", dots_per_inch=110)


def _cells(rows: Sequence[Row], recording: Row) -> dict[str, list[Row]]:
    """Return seizure -> rows of its matrix for the seizures and false alarms of one recording."""
    chosen: dict[str, list[Row]] = {}
    for row in rows:
        mine = (row["dataset"], row["recording"]) == (recording["dataset"], recording["recording"])
        if mine and row["outcome"] != "interictal":
            chosen.setdefault(row["seizure"], []).append(row)
    return chosen


def _spoken(name: str, outcome: str) -> str:
    if outcome == "false_alarm":
        return f"false alarm {name.removeprefix('false-')}"
    return f"seizure {name} ({'found' if outcome == 'hit' else 'missed'})"


def _matrix(title: str, rows: Sequence[Row]) -> Matrix:
    matrix = matrix_of_rows(rows, title=title)
    n = int(rows[0]["n_windows"]) if rows else 0
    return matrix_of_rows(rows, title=title, unit=unit_of(title), n=n, n_of="windows", rank_one_share=share_of(matrix))


def _view(
    opened: _Opened, event: Event, title: str, matrices: tuple[Matrix, ...], bands_hz: Mapping[str, tuple[float, float]]
) -> SeizureView:
    recording, source = opened.recording, opened.source
    first = max(0.0, np.floor(event.onset - SURROUNDINGS_SECONDS))
    last = min(recording.duration_seconds, event.offset + SURROUNDINGS_SECONDS)
    samples = slice(round(first * recording.rate_hz), round(last * recording.rate_hz))
    frames = (round(first * source.frame_rate_hz), min(round(last * source.frame_rate_hz), source.n_frames))
    channels = _channel_importance(opened.channels, event)
    top = int(channels.argmax()) if channels.size else None
    centres = opened.predictions.centres_seconds
    return SeizureView(
        title=title,
        channels=recording.channels,
        microvolts=recording.microvolts[:, samples],
        rate_hz=recording.rate_hz,
        start_seconds=first,
        onset_seconds=event.onset,
        reference=tuple(e for e in opened.reference if e.is_seizure),
        predicted=opened.detected,
        probability_seconds=centres,
        probability=opened.predictions.probabilities,
        threshold=float(opened.predictions.attributes["threshold"]),
        frequencies_hz=source.frequencies_hz,
        frame_rate_hz=source.frame_rate_hz,
        power=_power(source, frames, top),
        power_of="mean of channels" if top is None else source.channels[top],
        importance=_map(opened.map, source.frame_rate_hz, frames),
        channel_importance=channels,
        matrices=matrices,
        band_edges_hz=bands_hz,
        importance_name=_name(opened.map),
        channel_importance_name=_name(opened.channels),
    )


def _power(source: RepresentedRecording, frames: tuple[int, int], channel: int | None) -> NDArray[np.float64]:
    if not source.frequencies_hz or frames[1] <= frames[0]:
        return np.zeros((0, 0))
    window = source.windows(np.array([frames[0]]), frames[1] - frames[0])[0].astype(np.float64)
    return np.asarray(window.mean(axis=0) if channel is None else window[channel])


def _channel_importance(attribution: Attribution | None, event: Event) -> NDArray[np.float64]:
    """Return the mean over the event's windows, or nothing where it has none."""
    if attribution is None:
        return np.zeros(0)
    length = float(attribution.attributes["length_seconds"])
    centres = attribution.starts_seconds + length / 2
    inside = (event.onset <= centres) & (centres < event.offset)
    return attribution.values[inside].mean(axis=0, dtype=np.float64) if inside.any() else np.zeros(0)


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
