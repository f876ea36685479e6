"""Shared code of the benchmarks: one thread, alternating contenders, medians, tables, and figures as JSON."""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is imported


def arguments(description: str, **flags: str) -> argparse.Namespace:
    """Return --json, --repeats, and further flags, which have a description each."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--repeats", type=int, default=5, help="times that every contender is timed (median)")
    for flag, meaning in flags.items():
        parser.add_argument(flag, action="store_true", help=meaning)
    return parser.parse_args()


def alternating(contenders: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return the median seconds of each contender, timed in turns after one warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(repeats + 1):
        for name, contender in contenders.items():
            begin = time.perf_counter()
            contender()
            if turn:
                seconds[name].append(time.perf_counter() - begin)
    return {name: statistics.median(values) for name, values in seconds.items()}


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(columns) + " |")
    print("| " + " | ".join("---" for _ in columns) + " |")
    for row in rows:
        print("| " + " | ".join(_text(value) for value in row) + " |", flush=True)


def machine() -> str:
    """Return one line on the machine and the libraries."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [
            line.partition(":")[2].strip() for line in information.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", "scipy", "mne", "PyWavelets", "zarr"))
    return f"{model}, {os.cpu_count()} cores, one thread; Python {platform.python_version()}, {versions}"


def finish(
    figures: Mapping[str, float | None], bounds: Mapping[str, float], path: Path | None, *, bound: str = "at least"
) -> None:
    """Print the figures with their targets, and write them."""
    table("Figures", ("figure", "measured", bound), [(n, v, bounds.get(n, "")) for n, v in figures.items()])
    print(f"\n{machine()}")
    if path:
        path.write_text(json.dumps({"figures": dict(figures)}, indent=2) + "\n")


def _text(value: object) -> str:
    return (
        f"{value:.3g}"
        if isinstance(value, float) and abs(value) < 1000
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )
