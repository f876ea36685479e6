"""SeizeIT2 through the workflow: from a loopback bucket to matrices of two sides."""

import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from bucket import serving
from running import ROOT, TINY, plan, planned, snakemake

sys.path.insert(0, str(ROOT / "tests/download"))
from test_seizeit2 import SIDES, TWO, add

pytestmark = pytest.mark.workflow


@pytest.fixture
def bucket(tmp_path):
    """Return the folder of a bucket with three patients, one of whom wears the recorder on the right."""
    for subject, channels in (("001", TWO), ("002", ("BTEright SD", "CROSStop SD")), ("003", TWO)):
        add(tmp_path / "bucket", subject, channels)
    return tmp_path / "bucket"


def settings(folder: Path, mirror: str, **harmonize: object) -> Path:
    tiny = yaml.safe_load(TINY.read_text())
    tiny["run"] = {"datasets": ["seizeit2"]}
    tiny["datasets"] = {"seizeit2": {"mirror": mirror}}
    if harmonize:
        regions = dict.fromkeys(yaml.safe_load((ROOT / "config.yaml").read_text())["regions"])
        tiny |= {"harmonize": harmonize, "regions": {**regions, **SIDES}}
    (folder / "run").mkdir()
    path = folder / "my.yaml"
    path.write_text(yaml.safe_dump(tiny))
    return path


def test_the_default_montage_stops_the_plan_with_what_to_set(tmp_path, bucket):
    run = plan(tmp_path / "run", configfile=settings(tmp_path, str(bucket)))
    assert run.returncode != 0
    message = (
        "recordings of seizeit2 cannot be converted to bipolar18, only to behind_ears; set harmonize: montage: behind"
    )
    assert message in run.stdout + run.stderr


def test_a_bucket_is_planned_and_planned_again_without_it(tmp_path, bucket):
    with serving(bucket) as server:
        path = settings(tmp_path, server.url, montage="behind_ears")
        first = plan(tmp_path / "run", configfile=path)
    again = plan(tmp_path / "run", configfile=path)
    assert first.returncode == again.returncode == 0, first.stdout + first.stderr
    assert planned(first) == planned(again)
    assert planned(first)["fetch_recording"] == planned(first)["fetch_labels"] == 3
    assert "ds005873: 6 files" in first.stderr
    assert "ds005873: 6 files" not in again.stderr


@pytest.mark.long
def test_a_run_ends_with_matrices_of_the_sides(tmp_path, bucket):
    with serving(bucket) as server:
        run = snakemake(tmp_path / "run", configfile=settings(tmp_path, server.url, montage="behind_ears"))
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-5000:]
    results = tmp_path / "run/results"
    cells = pd.read_csv(next(results.rglob("band_occlusion/cohort.tsv")), sep="\t")
    assert set(cells["region"]) == {"left", "right"}
    assert (results / "report/index.html").exists()
    assert not list(results.rglob("*_ecg*"))
