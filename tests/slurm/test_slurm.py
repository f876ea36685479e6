"""The chain through a Slurm of two nodes gives what a local run gives, byte for byte on the CPU (`make test-slurm`)."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cluster import cluster
from outcome import results

pytestmark = pytest.mark.slurm

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests/workflow/tiny.yaml"
ON_LOOPBACK = [  # no accounting, so no accounts and no sacct; nothing to wait for on one machine
    *("--slurm-no-account", "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "5"),
    *("--seconds-between-status-checks", "5", "--latency-wait", "10", "--jobs", "4", "--slurm-keep-successful-logs"),
]

ON_SCRATCH = [  # as docs/cluster.md says
    *("--default-storage-provider", "fs", "--local-storage-prefix", ".snakemake/storage"),
    *("--shared-fs-usage", "persistence", "software-deployment", "sources", "source-cache"),
]

Environment = dict[str, str]


@dataclass(frozen=True)
class Ran:
    """A run through Slurm: its folder, and what Slurm knew of its jobs when it ended."""

    directory: Path
    jobs: list[dict[str, str]]


def snakemake(directory: Path, profile: str, *arguments: str, environment: Environment | None = None) -> str:
    """Run the workflow as a user does; return what it says."""
    directory.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(directory)]
    command += ["--workflow-profile", str(ROOT / "profiles" / profile), "--configfile", str(TINY), *arguments]
    run = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **(environment or {})}, cwd=directory, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-5000:]
    return run.stdout + run.stderr


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Start the cluster."""
    if not shutil.which("sbatch"):
        pytest.skip("needs Debian's slurm-wlm and munge")
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster(Path(folder)) as environment,
    ):  # munged refuses pytest's folders
        yield {**environment, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture(scope="session")
def through_slurm(slurm: Environment, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the chain through Slurm, with GPUs counted as a generic resource."""
    directory = tmp_path_factory.mktemp("through")
    before = {job["JobId"] for job in jobs(slurm)}
    snakemake(directory, "slurm", *ON_LOOPBACK, environment={**slurm, "BANDMAP_GPU": "gres"})
    return Ran(directory, [job for job in jobs(slurm) if job["JobId"] not in before])


def jobs(environment: Environment) -> list[dict[str, str]]:
    """Return what Slurm knows of its jobs."""
    text = subprocess.run(
        ["scontrol", "--oneliner", "show", "jobs"], env=environment, capture_output=True, text=True, check=True
    ).stdout
    rows = [dict(word.partition("=")[::2] for word in line.split()) for line in text.splitlines()]
    return [row for row in rows if "JobId" in row]


def test_slurm_and_a_local_run_give_the_same_bytes(through_slurm: Ran, tmp_path: Path) -> None:
    snakemake(tmp_path, "default", "--cores", "2")
    ours, theirs = results(through_slurm.directory), results(tmp_path)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_jobs_may_work_on_a_disk_of_their_node(through_slurm: Ran, slurm: Environment, tmp_path: Path) -> None:
    scratch, shared = tmp_path / "scratch", tmp_path / "shared"
    where = ("--remote-job-local-storage-prefix", f"{scratch}/$SLURM_JOB_ID")
    snakemake(shared, "slurm", *ON_LOOPBACK, *ON_SCRATCH, *where, environment={**slurm, "BANDMAP_GPU": "none"})
    assert any(scratch.iterdir())
    ours, theirs = results(shared), results(through_slurm.directory)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_what_runs_a_network_asks_for_a_gpu_and_nothing_else_does(through_slurm: Ran) -> None:
    assert {job["JobState"] for job in through_slurm.jobs} == {"COMPLETED"}
    on_gpu = [job for job in through_slurm.jobs if "TresPerNode" in job]
    trained = {"train_fold", "train_on_shuffled_labels"}
    assert {rule_of(job) for job in on_gpu} == {*trained, "interpret_recording", "check_faithfulness"}
    assert {(job["TresPerNode"], job["NodeList"]) for job in on_gpu} == {("gres:gpu:1", "node1")}


def test_short_jobs_share_a_job_of_slurms(through_slurm: Ran) -> None:
    comments = [job["Comment"] for job in through_slurm.jobs]
    assert sum("harmonize_recording" in comment for comment in comments) == 1
    assert sum("draw_recording" in comment for comment in comments) == 1


def test_a_gpu_may_be_asked_for_by_number_or_not_at_all(slurm: Environment, tmp_path: Path) -> None:
    plans = {
        way: snakemake(tmp_path, "slurm", "-n", environment={"BANDMAP_GPU": way}) for way in ("gpu", "gres", "none")
    }
    assert [word for word in ("gpu=1", "gres=gpu:1") if word in plans["gpu"]] == ["gpu=1"]
    assert [word for word in ("gpu=1", "gres=gpu:1") if word in plans["gres"]] == ["gres=gpu:1"]
    assert "gpu" not in plans["none"].partition("Job stats")[2]


def rule_of(job: dict[str, str]) -> str:
    return job["Comment"].removeprefix("rule_").partition("_wildcards")[0]
