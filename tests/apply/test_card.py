"""The card says what a person must know: where the numbers come from, beside which floors, and what is simulated."""

import copy

import pytest
from made_model import ABOUT

from bandmap.apply.card import card
from bandmap.apply.pack import describe
from bandmap.train.tasks import seizure


def about(**evidence):
    changed = copy.deepcopy(ABOUT)
    changed["evidence"].update(evidence)
    return changed


def test_scores_are_beside_their_floor_with_interval_and_n():
    lines = card(about(), 5).splitlines()
    assert "| score | made | always-on |" in lines
    assert "| event F1 | 0.50 [0.40, 0.60], n = 7 | 0.50 [0.40, 0.60], n = 7 |" in lines


def test_only_simulated_data_are_called_simulated():
    assert "(simulated signals, not people)" in card(about(), 5)
    assert "simulated" not in card(about(datasets={"mine": "bids"}), 5)


def test_a_score_without_an_interval_is_printed_without_one():
    summary = {"event": {"f1": {"mean": 0.5, "low": None, "high": None, "n": 4}}}
    text = card(about(scores=summary, floors={}), 5)
    assert "| event F1 | 0.50, n = 4 |" in text
    assert "[interval]" not in text


def test_folds_with_different_settings_are_not_packed_together():
    shared = {name: ABOUT[name] for name in ("channels", "frequencies_hz", "frame_rate_hz", "windows")}
    first = {**ABOUT["network"], **shared}
    other = {**first, "windows": {**ABOUT["windows"], "length_seconds": 8}}
    prepared = {"name": "made", "task": "seizure"}
    decision = {"threshold": 0.25, "threshold_reason": "best"}
    found = describe([first, first], decision, seizure, prepared, {"subjects": 2})
    assert found["decision"] == decision
    assert found["classes"] == ["background", "seizure"]
    with pytest.raises(ValueError, match="the networks of the folds differ in windows"):
        describe([first, other], decision, seizure, prepared, {})
