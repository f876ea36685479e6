"""Detection by five networks in an hour and a day of EEG: Bandmap and the plain way.

    python benchmarks/detect.py [--weights FOLDER] [--runs 3] [--json FILE]

The recordings have the 19 electrodes of the 10-20 system on a common reference at 256 Hz, and the model is EEGWaveNet
with five networks: published weights, or random ones. The plain way does what the SzCORE entry "eegwavenet_2021" does:
it filters the whole recording forward and backward, puts all windows into a Python list, and applies one model after
the other, each written with the layers of PyTorch. Both give the same probabilities, which is checked.

Both run in this process in turns. Everything else starts a new process, as a user does. The seconds of the clock depend
on what else runs on the machine; the seconds of the processor hardly do.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyedflib
import torch
from harmonize import write_hour
from scipy.signal import butter, filtfilt
from torch import nn

import bandmap
from bandmap.apply.card import card
from bandmap.apply.deciding import voted
from bandmap.apply.imports import eegwavenet
from bandmap.files.model_file import write_model_file
from bandmap.files.weights import rebuilt
from bandmap.train.tasks import Prediction

RATE_HZ, SECONDS, BATCH = eegwavenet.RATE_HZ, eegwavenet.SECONDS, 256
BOUNDS = {
    "detect_vs_szcore": "at least 5",
    "detect_hour_seconds": "at most 6",
    "detect_day_resident_megabytes": "at most 1500",
    "detect_day_per_24_hours": "at most 1.2",
    "help_seconds": "at most 0.3",
    "detect_first_window_seconds": "at most 3",
}
RUN = """
import re, sys
from pathlib import Path
from bandmap.__main__ import main
code = main(sys.argv[1:])
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
sys.exit(code)
"""


class PlainEEGWaveNet(nn.Module):
    """The network with the layers of the published code."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        channels = len(eegwavenet.ABOUT["channels"])
        self.halvings = nn.ModuleList(nn.Conv1d(channels, channels, 2, stride=2, groups=channels) for _ in range(6))
        self.branches = nn.ModuleList(
            nn.Sequential(
                *(nn.Conv1d(channels, 32, 4), nn.BatchNorm1d(32), nn.LeakyReLU(0.01)),
                *(nn.Conv1d(32, 32, 4), nn.BatchNorm1d(32), nn.LeakyReLU(0.01)),
            )
            for _ in range(5)
        )
        self.classifier = nn.Sequential(
            nn.Linear(160, 64), nn.LeakyReLU(0.01), nn.Linear(64, 32), nn.Sigmoid(), nn.Linear(32, 2)
        )
        self.load_state_dict(network.state_dict())
        self.eval()

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        features, signals = [], self.halvings[0](windows)
        for halving, branch in zip(list(self.halvings)[1:], self.branches, strict=True):
            signals = halving(signals)
            features.append(branch(signals).mean(dim=2))
        return self.classifier(torch.cat(features, dim=1)).log_softmax(1)


def plain(path: Path, networks: Sequence[PlainEEGWaveNet]) -> tuple[np.ndarray, tuple]:
    """Return the probabilities of every network, and the events."""
    signals, headers, _ = pyedflib.highlevel.read_edf(str(path))
    names = [header["label"].removeprefix("EEG ").removesuffix("-REF") for header in headers]
    potential = dict(zip(names, signals, strict=True))
    pairs = [channel.split("-") for channel in eegwavenet.ABOUT["channels"]]
    traces = np.array([potential[plus] - potential[minus] for plus, minus in pairs])
    traces = filtfilt(*butter(4, 64, fs=RATE_HZ), traces, axis=1)
    count = traces.shape[1] // RATE_HZ - SECONDS
    windows = [traces[:, start * RATE_HZ : (start + SECONDS) * RATE_HZ] for start in range(count)]
    found = []
    with torch.no_grad():
        for network in networks:
            batches = [torch.Tensor(np.array(windows[at : at + BATCH])) for at in range(0, count, BATCH)]
            found.append(torch.cat([network(batch).exp()[:, 1] for batch in batches]).numpy())
    centres = np.arange(count) + SECONDS / 2
    each = [Prediction(one, centres, np.zeros(count, int), 1.0, count + SECONDS) for one in found]
    return np.array(found), voted(each, votes=3)[0]


