"""The content of one recording in named chunks: what the page asks for, and the only things that it can get."""

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.files.documents import read_json
from bandmap.files.events import read_events
from bandmap.files.harmonized import open_recording, read_attributes, read_flags, read_quality
from bandmap.files.predicted import read_predictions
from bandmap.files.pyramid import CHUNK, Level, read_bins, read_levels
from bandmap.harmonize.pyramid import DECIBELS, LOWEST_DECIBELS
from bandmap.view.found import FoundRecording, ModelFiles
from bandmap.view.importance import importance_of
from bandmap.vocabulary import colours, event_types
from bandmap.vocabulary.montages import MONTAGES, clinical_order
from bandmap.vocabulary.recording import Event, SleepStage

SETTINGS = ("montage", "rate_hz", "high_pass_hz", "low_pass_hz", "notch_hz")


class Chunks:
    """The chunks of one recording.

    Parameters
    ----------
    found : FoundRecording
    """

    def __init__(self, found: FoundRecording) -> None:
        self.found = found

    @cached_property
    def about(self) -> dict[str, Any]:
        """Everything but long arrays: channels, levels, events, models.

        Raises
        ------
        RecordingError
            If a file is missing, damaged, or does not belong to the recording.
        """
        attributes = read_attributes(self.found.samples)
        with open_recording(self.found.samples) as recording:
            n_samples, seconds = recording.microvolts.shape[1], recording.duration_seconds
            events, channels = recording.events, list(recording.channels)
            masked, interpolated = list(recording.masked_channels), list(recording.interpolated_channels)
        levels = read_levels(self.found.pyramid, channels=len(channels), seconds=seconds)
        return {
            "dataset": self.found.dataset,
            "recording": self.found.recording,
            "seconds": seconds,
            "n_samples": n_samples,
            "chunk": CHUNK,
            "channels": channels,
            "order": [[chain, index] for chain, index in clinical_order(channels)],
            "masked": masked,
            "interpolated": interpolated,
            "settings": {name: _plain(attributes.get(name)) for name in SETTINGS},
            "montages": {name: _rows(montage) for name, montage in MONTAGES.items()},
            "extremes": [_level(level) for level in levels["extremes"]],
            "spectra": [_level(level) for level in levels["spectra"]],
            "decibels": {"step": DECIBELS, "lowest": LOWEST_DECIBELS},
            "flags": list(read_flags(self.found.samples)),
            "quality": read_quality(self.found.samples),
            "reference": _events(events),
            "models": [self._model(model) for model in self.found.models],
            **self._axes(),
            "stages": list(SleepStage.__members__),
            "types": event_types.ILAE,
            "colours": {
                "reference": colours.REFERENCE,
                "review": colours.REVIEW,
                "shade": colours.SHADE,
                "models": list(colours.MODELS),
                "stages": colours.STAGES,
                "quality": colours.QUALITY,
            },
        }

    def _axes(self) -> dict[str, list[str]]:
        """Return the names of regions and bands; empty if the run has not written its settings yet."""
        settings = read_json(self.found.settings).get("settings", {}) if self.found.settings.is_file() else {}
        return {"regions": list(settings.get("regions", {})), "bands": list(settings.get("bands_hz", {}))}

    def names(self) -> Iterator[str]:
        """Yield the name of every chunk."""
        about = self.about
        yield "about"
        yield "flags"
        yield from (f"samples-{i}" for i in range(_count(about["n_samples"])))
        for k, level in enumerate(about["extremes"]):
            yield from (f"extremes-{k}-{i}" for i in range(_count(level["bins"])))
        for k, level in enumerate(about["spectra"]):
            for channel in range(len(about["channels"])):
                yield from (f"spectra-{k}-{channel}-{i}" for i in range(_count(level["bins"])))
        for number, model in enumerate(about["models"]):
            yield f"probability-{number}"
            yield from (f"importance-{number}-{i}" for i in range(len(model["importance"])))

    def read(self, name: str) -> bytes:
        """Return a chunk; numbers are little-endian.

        Raises
        ------
        KeyError
            If there is no such chunk.
        RecordingError
            If its file is damaged.
        """
        kind, _, numbers = name.partition("-")
        readers: dict[str, Callable[..., bytes]] = {
            "about": self._about,
            "flags": self._flags,
            "samples": self._samples,
            "extremes": self._extremes,
            "spectra": self._spectra,
            "probability": self._probability,
            "importance": self._importance,
        }
        places = numbers.split("-") if numbers else []
        if kind not in readers or not all(place.isascii() and place.isdecimal() and len(place) < 9 for place in places):
            raise KeyError(name)
        try:
            return readers[kind](*map(int, places))
        except (IndexError, TypeError):
            raise KeyError(name) from None

    def _about(self) -> bytes:
        return json.dumps(self.about, allow_nan=False).encode()

    def _samples(self, i: int) -> bytes:
        """Return samples as float32, shape (channels, samples)."""
        _inside(i, self.about["n_samples"])
        with open_recording(self.found.samples) as recording:
            return _bytes(recording.microvolts[:, i * CHUNK : (i + 1) * CHUNK], "<f4")

    def _extremes(self, k: int, i: int) -> bytes:
        """Return minima and maxima as float16, shape (channels, bins, 2)."""
        _inside(i, self.about["extremes"][k]["bins"])
        return _bytes(read_bins(self.found.pyramid, f"extremes{k}", i * CHUNK, (i + 1) * CHUNK), "<f2")

    def _spectra(self, k: int, channel: int, i: int) -> bytes:
        """Return decibels as bytes, shape (columns, frequencies)."""
        _inside(i, self.about["spectra"][k]["bins"])
        self.about["channels"][channel]
        return _bytes(read_bins(self.found.pyramid, f"spectra{k}", i * CHUNK, (i + 1) * CHUNK, channel), "u1")

    def _flags(self) -> bytes:
        """Return a bit field, shape (channels, seconds); bit k is the k-th name of `flags`."""
        flags = read_flags(self.found.samples).values()
        return (
            _bytes(np.asarray(sum(np.uint8(1 << bit) * one for bit, one in enumerate(flags))), "u1") if flags else b""
        )

    def _probability(self, number: int) -> bytes:
        """Return the middle of each window in seconds, then its probabilities, as float32."""
        predictions = read_predictions(self.found.models[number].probabilities)
        return _bytes(predictions.centres_seconds, "<f4") + _bytes(predictions.probabilities, "<f4")

    def _importance(self, number: int, i: int) -> bytes:
        """Return the start of each window in seconds, then its importance, as float32."""
        found = importance_of(self.found.models[number])[i]
        return _bytes(found.starts_seconds, "<f4") + _bytes(found.values, "<f4")

    def _model(self, files: ModelFiles) -> dict[str, Any]:
        predictions = read_predictions(files.probabilities)
        threshold = predictions.attributes.get("threshold")
        return {
            "name": files.name,
            "windows": len(predictions.centres_seconds),
            "classes": 1 if predictions.probabilities.ndim == 1 else predictions.probabilities.shape[1],
            "threshold": None if threshold is None else float(threshold),
            "step_seconds": float(predictions.attributes.get("step_seconds", 1.0)),
            "events": _events(read_events(files.events)) if files.events.is_file() else [],
            "importance": [one.about for one in importance_of(files)],
        }


def _count(n: int) -> int:
    return -(-n // CHUNK)


def _inside(i: int, n: int) -> None:
    if i >= _count(n):
        raise IndexError(i)


def _bytes(values: NDArray[np.generic], kind: str) -> bytes:
    return np.ascontiguousarray(values).astype(kind, copy=False).tobytes()


def _level(level: Level) -> dict[str, float]:
    return {"bins": level.shape[1], "step": level.step_seconds, "depth": level.shape[2]}


def _events(events: tuple[Event, ...]) -> list[list[float | str]]:
    return [[event.onset, event.offset, event.label] for event in events]


def _rows(montage: tuple[str, ...]) -> list[list[int | str]]:
    """Return chain and name of each row of a montage, from the top of the page."""
    return [[chain, montage[index]] for chain, index in clinical_order(montage)]


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value.item() if isinstance(value, np.generic) else value
