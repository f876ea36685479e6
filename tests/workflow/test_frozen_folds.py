"""Folds are made once; who comes later changes none of them."""

import logging

import pytest

from bandmap.workflow import folds
from bandmap.workflow.settings import SettingsError


def rows(*subjects, runs=1):
    return [
        {"dataset": "d", "subject": s, "recording": f"{s}_{run}", "source": ""} for s in subjects for run in range(runs)
    ]


def config(**scheme):
    options = {"validation_subjects": 1} | scheme
    schemes = {
        "leave_one_subject_out": options,
        "within_subject": {},
        "tuned": {"kind": "fine_tune", "base": "leave_one_subject_out"},
    }
    return {"seed": 1, "run": {"scheme": "leave_one_subject_out", "datasets": ["d"]}, "schemes": schemes}


@pytest.fixture
def frozen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = folds.made(config(), rows("a", "b", "c", "d"))
    folds.write(*folds.files("leave_one_subject_out"), made.rows, made.known)
    return made


def test_a_subject_that_comes_later_is_in_no_fold_and_is_named(frozen, caplog):
    with caplog.at_level(logging.WARNING):
        read = folds.read_or_make(config(), rows("a", "b", "c", "d", "e"))
    assert [dict(row) for row in read.rows] == [dict(row) for row in frozen.rows]
    assert read.is_new({"dataset": "d", "subject": "e", "recording": "e_0"})
    assert "d e" in caplog.text


def test_a_later_recording_of_a_known_subject_trains_nothing(frozen):
    read = folds.read_or_make(config(), rows("a", "b", "c", "d", runs=2))
    later = {"dataset": "d", "subject": "a", "recording": "a_1"}
    assert not read.is_new(later)
    assert not read.is_frozen(later)
    assert read.is_frozen({**later, "recording": "a_0"})


def test_a_missing_recording_stops_the_plan(frozen):
    with pytest.raises(SettingsError, match=r"no longer exist, of the subjects: d b; restore them"):
        folds.read_or_make(config(), rows("a", "c", "d"))


def test_other_settings_make_other_folds(frozen):
    read = folds.read_or_make(config(validation_subjects=2), rows("a", "b", "c", "d"))
    assert {row["settings"] for row in read.rows} != {row["settings"] for row in frozen.rows}


def test_a_scheme_that_continues_another_one_takes_its_folds(frozen):
    tuned = config()
    tuned["run"]["scheme"] = "tuned"
    assert [dict(row) for row in folds.read_or_make(tuned, rows("a", "b", "c", "d")).rows] == frozen.rows


def test_no_subject_is_new_to_models_within_subjects():
    personal = config()
    personal["run"]["scheme"] = "within_subject"
    made = folds.made(personal, rows("a", "b", runs=3))
    assert not made.is_new({"dataset": "d", "subject": "z", "recording": "z_0"})
