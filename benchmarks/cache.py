"""The cache: size, writing, sequential and random reading of each dtype, compared with other stores and with training.

An hour of 18 channels x 40 frequencies x 16 frames a second; a window is four seconds; all stores return windows as
float32 of shape (64, channels, frequencies, times).
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import _timing
import h5py
import numpy as np
import torch
import zarr
from numpy.typing import NDArray

from bandmap.files.represented import open_representation, write_representation
from bandmap.train.models import cwt_resnet18
from bandmap.vocabulary.representation import Representation

FRAMES, CHANNELS, FREQUENCIES, LENGTH, BATCH = 57_600, 18, 40, 64, 64
DTYPES = ("float32", "float16", "uint8")
LEAST = {"cache_random_read_vs_training": 5}
Read = Callable[[NDArray[np.int64]], NDArray[np.float32]]


@dataclass(frozen=True)
class Store:
    """A store of frames: `write()` creates the file, `open()` returns a function from first frames to windows."""

    path: Path
    write: Callable[[], object]
    open: Callable[[], Read]


def frames(dtype: str) -> NDArray:
    values = np.random.default_rng(0).normal(2, 1, (FRAMES, CHANNELS, FREQUENCIES)).astype(np.float32)
    return ((values + 3) / 0.04).clip(0, 255).astype(dtype) if dtype == "uint8" else values.astype(dtype)


def stacked(array: object, scale: float, offset: float) -> Read:
    """Read windows one slice of time after the other."""

    def read(starts: NDArray[np.int64]) -> NDArray[np.float32]:
        out = np.empty((len(starts), CHANNELS, FREQUENCIES, LENGTH), dtype=np.float32)
        for window, start in zip(out, starts.tolist(), strict=True):
            window[:] = np.moveaxis(array[start : start + LENGTH], 0, -1)
        return out if scale == 1 else out * np.float32(scale) + np.float32(offset)

    return read


def stores(folder: Path, dtype: str) -> dict[str, Store]:
    values = frames(dtype)
    scale, offset = (0.04, -3.0) if dtype == "uint8" else (1.0, 0.0)
    valid, rows = np.ones(FRAMES, dtype=bool), tuple(float(f) for f in range(1, FREQUENCIES + 1))
    given = Representation(values, 16.0, rows, "log10 uV^2", valid, scale, offset)
    names = [f"C{number}" for number in range(CHANNELS)]
    ours, npy, plain, packed = (folder / f"{dtype}.{suffix}" for suffix in ("zarr.zip", "npy", "h5", "zarr"))

    def write_h5() -> None:
        with h5py.File(plain, "w") as file:
            file["values"] = values

    def in_zip() -> Read:
        return stacked(zarr.open_group(zarr.storage.ZipStore(ours, mode="r"), mode="r")["values"], scale, offset)

    def in_memory() -> Read:
        opened = open_representation(ours)
        return lambda starts: opened.windows(starts, LENGTH)

    def write_ours() -> None:
        write_representation(ours, given, channels=names)

    def write_packed() -> None:
        zarr.create_array(packed, data=values, chunks=(16 * LENGTH, CHANNELS, FREQUENCIES), overwrite=True)

    return {
        "bandmap .zarr.zip": Store(ours, write_ours, in_memory),
        "the same file by zarr": Store(ours, write_ours, in_zip),
        "zarr, its defaults": Store(packed, write_packed, lambda: stacked(zarr.open_array(packed), scale, offset)),
        ".npy memory map": Store(npy, lambda: np.save(npy, values), lambda: stacked(np.load(npy, "r"), scale, offset)),
        "h5py, contiguous": Store(plain, write_h5, lambda: stacked(h5py.File(plain)["values"], scale, offset)),
    }


def batches(rng: np.random.Generator | None, count: int) -> Iterator[NDArray[np.int64]]:
    """Yield first frames: at random, or one window after the other."""
    for number in range(count):
        yield (
            rng.integers(0, FRAMES - LENGTH, BATCH)
            if rng
            else np.arange(number * BATCH, (number + 1) * BATCH) * LENGTH % (FRAMES - LENGTH)
        )


def windows_per_second(read: Read, rng: np.random.Generator | None, repeats: int, count: int) -> float:
    def run() -> None:
        for starts in batches(rng, count):
            read(starts)

    return count * BATCH / _timing.alternating({"read": run}, repeats)["read"]


def training_speed(repeats: int) -> float:
    """Return windows per second of training steps of the smallest time-frequency model, on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = cwt_resnet18.build((CHANNELS, FREQUENCIES, LENGTH), 2, width=8)
    optimizer = torch.optim.AdamW(model.parameters())
    windows, labels = torch.randn(BATCH, CHANNELS, FREQUENCIES, LENGTH), torch.arange(BATCH) % 2

    def step() -> None:
        optimizer.zero_grad()
        logits = model(windows)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], labels.float())
        loss.backward()
        optimizer.step()

    return BATCH / _timing.alternating({"step": step}, 4 * repeats)["step"]


def main() -> None:
    given = _timing.arguments(__doc__.splitlines()[0])
    random: dict[str, float] = {}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for dtype in DTYPES:
            for name, store in stores(Path(folder), dtype).items():
                seconds = _timing.alternating({"write": store.write}, given.repeats)["write"]
                read, count = store.open(), 1 if name.endswith("by zarr") else 10
                in_turn = windows_per_second(read, None, given.repeats, count)
                anywhere = windows_per_second(read, np.random.default_rng(1), given.repeats, count)
                size = store.path.stat().st_size if store.path.is_file() else folder_size(store.path)
                rows.append((dtype, name, size / 1e6, seconds, in_turn, anywhere))
                random[f"{dtype} {name}"] = anywhere
    columns = ("dtype", "store", "MB an hour", "seconds to write", "windows/s in turn", "windows/s anywhere")
    _timing.table("The cache: windows of 18 x 40 x 64 as float32", columns, rows)
    training = training_speed(given.repeats)
    print(f"\nTraining cwt_resnet18 of width 8: {training:,.0f} windows/s")
    slowest = min(random[f"{dtype} bandmap .zarr.zip"] for dtype in DTYPES)
    _timing.finish({"cache_random_read_vs_training": slowest / training}, LEAST, given.json)


def folder_size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
