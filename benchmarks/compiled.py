"""Steps of training of each model that detects seizures, compiled (`training: compile`) and not.

    python benchmarks/compiled.py [--models cwt_resnet18 ...] [--device auto] [--precision auto] [--threads 2]

Models, windows and batches are those of config.yaml: forward, backward and optimizer, without reading windows and
augmentation, on the CPU or a GPU. Each model has a process of its own, in which both take turns;
medians by the clock. The compiler begins without a cache, for one size of batch.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import _timing
import models
import numpy as np
import torch
from torch import nn

from bandmap.train._device import channels_last, compiled, fabric_of, laid_out, precision_of
from bandmap.train.optimization import Objective
from bandmap.vocabulary.device import device_of
from bandmap.vocabulary.logits import by_answer


def steps(name: str, folder: Path, device: str, precision: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return a step of a model that is not compiled, and one that is; both end when the device has ended."""
    model, _, cut = models.begun(name, folder, minutes=8)
    batch = models.some(cut, models.options(name)[1]["batch_size"])
    fabric = fabric_of(device, precision_of(precision, device))
    laid_out(model, torch.channels_last).to(fabric.device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    given = (torch.from_numpy(array).to(fabric.device) for array in (batch.take(np.arange(len(batch))), batch.answers))
    values, classes = given
    objective = Objective(None)

    def step(forward: Callable[[torch.Tensor], torch.Tensor] | nn.Module) -> None:
        with fabric.autocast():
            logits = forward(channels_last(values))
        objective(by_answer(logits.float(), classes.shape[1]), classes.flatten()).backward()
        optimizer.step()
        optimizer.zero_grad()
        if fabric.device.type == "cuda":
            torch.cuda.synchronize()

    faster = compiled(model)
    return lambda: step(model), lambda: step(faster)


def measure(name: str, repeats: int, device: str, precision: str) -> dict[str, float]:
    """Return the milliseconds of a step of one model, not compiled and compiled, and the seconds to compile it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = f"{folder}/compiled"
        plain, faster = steps(name, Path(folder), device, precision)
        began = time.perf_counter()
        faster()
        first = time.perf_counter() - began
        found = _timing.alternating({"plain": plain, "compiled": faster}, repeats)
    return {
        "step_milliseconds": 1000 * found["plain"],
        "compiled_step_milliseconds": 1000 * found["compiled"],
        "times_as_fast": found["plain"] / found["compiled"],
        "seconds_to_compile": first - found["compiled"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=list(models.MODELS))
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--precision", default="auto", help="as training: precision")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=10, help="steps of which the median is taken")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--alone", action="store_true", help="measure one model here and print its figures as JSON")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    if given.alone:
        print(json.dumps(measure(given.models[0], given.repeats, given.device, given.precision)))
        return
    names = ("device", "precision", "threads", "repeats")
    options = [text for name in names for text in (f"--{name}", getattr(given, name))]
    found = dict(models.apart(__file__, given.models, *options))
    columns = ("model", "a step, ms", "compiled, ms", "times as fast", "s to compile")
    _timing.table("Compiled steps", columns, [(name, *map(float, figures.values())) for name, figures in found.items()])
    where = device_of(given.device).type
    print(f"\n{_timing.machine().replace('one thread', f'{given.threads} threads')}, torch {torch.__version__}")
    print(f"device: {where}; precision: {precision_of(given.precision, given.device)}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
