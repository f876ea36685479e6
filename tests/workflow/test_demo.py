"""`make demo` keeps its promise, and a shorter one as far as six subjects allow."""

import json
from pathlib import Path

import pytest
from running import ROOT, snakemake

from bandmap.files.rows import read_rows

pytestmark = pytest.mark.workflow

DEMO = ROOT / "examples/demo.yaml"
SCHEME = "subject_k_fold"
RECOVERY = f"results/report/figures/cwt_resnet18/{SCHEME}/recovery.tsv"

SHORT = """
run: {interpretations: [band_occlusion], matrices: [band_occlusion]}
datasets: {simulated: {subjects: 6, duration_seconds: 600}}
schemes: {subject_k_fold: {folds: 2}}
faithfulness: {windows_per_subject: 0}
"""


def right(table: Path, subjects: int) -> dict[str, int]:
    """Return what was planted -> in how many of so many subjects the joint matrix names it."""
    rows = [row for row in read_rows(table) if row["method"] == "band_occlusion" and row["what"] != "auc"]
    assert {row["n"] for row in rows} == {str(subjects)}
    return {row["what"]: int(row["right"]) for row in rows}


def test_the_joint_matrix_names_the_planted_cell_in_four_of_six_subjects_of_a_shorter_demo(tmp_path: Path) -> None:
    short = tmp_path / "short.yaml"
    short.write_text(SHORT)
    run = snakemake(tmp_path, RECOVERY, configfile=[DEMO, short])
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    found = right(tmp_path / RECOVERY, subjects=6)
    assert found["region"] >= 4
    assert found["band"] >= 4


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