def write_model(path: Path, weights: Path | None) -> None:
    if weights:
        about, networks = eegwavenet.read(weights)
    else:
        about, networks = {"bandmap": "benchmark", **eegwavenet.ABOUT}, []
        for seed in range(eegwavenet.FOLDS):
            torch.manual_seed(seed)
            network = rebuilt(eegwavenet.NETWORK).eval()
            for value in network.network.parameters():
                value.data.normal_(0, 0.2)
            networks.append(network)
    write_model_file(path, about, card(about, len(networks)), networks)


def write_long(path: Path, hour: Path, seconds: int) -> None:
    """Write the first seconds of an hour, which is repeated if they are more."""
    content = hour.read_bytes()
    size = int(content[184:192])
    record = (len(content) - size) // 3600
    with path.open("wb") as file:
        file.write(content[:236] + str(seconds).encode().ljust(8) + content[244:size])
        for first in range(0, seconds, 3600):
            file.write(content[size : size + min(seconds - first, 3600) * record])


def processor_seconds() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def timed(function: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of the clock and of the processor."""
    clock, processor = time.perf_counter(), processor_seconds()
    function()
    return time.perf_counter() - clock, processor_seconds() - processor


def medians(functions: Sequence[Callable[[], object]], runs: int) -> list[tuple[float, float]]:
    """Return the median seconds of functions that run in turns."""
    times = [[timed(function) for function in functions] for _ in range(runs)]
    return [tuple(map(statistics.median, zip(*of, strict=True))) for of in zip(*times, strict=True)]


def command(*arguments: str | Path) -> int:
    """Run `bandmap` in a new process and return its resident kilobytes."""
    run = subprocess.run([sys.executable, "-c", RUN, *map(str, arguments)], capture_output=True, text=True, check=True)
    return int(run.stdout.split()[-1])


def measure(folder: Path, weights: Path | None, runs: int) -> dict[str, float]:
    hour, day, start, model = (folder / name for name in ("hour.edf", "day.edf", "start.edf", "model.bandmap"))
    write_hour(hour)
    write_long(start, hour, 10)
    write_model(model, weights)
    loaded = bandmap.Model.load(model, device="cpu")
    networks = [PlainEEGWaveNet(network.network) for network in loaded.networks]

    def detect(path: Path) -> int:
        return command("detect", model, path, "--overwrite", "--device", "cpu")

    applied, (theirs, events) = loaded.apply(hour), plain(hour, networks)
    ours = np.array([one.probabilities[: theirs.shape[1]] for one in applied.each])
    same = [(e.onset, e.offset) for e in applied.found] == [(e.onset, e.offset) for e in events]
    in_turns = medians([lambda: loaded.apply(hour), lambda: plain(hour, networks)], runs)
    cold = medians([lambda: detect(hour), lambda: detect(start), _help], runs)
    write_long(day, hour, 24 * 3600)
    kilobytes: list[int] = []
    of_day = timed(lambda: kilobytes.append(detect(day)))
    (clock, processor), (plain_clock, plain_processor) = in_turns
    return {
        "detect_vs_szcore": plain_clock / clock,
        "detect_vs_szcore_processor": plain_processor / processor,
        "detect_difference_from_szcore": float(np.abs(ours - theirs).max()),
        "detect_same_events_as_szcore": float(same),
        "detect_hour_seconds": cold[0][0],
        "detect_hour_processor_seconds": cold[0][1],
        "detect_first_window_seconds": cold[1][0],
        "detect_first_window_processor_seconds": cold[1][1],
        "help_seconds": cold[2][0],
        "help_processor_seconds": cold[2][1],
        "detect_day_seconds": of_day[0],
        "detect_day_processor_seconds": of_day[1],
        "detect_day_resident_megabytes": kilobytes[0] / 1e3,
        "detect_day_per_24_hours": (of_day[1] - cold[1][1]) / (24 * (cold[0][1] - cold[1][1])),
    }


def _help() -> None:
    subprocess.run([sys.executable, "-m", "bandmap", "--help"], capture_output=True, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="folder of published weights (default: random weights)")
    parser.add_argument("--runs", type=int, default=3, help="of each, after one that warms up")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.weights, options.runs)
    rounded = {name: float(f"{value:.4g}") for name, value in figures.items()}
    for name, value in rounded.items():
        print(f"{name:40s} {value:10.4g}  {BOUNDS.get(name, '')}")
    print(f"{os.cpu_count()} cores, {torch.get_num_threads()} threads of torch {torch.__version__}")
    if options.json:
        options.json.write_text(json.dumps({"figures": rounded}, indent=2) + "\n")


if __name__ == "__main__":
    main()
