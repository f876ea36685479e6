"""A model from a file takes part in a run beside trained models: it is scored and explained, but never trained."""

import json
from pathlib import Path

import made_model
import pytest
import yaml
from running import ROOT, TINY, plan, planned, snakemake

from bandmap.apply.card import card
from bandmap.files.model_file import write_model_file
from bandmap.files.rows import read_rows
from bandmap.workflow.defaults import give_way
from bandmap.workflow.extents import check_extents
from bandmap.workflow.imported import read_imported, with_imported
from bandmap.workflow.plan import make_plan
from bandmap.workflow.settings import SettingsError, check

SCHEME = "leave_one_subject_out"
DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text())
HARMONIZE = {**made_model.ABOUT["harmonize"], "rate_hz": 200, "notch_hz": [60]}
VOTING = {**made_model.ABOUT, "harmonize": HARMONIZE, "decision": {"votes": 2}}


def packed(folder: Path, **changes: object) -> Path:
    """Write a small model whose preparation is not that of the tiny run, and which needs two votes of two."""
    path = folder / "made.bandmap"
    write_model_file(path, {**VOTING, **changes}, made_model.CARD, [made_model.network(1), made_model.network(2)])
    return path


def settings(folder: Path, *models: str) -> Path:
    given = yaml.safe_load(TINY.read_text())
    given["run"] = {"models": list(models), "interpretations": ["band_occlusion"], "matrices": ["band_occlusion"]}
    given["models"]["outside"] = {"kind": "imported", "file": "made.bandmap"}
    path = folder / "my.yaml"
    path.write_text(yaml.safe_dump(given))
    return path


def config(path: Path, dataset: str = "simulated", **entry: object) -> dict[str, object]:
    """Return the defaults of a run of one imported model."""
    model = {"kind": "imported", "file": str(path), **entry}
    run = {**DEFAULTS["run"], "models": ["outside"], "datasets": [dataset]}
    datasets = {**DEFAULTS["datasets"], "mine": {"kind": "bids", "root": "mine"}}
    return {**DEFAULTS, "run": run, "datasets": datasets, "models": {**DEFAULTS["models"], "outside": model}}


def checked(given: dict[str, object]) -> None:
    imported = read_imported(given)
    resolved = with_imported(given, imported)
    check(resolved)
    check_extents(resolved, {name: model.about["harmonize"] for name, model in imported.items()})


@pytest.mark.workflow
def test_the_plan_prepares_recordings_as_the_file_states_and_trains_only_the_other_model(tmp_path: Path) -> None:
    packed(tmp_path)
    alone = planned(plan(tmp_path, configfile=settings(tmp_path, "cwt_resnet18")))
    both = planned(plan(tmp_path, configfile=settings(tmp_path, "cwt_resnet18", "outside")))
    added = {rule: count - alone.get(rule, 0) for rule, count in both.items() if count > alone.get(rule, 0)}
    of_recordings = ("harmonize_for_model", "represent_recording", "predict_recording", "list_comparable")
    explained = ("interpret_recording", "draw_recording")
    once = ("score_model", "aggregate_matrices", "check_faithfulness", "draw_faithfulness", "draw_model")
    assert added == {**dict.fromkeys((*of_recordings, *explained), 3), **dict.fromkeys(once, 1), "import_network": 2}


def scored(folder: Path, *targets: str, forks: str) -> Path:
    """Run the tiny cohort with an imported model only, check its scores and return the folder of the results."""
    packed(folder, evidence={**VOTING["evidence"], "seed": DEFAULTS["seed"]})
    run = snakemake(folder, *targets, configfile=settings(folder, "outside"), forks=forks)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-5000:]
    assert bool(targets) or "its training saw simulated" in run.stdout
    results = folder / "results"
    assert not list(results.rglob("train_fold.log"))
    summary = json.loads((results / f"scores/outside_{SCHEME}.json").read_text())
    assert summary["imported"] == {"file": "made.bandmap", "trained_on": ["mine"], "seen": ["simulated"]}
    compared = {(row["model_a"], row["model_b"]) for row in read_rows(results / f"scores/comparison_{SCHEME}.tsv")}
    assert ("outside", "line-length") in compared
    assert {row["subject"] for row in read_rows(results / f"scores/outside_{SCHEME}.tsv")} == {"01", "02", "03"}
    return results


@pytest.mark.workflow
def test_an_imported_model_is_scored_beside_baselines_without_training(forks: str, tmp_path: Path) -> None:
    scored(tmp_path, f"results/scores/comparison_{SCHEME}.tsv", forks=forks)


