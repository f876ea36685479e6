"""Training EEGWaveNet (21 channels x 1024 samples): our loop and a plain one, to the same loss, and data loading.

The plain loop is the straightforward one: a DataLoader over pairs of tensor and label, batches of 32, float32, Adam,
the published layers. Ours is `bandmap.fitting.fit` on windows from the cache, batches of 256, the same weights. Both
use all cores that the process may use, or the GPU. Runs alternate; medians. Other work on the same cores slows several
threads down more than a single one, so check the load of the machine.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import _timing
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from bandmap.files.represented import open_representation, write_representation
from bandmap.train import fitting
from bandmap.train._device import precision_of
from bandmap.train.models import eegwavenet
from bandmap.train.recipe import Recipe
from bandmap.train.sampling import Windows
from bandmap.vocabulary import windows
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.representation import Representation

CHANNELS, SAMPLES, RATE_HZ, SECONDS, RECORDINGS = 21, 1024, 256, 330, 5
EPOCHS, BATCH, PLAIN_BATCH, RATE, PLAIN_RATE = 6, 256, 32, 5e-3, 1e-3
LEAST = {
    **dict.fromkeys(("training_vs_plain", "training_vs_plain_float32", "training_vs_plain_float32_compiled"), 2.5),
    "pipeline_share_of_memory_speed": 0.95,
    "auto_share_of_faster_precision": 0.95,
}
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Published(eegwavenet.EEGWaveNet):
    """The published network layer for layer, with grouped and one-dimensional convolutions."""

    def __init__(self, n_channels: int, n_classes: int, *, scales: int) -> None:
        super().__init__(n_channels, n_classes, scales=scales)
        self.branches = nn.ModuleList(published_branch(n_channels) for _ in range(scales))

    def forward(self, signals: torch.Tensor) -> torch.Tensor:
        features = []
        for level, halving in enumerate(self.halvings):
            signals = functional.conv1d(signals, halving.weight, halving.bias, stride=2, groups=CHANNELS)
            if level:
                features.append(self.branches[level - 1](signals).mean(-1))
        return self.classifier(torch.cat(features, dim=1)).log_softmax(1)


def published_branch(n_channels: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n_in in (n_channels, 32):
        layers += [nn.Conv1d(n_in, 32, 4), nn.BatchNorm1d(32), nn.LeakyReLU()]
    return nn.Sequential(*layers)


class Pairs(Dataset):
    """Pairs of tensor and label."""

    def __init__(self, values: torch.Tensor, labels: torch.Tensor) -> None:
        self.values, self.labels = values, labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.values[index], self.labels[index]


@dataclass
class InMemory:
    """Windows in one array, for our loop."""

    values: NDArray[np.float32]
    labels: NDArray[np.int64]

    @property
    def answers(self) -> NDArray[np.int64]:
        return self.labels[:, None]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.values[indices]


def recording(folder: Path, number: int) -> windows.RecordingWindows:
    """Write a recording with a weak rhythm on some channels in one half, and divide it every quarter second."""
    rng = np.random.default_rng(number)
    values = rng.normal(0, 30, (SECONDS * RATE_HZ, CHANNELS)).astype(np.float32)
    seconds = np.arange(len(values)) / RATE_HZ
    ictal = (seconds // 10) % 2 == 1
    values[:, :6] += (24 * ictal * np.sin(2 * np.pi * 5 * seconds + rng.uniform(0, 6)))[:, None]
    path = folder / f"{number}.zarr.zip"
    given = Representation(values, float(RATE_HZ), (), "uV", np.ones(len(values), dtype=bool), 1.0, 0.0)
    write_representation(path, given, channels=[f"C{channel}" for channel in range(CHANNELS)])
    starts = np.arange(0, len(values) - SAMPLES, RATE_HZ // 4)
    labels = ictal[starts + SAMPLES // 2].astype(np.int64)
    return windows.RecordingWindows(open_representation(path), starts, labels[:, None], SAMPLES)


def in_memory(given: windows.WindowSet) -> InMemory:
    return InMemory(given.take(np.arange(len(given))), given.labels)


def network() -> Normalized:
    """Return the same initial weights for every contender."""
    with fitting.seeded(0):
        model = eegwavenet.build((CHANNELS, SAMPLES), 2)
    return Normalized(model, torch.zeros(CHANNELS, 1), torch.full((CHANNELS, 1), 30.0))


def plain(train: InMemory, epochs: int) -> Iterator[tuple[nn.Module, float]]:
    """Train with the plain loop; yield the model and the windows per second of each epoch."""
    model = network()
    published = Published(CHANNELS, 2, scales=5)
    published.load_state_dict(model.network.state_dict())
    model.network = published
    model.to(DEVICE).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=PLAIN_RATE)
    pairs = Pairs(torch.from_numpy(train.values), torch.from_numpy(train.labels))
    loader = DataLoader(pairs, batch_size=PLAIN_BATCH, shuffle=True, generator=torch.Generator().manual_seed(0))
    for _ in range(epochs):
        begin = time.perf_counter()
        for values, labels in loader:
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(values.to(DEVICE)), labels.to(DEVICE))
            loss.backward()
            optimizer.step()
        loss.item()  # a GPU's last step has ended
        yield model, len(train) / (time.perf_counter() - begin)


def ours(
    train: Windows, watched: Windows, precision: str, epochs: int, *, compiled: bool = False
) -> tuple[nn.Module, float]:
    """Train with our loop; return the model and the windows per second."""
    model = network()
    recipe = Recipe(
        epochs=epochs,
        batch_size=BATCH,
        learning_rate=RATE,
        weight_decay=0.01,
        patience=epochs,
        background_per_seizure=None,
        precision=precision,
        compile=compiled,
    )
    fitted = fitting.fit(model, train, watched, recipe, seed=1, device="auto")
    return model, float(fitted.resources["windows_per_second"])


def compiled_speed(train: Windows, watched: Windows, precision: str) -> tuple[float, float]:
    """Return the windows per second of compiled steps, and the seconds that it takes to compile them."""
    few, many = 2, 8
    seconds = {epochs: epochs * len(train) / ours(train, watched, precision, epochs, compiled=True)[1]
               for epochs in (few, many)}  # fmt: skip
    epoch = (seconds[many] - seconds[few]) / (many - few)
    return len(train) / epoch, seconds[few] - few * epoch


def loss_of(model: nn.Module, held_out: InMemory) -> float:
    """Return the mean loss over windows that were not trained on."""
    model.to(DEVICE).eval()
    with torch.inference_mode():
        values = torch.from_numpy(held_out.values).to(DEVICE)
        logits = torch.cat([model(part) for part in values.split(BATCH)])
    return float(functional.cross_entropy(logits.cpu(), torch.from_numpy(held_out.labels)))


def speeds(cache: windows.WindowSet, memory: InMemory, repeats: int, *, compiles: bool) -> dict[str, float]:
    """Return the median windows per second of each contender, in turns after one warm-up."""
    first = np.array([0, len(memory) - 1])  # one per class; validation is not timed
    pair = InMemory(memory.values[first], np.arange(2))
    found: dict[str, list[float]] = {}
    for turn in range(repeats + 1):
        measured = {"plain loop, float32, batch 32": next(plain(memory, 1))[1]}
        for precision in ("32-true", "bf16-mixed"):
            for name, source in (("cache", cache), ("memory", memory)):
                measured[f"ours, {precision}, from {name}"] = ours(source, pair, precision, 2)[1]
            if compiles:
                speed, seconds = compiled_speed(cache, pair, precision)
                measured[f"ours, {precision}, compiled, from cache"] = speed
                print(f"{precision}: {seconds:.0f} s to compile, as far as the compiler's cache lacks it")
        for name, speed in measured.items():
            found.setdefault(name, []).extend([speed] if turn else [])
    return {name: statistics.median(values) for name, values in found.items()}


def losses(
    cache: windows.WindowSet, memory: InMemory, watched: windows.WindowSet, held_out: InMemory, precision: str
) -> list[tuple[object, ...]]:
    """Train both to the end; return seconds of training and loss on held-out windows (best epoch of the plain loop)."""
    seconds, reached = 0.0, []
    for model, speed in plain(memory, EPOCHS):
        seconds += len(memory) / speed
        reached.append(loss_of(model, held_out))
        model.train()
    model, speed = ours(cache, watched, precision, EPOCHS)
    return [
        ("plain loop, best epoch", EPOCHS, seconds, min(reached)),
        (f"ours, {precision}", EPOCHS, EPOCHS * len(cache) / speed, loss_of(model, held_out)),
    ]


def machine(threads: int) -> str:
    where = torch.cuda.get_device_name(DEVICE) if DEVICE.type == "cuda" else "no GPU"
    return _timing.machine().replace("one thread", f"{threads} threads") + f", torch {torch.__version__}; {where}"


def main() -> None:
    given = _timing.arguments(__doc__.splitlines()[0], **{"--compile": "time compiled steps, too"})
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(threads)
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        *parts, watched, last = (recording(Path(folder), number) for number in range(RECORDINGS))
        cache, held_out = windows.WindowSet(parts), in_memory(windows.WindowSet([last]))
        memory = in_memory(cache)
        print(f"{len(cache)} windows, {len(held_out)} held out; {machine(threads)}", flush=True)
        found = speeds(cache, memory, given.repeats, compiles=given.compile)
        _timing.table("Training", ("contender", "windows/s"), list(found.items()))
        auto = precision_of("auto", "auto")
        reached = losses(cache, memory, windows.WindowSet([watched]), held_out, auto)
    _timing.table("Cross entropy of held-out windows", ("loop", "epochs", "seconds of training", "loss"), reached)
    print(f"\n`precision: auto` takes {auto} here.")
    fed = {precision: found[f"ours, {precision}, from cache"] for precision in ("32-true", "bf16-mixed")}
    plainly = found["plain loop, float32, batch 32"]
    shares = [
        found[f"ours, {precision}, from cache"] / found[f"ours, {precision}, from memory"]
        for precision in ("32-true", "bf16-mixed")
    ]
    figures = {
        "training_vs_plain": fed[auto] / plainly,
        "training_vs_plain_float32": fed["32-true"] / plainly,
        "auto_share_of_faster_precision": fed[auto] / max(fed.values()),
        "pipeline_share_of_memory_speed": min(shares),
    }
    if given.compile:
        for name, precision in (("", auto), ("_float32", "32-true")):
            figures[f"training_vs_plain{name}_compiled"] = found[f"ours, {precision}, compiled, from cache"] / plainly
    _timing.finish(figures, LEAST, given.json)
    print(f"All of the above: {machine(threads)}; load before and after: {before:.1f}, {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
