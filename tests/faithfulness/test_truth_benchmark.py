"""The planted benchmark in small forms: models are trained, and their maps scored beside floors, and kept."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import _explained
import _touchstone
import truth as benchmark

from bandmap.download.datasets import touchstone
from bandmap.download.scenarios import VERSIONS
from bandmap.faithfulness.benchmark import FREQUENT, MAP, RANDOM

TINY = 20
SUBJECTS = 40
"""Twenty-four train: twelve are too few to learn two foci on every processor (docs/truth.md)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the results of two scenarios with forty subjects, of which eight are tested, and of two cohorts."""
    found = tmp_path_factory.mktemp("truth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_explained, "UNTRAINED", 1)
        patch.setattr(benchmark, "COHORTS", 2)
        for name in benchmark.QUICK:
            benchmark.scenario(found, name, "cwt_resnet18", SUBJECTS)
        benchmark.null(found, 0, "cwt_resnet18")
    return found


@pytest.mark.parametrize(("name", "part"), [("distractor", "whole"), ("spread", "onset")])
def test_a_right_map_passes_a_tiny_benchmark_and_a_contrast_of_power_does_not(tmp_path, monkeypatch, name, part):
    # Twelve subjects train, so whether the model's map beats the contrast is luck; that floors fail is not.
    monkeypatch.setattr(_explained, "UNTRAINED", 1)
    benchmark.scenario(tmp_path, name, "cwt_resnet18", TINY)
    tables = [benchmark.read(tmp_path, f"{name}_cwt_resnet18", of) for of in ("detection", "maps")]
    assert list(tables[0]["subject"]) == ["17", "18", "19", "20"]
    assert tables[0]["window_auroc"].mean() > 0.7
    truth = touchstone.cells(scenario=name, subjects=TINY, seed=1, version=VERSIONS[-1], strength=1.0)
    right = pd.DataFrame(truth).rename(columns={"weight": "importance"}).query("with_region == 'n/a'")
    floors = dict([*tables[1].groupby("map", sort=False)])
    scored = benchmark.scored(tmp_path, name, "cwt_resnet18", {"truth": right}, floors)
    found = scored[(scored["part"] == part) & (scored["metric"] == "average_precision")].set_index("map")["mean"]
    assert found[MAP] == 1
    assert found[_explained.POWER_CONTRAST] < 0.9
    assert found["untrained network 1"] < 0.9
    assert found["band_occlusion"] > found[RANDOM]


@pytest.mark.long
def test_a_model_of_two_foci_is_explained_beside_floors(folder):
    detection = benchmark.read(folder, "two_foci_cwt_resnet18", "detection")
    assert list(detection["subject"]) == ["17", "18", "19", "20", "37", "38", "39", "40"]
    assert detection["window_auroc"].mean() > 0.9
    scored = benchmark.scores(folder, "two_foci", "cwt_resnet18")
    assert set(scored["map"]) >= {MAP, FREQUENT, RANDOM, "power contrast", "untrained network 1, magnitude"}
    assert set(scored["method"]) == set(_explained.METHODS)
    assert set(scored["n"] + scored["not_competent"] + scored["without"]) == {8}
    tables = {name: benchmark.scores(folder, name, "cwt_resnet18") for name in benchmark.QUICK}
    figures = benchmark.figures(tables, benchmark.rates(folder, "cwt_resnet18")["rate"])
    assert figures["truth_two_foci_pr"] > 0.5
    assert 0 < figures["truth_conjunction_floor"] < 1  # of eight subjects, no more can be said
    assert 0 <= figures["truth_null_rate"] <= 1


@pytest.mark.long
def test_interactions_of_all_pairs_are_scored_beside_floors(folder):
    scored = benchmark.pair_scores(folder, "conjunction", "cwt_resnet18")
    assert set(scored["map"]) >= {MAP, FREQUENT, RANDOM, "band_occlusion", "power contrast", "untrained network 1"}
    found = benchmark.read(folder, "conjunction_cwt_resnet18", "pairs")
    assert found[found["part"] == "whole"].groupby(["map", "subject"]).size().eq(25 * 24 // 2).all()


@pytest.mark.long
def test_what_is_there_is_not_computed_again(folder, monkeypatch):
    def never(*_: object, **__: object) -> dict[str, pd.DataFrame]:
        raise AssertionError("computed again")

    monkeypatch.setattr(_touchstone, "scenario", never)
    benchmark.scenario(folder, "two_foci", "cwt_resnet18", SUBJECTS)
    about = json.loads((folder / "two_foci_cwt_resnet18.json").read_text())
    assert (about["subjects"], about["seed"]) == (SUBJECTS, 1)
    with pytest.raises(AssertionError, match="computed again"):
        benchmark.scenario(folder, "distractor", "cwt_resnet18", SUBJECTS)