@pytest.mark.workflow
@pytest.mark.long
def test_an_imported_model_is_explained_and_the_report_states_what_its_training_saw(forks: str, tmp_path: Path) -> None:
    results = scored(tmp_path, forks=forks)
    tests = read_rows(results / f"faithfulness/outside/{SCHEME}.tsv")
    assert "labels" not in {row["test"] for row in tests}
    page = (results / "report/index.html").read_text()
    assert "outside was not trained in this run: it comes from made.bandmap, trained on mine." in page
    assert "imported, trained on mine; its training saw simulated" in page
    assert "Time and memory of training" not in page


@pytest.mark.parametrize(
    ("changes", "entry", "message"),
    [
        ({}, {"width": 4}, "models: outside: there is no 'width'. There are: file, trained_on."),
        ({"task": "sleep"}, {}, r"made.bandmap is a model of the task sleep, but run: task is seizure; remove the"),
        ({}, {"trained_on": ["chb_mitt"]}, "trained_on: there is no 'chb_mitt'. Did you mean 'chb_mit'?"),
        ({"harmonize": {}}, {}, "made.bandmap: its description is incomplete; pack the model again"),
        ({"tuned_on": [{}]}, {}, "made.bandmap was fine-tuned on time of a recording, which a run would score; use"),
        ({"windows": 4}, {}, "made.bandmap: its description is incomplete; pack the model again"),
        ({"network": {**VOTING["network"], "kind": "cwt_resnet"}}, {}, "outside: kind: there is no 'cwt_resnet'"),
        (
            {"harmonize": {**HARMONIZE, "low_pass_hz": 30}},
            {},
            "bands_hz: gamma: 30 to 40 Hz reaches above the file of outside: low_pass_hz 30, where the filter leaves"
            " nothing; set the band to null",
        ),
        ({"windows": {**VOTING["windows"], "length_seconds": 4.1}}, {}, "windows: length_seconds of 4.1 s is not a"),
    ],
)
def test_a_file_that_cannot_take_part_stops_the_plan_in_one_line(tmp_path, changes, entry, message) -> None:
    with pytest.raises(SettingsError) as error:
        checked(config(packed(tmp_path, **changes), **entry))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_or_has_the_name_of_a_representation_stops_the_plan(tmp_path) -> None:
    with pytest.raises(SettingsError, match=r"models: outside: file: .*none\.bandmap: there is no such file; give"):
        read_imported(config(tmp_path / "none.bandmap"))
    given = config(packed(tmp_path))
    representations = {**DEFAULTS["representations"], "outside": {"kind": "cwt"}}
    with pytest.raises(SettingsError, match="models: outside: there is a representation of this name, too; rename"):
        read_imported({**given, "representations": representations})


@pytest.mark.parametrize(
    ("trained", "dataset", "entry", "seen"),
    [
        ({"CHB-MIT": "chb_mit"}, "chb_mit", {}, ("chb_mit",)),
        ({"CHB-MIT": "chb_mit"}, "siena", {}, ()),
        ({"mine": "bids"}, "mine", {}, ("mine",)),
        ({"theirs": "bids"}, "mine", {}, ()),
        ({"CHB-MIT": "chb_mit"}, "mine", {"trained_on": ["mine"]}, ("mine",)),
        ({"simulated": "simulated"}, "simulated", {}, ()),  # of another seed: other subjects
    ],
)
def test_what_the_training_saw_follows_from_the_file_or_from_the_settings(tmp_path, trained, dataset, entry, seen):
    path = packed(tmp_path, evidence={"datasets": trained, "seed": DEFAULTS["seed"] + 1})
    assert read_imported(config(path, dataset, **entry))["outside"].seen == seen


def test_default_matrices_that_do_not_work_with_the_imported_network_give_way(tmp_path) -> None:
    network = {"kind": "eegwavenet", "shape": [18, 512], "n_classes": 2, "hyperparameters": {}}
    given = config(packed(tmp_path, network=network, representation={"kind": "signal", "options": {}}))
    give_way(given, {"run": {"models": ["outside"]}})
    assert given["run"]["matrices"] == ["band_occlusion", "occlusion"]
    checked(given)


def test_the_licence_of_the_settings_is_stated_by_the_model_files_of_the_run(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    evidence = make_plan({**DEFAULTS, "licence": "CC-BY-4.0"}).evidence(None)
    text = card({**made_model.ABOUT, "evidence": {**made_model.ABOUT["evidence"], **evidence}}, 2)
    assert text.endswith("Licence of the weights: CC-BY-4.0")
