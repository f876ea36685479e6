"""Interpret the held-out model's decisions on one recording: choose windows and what they are compared with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap import windows
from bandmap.atlas import Atlas
from bandmap.context import (
    NONE,
    Context,
    background_indices,
    fallback_window,
    quiet_baselines,
    total_power,
    windows_of_interest,
)
from bandmap.normalized import Normalized
from bandmap.recording import Event
from bandmap.store.events import read_events
from bandmap.store.predicted import read_predictions
from bandmap.store.represented import open_all, open_representation
from bandmap.store.weights import load
from bandmap.training.fold import Source

SEIZURE = 1
"""The class whose importance is asked for."""

GUARD_SECONDS = 2.0
"""Interictal windows keep so far from any event: onsets are marked to the second only."""

BACKGROUNDS = 8
"""Interictal windows of the subject at hand for an interpretation."""

INTERICTAL = 16
"""Interictal windows of a recording that are interpreted too, to test ictal against interictal matrices."""

MOST_CANDIDATES = 512
"""Of a recording; more are thinned evenly: the quietest of so many is quiet enough, and a day fits in memory."""


@dataclass(frozen=True)
class Case:
    """One recording and what the model that never saw its subject says of it.

    Attributes
    ----------
    model : Normalized
    source : Source
        The recording.
    others : sequence of Source
        The subject's other recordings, for interictal windows.
    detected : sequence of Event
    centres_seconds, probabilities : ndarray, shape (windows,)
        Middle of each predicted window, and its probability.
    cutting : mapping
        Section `windows` of the settings that the model was trained with.
    threshold : float
        Of the probability.
    """

    model: Normalized
    source: Source
    others: Sequence[Source]
    detected: Sequence[Event]
    centres_seconds: NDArray[np.floating]
    probabilities: NDArray[np.floating]
    cutting: Mapping[str, float]
    threshold: float

    @classmethod
    def read(cls, weights: str, array: str, probabilities: str, events: str, others: Sequence[str]) -> "Case":
        """Open a model's file, a recording's representation, predictions and detections, and the subject's others."""
        model, settings = load(weights)
        predictions = read_predictions(probabilities)
        return cls(
            model,
            open_representation(array),
            open_all(others),
            read_events(events),
            predictions.centres_seconds,
            predictions.probabilities,
            settings["windows"],
            settings["threshold"],
        )

    def cut(self) -> windows.RecordingWindows:
        """Return the windows that the model predicted."""
        return windows.cut(
            self.source,
            self.source.events,
            length_seconds=self.cutting["length_seconds"],
            step_seconds=self.cutting["step_seconds"],
            seizure_overlap=self.cutting["seizure_overlap"],
        )


@dataclass(frozen=True)
class Interpreted:
    """The importance of some windows of a recording, ready to be stored.

    Attributes
    ----------
    values : ndarray of float32, shape (windows, *axes)
    starts_seconds, probabilities, labels : ndarray, shape (windows,)
    mapped : ndarray of int64
        Windows whose result over time is worth keeping: those of seizures and detections.
    attributes : dict
        What it takes to make matrices of the values.
    """

    values: NDArray[np.float32]
    starts_seconds: NDArray[np.float64]
    probabilities: NDArray[np.float32]
    labels: NDArray[np.int64]
    mapped: NDArray[np.int64]
    attributes: dict[str, str | float]


