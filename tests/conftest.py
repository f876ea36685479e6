"""Finished runs of the whole chain on a tiny cohort, made once for all processes that test."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from running import TINY, Once, snakemake

# Neither a busy machine nor chance decides; new examples are tried by `make test-all`.
of_no_clock = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
settings.register_profile("searching", of_no_clock)
settings.register_profile("repeating", of_no_clock, derandomize=True, database=None)
settings.load_profile("repeating")

FORKS = Path(__file__).with_name("forks.py")

LONGEST = (
    "test_kill", "test_slurm", "test_demo", "test_other_runs", "test_tutorials", "test_faults", "test_arrivals",
    "test_chain",
)  # fmt: skip
"""Files whose tests go first, so that the short ones fill the gaps at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests go first, wherever their files are."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop where pytest and pytest-xdist do not understand each other: one worker must run all tests of a group."""
    if getattr(session.config.option, "loadgroup", False):
        split = [
            item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid
        ]
        if split:
            raise pytest.UsageError(f"this pytest does not keep groups of pytest-xdist together: {split[0]}")


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Return a function that fills a folder of this name, unless another process of this session has or does it."""
    mine = tmp_path_factory.getbasetemp()
    top = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine

    def filled(name: str, fill: Callable[[Path], None]) -> Path:
        folder, done = top / name, top / f"{name}.done"
        with (top / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return filled


@pytest.fixture(scope="session")
def forks() -> Iterator[str]:
    """Return the address of a process whose forks run jobs (`forks.py`)."""
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder, "socket")
        own = {"OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": folder, "PYTHONPATH": ""}
        server = subprocess.Popen([sys.executable, FORKS, "serve", address], env={**os.environ, **own})
        while not address.exists():
            assert server.poll() is None
            time.sleep(0.1)
        yield str(address)
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def runs(once: Once) -> Path:
    """Return a folder with a finished run, what it said, and what its jobs read without their rules' naming it."""

    def fill(folder: Path) -> None:
        for name in ("finished", "reads"):
            (folder / name).mkdir()
        sitecustomize = TINY.with_name("reads")
        run = snakemake(
            folder / "finished", variables={"READS": str(folder / "reads"), "PYTHONPATH": str(sitecustomize)}
        )
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-5000:]
        (folder / "said").write_text(run.stdout)

    return once("runs", fill)


@pytest.fixture(scope="session")
def finished(runs: Path) -> Path:
    """Return a folder in which the workflow has run once. Nobody may change it."""
    return runs / "finished"


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished run."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


@pytest.fixture
def overlay(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes settings over the tiny ones and returns the file's path."""

    def write(text: str) -> Path:
        path = tmp_path / "overlay.yaml"
        path.write_text(TINY.read_text() + "\n" + text)
        return path

    return write
