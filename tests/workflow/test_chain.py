"""The whole chain on a tiny cohort: what it leaves, and what a second run does."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT, TINY, planned, snakemake

from bandmap.files.harmonized import read_attributes
from bandmap.files.rows import read_rows

pytestmark = pytest.mark.workflow

RECORDING = "simulated/sub-02_run-01"


def test_the_run_ends_with_a_report_that_shows_every_seizure(finished: Path) -> None:
    truth = read_rows(finished / "results/truth/simulated.tsv")
    assert len(truth) == 4
    for row in truth:
        page = finished / f"results/report/pages/simulated-{row['subject']}.html"
        assert f"{row['recording']}" in page.read_text(encoding="utf-8")
    for page in (finished / "results/report").rglob("*.html"):
        assert "research use only" in page.read_text(encoding="utf-8").lower()


def test_a_harmonized_recording_says_which_file_it_was_made_of(finished: Path) -> None:
    digest = hashlib.sha256((finished / f"resources/{RECORDING}.edf").read_bytes()).hexdigest()
    assert read_attributes(finished / f"results/harmonized/{RECORDING}.h5")["source_sha256"] == digest


def test_every_job_leaves_a_log_of_its_settings_and_of_all_versions(finished: Path, tmp_path: Path) -> None:
    logs = [path.read_text() for top in ("resources", "results") for path in (finished / top).rglob("*.log")]
    rules = [re.match(r"INFO bandmap: (\w+) \{", log) for log in logs]
    assert Counter(rule[1] for rule in rules if rule) == planned(snakemake(tmp_path, "-n"))
    seeded = {"train_fold", "interpret_recording", "aggregate_matrices", "score_model", "compare_models"}
    for rule, log in zip(rules, logs, strict=True):
        assert rule
        assert re.search(r"bandmap \S+, python \S+, .*numpy \S+, .*torch \S+", log)
        assert re.search(r"^INFO bandmap: (code|folds) = ", log, re.MULTILINE), rule[1]
        assert rule[1] not in seeded or "INFO bandmap: seed = 1" in log
        assert "ERROR" not in log


def test_no_job_reads_a_file_that_its_rule_does_not_name(finished: Path, reads: Path) -> None:
    """Or it would be stale and nobody knew, and would find nothing where files are copied to the node of a job."""
    found = {path.name: path.read_text().split() for path in reads.iterdir()}
    assert len(found) == len([*finished.glob("results/**/*.log"), *finished.glob("resources/**/*.log")])
    assert {job: paths for job, paths in found.items() if paths} == {}


def test_a_read_that_no_rule_names_is_noticed(tmp_path: Path) -> None:
    script, table = tmp_path / ".snakemake/scripts/job.py", tmp_path / "results/scores.tsv"
    for path in (script, table):
        path.parent.mkdir(parents=True)
    table.touch()
    named = "Namespace(rule='draw', input=['results/other.tsv'], output=[], log=[])"
    script.write_text(f"from argparse import Namespace\nsnakemake = {named}\nopen('results/scores.tsv')\n")
    environment = {**os.environ, "READS": str(tmp_path), "PYTHONPATH": str(Path(__file__).with_name("reads"))}
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, env=environment, check=True)
    assert [path.read_text() for path in tmp_path.glob("draw-*")] == ["results/scores.tsv"]


def test_a_second_run_has_nothing_to_do(finished: Path) -> None:
    run = snakemake(finished)
    assert run.returncode == 0
    assert "Nothing to be done" in run.stdout + run.stderr


def test_deleting_one_recording_redoes_it_and_what_follows_from_it(finished: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    (copy / f"results/harmonized/{RECORDING}.h5").unlink()
    jobs = planned(snakemake(copy, "-n"))
    assert jobs["harmonize_recording"] == 1
    assert jobs["represent_recording"] == 1
    assert "fetch_recording" not in jobs
    assert "freeze_folds" not in jobs


def test_touching_every_script_redoes_nothing(finished: Path) -> None:
    scripts = sorted((ROOT / "scripts").glob("*.py"))
    before = {script: script.stat() for script in scripts}
    try:
        for script in scripts:
            script.touch()
        run = snakemake(finished, "-n")
    finally:
        for script, stat in before.items():
            os.utime(script, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert "Nothing to be done" in run.stdout + run.stderr


def test_every_subject_is_tested_once_and_never_seen_before(finished: Path) -> None:
    rows = read_rows(finished / "results/folds/leave_one_subject_out.tsv")
    tested = [row["subject"] for row in rows if row["role"] == "test"]
    assert sorted(tested) == ["01", "02", "03", "04"]
    for fold in {row["fold"] for row in rows}:
        subjects = [row["subject"] for row in rows if row["fold"] == fold]
        assert len(subjects) == len(set(subjects))


def test_every_map_is_tested_on_every_subject_and_the_report_says_how_far_to_trust_it(finished: Path) -> None:
    rows = read_rows(finished / "results/faithfulness/cwt_resnet18/leave_one_subject_out.tsv")
    for method in ("gradcam", "occlusion", "band_occlusion", "published"):
        for test in ("weights", "noise", "deletion", "insertion"):
            mine = [row for row in rows if (row["method"], row["test"]) == (method, test)]
            assert {row["subject"] for row in mine} == {"01", "02", "03", "04"}, (method, test)
    of_labels = {row["subject"] for row in rows if row["test"] == "labels"}
    assert of_labels == {"01"}
    assert [path.name for path in (finished / "results/shuffled/cwt_resnet18/leave_one_subject_out").iterdir()] == [
        "simulated-01"
    ]
    page = (finished / "results/report/index.html").read_text(encoding="utf-8")
    assert page.count("How far to trust it: similarity to the map with fresh weights") == 4


def test_the_same_seed_gives_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    targets = [
        "resources/simulated/sub-01_run-01.edf",
        "results/represented/cwt/simulated/sub-01_run-01.zarr.zip",
        "results/trained/cwt_resnet18/leave_one_subject_out/simulated-01/weights.pt",
        "results/trained/cwt_resnet18/leave_one_subject_out/simulated-01/history.tsv",
        "results/predicted/cwt_resnet18/leave_one_subject_out/simulated/sub-01_run-01_events.tsv",
        "results/shuffled/cwt_resnet18/leave_one_subject_out/simulated-01/weights.pt",
    ]
    run = snakemake(tmp_path, *targets)
    assert run.returncode == 0, run.stderr[-3000:]
    for target in targets:
        assert (tmp_path / target).read_bytes() == (finished / target).read_bytes(), target


def test_snakemake_makes_its_own_report_too(finished: Path, tmp_path: Path) -> None:
    run = snakemake(finished, "--report", str(tmp_path / "report.zip"))
    assert run.returncode == 0, run.stderr[-2000:]
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        names = archive.namelist()
    assert any(name.endswith("report.html") for name in names)


def test_a_subject_that_is_gone_from_the_data_stops_the_plan(finished: Path, tmp_path: Path) -> None:
    fewer = tmp_path / "fewer.yaml"
    fewer.write_text(TINY.read_text().replace("subjects: 4", "subjects: 3"))
    run = snakemake(finished, "-n", configfile=fewer)
    assert run.returncode != 0
    assert "no longer exist, of the subjects: simulated 04" in run.stdout + run.stderr
