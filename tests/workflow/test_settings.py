"""What a changed setting or a change of code redoes: what reads it and what follows from that, and nothing else."""

import csv
import re
from pathlib import Path

import pytest
import yaml
from running import ROOT, Once, Run, checked_out, plan, snakemake

pytestmark = pytest.mark.workflow

SETTINGS = {
    "run": {"models": ["cwt_resnet18", "lightseizurenet"]},
    "datasets": {"simulated": {"subjects": 4, "duration_seconds": 120, "seizures_per_recording": 1}},
    "schemes": {"leave_one_subject_out": {"validation_subjects": 1}},
}
FOLDERS = ("draw_recording", "cohorts", "pages")
"""Rules and names of outputs that are folders."""

Jobs = dict[str, list[dict[str, str]]]

REPORT = {"write_report"}
SHOWN = {"draw_model", *REPORT}
MATRICES = {"aggregate_matrices", "draw_recording", "draw_faithfulness", *SHOWN}
PROBED = {"check_faithfulness", "draw_faithfulness", *SHOWN}
INTERPRETED = {"interpret_recording", *MATRICES}
SCORED = {"score_model", "compare_models", "draw_overview", "pack_model", *SHOWN}
PREDICTED = {"predict_recording", *PROBED, *SCORED, *INTERPRETED}
DECIDED = {"decide_fold", *PREDICTED}
TRAINED = {"train_fold", "train_on_shuffled_labels", *DECIDED}
REPRESENTED = {"represent_recording", "list_comparable", *TRAINED}
HARMONIZED = {"harmonize_recording", "score_baselines", "contrast_power", *REPRESENTED}
ALL = {"fetch_recording", "extract_events", "plant_truth", "freeze_folds", *HARMONIZED}

OF_CELLS = {"pack_model", "contrast_power", *INTERPRETED, *PROBED}

OF_ONE_MODEL = {"model": {"lightseizurenet"}}
OF_BANDS = {"method": {"band_occlusion"}}

CHANGES = [
    ("bands_hz: {beta: [14, 28], gamma: [28, 40]}", OF_CELLS, OF_BANDS),
    ("regions: {central: [C3, C4]}", OF_CELLS, OF_BANDS),
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
    ("train/models/lightseizurenet.py", "\nCHANGED = 1\n", TRAINED, OF_ONE_MODEL),
    ("train/models/lightseizurenet.py", "\n# Told again.\n", set(), {}),
    (
        "interpret/methods/occlusion.py",
        "\nCHANGED = 1\n",
        {*INTERPRETED, *PROBED},
        {"method": {"occlusion"}, "matrix": {"occlusion", "published"}},
    ),
    ("draw/night.py", "\nCHANGED = 1\n", set(), {}),
    ("report/templates/index.html.j2", "\n", REPORT, {}),
]


@pytest.fixture(scope="session")
def checkout(once: Once) -> Path:
    """Return a checkout of its own, which nobody works on meanwhile."""
    return once("checkout", lambda folder: checked_out(ROOT, folder))


@pytest.fixture(scope="session")
def done(checkout: Path, once: Once) -> Path:
    """Return a folder whose folds are made and whose other files are empty and marked as done with `SETTINGS`."""

    def fill(folder: Path) -> None:
        settings = with_settings(folder, "{}")
        said_of(snakemake(folder, "results/folds/leave_one_subject_out.tsv", configfile=settings, checkout=checkout))
        summary = said_of(plan(folder, "--summary", configfile=settings, checkout=checkout))
        for row in csv.DictReader(summary[summary.index("output_file") :].splitlines(), delimiter="\t"):
            path = folder / row["output_file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            if {row["rule"], path.name} & set(FOLDERS):
                path.mkdir(exist_ok=True)
            elif row["rule"] == "score_model" and path.suffix == ".json":
                path.write_text('{"recordings": {"scored": 4, "expected": 4}, "event": {"f1": {"mean": null}}}')
            elif row["rule"] != "freeze_folds":
                path.touch()
        said_of(snakemake(folder, "--touch", "--forceall", configfile=settings, checkout=checkout))

    return once("done", fill)


def said_of(run: Run) -> str:
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
    run = plan(done, configfile=with_settings(tmp_path, change), checkout=checkout)
    check(planned_jobs(said_of(run)), rules, only)


@pytest.mark.parametrize(("file", "text", "rules", "only"), EDITS, ids=[f"{file}{text!r}" for file, text, *_ in EDITS])
def test_a_fresh_checkout_redoes_what_its_code_changes_and_nothing_else(
    checkout: Path, done: Path, tmp_path: Path, file: str, text: str, rules: set[str], only: dict[str, set[str]]
) -> None:
    fresh = checked_out(checkout, tmp_path)
    with (fresh / "src/bandmap" / file).open("a") as stream:
        stream.write(text)
    run = plan(done, configfile=with_settings(tmp_path, "{}"), checkout=fresh)
    check(planned_jobs(said_of(run)), rules, only)
