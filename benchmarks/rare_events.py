"""Training for rare events: one model of four seconds with and without each setting, a dense model, and the floors.

Subjects of `simulated_detection` whose recordings differ in length, in two halves: each half is tested by a model of
the other, of which one subject chooses epoch and threshold. One line per contender as soon as it is done; the last
column compares it with the first model, subject by subject.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import _timing
import numpy as np
import torch
import yaml
from numpy.typing import NDArray

from bandmap.download.datasets import simulated_detection, taken
from bandmap.files import edf
from bandmap.files.events import read_events
from bandmap.harmonize import harmonize
from bandmap.score.baselines import LineLengths, fit_line_length, measured
from bandmap.score.detection import postprocess
from bandmap.score.events import Counts, event_scores
from bandmap.score.intervals import bootstrap_interval
from bandmap.train.fold import Learner, predict_recording, train_fold
from bandmap.train.tasks import seizure
from bandmap.vocabulary.recording import Event

SETTINGS = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text(encoding="utf-8"))
FILTERS = {**SETTINGS["harmonize"], "rate_hz": 64, "low_pass_hz": 25}
FOUR = {**SETTINGS["windows"], "step_seconds": 2, "training_step_seconds": 2}
MINUTE = {"length_seconds": 60, "step_seconds": 30, "training_step_seconds": 30, "answer_seconds": 1}
WAVENET = {"kind": "eegwavenet", "options": {"scales": 4}}
DENSE = {
    "kind": "seizure_transformer",
    "options": {"widths": [16, 16, 32, 32], "blocks": 1, "depth": 1, "heads": 4, "hidden": 64},
}
CONTENDERS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "eegwavenet, 4 s": (WAVENET, {}, {}),
    "the same, hard_examples: 0.5": (WAVENET, {}, {"hard_examples": 0.5}),
    "the same, equal_background: true": (WAVENET, {}, {"equal_background": True}),
    "the same, averaged_epochs: 3": (WAVENET, {}, {"averaged_epochs": 3}),
    "seizure_transformer, 60 s": (DENSE, MINUTE, {"batch_size": 8}),
}


Scored = list[Counts]
"""Counts of each subject."""


@dataclass(frozen=True)
class Source:
    """A harmonized recording in memory, as the training reads it."""

    microvolts: NDArray[np.float32]
    channels: tuple[str, ...]
    frame_rate_hz: float
    events: tuple[Event, ...]
    frequencies_hz: tuple[float, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_frames(self) -> int:
        return self.microvolts.shape[1]

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        return np.ones(self.n_frames, dtype=bool)

    @cached_property
    def bad(self) -> NDArray[np.float32]:
        return np.zeros(self.n_frames, dtype=np.float32)

    @cached_property
    def lengths(self) -> LineLengths:
        return measured(self.microvolts, self.frame_rate_hz, length_seconds=4, step_seconds=1)

    @property
    def seconds(self) -> float:
        return self.n_frames / self.frame_rate_hz

    def windows(self, starts: NDArray[np.int64], length: int) -> NDArray[np.float32]:
        out = np.empty((len(starts), len(self.channels), length), np.float32)
        self.read_into(list(out), starts)
        return out

    def read_into(self, out: Sequence[NDArray[np.float32]], starts: NDArray[np.int64]) -> None:
        for window, start in zip(out, starts.tolist(), strict=True):
            window[...] = self.microvolts[:, start : start + window.shape[1]]


def cohort(subjects: int, minutes: Sequence[int], seed: int) -> list[Source]:
    """Simulate one recording of each subject; their minutes alternate."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(subjects):
            options = {"seed": seed, "duration_seconds": 60 * minutes[number % len(minutes)]}
            options |= {"seizures_per_recording": 2, "seizure_seconds": [8, 90]}
            name, path, events = f"sub-{number + 1:02d}_run-01", Path(folder) / "a.edf", Path(folder) / "a.tsv"
            simulated_detection.fetch(name, path, **taken(simulated_detection, "fetch", options))
            simulated_detection.annotate(name, path, None, events, **taken(simulated_detection, "annotate", options))
            marked = read_events(events)
            recording, _ = harmonize(edf.read(path), marked, **FILTERS)
            signal = np.nan_to_num(np.asarray(recording.microvolts, dtype=np.float32))
            found.append(Source(signal, tuple(recording.channels), recording.rate_hz, tuple(marked)))
    return found


