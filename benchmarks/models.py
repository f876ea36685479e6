"""Processor time and memory of each model that detects seizures, with the settings of config.yaml.

    python benchmarks/models.py [--models cwt_resnet18 ...] [--minutes 8] [--repeats 3] [--json FILE]

A made recording of 18 derivations is written and read as the workflow does it. An hour: `predict_recording`, as rule
predict_recording calls it. A window: `predict` of windows that share nothing, as interpretations need it. Training: one
epoch of `fit` (augmentation, forward, backward, step), for each window. Figures are medians of processor seconds, with
one thread, in a process of its own for each model; its peak memory, after the training, includes torch.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import _timing
import numpy as np
import torch
import yaml

from bandmap.files.represented import RepresentedRecording, open_representation, write_representation
from bandmap.train.fitting import fit, new_model, predict
from bandmap.train.fold import Learner, cut_recording, predict_recording
from bandmap.train.tasks import seizure
from bandmap.vocabulary import plugins
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.representation import Representation
from bandmap.vocabulary.windows import RecordingWindows, WindowSet

SETTINGS: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
MODELS = ("cwt_resnet18", "eegwavenet", "glepnet", "lightseizurenet", "seizure_transformer", "shared_tcn")
OPTIONS = ("representation", "windows", "training", "postprocessing", "kind")
BATCHES = 2  # of training


def recording(folder: Path, representation: str, minutes: float) -> RepresentedRecording:
    """Write a recording of noise, half of which is a seizure, and open it."""
    options, duration = SETTINGS["representations"][representation], 60 * minutes
    rate = float(options.get("frame_rate_hz", SETTINGS["harmonize"]["rate_hz"]))
    rows = tuple(map(float, range(1, 1 + options.get("frequencies", 0))))
    shape = (int(duration * rate), len(BIPOLAR18), *([len(rows)] if rows else []))
    values = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    about = {"duration_seconds": duration, "events": [[duration / 2, duration, "sz"]]}
    written = Representation(values, rate, rows, "uV", np.ones(len(values), dtype=bool))
    write_representation(folder / "made.zarr.zip", written, channels=BIPOLAR18, attributes=about)
    return open_representation(folder / "made.zarr.zip")


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median processor seconds after one warm-up."""
    found = []
    for _ in range(repeats + 1):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return statistics.median(found[1:])


def some(cut: RecordingWindows, count: int) -> WindowSet:
    """Return windows spread over the recording."""
    chosen = np.zeros(len(cut.starts), dtype=bool)
    chosen[np.linspace(0, len(chosen) - 1, min(count, len(chosen)), dtype=int)] = True
    return WindowSet([cut.only(chosen)])


def options(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the settings of windows and of training of a model."""
    about = SETTINGS["models"][name]
    return tuple({**SETTINGS[key], **about.get(key, {})} for key in ("windows", "training"))


def begun(name: str, folder: Path, minutes: float) -> tuple[Normalized, RepresentedRecording, RecordingWindows]:
    """Return a new model, a recording, and its windows."""
    about = SETTINGS["models"][name]
    source = recording(folder, about["representation"], minutes)
    cut = cut_recording(source, seizure, options(name)[0])
    build = plugins.load("bandmap.train.models", about.get("kind", name)).build
    given = {key: value for key, value in about.items() if key not in OPTIONS}
    return new_model(build, some(cut, 64), n_classes=2, seed=1, **given), source, cut


def measure(name: str, minutes: float, repeats: int) -> dict[str, float]:
    """Return the figures of one model."""
    cutting, training = options(name)
    learner = Learner(seizure, cutting, {**training, "epochs": 1}, 1, "cpu")
    with tempfile.TemporaryDirectory() as folder:
        model, source, cut = begun(name, Path(folder), minutes)
        alone, watched = some(cut, 64), some(cut, 2)
        drawn = some(cut, BATCHES * training["batch_size"])
        augment, recipe = learner.augmenter(source, model), learner.how()

        def train() -> None:
            fit(model, drawn, watched, recipe, seed=1, device="cpu", augment=augment)

        hour = seconds(lambda: predict_recording(model, source, seizure, cutting, device="cpu"), repeats)
        window = seconds(lambda: predict(model, alone, batch_size=64, device="cpu"), repeats)
        epoch = seconds(train, repeats)
    return {
        "predict_hour_seconds": hour * 60 / minutes,
        "window_milliseconds": 1000 * window / len(alone),
        "train_window_milliseconds": 1000 * epoch / len(drawn),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def apart(script: str, names: list[str], *options: object) -> Iterator[tuple[str, dict[str, float]]]:
    """Run a script with `--alone` for each model, in a process of its own that prints the model's figures as JSON."""
    for name in names:
        command = [sys.executable, script, "--alone", "--models", name, *map(str, options)]
        yield name, json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--minutes", type=float, default=8, help="length of the made recording")
    parser.add_argument("--repeats", type=int, default=3, help="times that everything is timed (median)")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--alone", action="store_true", help="measure one model here and print its figures as JSON")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.alone:
        print(json.dumps(measure(given.models[0], given.minutes, given.repeats)))
        return
    found = dict(apart(__file__, given.models, "--minutes", given.minutes, "--repeats", given.repeats))
    columns = ("model", "predict an hour, s", "predict a window, ms", "train on a window, ms", "MB")
    _timing.table("Models", columns, [(name, *map(float, figures.values())) for name, figures in found.items()])
    print(f"\n{_timing.machine()}, torch {torch.__version__}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
