"""What bad input gets."""

import html
import json
from pathlib import Path

import pytest
import yaml
from conftest import TINY, snakemake
from outcome import unfinished

pytestmark = pytest.mark.workflow


def bids_folder(root: Path, finished: Path) -> Path:
    """Lay out the simulated recordings as EEG-BIDS."""
    for number in ("01", "02", "03", "04"):
        folder = root / f"sub-{number}" / "eeg"
        folder.mkdir(parents=True)
        source = finished / "resources/simulated" / f"sub-{number}_run-01"
        stem = f"sub-{number}_task-sz_run-01"
        (folder / f"{stem}_eeg.edf").write_bytes(source.with_suffix(".edf").read_bytes())
        (folder / f"{stem}_events.tsv").write_bytes(Path(f"{source}_events.tsv").read_bytes())
    return root


def settings(folder: Path, root: Path, **run: object) -> Path:
    config = yaml.safe_load(TINY.read_text())
    config["run"] = {"datasets": ["mine"], **run}
    config["datasets"] = {"mine": {"kind": "bids", "root": str(root)}}
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def test_one_bad_recording_fails_with_one_line_and_the_others_go_on_with_or_without_it(
    finished: Path, tmp_path: Path
) -> None:
    root = bids_folder(tmp_path / "bids", finished)
    broken = root / "sub-03/eeg/sub-03_task-sz_run-01_eeg.edf"
    broken.write_bytes(broken.read_bytes()[:300])
    file = settings(tmp_path, root, interpretations=["occlusion"], matrices=["occlusion"])
    run = snakemake(tmp_path, "--keep-going", configfile=file)
    assert run.returncode != 0
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("ERROR")]
    assert "sub-03_task-sz_run-01" in line
    assert "Traceback" not in run.stderr
    for folder, ending in (("harmonized", "h5"), ("represented/cwt", "zarr.zip")):
        made = sorted(path.name for path in (tmp_path / "results" / folder / "mine").glob(f"*.{ending}"))
        assert made == [f"sub-{number}_task-sz_run-01.{ending}" for number in ("01", "02", "04")]
    assert unfinished(tmp_path) == []

    offered = run.stdout[run.stdout.index("run:\n  leave_out:") :].partition("\n\n")[0]
    left_out = yaml.safe_load(offered)["run"]["leave_out"]
    file = settings(tmp_path, root, interpretations=["occlusion"], matrices=["occlusion"], leave_out=left_out)
    run = snakemake(tmp_path, configfile=file)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    why = left_out["mine/sub-03_task-sz_run-01"]
    assert why in line
    assert f"Left out: mine/sub-03_task-sz_run-01: {why}" in run.stdout
    for name in ("cwt_resnet18", "line-length", "always-on"):
        summary = json.loads((tmp_path / f"results/scores/{name}_leave_one_subject_out.json").read_text())
        assert summary["recordings"] == {"scored": 3, "expected": 4}
    page = html.unescape((tmp_path / "results/report/index.html").read_text())
    assert why in page
    assert page.count("3 of 4") >= 4


def test_events_outside_the_recording_stop_it_with_file_and_remedy(finished: Path, tmp_path: Path) -> None:
    root = bids_folder(tmp_path / "bids", finished)
    events = root / "sub-02/eeg/sub-02_task-sz_run-01_events.tsv"
    header = events.read_text().splitlines()[0]
    events.write_text(f"{header}\n9000.00\t10.00\tsz\tn/a\tn/a\tn/a\t150.00\n")
    run = snakemake(tmp_path, "--keep-going", "--until", "extract_events", configfile=settings(tmp_path, root))
    assert run.returncode != 0
    line = next(line for line in run.stderr.splitlines() if line.startswith("ERROR"))
    assert "sub-02_task-sz_run-01_events.tsv" in line
    assert "9000" in line


def test_patient_names_and_birth_dates_never_reach_results(finished: Path, tmp_path: Path) -> None:
    root = bids_folder(tmp_path / "bids", finished)
    for path in root.rglob("*.edf"):
        content = bytearray(path.read_bytes())
        content[8:88] = b"MCH-0234567 F 02-MAY-1951 Haagse_Harry".ljust(80)
        path.write_bytes(content)
    run = snakemake(tmp_path, "--until", "represent_recording", configfile=settings(tmp_path, root))
    assert run.returncode == 0, run.stderr[-2000:]
    written = [path for path in (tmp_path / "results").rglob("*") if path.is_file()]
    assert len(written) >= 8
    for path in written:
        assert b"Haagse" not in path.read_bytes()
        assert b"MAY-1951" not in path.read_bytes()


def test_a_recording_shorter_than_a_window_goes_through_every_stage(finished: Path, tmp_path: Path) -> None:
    root = bids_folder(tmp_path / "bids", finished)
    whole = root / "sub-01/eeg/sub-01_task-sz_run-01_eeg.edf"
    content = whole.read_bytes()
    header, records = int(content[184:192]), int(content[236:244])
    seconds = 3
    record = (len(content) - header) // records
    short = content[:236] + f"{seconds:<8}".encode() + content[244 : header + seconds * record]
    whole.with_name("sub-01_task-sz_run-02_eeg.edf").write_bytes(short)
    events = f"onset\tduration\teventType\n0.00\t{seconds}.00\tbckg\n"
    whole.with_name("sub-01_task-sz_run-02_events.tsv").write_text(events)
    run = snakemake(tmp_path, configfile=settings(tmp_path, root))
    assert run.returncode == 0, run.stdout[-1000:] + run.stderr[-3000:]
    assert "5 of 5 recordings scored" in run.stdout + run.stderr
