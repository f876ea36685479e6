"""Through a Slurm of one's own, a run gives what a local run gives, byte for byte on the CPU."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cluster import cluster
from outcome import files, results
from running import HANG_SECONDS, ROOT, TINY, environment

pytestmark = [pytest.mark.slurm, pytest.mark.xdist_group("slurm")]

MODEL = "cwt_resnet18/leave_one_subject_out"
ON_LOOPBACK = [  # no accounting, so no accounts and no sacct; nothing to wait for on one machine
    *("--slurm-no-account", "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"),
    *("--seconds-between-status-checks", "2", "--latency-wait", "10", "--jobs", "4", "--slurm-keep-successful-logs"),
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


@contextmanager
def slurm(nodes: int) -> Iterator[Environment]:
    """Start a cluster."""
    if not shutil.which("sbatch"):
        pytest.skip("needs Debian's slurm-wlm and munge")
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder), nodes=nodes) as found:
        yield found  # munged refuses pytest's folders


@pytest.fixture(scope="module")
def one_node() -> Iterator[Environment]:
    with slurm(nodes=1) as found:
        yield found


@pytest.fixture(scope="module")
def two_nodes() -> Iterator[Environment]:
    with slurm(nodes=2) as found:
        yield found


def snakemake(directory: Path, *arguments: str, of_slurm: Environment, gpu: str) -> str:
    """Run the workflow through Slurm as a user does; return what it says."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(directory)]
    command += ["--workflow-profile", str(ROOT / "profiles/slurm"), "--configfile", str(TINY), *arguments]
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**environment(directory), **of_slurm, "BANDMAP_GPU": gpu},
        cwd=directory,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-5000:]
    return run.stdout + run.stderr


def jobs(environment: Environment) -> list[dict[str, str]]:
    """Return what Slurm knows of its jobs."""
    text = subprocess.run(
        ["scontrol", "--oneliner", "show", "jobs"], env=environment, capture_output=True, text=True, check=True
    ).stdout
    rows = [dict(word.partition("=")[::2] for word in line.split()) for line in text.splitlines()]
    return [row for row in rows if "JobId" in row]


def ran(directory: Path, *arguments: str, of_slurm: Environment, gpu: str) -> Ran:
    """Run, and return what Slurm knows of the jobs of this run."""
    before = {job["JobId"] for job in jobs(of_slurm)}
    snakemake(directory, *ON_LOOPBACK, *arguments, of_slurm=of_slurm, gpu=gpu)
    return Ran(directory, [job for job in jobs(of_slurm) if job["JobId"] not in before])


@pytest.fixture(scope="module", params=["one_node", pytest.param("two_nodes", marks=pytest.mark.long)])
def through_slurm(request: pytest.FixtureRequest, finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run through Slurm: on two nodes everything, on one what lacks when a model and a method's maps are taken away.

    GPUs are counted as a generic resource.
    """
    directory = tmp_path_factory.mktemp(request.param)
    if request.param == "one_node":
        shutil.copytree(finished, directory, dirs_exist_ok=True)
        for path in (f"trained/{MODEL}/simulated-02", f"shuffled/{MODEL}", f"attributed/{MODEL}/occlusion"):
            shutil.rmtree(directory / "results" / path)
    return ran(directory, of_slurm=request.getfixturevalue(request.param), gpu="gres")


def on_scratch(directory: Path, *targets: str, of_slurm: Environment) -> Ran:
    """Run as docs/cluster.md says where nodes have disks of their own, and see that these were used."""
    scratch, shared = directory / "scratch", directory / "shared"
    shared.mkdir()
    where = ("--remote-job-local-storage-prefix", f"{scratch}/$SLURM_JOB_ID")
    found = ran(shared, *ON_SCRATCH, *where, *targets, of_slurm=of_slurm, gpu="none")
    assert any(scratch.iterdir())
    return found


def test_slurm_and_a_local_run_give_the_same_bytes(through_slurm: Ran, finished: Path) -> None:
    ours, theirs = results(through_slurm.directory), results(finished)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_only_jobs_with_a_network_request_a_gpu(through_slurm: Ran) -> None:
    assert {job["JobState"] for job in through_slurm.jobs} == {"COMPLETED"}
    on_gpu = [job for job in through_slurm.jobs if "TresPerNode" in job]
    trained = {"train_fold", "train_on_shuffled_labels"}
    assert {rule_of(job) for job in on_gpu} == {*trained, "interpret_recording", "check_faithfulness"}
    assert {(job["TresPerNode"], job["NodeList"]) for job in on_gpu} == {("gres:gpu:1", "node1")}


def test_short_jobs_share_a_job_of_slurms(through_slurm: Ran) -> None:
    assert len(comments(through_slurm, "draw_recording")) == 1
    assert len(comments(through_slurm, "aggregate_matrices")) == 1


def test_the_first_jobs_may_work_on_a_disk_of_their_node_and_share_a_job_of_slurms(
    one_node: Environment, finished: Path, tmp_path: Path
) -> None:
    prepared = on_scratch(tmp_path, "--until", "represent_recording", of_slurm=one_node)
    kept = [path for path in files(prepared.directory) if path.suffix != ".log"]
    made = {str(path.relative_to(prepared.directory)): path.read_bytes() for path in kept}
    assert {name.split("/")[1] for name in made} >= {"harmonized", "represented", "simulated"}
    assert [name for name, content in made.items() if content != (finished / name).read_bytes()] == []
    assert len(comments(prepared, "harmonize_recording")) == 1


@pytest.mark.long
def test_all_jobs_may_work_on_a_disk_of_their_node(two_nodes: Environment, finished: Path, tmp_path: Path) -> None:
    ours, theirs = results(on_scratch(tmp_path, of_slurm=two_nodes).directory), results(finished)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_a_gpu_may_be_asked_for_by_number_or_not_at_all(one_node: Environment, tmp_path: Path) -> None:
    plans = {way: snakemake(tmp_path, "-n", of_slurm=one_node, gpu=way) for way in ("gpu", "gres", "none")}
    assert [word for word in ("gpu=1", "gres=gpu:1") if word in plans["gpu"]] == ["gpu=1"]
    assert [word for word in ("gpu=1", "gres=gpu:1") if word in plans["gres"]] == ["gres=gpu:1"]
    assert "gpu" not in plans["none"].partition("Job stats")[2]


def comments(through: Ran, rule: str) -> list[str]:
    """Return what Slurm's jobs that do a rule's work call themselves."""
    return [job["Comment"] for job in through.jobs if rule in job["Comment"]]


def rule_of(job: dict[str, str]) -> str:
    return job["Comment"].removeprefix("rule_").partition("_wildcards")[0]
