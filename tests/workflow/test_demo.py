"""`make demo` keeps its promise; what continuous integration runs instead is the cohort of a tutorial."""

import json
from pathlib import Path

import pytest
from running import ROOT, snakemake

from bandmap.files.rows import read_rows

pytestmark = pytest.mark.workflow

DEMO = ROOT / "examples/demo.yaml"
SCHEME = "subject_k_fold"
RECOVERY = f"results/report/figures/cwt_resnet18/{SCHEME}/recovery.tsv"


def right(table: Path, subjects: int) -> dict[str, int]:
    """Return what was planted -> in how many of so many subjects the joint matrix names it."""
    rows = [row for row in read_rows(table) if row["method"] == "band_occlusion" and row["what"] != "auc"]
    assert {row["n"] for row in rows} == {str(subjects)}
    return {row["what"]: int(row["right"]) for row in rows}


@pytest.mark.long
def test_the_joint_matrix_names_the_planted_region_and_band_in_eight_of_ten_subjects(tmp_path: Path) -> None:
    run = snakemake(tmp_path, configfile=DEMO)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    found = right(tmp_path / RECOVERY, subjects=10)
    assert found["region"] >= 8
    assert found["band"] >= 8
    methods = {row["method"] for row in read_rows(tmp_path / RECOVERY)}
    assert methods >= {"published", "gradcam", "occlusion"}
    assert "largest cell of each subject's matrix" in run.stdout + run.stderr
    f1 = {
        name: json.loads((tmp_path / f"results/scores/{name}_{SCHEME}.json").read_text())["event"]["f1"]["mean"]
        for name in ("cwt_resnet18", "line-length", "always-on")
    }
    assert f1["always-on"] < 0.6
    assert f1["cwt_resnet18"] > max(f1["always-on"], f1["line-length"]) + 0.2
