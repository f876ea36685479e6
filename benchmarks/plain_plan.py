"""Time of `snakemake -n` with plain Snakemake 9.27.1, and with each patch of benchmarks/snakemake/.

    python benchmarks/plain_plan.py [--files 2000] [--models 6] [--rounds 2] [--json FILE]

It needs nothing of Bandmap: it plans a small workflow of its own, in which each of some models is trained on all files
and applied to each of them. Each patch is applied to a copy of the installed Snakemake, first alone and then together
with the others. All are timed in turns. The figures are processor seconds of a dry run, less those of the same workflow
with ten files, and ratios of these.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

PATCHES = sorted((Path(__file__).parent / "snakemake").glob("*.patch"))
WORKFLOW = """
FILES = [f"in/{number}" for number in range(int(config["files"]))]
MODELS = [f"model{number}" for number in range(int(config["models"]))]

def memory(wildcards, input, attempt):
    return 100 * attempt

def recordings(wildcards):
    return FILES

def own(wildcards):
    return f"in/{wildcards.file}"

rule all:
    input: expand("out/{model}/{file}", model=MODELS, file=[Path(file).name for file in FILES])

rule train:
    input: recordings
    output: "trained/{model}"
    params: seed=lambda wildcards: len(wildcards.model)
    resources: mem_mb=memory
    script: "train.py"

rule apply:
    input: file=own, weights="trained/{model}"
    output: "out/{model}/{file}"
    params: seed=lambda wildcards: len(wildcards.model)
    resources: mem_mb=memory
    script: "train.py"

rule make:
    output: "in/{file}"
    params: seed=lambda wildcards: len(wildcards.file)
    resources: mem_mb=memory
    script: "train.py"
"""


def patched(folder: Path, patches: Sequence[Path]) -> Path:
    """Copy the installed Snakemake into a folder, apply patches to it, and return what PYTHONPATH needs."""
    package = Path(find_spec("snakemake").origin).parent
    shutil.copytree(package, folder / "snakemake", ignore=shutil.ignore_patterns("__pycache__", "assets"))
    (folder / "snakemake/assets").symlink_to(package / "assets")
    for patch in patches:
        subprocess.run(["git", "apply", "-p1", str(patch)], cwd=folder, check=True)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder)], check=True)
    return folder


def planned(folder: Path, path: Path, files: int, models: int) -> tuple[float, str]:
    """Plan the small workflow in a folder; return processor seconds and the plan that was printed."""
    (folder / "Snakefile").write_text(WORKFLOW)
    (folder / "train.py").write_text("print(snakemake.output)\n")
    command = [sys.executable, "-m", "snakemake", "-n", "--quiet", "rules", "--cores", "1"]
    command += ["--config", f"files={files}", f"models={models}"]
    environment = {**os.environ, "PYTHONPATH": str(path), "XDG_CACHE_HOME": str(folder / "cache")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, done.stdout.partition("Building DAG of jobs...")[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--models", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=2, help="how often all are timed in turns; the least counts")
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    contenders: dict[str, list[Path]] = {"plain": [], **{patch.stem: [patch] for patch in PATCHES}, "all": PATCHES}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    plans = set()
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: patched(Path(folder, name), patches) for name, patches in contenders.items()}
        for name, path in [*paths.items()] * given.rounds:
            start, _ = planned(path, path, 10, given.models)
            whole, plan = planned(path, path, given.files, given.models)
            seconds[name].append(whole - start)
            plans.add(plan)
    figures = {name: min(values) for name, values in seconds.items()}
    print("| Snakemake 9.27.1 | seconds of CPU | plain takes |\n| --- | --- | --- |")
    for name, least in figures.items():
        print(f"| {name} | {least:.1f} | {figures['plain'] / least:.2f} times as long |", flush=True)
    if len(plans) > 1:
        raise SystemExit("A patch changed the plan.")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
