"""Who comes later: applied to, never trained on, until folds are made anew."""

from pathlib import Path

import pytest
from running import TINY, plan, planned, snakemake

from bandmap.files.documents import read_json
from bandmap.files.predicted import read_predictions
from bandmap.files.rows import read_rows

pytestmark = pytest.mark.workflow

FOLDS = "results/folds/leave_one_subject_out.tsv"


@pytest.fixture
def arrived(copy: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return a copy of a finished run, and settings with one subject more."""
    more = tmp_path / "more.yaml"
    more.write_text(TINY.read_text().replace("subjects: 3", "subjects: 4"))
    return copy, more


def test_a_new_subject_is_predicted_and_nothing_is_trained_again(arrived: tuple[Path, Path]) -> None:
    folder, more = arrived
    run = plan(folder, configfile=more)
    jobs = planned(run)
    brought = ("fetch_recording", "extract_events", "harmonize_recording", "represent_recording")
    once = (*brought, "list_comparable", "predict_recording", "draw_recording")
    assert {rule: jobs[rule] for rule in once} == dict.fromkeys(once, 1)
    assert jobs["interpret_recording"] == 3
    assert not {"train_fold", "freeze_folds"} & set(jobs)
    assert "in no fold, which the models of all folds predict together: simulated 04" in run.stdout + run.stderr


def test_a_new_subject_is_scored_by_all_folds_together_and_shown(arrived: tuple[Path, Path], forks: str) -> None:
    folder, more = arrived
    trained = sorted((folder / "results/trained").rglob("weights.pt"))
    before = [path.stat().st_mtime_ns for path in trained]
    run = snakemake(folder, configfile=more, forks=forks)
    assert run.returncode == 0, run.stderr[-3000:]
    scores = read_rows(folder / "results/scores/cwt_resnet18_leave_one_subject_out.tsv")
    assert {row["subject"] for row in scores} == {"01", "02", "03", "04"}
    assert [path.stat().st_mtime_ns for path in trained] == before
    assert (folder / "results/report/pages/simulated-04.html").exists()
    decided = read_json(folder / "results/trained/cwt_resnet18/leave_one_subject_out/ensemble/decision.json")
    predicted = read_predictions(next((folder / "results/predicted").rglob("sub-04*_probabilities.h5")))
    assert (predicted.attributes["models"], predicted.attributes["threshold"]) == (3, decided["threshold"])


def test_refold_includes_the_new_subject_and_every_fold_is_trained_again(arrived: tuple[Path, Path]) -> None:
    folder, more = arrived
    run = snakemake(folder, "refold", configfile=more)
    assert run.returncode == 0, run.stderr[-3000:]
    assert {row["subject"] for row in read_rows(folder / FOLDS)} == {"01", "02", "03", "04"}
    jobs = planned(plan(folder, configfile=more))
    anew = ("train_fold", "predict_recording", "draw_recording")
    assert {rule: jobs[rule] for rule in anew} == dict.fromkeys(anew, 4)
    assert jobs["interpret_recording"] == 12
    once = ("fetch_recording", "extract_events", "harmonize_recording", "represent_recording", "list_comparable")
    assert {rule: jobs[rule] for rule in once} == dict.fromkeys(once, 1)