def folds(subjects: Sequence[Source]) -> list[tuple[list[Source], list[Source], list[Source]]]:
    """Return training, validation and test subjects of both halves; every other subject is in the same half."""
    halves = [[one for number, one in enumerate(subjects) if number // 2 % 2 == half] for half in (0, 1)]
    return [(halves[1 - half][1:], halves[1 - half][:1], halves[half]) for half in (0, 1)]


def of_model(subjects: Sequence[Source], contender: tuple[dict[str, Any], ...], epochs: int, seed: int) -> Scored:
    """Train and test both halves."""
    model, cutting, training = contender
    windows = {**SETTINGS["windows"], **(cutting or FOUR)}
    recipe = {**SETTINGS["training"], "batch_size": 32, "epochs": epochs, "patience": epochs, **training}
    scored = []
    for train, validation, test in folds(subjects):
        trained = train_fold(train, validation, model, Learner(seizure, windows, recipe, seed, "cpu"))
        decision = seizure.decide(trained.validation, SETTINGS["postprocessing"])
        for source in test:
            prediction = predict_recording(trained.model, source, seizure, windows, device="cpu")
            detected, _ = seizure.found(prediction, decision, SETTINGS["postprocessing"])
            scored.append(event_scores(source.events, detected, source.seconds))
    return scored


def of_floors(subjects: Sequence[Source]) -> dict[str, Scored]:
    """Return line length, fitted as the models are, and always-on."""
    line, always, how = [], [], SETTINGS["postprocessing"]
    for train, validation, test in folds(subjects):
        detector = fit_line_length([(one.lengths, one.events) for one in (*train, *validation)], **how)
        for source in test:
            found, _ = postprocess(detector.predict(source.lengths), **{**how, "threshold": detector.threshold.value})
            line.append(event_scores(source.events, found, source.seconds))
            always.append(event_scores(source.events, [Event(0, source.seconds, "sz")], source.seconds))
    return {"always-on": always, "line length": line}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=8)
    parser.add_argument("--minutes", type=int, nargs="+", default=[30, 90], help="of the recordings, in turn")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each contender, whose counts are added")
    parser.add_argument("--contenders", nargs="+", metavar="NAME", default=list(CONTENDERS), choices=CONTENDERS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    subjects = cohort(given.subjects, given.minutes, seed=1)
    hours = sum(one.seconds for one in subjects) / 3600
    print(f"{len(subjects)} subjects, {hours:.1f} h, {given.seeds} training(s); {_timing.machine()}\n")
    columns = (
        "contender",
        "seizures",
        "sensitivity",
        "precision",
        "F1",
        "false alarms a day",
        "CPU s",
        "F1 of a subject",
    )
    print(f"| {' | '.join(columns)} less the first model's |\n" + "| --- " * len(columns) + "|")
    for name, scored in of_floors(subjects).items():
        _line(name, scored, 0.0, "")
    first: NDArray[np.float64] | None = None
    for name in given.contenders:
        began = time.process_time()
        trainings = [of_model(subjects, CONTENDERS[name], given.epochs, seed) for seed in range(given.seeds)]
        scored = [sum(of_one, Counts()) for of_one in zip(*trainings, strict=True)]
        by_subject = np.array([one.f1 for one in scored])
        against = "" if first is None else _difference(by_subject - first)
        _line(name, scored, time.process_time() - began, against)
        first = by_subject if first is None else first


def _difference(values: NDArray[np.float64]) -> str:
    low, high = bootstrap_interval(values, seed=1, limits=(-1, 1))
    return f"{np.nanmean(values):+.2f} [{low:+.2f}, {high:+.2f}], n = {np.isfinite(values).sum()}"


def _line(name: str, scored: Scored, seconds: float, against: str) -> None:
    counts = sum(scored, Counts())
    scores = (counts.sensitivity, counts.precision, counts.f1)
    shown = " | ".join(f"{value:.2f}" for value in scores)
    alarms = f"{counts.false_alarms_per_day:.0f} | {seconds:.0f}"
    print(f"| {name} | {counts.reference} | {shown} | {alarms} | {against} |", flush=True)


if __name__ == "__main__":
    main()
