"""`make demo` keeps its promise."""

import json
from pathlib import Path

import pytest
from conftest import ROOT, snakemake

from bandmap.files.rows import read_rows

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

SCHEME = "subject_k_fold"
FIGURES = f"results/report/figures/cwt_resnet18/{SCHEME}"


def test_the_joint_matrix_names_the_planted_region_and_band_in_eight_of_ten_subjects(tmp_path: Path) -> None:
    run = snakemake(tmp_path, configfile=ROOT / "examples/demo.yaml", timeout=1800)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    rows = read_rows(tmp_path / FIGURES / "recovery.tsv")
    right = {
        row["what"]: int(row["right"]) for row in rows if row["method"] == "band_occlusion" and row["what"] != "auc"
    }
    assert {row["n"] for row in rows if row["method"] == "band_occlusion" and row["what"] != "auc"} == {"10"}
    assert right["region"] >= 8
    assert right["band"] >= 8
    for method in ("published", "gradcam", "occlusion"):
        assert any(row["method"] == method for row in rows)
    assert "largest cell of each subject's matrix" in run.stdout + run.stderr
    f1 = {
        name: json.loads((tmp_path / f"results/scores/{name}_{SCHEME}.json").read_text())["event"]["f1"]["mean"]
        for name in ("cwt_resnet18", "line-length", "always-on")
    }
    assert f1["always-on"] < 0.6
    assert f1["cwt_resnet18"] > max(f1["always-on"], f1["line-length"]) + 0.2
