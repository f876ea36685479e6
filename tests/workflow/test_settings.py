"""What a changed setting or a change of code redoes: what reads it and what follows from that, and nothing else."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

pytestmark = pytest.mark.workflow

SETTINGS = {
    "run": {"models": ["cwt_resnet18", "lightseizurenet"]},
    "datasets": {"simulated": {"subjects": 4, "duration_seconds": 120, "seizures_per_recording": 1}},
    "schemes": {"leave_one_subject_out": {"validation_subjects": 1}},
}
FOLDERS = ("draw_recording", "cohorts", "pages")
"""Rules and names of outputs that are folders."""

CHECKOUT = ("Snakefile", "config.yaml", "schemas", "rules", "scripts", "report", "envs", "profiles", "src")

Jobs = dict[str, list[dict[str, str]]]

REPORT = {"write_report"}
SHOWN = {"draw_model", *REPORT}
MATRICES = {"aggregate_matrices", "draw_recording", "draw_faithfulness", *SHOWN}
PROBED = {"check_faithfulness", "draw_faithfulness", *SHOWN}
INTERPRETED = {"interpret_recording", *MATRICES}
SCORED = {"score_model", "compare_models", "draw_overview", *SHOWN}
PREDICTED = {"predict_recording", *PROBED, *SCORED, *INTERPRETED}
DECIDED = {"decide_fold", *PREDICTED}
TRAINED = {"train_fold", "train_on_shuffled_labels", *DECIDED}
REPRESENTED = {"represent_recording", "list_comparable", *TRAINED}
HARMONIZED = {"harmonize_recording", "score_baselines", *REPRESENTED}
ALL = {"fetch_recording", "extract_events", "plant_truth", "freeze_folds", *HARMONIZED}

OF_ONE_MODEL = {"model": {"lightseizurenet"}}

CHANGES = [
    ("bands_hz: {beta: [14, 28], gamma: [28, 40]}", {*INTERPRETED, *PROBED}, {"method": {"band_occlusion"}}),
    ("regions: {central: [C3, C4]}", {*INTERPRETED, *PROBED}, {"method": {"band_occlusion"}}),
    ("models: {lightseizurenet: {training: {learning_rate: 0.003}}}", TRAINED, OF_ONE_MODEL),
    ("models: {lightseizurenet: {width: 8}}", TRAINED, OF_ONE_MODEL),
    (
        "representations: {cwt: {frequencies: 20}}",
        REPRESENTED,
        {"model": {"cwt_resnet18"}, "representation": {"cwt"}},
    ),
    (
        "interpretations: {gradcam: {layer: layer1}}",
        {*INTERPRETED, *PROBED},
        {"model": {"cwt_resnet18"}, "method": {"gradcam"}, "matrix": {"gradcam", "published"}},
    ),
    ("postprocessing: {minimum_seconds: 8}", {"score_baselines", *DECIDED}, {}),
    ("windows: {step_seconds: 2}", {"score_baselines", "list_comparable", *TRAINED}, {}),
    ("schemes: {leave_one_subject_out: {validation_subjects: 2}}", {"freeze_folds", "score_baselines", *TRAINED}, {}),
    ("harmonize: {high_pass_hz: 1}", HARMONIZED, {}),
    ("seed: 2", ALL, {}),
    ("mirror: somewhere", REPORT, {}),
]

EDITS = [
    ("__init__.py", "", set(), {}),
    ("models/lightseizurenet.py", "\nCHANGED = 1\n", TRAINED, OF_ONE_MODEL),
    ("models/lightseizurenet.py", "\n# Told again.\n", set(), {}),
    (
        "attribution/occlusion.py",
        "\nCHANGED = 1\n",
        {*INTERPRETED, *PROBED},
        {"method": {"occlusion"}, "matrix": {"occlusion", "published"}},
    ),
    ("figures/night.py", "\nCHANGED = 1\n", set(), {}),
    ("report/templates/index.html.j2", "\n", REPORT, {}),
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout of its own, which nobody works on meanwhile."""
    return checked_out(ROOT, tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def done(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose folds are made and whose other files are empty and marked as done with `SETTINGS`."""
    folder = tmp_path_factory.mktemp("done")
    settings = with_settings(folder, "{}")
    snakemake(checkout, folder, settings, "results/folds/leave_one_subject_out.tsv")
    summary = snakemake(checkout, folder, settings, "-n", "--summary")
    for row in csv.DictReader(summary[summary.index("output_file") :].splitlines(), delimiter="\t"):
        path = folder / row["output_file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if {row["rule"], path.name} & set(FOLDERS):
            path.mkdir(exist_ok=True)
        elif row["rule"] == "score_model" and path.suffix == ".json":
            path.write_text('{"recordings": {"scored": 4, "expected": 4}, "event": {"f1": {"mean": null}}}')
        elif row["rule"] != "freeze_folds":
            path.touch()
    snakemake(checkout, folder, settings, "--touch", "--forceall")
    return folder


def checked_out(source: Path, folder: Path) -> Path:
    for name in CHECKOUT:
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy
        copy(source / name, folder / name)
    return folder


def snakemake(checkout: Path, folder: Path, settings: Path, *arguments: str) -> str:
    """Run a checkout's workflow with its own package, and return what it says."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(checkout / "Snakefile"), "--cores", "1"]
    command += [*arguments, "--directory", str(folder), "--configfile", str(settings)]
    command += ["--workflow-profile", str(checkout / "profiles/default")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(checkout / "src")}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    return run.stdout


def with_settings(folder: Path, change: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(yaml.safe_dump(merged(SETTINGS, yaml.safe_load(change))))
    return path


def merged(one: dict, other: dict) -> dict:
    both = {key: merged(one[key], other[key]) for key in one.keys() & other.keys() if isinstance(one[key], dict)}
    return {**one, **other, **both}


def planned_jobs(output: str) -> Jobs:
    """Return rule -> wildcards of each of its jobs in the output of a dry run."""
    jobs: Jobs = {}
    for block in re.split(r"\n(?=\[|\n)", output):
        if name := re.search(r"^(?:local)?rule (\w+):$", block, re.MULTILINE):
            wildcards = re.search(r"^    wildcards: (.*)$", block, re.MULTILINE)
            pairs = wildcards[1].split(", ") if wildcards else []
            jobs.setdefault(name[1], []).append(dict(pair.split("=", 1) for pair in pairs))
    jobs.pop("all", None)
    return jobs


def check(jobs: Jobs, rules: set[str], only: dict[str, set[str]]) -> None:
    assert set(jobs) == rules
    for wildcard, values in only.items():
        of_jobs = [job for rule in jobs.values() for job in rule if wildcard in job]
        assert {job[wildcard] for job in of_jobs} == values, wildcard


@pytest.mark.parametrize(("change", "rules", "only"), CHANGES, ids=[change for change, *_ in CHANGES])
def test_a_setting_redoes_what_reads_it_and_nothing_else(
    checkout: Path, done: Path, tmp_path: Path, change: str, rules: set[str], only: dict[str, set[str]]
) -> None:
    check(planned_jobs(snakemake(checkout, done, with_settings(tmp_path, change), "-n")), rules, only)


@pytest.mark.parametrize(("file", "text", "rules", "only"), EDITS, ids=[f"{file}{text!r}" for file, text, *_ in EDITS])
def test_a_fresh_checkout_redoes_what_its_code_changes_and_nothing_else(
    checkout: Path, done: Path, tmp_path: Path, file: str, text: str, rules: set[str], only: dict[str, set[str]]
) -> None:
    fresh = checked_out(checkout, tmp_path)
    with (fresh / "src/bandmap" / file).open("a") as stream:
        stream.write(text)
    check(planned_jobs(snakemake(fresh, done, with_settings(tmp_path, "{}"), "-n")), rules, only)
