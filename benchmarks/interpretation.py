"""Interpretations of a subject's 100 seizure windows: windows per second of each, and of one occlusion at a time.

A cwt_resnet18 of width 64 on 18 channels x 40 frequencies x 160 frames, with initial weights, on two threads. The naive
loop creates one occluded window at a time and predicts it; it is timed on few windows and extrapolated. Seconds are
wall-clock time; CPU seconds of both threads are comparable even if other work shares the machine.
"""

import time
from collections.abc import Callable
from pathlib import Path

import _timing
import numpy as np
import torch
import yaml
from numpy.typing import NDArray

from bandmap.interpret.context import Context, Noted
from bandmap.train.models import cwt_resnet18
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.device import device_of
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.network import Normalized

WINDOWS, NAIVE_WINDOWS, BACKGROUNDS = 100, 2, 8
SHAPE, RATE_HZ = (18, 40, 160), 16.0
METHODS = ("gradcam", "occlusion", "region_occlusion", "band_occlusion", "integrated_gradients")
LEAST = {"interpretation_vs_naive": 1.5, "interpretation_minute_vs_needed": 1}
Exchange = Callable[[int], list[tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]]]


def atlas() -> Atlas:
    settings = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
    return Atlas.of(settings["regions"], settings["bands_hz"])


def drawn(n_windows: int, seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(2, 1, (n_windows, *SHAPE)).astype(np.float32)


def model() -> Normalized:
    torch.manual_seed(0)
    network = cwt_resnet18.build(SHAPE, 2)
    return Normalized(network, torch.full((18, 40, 1), 2.0), torch.ones(18, 40, 1)).eval()


def surroundings() -> Context:
    frequencies = tuple(float(hertz) for hertz in range(1, SHAPE[1] + 1))
    device = device_of("cpu").type  # freed memory is kept as in a run
    return Context(atlas(), BIPOLAR18, frequencies, RATE_HZ, drawn(WINDOWS, 1), drawn(BACKGROUNDS, 2), device=device)


def exchanges(windows: NDArray[np.float32], context: Context) -> dict[str, Exchange]:
    """Return the exchanged part of a window for each method: start, end, and the share of each value."""
    regions = context.atlas.region_weights(context.channels)[:, :, None, None]
    bands = context.atlas.band_members(context.frequencies_hz)[:, None, :, None]
    cells = [(region * band).astype(np.float32) for region in regions for band in bands]
    channels = np.eye(SHAPE[0], dtype=np.float32)[:, :, None, None]

    def both_views(k: int) -> list[tuple[NDArray, NDArray, NDArray]]:
        others = [context.background[(2 * k + turn) % BACKGROUNDS] for turn in range(2)]
        pairs = [pair for other in others for pair in ((windows[k], other), (other, windows[k]))]
        return [(start, end, cell) for start, end in pairs for cell in cells]

    return {
        "occlusion": lambda k: [(windows[k], context.baseline[k], channel) for channel in channels],
        "region_occlusion": lambda k: [(windows[k], context.baseline[k], region) for region in regions],
        "band_occlusion": both_views,
    }


def one_at_a_time(network: Normalized, variants: list[tuple[NDArray, NDArray, NDArray]]) -> list[float]:
    """Return the change of the log odds for each exchange, with one window and one forward pass at a time."""
    changes: list[float] = []
    before: dict[int, float] = {}
    with torch.no_grad():
        for start, end, share in variants:
            if id(start) not in before:
                before[id(start)] = float(network(torch.from_numpy(start[None])))
            exchanged = (start + share * (end - start)).astype(np.float32)
            changes.append(before[id(start)] - float(network(torch.from_numpy(exchanged[None]))))
    return changes


def main() -> None:
    given = _timing.arguments(__doc__.splitlines()[0])
    torch.set_num_threads(2)
    network, windows, context = model(), drawn(WINDOWS, 0), surroundings()
    seconds: dict[str, float] = {}
    processor: dict[str, float] = {}
    results: dict[str, NDArray[np.float32]] = {}
    for name in METHODS:
        plugin = plugins.load("bandmap.interpret.methods", name)
        options = {"scale": "log_odds"} if name == "occlusion" else {}
        begin, used = time.perf_counter(), time.process_time()
        results[name] = Noted.of(plugin.attribute(network, windows, 1, context=context, **options)).values
        seconds[name], processor[name] = time.perf_counter() - begin, time.process_time() - used
    naive: dict[str, float] = {}
    for name, variants in exchanges(windows, context).items():
        begin = time.perf_counter()
        changes = [one_at_a_time(network, variants(k)) for k in range(NAIVE_WINDOWS)]
        naive[name] = (time.perf_counter() - begin) * WINDOWS / NAIVE_WINDOWS
        check(name, np.array(changes), results[name][:NAIVE_WINDOWS])
    ratios = {name: naive[name] / seconds[name] for name in naive}
    rows = [(n, t, processor[n], WINDOWS / t, naive.get(n, "-"), ratios.get(n, "-")) for n, t in seconds.items()]
    columns = ("method", "s", "CPU s", "windows/s", "one at a time, s", "times as fast")
    _timing.table(f"{WINDOWS} windows of {SHAPE}, two threads, batches of {context.batch_size}", columns, rows)
    total = sum(seconds.values())
    print(f"\nAll methods: {total:.1f} s, {sum(processor.values()):.1f} CPU s")
    figures = {"interpretation_vs_naive": min(ratios.values()), "interpretation_minute_vs_needed": 60 / total}
    _timing.finish(figures, LEAST, given.json)


def check(name: str, changes: NDArray[np.float64], result: NDArray[np.float32]) -> None:
    """Raise an error if both ways give different importance, so that they cannot be compared."""
    if name == "band_occlusion":
        views = changes.reshape(NAIVE_WINDOWS, 2, 2, 5, 5)
        changes = (views[:, :, 0] - views[:, :, 1]).mean(axis=1) / 2
    expected = np.abs(changes) if name == "occlusion" else changes
    np.testing.assert_allclose(result, expected.reshape(result.shape), rtol=1e-2, atol=1e-4)


if __name__ == "__main__":
    main()
