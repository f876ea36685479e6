"""The whole chain on a tiny cohort: what it leaves, and what a second run does."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from running import ROOT, TINY, checked_out, plan, planned, snakemake

from bandmap.files.harmonized import read_attributes
from bandmap.files.rows import read_rows
from bandmap.vocabulary.tables import CHANCE, POWER_CONTRAST

pytestmark = pytest.mark.workflow

RECORDING = "simulated/sub-02_run-01"
OF_RESOURCES = 6
"""Jobs that fetch recordings or extract events: `resources/` may be deleted when a run has finished."""


def test_the_run_ends_with_a_report_that_shows_every_seizure(finished: Path) -> None:
    truth = read_rows(finished / "results/truth/simulated.tsv")
    assert len(truth) == 3
    for row in truth:
        page = finished / f"results/report/pages/simulated-{row['subject']}.html"
        assert f"{row['recording']}" in page.read_text(encoding="utf-8")
    for page in (finished / "results/report").rglob("*.html"):
        assert "research use only" in page.read_text(encoding="utf-8").lower()


def test_the_run_ends_by_printing_how_often_each_method_named_the_planted_cell(runs: Path) -> None:
    assert "largest cell of each subject's matrix" in (runs / "said").read_text()
    table = runs / "finished/results/report/figures/cwt_resnet18/leave_one_subject_out/recovery.tsv"
    methods = {"band_occlusion", "published", "gradcam", "occlusion"}
    assert {row["method"] for row in read_rows(table)} == methods | {POWER_CONTRAST, CHANCE}


def test_a_harmonized_recording_states_its_source_file(finished: Path) -> None:
    digest = hashlib.sha256((finished / f"resources/{RECORDING}.edf").read_bytes()).hexdigest()
    assert read_attributes(finished / f"results/harmonized/{RECORDING}.h5")["source_sha256"] == digest


def test_every_job_leaves_a_log_of_its_settings_and_of_all_versions(finished: Path, tmp_path: Path) -> None:
    logs = [path.read_text() for top in ("resources", "results") for path in (finished / top).rglob("*.log")]
    rules = [re.match(r"INFO bandmap: (\w+) \{", log) for log in logs]
    assert Counter(rule[1] for rule in rules if rule) == planned(plan(tmp_path))
    seeded = {"train_fold", "interpret_recording", "aggregate_matrices", "score_model", "compare_models"}
    for rule, log in zip(rules, logs, strict=True):
        assert rule
        assert re.search(r"bandmap \S+, python \S+, .*numpy \S+, .*torch \S+", log)
        assert re.search(r"^INFO bandmap: (code|folds) = ", log, re.MULTILINE), rule[1]
        assert rule[1] not in seeded or "INFO bandmap: seed = 1" in log
        assert "ERROR" not in log


def test_no_job_reads_a_file_that_its_rule_does_not_name(runs: Path) -> None:
    """Or it would be stale and nobody knew, and would find nothing where files are copied to the node of a job."""
    found = {path.name: path.read_text().split() for path in (runs / "reads").iterdir()}
    logs = [path for top in ("resources", "results") for path in (runs / "finished" / top).rglob("*.log")]
    assert len(found) == len(logs)
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


def test_the_target_names_a_result_of_every_job_so_that_a_missing_one_is_made_again(copy: Path) -> None:
    """Snakemake does not miss a file whose successors exist, and a killed job leaves none of its files."""
    found = re.search(r"^(?:local)?rule all:\n    input: (.*)$", plan(copy, "--force", "all").stdout, re.MULTILINE)
    assert found
    named = set(found[1].split(", "))
    jobs: dict[tuple[str, ...], set[str]] = {}
    for record in (copy / ".snakemake/metadata").iterdir():
        path, job = base64.b64decode(record.name).decode(), json.loads(record.read_text())
        if path.startswith("results/"):
            jobs.setdefault((job["rule"], *job["log"]), set()).add(path)
    assert len(jobs) == sum(planned(plan(copy, "--forceall")).values()) - OF_RESOURCES
    assert {job for job, made in jobs.items() if not made & named} == set()


def test_a_second_run_has_nothing_to_do(copy: Path) -> None:
    run = snakemake(copy)
    assert run.returncode == 0
    assert "Nothing to be done" in run.stdout + run.stderr


def test_deleting_one_recording_redoes_it_and_what_follows_from_it(copy: Path) -> None:
    (copy / f"results/harmonized/{RECORDING}.h5").unlink()
    jobs = planned(plan(copy))
    assert jobs["harmonize_recording"] == 1
    assert jobs["represent_recording"] == 1
    assert "fetch_recording" not in jobs
    assert "freeze_folds" not in jobs


def test_touching_every_script_redoes_nothing(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "checkout").mkdir()
    checkout = checked_out(ROOT, tmp_path / "checkout")
    scripts = sorted((checkout / "scripts").rglob("*.py"))
    assert scripts
    for script in scripts:
        script.touch()
    run = plan(copy, checkout=checkout)
    assert "Nothing to be done" in run.stdout + run.stderr


def test_every_subject_is_tested_once_by_a_model_that_never_saw_it(finished: Path) -> None:
    rows = read_rows(finished / "results/folds/leave_one_subject_out.tsv")
    tested = [row["subject"] for row in rows if row["role"] == "test"]
    assert sorted(tested) == ["01", "02", "03"]
    for fold in {row["fold"] for row in rows}:
        subjects = [row["subject"] for row in rows if row["fold"] == fold]
        assert len(subjects) == len(set(subjects))


def test_every_map_is_tested_on_every_subject_and_the_report_shows_the_results(finished: Path) -> None:
    rows = read_rows(finished / "results/faithfulness/cwt_resnet18/leave_one_subject_out.tsv")
    for method in ("gradcam", "occlusion", "band_occlusion", "published"):
        for test in ("weights", "noise", "deletion", "insertion"):
            mine = [row for row in rows if (row["method"], row["test"]) == (method, test)]
            assert {row["subject"] for row in mine} == {"01", "02", "03"}, (method, test)
    of_labels = {row["subject"] for row in rows if row["test"] == "labels"}
    assert of_labels == {"01"}
    assert [path.name for path in (finished / "results/shuffled/cwt_resnet18/leave_one_subject_out").iterdir()] == [
        "simulated-01"
    ]
    page = (finished / "results/report/index.html").read_text(encoding="utf-8")
    assert page.count("How far to trust it: similarity to the map with fresh weights") == 4


def test_snakemake_makes_its_own_report_too(copy: Path, tmp_path: Path) -> None:
    run = snakemake(copy, "--report", str(tmp_path / "report.zip"))
    assert run.returncode == 0, run.stderr[-2000:]
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        names = archive.namelist()
    assert any(name.endswith("report.html") for name in names)


def test_a_subject_that_is_gone_from_the_data_stops_the_plan(copy: Path, tmp_path: Path) -> None:
    fewer = tmp_path / "fewer.yaml"
    fewer.write_text(TINY.read_text().replace("subjects: 3", "subjects: 2"))
    run = plan(copy, configfile=fewer)
    assert run.returncode != 0
    assert "no longer exist, of the subjects: simulated 03" in run.stdout + run.stderr


def test_the_provenance_of_a_run_names_the_version(finished: Path) -> None:
    found = json.loads((finished / "results/provenance.json").read_text())["bandmap"]
    assert f'version = "{found["version"]}"' in (ROOT / "pyproject.toml").read_text()
