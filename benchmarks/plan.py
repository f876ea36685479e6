"""Time and memory of `snakemake -n` for many recordings, models and interpretations.

    python benchmarks/plan.py [--recordings 700 5000] [--subjects 24] [--models 6] [--plain] [--json FILE]

It plans a folder of empty files with EEG-BIDS names, with six models, five interpretations and leave-one-subject-out
folds, without running anything. The memory is that of the largest process so far, so give numbers of recordings in
ascending order. `--plain` plans without what Bandmap replaces inside Snakemake (docs/snakemake.md). `--profile FILE`
writes the result of cProfile for the last plan.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PLAIN = "import snakemake; snakemake.__version__ = '9.99.0'; from snakemake.cli import main; main()"
"""Snakemake that says it is another version, in which Bandmap replaces nothing."""
METHODS = ("gradcam", "occlusion", "band_occlusion", "second_occlusion", "second_band_occlusion")


def write_folder(root: Path, recordings: int, subjects: int) -> None:
    """Create empty recordings and their events."""
    for number in range(recordings):
        subject, run = number % subjects + 1, number // subjects + 1
        folder = root / f"sub-{subject:03d}/eeg"
        folder.mkdir(parents=True, exist_ok=True)
        for end in ("eeg.edf", "events.tsv"):
            (folder / f"sub-{subject:03d}_task-sz_run-{run:04d}_{end}").touch()


def settings(root: Path, number_of_models: int) -> dict[str, object]:
    """Return settings with the requested number of models and methods, with repeated kinds under different names."""
    models = {f"model{number}": {"kind": "cwt_resnet18", "representation": "cwt"} for number in range(number_of_models)}
    kinds = {name: {"kind": name.removeprefix("second_")} for name in METHODS if name.startswith("second_")}
    run = {"datasets": ["mine"], "models": list(models), "interpretations": list(METHODS), "matrices": list(METHODS)}
    datasets = {"mine": {"kind": "bids", "root": str(root)}}
    return {"run": run, "datasets": datasets, "models": models, "interpretations": kinds}


def plan(
    folder: Path, recordings: int, subjects: int, models: int, profile: Path | None, program: list[str]
) -> dict[str, float]:
    """Plan once; return jobs, seconds and megabytes."""
    write_folder(folder / "bids", recordings, subjects)
    (folder / "my.yaml").write_text(yaml.safe_dump(settings(folder / "bids", models)))
    watched = ["-m", "cProfile", "-o", str(profile)] if profile else []
    return timed(folder, [*watched, *program])


def timed(folder: Path, program: list[str]) -> dict[str, float]:
    """Plan what `my.yaml` in a folder says; return jobs, seconds and megabytes."""
    command = [
        sys.executable,
        *program,
        "--snakefile",
        str(ROOT / "Snakefile"),
        "-n",
        "--quiet",
        "rules",
    ]
    command += ["--workflow-profile", str(ROOT / "profiles/default"), "--directory", str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        [*command, "--configfile", str(folder / "my.yaml")], env=environment, stdout=subprocess.PIPE, text=True
    )
    output, _ = process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(output)
    jobs = next(int(line.split()[1]) for line in output.splitlines() if line.startswith("total"))
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    of_cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return {"jobs": jobs, "seconds": seconds, "cpu_seconds": of_cpu, "megabytes": now.ru_maxrss / 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, nargs="+", default=[700, 5000])
    parser.add_argument("--subjects", type=int, default=24)
    parser.add_argument("--models", type=int, default=6)
    parser.add_argument("--profile", type=Path, help="write what cProfile measures there (slower)")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--plain", action="store_true", help="leave Snakemake's functions as they are")
    given = parser.parse_args()
    program = ["-c", PLAIN] if given.plain else ["-m", "snakemake"]
    figures = {}
    print("| recordings | jobs | seconds | seconds of CPU | MB |\n| --- | --- | --- | --- | --- |")
    for recordings in given.recordings:
        with tempfile.TemporaryDirectory() as folder:
            found = plan(Path(folder), recordings, given.subjects, given.models, given.profile, program)
        print(f"| {recordings} | " + " | ".join(f"{value:.0f}" for value in found.values()) + " |", flush=True)
        figures |= {f"plan_{recordings}_{name}": value for name, value in found.items()}
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
