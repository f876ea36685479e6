"""The whole chain with models of another library and with a model that answers for every second."""

import importlib.util
from pathlib import Path

import pytest
import yaml
from running import TINY, snakemake

from bandmap.files.attributed import read_attribution
from bandmap.files.predicted import read_predictions
from bandmap.files.rows import read_rows

pytestmark = [pytest.mark.workflow, pytest.mark.long]

DENSE = {"length_seconds": 20, "step_seconds": 10, "training_step_seconds": 10, "answer_seconds": 1}
MODELS = {
    "dense": {
        "kind": "seizure_transformer",
        "representation": "signal",
        "windows": DENSE,
        "widths": [8, 8, 8, 16],
        "blocks": 1,
        "depth": 1,
        "heads": 2,
        "hidden": 16,
    },
    "shared": {"kind": "shared_tcn", "representation": "cwt_slow", "windows": DENSE, "width": 8},
    "eegnet": {"kind": "braindecode", "name": "EEGNet", "representation": "signal"},
    "conformer": {"kind": "braindecode", "name": "EEGConformer", "representation": "signal", "num_layers": 1},
    "shallow": {"kind": "braindecode", "name": "ShallowFBCSPNet", "representation": "signal", "n_filters_time": 8},
}
SECONDS = ("dense", "shared")
"""Models that answer for every second."""


@pytest.mark.skipif(importlib.util.find_spec("braindecode") is None, reason="braindecode is not installed")
def test_every_kind_of_model_reaches_the_report(tmp_path: Path) -> None:
    settings = {"run": {"models": list(MODELS), "interpretations": ["occlusion", "band_occlusion"]}, "models": MODELS}
    settings["faithfulness"] = {"windows_per_subject": 1, "replacements": ["background"]}
    (tmp_path / "kinds.yaml").write_text(yaml.safe_dump(settings))
    run = snakemake(tmp_path, "--cores", "2", configfile=[TINY, tmp_path / "kinds.yaml"])
    assert run.returncode == 0, run.stderr[-3000:]
    for model in MODELS:
        folder = tmp_path / "results/predicted" / model / "leave_one_subject_out/simulated"
        (path,) = folder.glob("sub-01*.h5")
        found = read_predictions(path)
        assert len(found.centres_seconds) == (120 if model in SECONDS else 117)
        assert set(found.labels) == {0, 1}
        maps = tmp_path / "results/attributed" / model / "leave_one_subject_out/band_occlusion/simulated"
        (path,) = maps.glob("sub-01*.h5")
        assert read_attribution(path).attributes["length_seconds"] == (20 if model in SECONDS else 4)
        matrix = read_rows(tmp_path / "results/matrices" / model / "leave_one_subject_out/band_occlusion/cohort.tsv")
        assert matrix
        tests = read_rows(tmp_path / "results/faithfulness" / model / "leave_one_subject_out.tsv")
        assert {"deletion", "insertion", "weights"} <= {row["test"] for row in tests}
    report = (tmp_path / "results/report/index.html").read_text(encoding="utf-8")
    assert all(model in report for model in MODELS)
