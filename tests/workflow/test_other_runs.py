"""Sleep staging, and schemes other than leave one subject out, on tiny cohorts."""

import json
from pathlib import Path

import pytest
from running import ROOT, plan, snakemake

from bandmap.files.predicted import read_predictions
from bandmap.files.rows import read_rows

pytestmark = pytest.mark.workflow

SLEEP = """
run:
  task: sleep
  datasets: [simulated_sleep]
  models: [freqcut_vit, seq_freqcut_vit]
  scheme: subject_k_fold
  interpretations: [band_occlusion, attention_relevance]
  matrices: [band_occlusion, attention_relevance]
datasets:
  simulated_sleep: {subjects: 4, duration_minutes: 20}
harmonize: {montage: referential19}
schemes:
  subject_k_fold: {folds: 2}
models:
  freqcut_vit: {dim: 16, depth: 1, heads: 2, dim_head: 8, mlp_dim: 16, training: {epochs: 2}}
  seq_freqcut_vit:
    {dim: 16, depth: 1, heads: 2, dim_head: 8, mlp_dim: 16, sequence_dim: 16, sequence_depth: 1, training: {epochs: 2}}
faithfulness: {windows_per_subject: 1}
"""

PERSONAL = """
run:
  scheme: %(scheme)s
  models: [lightseizurenet]
  interpretations: %(maps)s
  matrices: %(maps)s
datasets:
  simulated:
    {subjects: 3, recordings_per_subject: 3, duration_seconds: 150, seizures_per_recording: 1}
schemes:
  leave_one_subject_out: {validation_subjects: 1}
  fine_tune: {seconds: 150, epochs: 2}
models:
  lightseizurenet: {width: 2, training: {epochs: 2, pruning_epochs: 1}}
faithfulness: {windows_per_subject: 1}
"""


def test_sleep_goes_through_the_whole_chain_to_its_own_pages(forks: str, tmp_path: Path) -> None:
    settings = tmp_path / "sleep.yaml"
    settings.write_text(SLEEP)
    run = snakemake(tmp_path, configfile=settings, forks=forks)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    for model in ("freqcut_vit", "seq_freqcut_vit"):
        summary = json.loads((tmp_path / f"results/scores/{model}_subject_k_fold.json").read_text())
        assert summary["recordings"] == {"scored": 4, "expected": 4}
        stages = read_rows(tmp_path / f"results/matrices/{model}/subject_k_fold/band_occlusion/subjects.tsv")
        assert {row["class"] for row in stages} <= {"W", "N1", "N2", "N3", "REM"}
        assert stages
        tested = read_rows(tmp_path / f"results/faithfulness/{model}/subject_k_fold.tsv")
        for method in ("band_occlusion", "attention_relevance"):
            assert {"weights", "noise", "shift", "deletion"} <= {r["test"] for r in tested if r["method"] == method}
        table = tmp_path / f"results/report/figures/{model}/subject_k_fold/faithfulness.tsv"
        assert "split_half" in {row["test"] for row in read_rows(table)}
    page = (tmp_path / "results/report/index.html").read_text(encoding="utf-8")
    shown = page.partition("Settings of this run")[0].lower()
    assert "kappa" in shown
    assert "seizure" not in shown


def thresholds(directory: Path, scheme: str) -> dict[str, str | float]:
    """Return recording -> threshold of the predictions of a scheme."""
    found = (directory / f"results/predicted/lightseizurenet/{scheme}").rglob("*.h5")
    return {path.name: read_predictions(path).attributes["threshold"] for path in found}


def seizures_of(directory: Path, scheme: str) -> dict[str, int]:
    """Return subject -> seizures that are scored."""
    rows = read_rows(directory / f"results/scores/lightseizurenet_{scheme}.tsv")
    return {row["subject"]: int(row["reference"]) for row in rows if row["scoring"] == "event"}


def test_models_of_one_subject_are_scored_on_later_recordings(forks: str, tmp_path: Path) -> None:
    settings = tmp_path / "personal.yaml"
    settings.write_text(PERSONAL % {"scheme": "within_subject", "maps": "[band_occlusion, ecam]"})
    run = snakemake(tmp_path, configfile=settings, forks=forks)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    # Of three recordings with a seizure each, the last one is tested.
    assert seizures_of(tmp_path, "within_subject") == {"01": 1, "02": 1, "03": 1}
    assert (tmp_path / "results/faithfulness/lightseizurenet/within_subject.tsv").exists()
    assert (tmp_path / "results/shuffled").exists()


def test_models_tuned_to_one_subject_are_scored_on_later_time(forks: str, tmp_path: Path) -> None:
    settings = tmp_path / "personal.yaml"
    settings.write_text(PERSONAL % {"scheme": "fine_tune", "maps": "[band_occlusion]"})
    run = snakemake(tmp_path, configfile=settings, forks=forks)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    # Of three recordings with a seizure each, the first is what the model was tuned on.
    assert seizures_of(tmp_path, "fine_tune") == {"01": 2, "02": 2, "03": 2}
    assert (tmp_path / "results/faithfulness/lightseizurenet/fine_tune.tsv").exists()
    assert not (tmp_path / "results/shuffled").exists()
    without = read_rows(tmp_path / "results/scores/lightseizurenet_fine_tune_without.tsv")
    rows = read_rows(tmp_path / "results/scores/lightseizurenet_fine_tune.tsv")
    assert [row["hours"] for row in without] == [row["hours"] for row in rows]
    assert len(thresholds(tmp_path, "fine_tune")) == 9
    assert thresholds(tmp_path, "fine_tune") == thresholds(tmp_path, "leave_one_subject_out")


@pytest.mark.parametrize("name", ["models", "sleep", "precision", "faithfulness", "truth", "detection"])
def test_the_examples_plan(tmp_path: Path, name: str) -> None:
    run = plan(tmp_path, configfile=ROOT / f"examples/{name}.yaml")
    assert run.returncode == 0, run.stderr[-2000:]
