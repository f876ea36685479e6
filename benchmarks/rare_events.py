"""Training for rare events: one model of four seconds with and without each setting, a dense model, and the floors.

Subjects of `simulated_detection` whose recordings differ in length, in two halves: each half is tested by a model of
the other, of which one subject chooses epoch and threshold. One line per contender as soon as it is done.
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
        return np.stack([self.microvolts[:, start : start + length] for start in starts])


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


def of_model(subjects: Sequence[Source], contender: tuple[dict[str, Any], ...], epochs: int, seed: int) -> Counts:
    """Train and test both halves."""
    model, cutting, training = contender
    windows = {**SETTINGS["windows"], **(cutting or FOUR)}
    recipe = {**SETTINGS["training"], "batch_size": 32, "epochs": epochs, "patience": epochs, **training}
    total = Counts()
    for train, validation, test in folds(subjects):
        trained = train_fold(train, validation, model, Learner(seizure, windows, recipe, seed, "cpu"))
        decision = seizure.decide(trained.validation, SETTINGS["postprocessing"])
        for source in test:
            prediction = predict_recording(trained.model, source, seizure, windows, device="cpu")
            detected, _ = seizure.found(prediction, decision, SETTINGS["postprocessing"])
            total += event_scores(source.events, detected, source.seconds)
    return total


def of_floors(subjects: Sequence[Source]) -> dict[str, Counts]:
    """Return line length, fitted as the models are, and always-on."""
    line, always, how = Counts(), Counts(), SETTINGS["postprocessing"]
    for train, validation, test in folds(subjects):
        detector = fit_line_length([(one.lengths, one.events) for one in (*train, *validation)], **how)
        for source in test:
            found, _ = postprocess(detector.predict(source.lengths), **{**how, "threshold": detector.threshold.value})
            line += event_scores(source.events, found, source.seconds)
            always += event_scores(source.events, [Event(0, source.seconds, "sz")], source.seconds)
    return {"always-on": always, "line length": line}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=8)
    parser.add_argument("--minutes", type=int, nargs="+", default=[30, 90], help="of the recordings, in turn")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each contender, whose counts are added")
    given = parser.parse_args()
    torch.set_num_threads(1)
    subjects = cohort(given.subjects, given.minutes, seed=1)
    hours = sum(one.seconds for one in subjects) / 3600
    print(f"{len(subjects)} subjects, {hours:.1f} h; {_timing.machine()}\n")
    print("| contender | seizures | sensitivity | precision | F1 | false alarms a day | CPU s |\n" + "| --- " * 7 + "|")
    for name, counts in of_floors(subjects).items():
        _line(name, counts, 0.0)
    for name, contender in CONTENDERS.items():
        began, total = time.process_time(), Counts()
        for seed in range(given.seeds):
            total += of_model(subjects, contender, given.epochs, seed)
        _line(name, total, time.process_time() - began)


def _line(name: str, counts: Counts, seconds: float) -> None:
    scores = (counts.sensitivity, counts.precision, counts.f1)
    shown = " | ".join(f"{value:.2f}" for value in scores)
    print(f"| {name} | {counts.reference} | {shown} | {counts.false_alarms_per_day:.0f} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
