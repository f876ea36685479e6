"""The demo from nothing to its report: seconds by the clock, of its jobs, and of their start-up.

Job seconds are those between Snakemake's start and end of each job, summed over jobs. Processor seconds are measured
beside them: other work on the same cores hardly changes those. A yardstick (a plain training of a small convolutional
network) runs before and after the demo; the demo's processor seconds as a multiple of the yardstick's depend little on
the machine, so the bound is on that ratio. Start-up is what a fresh process takes for a script's imports and for the
modules that it loads by name, as Snakemake starts it.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import _timing

ROOT = Path(__file__).parents[1]
CORES = 2
MOST = {"demo_of_yardstick": 40.0, "start_up_without_network_seconds": 1.0, "start_up_with_network_seconds": 2.0}
LOADED = {"datasets": "simulated", "tasks": "seizure", "models": "cwt_resnet18", "methods": "band_occlusion",
          "representations": "cwt", "from_files": "seizure"}  # fmt: skip
"""Folder of plugins -> which one of them the demo loads."""

YARDSTICK = """
import torch
torch.set_num_threads(1)
torch.manual_seed(0)
network = torch.nn.Sequential(
    torch.nn.Conv2d(18, 16, 7, stride=2, padding=3), torch.nn.ReLU(), torch.nn.Conv2d(16, 32, 3, padding=1),
    torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(32, 1),
)
optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
windows = torch.randn(32, 18, 40, 32)
for _ in range(500):
    optimizer.zero_grad()
    network(windows).square().mean().backward()
    optimizer.step()
"""


def processor_seconds(command: list[str], **options: object) -> tuple[float, float]:
    """Run a command; return seconds by the clock, and of the processor with all children that it waited for."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begin
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(folder: Path, *arguments: str) -> tuple[float, float]:
    """Run the demo in a folder."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder)]
    command += ["--workflow-profile", str(ROOT / "profiles/default"), "--configfile", str(ROOT / "examples/demo.yaml")]
    return processor_seconds([*command, "--cores", str(CORES), *arguments], cwd=folder)


def job_seconds(folder: Path) -> dict[str, list[float]]:
    """Return rule -> seconds of each of its jobs, from what Snakemake keeps of every output file."""
    jobs: dict[tuple[str, ...], float] = {}
    for path in (folder / ".snakemake/metadata").iterdir():
        record = json.loads(path.read_text())
        if record.get("endtime"):
            jobs[record["rule"], *record["log"]] = record["endtime"] - record["starttime"]
    found = defaultdict(list)
    for (rule, *_), seconds in jobs.items():
        found[rule].append(seconds)
    return found


def start_up(script: Path, repeats: int) -> tuple[float, bool]:
    """Return the least processor seconds of a script's start, and whether that brings torch."""
    text = script.read_text(encoding="utf-8")
    modules = [f"{package}.{LOADED[package.rpartition('.')[2]]}" for package in re.findall(r'load\("([\w.]+)"', text)]
    imports = text.partition("\nwith ")[0]
    code = f"from snakemake import script\nimport importlib, sys\n{imports}\n"
    code += f"[importlib.import_module(name) for name in {modules}]\nsys.exit(3 * ('torch' in sys.modules))"
    seconds = []
    for _ in range(repeats):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        status = subprocess.run([sys.executable, "-c", code], check=False).returncode
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if status not in (0, 3):
            raise SystemExit(f"{script.name} does not start")
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(seconds), status == 3


def main() -> None:
    given = _timing.arguments(__doc__.splitlines()[0])
    load = os.getloadavg()[0]
    yardstick = [processor_seconds([sys.executable, "-c", YARDSTICK])[1]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, plan = run(folder, "--dry-run", "--quiet")
        seconds, processor = run(folder)
        jobs = job_seconds(folder)
    yardstick.append(processor_seconds([sys.executable, "-c", YARDSTICK])[1])
    scripts = {path.stem: path for path in sorted((ROOT / "scripts").glob("*/*.py"))}
    scripts["train_on_shuffled_labels"] = scripts["train_fold"]
    starts = {rule: start_up(scripts[rule], given.repeats) for rule in jobs}
    rows = [
        (rule, len(of), sum(of), starts[rule][0], "yes" if starts[rule][1] else "no")
        for rule, of in sorted(jobs.items(), key=lambda item: -sum(item[1]))
    ]
    _timing.table("Jobs", ("rule", "jobs", "seconds of all", "start-up of one, CPU s", "network"), rows)
    figures = {
        "demo_seconds": seconds,
        "demo_job_seconds": sum(map(sum, jobs.values())),
        "demo_startup_seconds": sum(starts[rule][0] * len(of) for rule, of in jobs.items()),
        "demo_processor_seconds": processor,
        "demo_plan_processor_seconds": plan,
        "demo_jobs": sum(map(len, jobs.values())),
        "demo_of_yardstick": processor / (sum(yardstick) / len(yardstick)),
        "start_up_without_network_seconds": max(of for of, network in starts.values() if not network),
        "start_up_with_network_seconds": max(of for of, network in starts.values() if network),
    }
    _timing.finish(figures, MOST, given.json, bound="at most")
    print(f"{CORES} cores; load before and after: {load:.1f}, {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
