"""The page of what large data sets take: in step with the benchmarks, and its formulas with what they mean."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

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
    took, data = generator.measured(), generator.chb_mit()
    hours = {name: value for name, (_, value) in generator.needs(data, took).items()}
    longer = generator.needs(replace(data, hours=2 * data.hours), took)
    more = generator.needs(replace(data, folds=2 * data.folds), took)
    assert longer["predict"][1] == pytest.approx(2 * hours["predict"])
    assert more["train"][1] == pytest.approx(2 * hours["train"])
    assert more["harmonize"][1] == hours["harmonize"]
