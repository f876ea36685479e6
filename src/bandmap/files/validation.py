"""Predictions of a fold's model for its validation recordings, and their events, in one HDF5 file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bandmap.files._events import read_events, write_events
from bandmap.files._hdf5 import opened, written
from bandmap.vocabulary.recording import Event


class RecordingPrediction(Protocol):
    """The predictions of a model for one recording (tasks.Prediction)."""

    @property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Arrays with one entry per window."""

    @property
    def step_seconds(self) -> float:
        """Time between adjacent windows."""

    @property
    def duration_seconds(self) -> float:
        """Duration of the recording."""


def write_validation(path: str | Path, recordings: Sequence[tuple[RecordingPrediction, Sequence[Event]]]) -> None:
    """Write the predictions and events of each recording; the same contents give the same bytes."""
    with written(path) as file:
        for number, (prediction, events) in enumerate(recordings):
            group = file.create_group(f"{number:06d}")
            for name, values in prediction.columns.items():
                group.create_dataset(name, data=values)
            group.attrs.update(
                {"step_seconds": prediction.step_seconds, "duration_seconds": prediction.duration_seconds}
            )
            write_events(group.create_group("events"), events)


def read_validation(path: str | Path) -> list[tuple[dict[str, Any], tuple[Event, ...]]]:
    """Read a file of `write_validation`.

    Returns
    -------
    list of (dict, tuple of Event)
        For each recording its columns and seconds by name, and its events.
    """
    with opened(path) as file:
        return [_one(file[name]) for name in sorted(file)]


def _one(group: Any) -> tuple[dict[str, Any], tuple[Event, ...]]:
    columns = {name: np.asarray(group[name]) for name in group if name != "events"}
    seconds = {name: float(value) for name, value in group.attrs.items()}
    return {**columns, **seconds}, read_events(group["events"])
