"""The page of what large data sets take: in step with the benchmarks, and its formulas with what they mean."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("generate_needs", ROOT / "docs" / "generate_needs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(generator):
    page = (ROOT / "docs" / "needs.md").read_text(encoding="utf-8")
    assert page == generator.page(), "run python docs/generate_needs.py"


def test_a_number_that_a_page_no_longer_has_is_an_error(generator, monkeypatch):
    monkeypatch.setitem(generator.MEASURED, "gone", ("s", "gone", "cluster", r"no such row \| (\d+)"))
    with pytest.raises(ValueError, match=r"docs/cluster\.md has no 'no such row"):
        generator.measured()


def test_twice_the_hours_take_twice_the_prediction_and_twice_the_folds_twice_the_training(generator):
    took, data, models = generator.measured(), generator.published("chb_mit"), generator.models()
    took["start"] = 0  # of the job of each recording, of which there are as many
    for model in models.values():
        hours = generator.needs(data, model, took)
        assert generator.needs(replace(data, hours=2 * data.hours), model, took)["predict"] == 2 * hours["predict"]
        more = generator.needs(replace(data, folds=2 * data.folds), model, took)
        assert more["train"] == pytest.approx(2 * hours["train"])
        assert more["interpret"] == hours["interpret"]


def test_the_page_has_every_model_for_seizures_and_a_dense_window_counts_for_all_seconds_it_holds(generator):
    settings = yaml.safe_load((ROOT / "config.yaml").read_text())["models"]
    assert set(generator.models()) == {name for name, of in settings.items() if of["representation"] != "spectrogram"}
    one = replace(generator.tusz(), seizures=1, seizure_seconds=31)
    assert generator.models()["seizure_transformer"].windows(one) == 3  # of 60 s, every 30 s, 31 + 59 s
    assert generator.models()["eegwavenet"].windows(one) == 31
