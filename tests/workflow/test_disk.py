"""What a full or read-only disk, a wrong clock, a damaged or old file and a second run at the same time get."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from outcome import unfinished
from running import HANG_SECONDS, ROOT, checked_out, command, environment, plan, planned, snakemake

pytestmark = pytest.mark.workflow

RECORDING = "simulated/sub-02_run-01"
MODEL = "cwt_resnet18/leave_one_subject_out"
PREDICTED = f"results/predicted/{MODEL}/{RECORDING}_events.tsv"
HOUR = 3600

Mount = Callable[[Path, str], None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Return a function that puts a small disk on a folder, or changes its options."""
    mounted: list[Path] = []

    def mounts(folder: Path, options: str) -> None:
        again = ["remount,"] if folder in mounted else []
        folder.mkdir(exist_ok=True)
        run = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "".join([*again, options]), "tmpfs", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            pytest.skip(f"no disk can be mounted here: {run.stderr.strip()}")
        mounted.append(folder)

    if not shutil.which("mount"):
        pytest.skip("no disk can be mounted here: there is no `mount`")
    yield mounts
    for folder in dict.fromkeys(mounted):
        subprocess.run(["umount", str(folder)], check=True)


def complaints(run: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the lines in which jobs say why they failed; nothing else may tell of it."""
    assert run.returncode != 0
    assert "Traceback" not in run.stdout + run.stderr
    assert "Logging error" not in run.stdout + run.stderr
    return [line for line in (run.stdout + run.stderr).splitlines() if line.startswith("ERROR")]


def test_a_full_disk_is_named_and_the_same_command_continues_after_space_is_freed(tmp_path: Path, mount: Mount) -> None:
    mount(tmp_path / "results", "size=600k")
    target = ("--until", "harmonize_recording", "--keep-going")
    run = snakemake(tmp_path, *target)
    lines = complaints(run)
    assert lines
    assert all("the disk is full; free some space" in line for line in lines)
    assert unfinished(tmp_path) == []
    mount(tmp_path / "results", "size=64m")
    assert snakemake(tmp_path, *target).returncode == 0
    assert len(list((tmp_path / "results/harmonized/simulated").glob("*.h5"))) == 3


def test_a_read_only_folder_is_named(copy: Path, mount: Mount) -> None:
    results = copy / "results"
    shutil.move(results, copy / "kept")
    mount(results, "size=64m")
    shutil.copytree(copy / "kept", results, dirs_exist_ok=True)
    for end in ("h5", "pyramid"):  # of a file that is there, Snakemake itself says that it is write-protected
        (results / f"harmonized/{RECORDING}.{end}").unlink()
    mount(results, "ro")
    run = snakemake(copy, "--until", "harmonize_recording")
    assert run.returncode != 0
    assert "Read-only file system" in run.stdout + run.stderr
    assert str(results.relative_to(copy)) in run.stdout + run.stderr


@pytest.mark.parametrize("name", ["harmonized/{}.h5", "represented/cwt/{}.zarr.zip"])
def test_a_truncated_file_is_named_with_a_working_remedy(copy: Path, name: str) -> None:
    path = copy / "results" / name.format(RECORDING)
    content, stat = path.read_bytes(), path.stat()
    path.write_bytes(content[: len(content) // 2])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    follows = {
        "harmonized": f"results/represented/cwt/{RECORDING}.zarr.zip",
        "represented": f"results/comparable/cwt_resnet18/{RECORDING}.h5",
    }[name.partition("/")[0]]
    if not (copy / follows).exists():  # listed for the subject
        follows = "results/comparable/cwt_resnet18/simulated/02.h5"
    (copy / follows).unlink()
    (line,) = complaints(snakemake(copy, follows))
    assert path.name in line
    assert "run the workflow again" in line
    path.unlink()
    assert snakemake(copy, follows).returncode == 0
    assert path.read_bytes() == content


def test_weights_of_another_architecture_are_named_and_an_unfinished_training_of_one_is_not_continued(
    copy: Path, finished: Path
) -> None:
    folder = copy / f"results/trained/{MODEL}/simulated-02"
    whole, stat = (folder / "weights.pt").read_bytes(), (folder / "weights.pt").stat()
    content = torch.load(folder / "weights.pt", weights_only=True)
    content["state"].popitem()
    torch.save(content, folder / "weights.pt")
    os.utime(folder / "weights.pt", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    (copy / PREDICTED).unlink()
    (line,) = complaints(snakemake(copy, PREDICTED))
    assert "the weights do not fit the current 'cwt_resnet18'" in line
    assert "retrain the model" in line
    (folder / "weights.pt").unlink()
    torch.save({"identity": "another", "model": {}}, folder / "weights.pt.unfinished")
    run = snakemake(copy, PREDICTED)
    assert run.returncode == 0, run.stderr[-2000:]
    assert (folder / "weights.pt").read_bytes() == whole
    assert (copy / PREDICTED).read_bytes() == (finished / PREDICTED).read_bytes()
    assert unfinished(copy) == []


def test_results_of_another_version_are_computed_again_from_the_stage_that_differs(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "newer").mkdir()
    newer = checked_out(ROOT, tmp_path / "newer")
    (wavelets,) = (newer / "src").rglob("wavelets.py")
    with wavelets.open("a") as module:
        module.write("\n\ndef newer() -> None:\n    raise NotImplementedError\n")
    jobs = planned(plan(copy, checkout=newer))
    assert {rule: jobs[rule] for rule in ("represent_recording", "train_fold")} == {
        "represent_recording": 3,
        "train_fold": 3,
    }
    assert not {"fetch_recording", "extract_events", "harmonize_recording", "freeze_folds"} & set(jobs)


def test_a_second_run_in_the_same_folder_is_refused_and_the_first_one_finishes(tmp_path: Path) -> None:
    output = tmp_path / "first.out"
    with output.open("w") as log:
        first = subprocess.Popen(
            command(tmp_path, "--until", "extract_events"), stdout=log, stderr=log, env=environment(tmp_path)
        )
        while "rule fetch_recording" not in output.read_text() and first.poll() is None:
            time.sleep(0.05)
        first.send_signal(signal.SIGSTOP)  # however quick its jobs are, it has not finished when the second one comes
        second = snakemake(tmp_path, "--until", "extract_events")
        first.send_signal(signal.SIGCONT)
        assert first.wait(HANG_SECONDS) == 0, output.read_text()[-2000:]
    assert second.returncode != 0
    assert "Directory cannot be locked" in second.stdout + second.stderr
    assert len(list((tmp_path / "resources/simulated").glob("*_events.tsv"))) == 3
    assert unfinished(tmp_path) == []


def shift(folder: Path, hours: float) -> None:
    """Let everything in a folder have been written so many hours later."""
    for path in folder.rglob("*"):
        stat = path.lstat()
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + int(hours * HOUR * 1e9)), follow_symlinks=False)


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_constantly_wrong_clock_redoes_nothing_and_hides_no_change(copy: Path, hours: float) -> None:
    shift(copy, hours)
    run = plan(copy)
    assert "Nothing to be done" in run.stdout + run.stderr
    (copy / f"results/harmonized/{RECORDING}.h5").unlink()
    jobs = planned(plan(copy, "--until", "represent_recording"))
    assert jobs == {"harmonize_recording": 1, "represent_recording": 1}


def test_input_with_a_future_time_is_named_and_leaves_no_result(copy: Path) -> None:
    shift(copy / "resources", 5)
    run = snakemake(copy, "--until", "harmonize_recording", "--keep-going")
    assert run.returncode != 0
    assert "clock skew" in run.stdout + run.stderr
    assert list((copy / "results/harmonized/simulated").glob("*.h5")) == []
    shift(copy / "resources", -5)
    run = snakemake(copy, "--until", "harmonize_recording")
    assert run.returncode == 0
    assert len(list((copy / "results/harmonized/simulated").glob("*.h5"))) == 3
