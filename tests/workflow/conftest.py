"""One finished run of the whole chain on a tiny cohort, shared by the tests that only look at it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = Path(__file__).with_name("tiny.yaml")

Run = subprocess.CompletedProcess[str]


def command(directory: Path, *arguments: str, configfile: Path = TINY) -> list[str]:
    """Return what a user types."""
    python = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(directory)]
    profile = ["--workflow-profile", str(ROOT / "profiles/default"), "--cores", "2"]
    return [*python, *arguments, *profile, "--configfile", str(configfile)]


def environment(directory: Path) -> dict[str, str]:
    """Return the environment of a run that leaves nothing outside its folder."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(directory / ".cache")}


def snakemake(
    directory: Path,
    *arguments: str,
    configfile: Path = TINY,
    timeout: float = 900,
    variables: dict[str, str] | None = None,
) -> Run:
    """Run the workflow in a folder as a user does, maybe with more environment variables."""
    return subprocess.run(
        command(directory, *arguments, configfile=configfile),
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**environment(directory), **(variables or {})},
        cwd=directory,
        check=False,
    )


def planned(run: Run) -> dict[str, int]:
    """Return rule -> number of jobs of a dry run, without the target rule."""
    lines = run.stdout.partition("Job stats:")[2].splitlines()
    counts = {}
    for line in lines[3:]:
        rule, _, count = line.partition(" ")
        if not count.strip().isdigit():
            break
        counts[rule] = int(count)
    return {rule: count for rule, count in counts.items() if rule not in ("all", "total")}


@pytest.fixture(scope="session")
def reads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that tells, after `finished`, which files jobs read without their rules' naming them."""
    return tmp_path_factory.mktemp("reads")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, reads: Path) -> Path:
    """Return a folder in which the workflow has run once."""
    directory = tmp_path_factory.mktemp("tiny")
    watched = {"READS": str(reads), "PYTHONPATH": str(Path(__file__).with_name("reads"))}
    run = snakemake(directory, variables=watched)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-5000:]
    return directory


@pytest.fixture
def overlay(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes settings over the tiny ones and returns the file's path."""

    def write(text: str) -> Path:
        path = tmp_path / "overlay.yaml"
        path.write_text(TINY.read_text() + "\n" + text)
        return path

    return write