def interpret_recording(
    method: Any,
    case: Case,
    settings: Mapping[str, Any],
    *,
    atlas: Atlas,
    seed: int,
    device: str,
) -> Interpreted:
    """Attribute a model's decisions on one recording of a subject that it never saw.

    Parameters
    ----------
    method : module
        An interpretation plugin.
    case : Case
    settings : mapping
        `kind` (the plugin's name) and `options`.
    atlas : Atlas
    seed : int
    device : str
        "auto", "cpu" or "cuda".

    Returns
    -------
    Interpreted
        Of all windows of seizures and detections and of some interictal ones.
    """
    source, cut = case.source, case.cut()
    rate = source.frame_rate_hz
    busy = ~windows.quiet(cut.starts, cut.length, rate, case.detected, guard_seconds=0.0)
    calm = windows.quiet(cut.starts, cut.length, rate, source.events, guard_seconds=GUARD_SECONDS)
    chosen = windows_of_interest(cut.labels, calm, busy, n_interictal=INTERICTAL, seed=seed)
    starts = cut.starts[chosen]
    interictal = _Interictal.of([source, *case.others], cut.length)
    context = Context(
        atlas=atlas,
        channels=tuple(source.channels),
        frequencies_hz=tuple(source.frequencies_hz),
        rate_hz=rate,
        baseline=interictal.baselines(starts, source.events, case.model),
        background=interictal.background(case.model, seed=seed),
        device=_device(device),
        seed=seed,
    )
    values = method.attribute(
        case.model, source.windows(starts, cut.length), SEIZURE, context=context, **settings["options"]
    )
    probabilities = np.zeros(0)
    if len(chosen):
        probabilities = np.interp(cut.centres_seconds[chosen], case.centres_seconds, case.probabilities)
    return Interpreted(
        values=values,
        starts_seconds=starts / rate,
        probabilities=probabilities.astype(np.float32),
        labels=cut.labels[chosen],
        mapped=np.flatnonzero((cut.labels[chosen] == 1) | busy[chosen]),
        attributes={
            "channels": json.dumps(source.channels),
            "frequencies_hz": json.dumps([float(f) for f in source.frequencies_hz]),
            "frame_rate_hz": rate,
            "length_seconds": cut.length / rate,
            "threshold": case.threshold,
            "method": str(settings["kind"]),
            "options": json.dumps(dict(settings["options"])),
        },
    )


@dataclass(frozen=True)
class _Interictal:
    """The interictal windows of a subject; those of the recording at hand come first."""

    sources: Sequence[Source]
    length: int
    owner: NDArray[np.int64]
    starts: NDArray[np.int64]
    power: NDArray[np.float64]

    @classmethod
    def of(cls, sources: Sequence[Source], length: int) -> "_Interictal":
        owners, starts, power = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
        for number, source in enumerate(sources):
            first = windows.starts(source.n_frames, source.valid, length=length, step=max(1, length // 2))
            calm = windows.quiet(first, length, source.frame_rate_hz, source.events, guard_seconds=GUARD_SECONDS)
            first = first[calm][:: 1 + int(calm.sum()) // MOST_CANDIDATES]
            owners.append(np.full(len(first), number))
            starts.append(first)
            power.append(total_power(source.windows(first, length), log_power=bool(source.frequencies_hz)))
        return cls(sources, length, np.concatenate(owners), np.concatenate(starts), np.concatenate(power))

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return candidates in the order of their indices."""
        parts = [self.sources[self.owner[i]].windows(self.starts[i : i + 1], self.length) for i in indices]
        return np.concatenate(parts) if parts else self.sources[0].windows(np.zeros(0, np.int64), self.length)

    def baselines(self, starts: NDArray[np.int64], events: Sequence[Event], model: Normalized) -> NDArray[np.float32]:
        """Return for every window the interictal window that replaces it, the training mean where there is none."""
        rate = self.sources[0].frame_rate_hz
        before = [_onset_before(start / rate, (start + self.length) / rate, events) for start in starts]
        seconds = np.where(self.owner == 0, self.starts / rate, np.nan)
        indices = quiet_baselines(before, seconds, self.power, length_seconds=self.length / rate)
        if (indices == NONE).any():
            return np.stack([self._fallback(model)] * len(starts)) if len(starts) else self.take(indices)
        return self.take(indices)

    def background(self, model: Normalized, *, seed: int) -> NDArray[np.float32]:
        """Return some interictal windows of the subject, the training mean where there is none."""
        if not len(self.starts):
            return self._fallback(model)[None]
        return self.take(background_indices(len(self.starts), BACKGROUNDS, seed=seed))

    def _fallback(self, model: Normalized) -> NDArray[np.float32]:
        shape = self.sources[0].windows(np.zeros(0, np.int64), self.length).shape[1:]
        return fallback_window(model.mean.cpu().numpy(), shape)


def _onset_before(start: float, end: float, events: Sequence[Event]) -> float:
    """Return the onset of the seizure that a window lies in, or the window's own start."""
    onsets = [event.onset for event in events if event.is_seizure and event.onset < end and start < event.offset]
    return min(onsets, default=start)


def _device(device: str) -> str:
    import torch

    return ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
