"""What bad input gets."""

import html
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from outcome import unfinished
from running import TINY, Once, snakemake

pytestmark = pytest.mark.workflow

PERSON = b"MCH-0234567 F 02-MAY-1951 Haagse_Harry"
BROKEN = "sub-04_task-sz_run-01"
SHORT_SECONDS = 3
"""Less than a window."""


def bids_folder(root: Path, finished: Path) -> Path:
    """Lay out simulated recordings, one of them twice, as EEG-BIDS of four subjects who are named in their files."""
    for number, simulated in (("01", "01"), ("02", "02"), ("03", "03"), ("04", "03")):
        folder = root / f"sub-{number}" / "eeg"
        folder.mkdir(parents=True)
        source = finished / "resources/simulated" / f"sub-{simulated}_run-01"
        content = source.with_suffix(".edf").read_bytes()
        stem = f"sub-{number}_task-sz_run-01"
        (folder / f"{stem}_eeg.edf").write_bytes(content[:8] + PERSON.ljust(80) + content[88:])
        (folder / f"{stem}_events.tsv").write_bytes(Path(f"{source}_events.tsv").read_bytes())
    return root


def shorten(edf: Path, short: Path) -> None:
    """Write the first seconds of a recording."""
    content = edf.read_bytes()
    header, records = int(content[184:192]), int(content[236:244])
    record = (len(content) - header) // records
    short.write_bytes(content[:236] + f"{SHORT_SECONDS:<8}".encode() + content[244 : header + SHORT_SECONDS * record])


def settings(folder: Path, root: Path, **run: object) -> Path:
    config = yaml.safe_load(TINY.read_text())
    config["run"] = {"datasets": ["mine"], "interpretations": ["occlusion"], "matrices": ["occlusion"], **run}
    config["datasets"] = {"mine": {"kind": "bids", "root": str(root)}}
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture(scope="module")
def faulty(once: Once, finished: Path, forks: str) -> SimpleNamespace:
    """Run on four subjects, one with a damaged file and one with a second recording shorter than a window.

    Then leave the damaged one out, as the first run offers.
    """

    def fill(folder: Path) -> None:
        root = bids_folder(folder / "bids", finished)
        broken = root / f"sub-04/eeg/{BROKEN}_eeg.edf"
        broken.write_bytes(broken.read_bytes()[:300])
        whole = root / "sub-01/eeg/sub-01_task-sz_run-01_eeg.edf"
        shorten(whole, whole.with_name("sub-01_task-sz_run-02_eeg.edf"))
        events = f"onset\tduration\teventType\n0.00\t{SHORT_SECONDS}.00\tbckg\n"
        whole.with_name("sub-01_task-sz_run-02_events.tsv").write_text(events)
        run = snakemake(folder, "--keep-going", configfile=settings(folder, root), forks=forks)
        assert run.returncode != 0
        (folder / "first.out").write_text(run.stdout)
        (folder / "first.err").write_text(run.stderr)
        (folder / "made.json").write_text(json.dumps([*made(folder), *unfinished(folder)]))
        offered = run.stdout[run.stdout.index("run:\n  leave_out:") :].partition("\n\n")[0]
        left_out = yaml.safe_load(offered)["run"]["leave_out"]
        (folder / "left_out.json").write_text(json.dumps(left_out))
        run = snakemake(folder, configfile=settings(folder, root, leave_out=left_out), forks=forks)
        assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
        (folder / "second.out").write_text(run.stdout)

    folder = once("faulty", fill)
    output = {name: (folder / name).read_text() for name in ("first.out", "first.err", "second.out")}
    return SimpleNamespace(
        folder=folder,
        output=output["first.err"],
        then=output["second.out"],
        made=json.loads((folder / "made.json").read_text()),
        left_out=json.loads((folder / "left_out.json").read_text()),
    )


def made(folder: Path) -> list[str]:
    """Return the recordings that were harmonized and represented."""
    return sorted(
        str(path.relative_to(folder / "results"))
        for place, ending in (("harmonized", "h5"), ("represented/cwt", "zarr.zip"))
        for path in (folder / "results" / place / "mine").glob(f"*.{ending}")
    )


def test_one_bad_recording_fails_with_one_line_and_the_others_continue(faulty: SimpleNamespace) -> None:
    (line,) = [line for line in faulty.output.splitlines() if line.startswith("ERROR")]
    assert BROKEN in line
    assert "Traceback" not in faulty.output
    good = [f"sub-{number}_task-sz_run-01" for number in ("01", "02", "03")] + ["sub-01_task-sz_run-02"]
    assert faulty.made == sorted(
        [f"harmonized/mine/{name}.h5" for name in good] + [f"represented/cwt/mine/{name}.zarr.zip" for name in good]
    )


def test_the_hint_to_leave_a_bad_recording_out_works_and_the_report_lists_it(
    faulty: SimpleNamespace,
) -> None:
    why = faulty.left_out[f"mine/{BROKEN}"]
    assert any(line.startswith("ERROR") and why in line for line in faulty.output.splitlines())
    assert f"Left out: mine/{BROKEN}: {why}" in faulty.then
    for name in ("cwt_resnet18", "line-length", "always-on"):
        summary = json.loads((faulty.folder / f"results/scores/{name}_leave_one_subject_out.json").read_text())
        assert summary["recordings"] == {"scored": 4, "expected": 5}
    page = html.unescape((faulty.folder / "results/report/index.html").read_text())
    assert why in page
    assert page.count("4 of 5") >= 4


def test_a_recording_shorter_than_a_window_goes_through_every_stage(faulty: SimpleNamespace) -> None:
    assert "4 of 5 recordings scored" in faulty.then
    drawn = faulty.folder / "results/report/figures/cwt_resnet18/leave_one_subject_out/mine/sub-01_task-sz_run-02"
    assert drawn.is_dir()


def test_patient_names_and_birth_dates_never_reach_results(faulty: SimpleNamespace) -> None:
    assert all(PERSON in path.read_bytes()[:300] for path in (faulty.folder / "bids").rglob("*.edf"))
    written = [path for path in (faulty.folder / "results").rglob("*") if path.is_file()]
    assert {path.relative_to(faulty.folder / "results").parts[0] for path in written} >= {
        *("harmonized", "represented", "folds", "trained", "predicted", "scores"),
        *("comparable", "attributed", "matrices", "faithfulness", "report"),
    }
    for path in written:
        assert b"Haagse" not in path.read_bytes()
        assert b"MAY-1951" not in path.read_bytes()


def test_events_outside_the_recording_stop_it_with_file_and_remedy(finished: Path, tmp_path: Path) -> None:
    root = bids_folder(tmp_path / "bids", finished)
    events = root / "sub-02/eeg/sub-02_task-sz_run-01_events.tsv"
    header = events.read_text().splitlines()[0]
    events.write_text(f"{header}\n9000.00\t10.00\tsz\tn/a\tn/a\tn/a\t150.00\n")
    target = f"resources/mine/{events.stem}.tsv"
    run = snakemake(tmp_path, target, configfile=settings(tmp_path, root))
    assert run.returncode != 0
    line = next(line for line in run.stderr.splitlines() if line.startswith("ERROR"))
    assert "sub-02_task-sz_run-01_events.tsv" in line
    assert "9000" in line
