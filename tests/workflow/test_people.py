"""Labels that are one person: one subject within a data set, never parted by a fold, asked about if they look alike."""

import logging

import pytest

from bandmap.workflow import folds
from bandmap.workflow.people import merged
from bandmap.workflow.settings import SettingsError


def rows(*names):
    split = [name.partition("/") for name in names]
    return [{"dataset": dataset, "subject": s, "recording": f"{s}_{k}"} for dataset, _, s in split for k in range(2)]


def config(*groups, used=("a", "b")):
    loso = {"leave_one_subject_out": {"validation_subjects": 1}}
    return {
        "run": {"datasets": list(used), "scheme": "leave_one_subject_out"},
        "datasets": {"a": {}, "b": {}, "c": {}},
        "same_subject": [list(group) for group in groups],
        "schemes": loso,
        "seed": 1,
    }


def test_labels_in_one_data_set_become_one_subject_and_those_in_two_one_person():
    found = merged(rows("a/1", "a/01", "b/7", "b/8"), config(("a/01", "b/7", "a/1")))
    assert [(row["subject"], row.get("person")) for row in found] == [
        *[("01", "a/01")] * 4,
        *[("7", "a/01")] * 2,
        *[("8", None)] * 2,
    ]
    assert [row["recording"] for row in found][:3] == ["1_0", "1_1", "01_0"]


def test_an_unused_data_set_is_ignored():
    found = merged(rows("a/1", "a/2"), config(("a/1", "b/1"), used=["a"]))
    assert found == rows("a/1", "a/2")


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([("a/1", "b/11")], r"same_subject: there is no 'b/11'\. Did you mean 'b/1'\?"),
        ([("a/1", "bb/1")], r"same_subject: bb/1: there is no 'bb'\. Did you mean 'b'\? Write <data set>/<subject>"),
        ([("a/1", "b/1"), ("a/2", "b/1")], "same_subject: 'b/1' is named twice; put it into one list"),
    ],
)
def test_an_invalid_group_stops_the_plan_in_one_line(groups, message):
    with pytest.raises(SettingsError, match=message):
        merged(rows("a/1", "a/2", "b/1"), config(*groups))


def test_similar_labels_warn_once_until_the_settings_declare_them_one_person(caplog):
    with caplog.at_level(logging.WARNING):
        merged(rows("a/1", "a/01", "a/2", "b/1", "b/x1", "b/X001"), config())
    (record,) = caplog.records
    assert record.getMessage() == (
        "a/1 and a/01 are taken for different people. If they are one person, write `same_subject: [[a/1, a/01]]`;"
        " 1 more such labels."
    )
    caplog.clear()
    merged(rows("a/1", "a/01", "a/10"), config(("a/1", "a/01")))
    assert not caplog.records


def test_declaring_people_later_makes_new_folds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    everyone = rows("a/1", "a/2", "a/3", "b/1")
    first = folds.made(config(), everyone)
    folds.write(*folds.files("leave_one_subject_out"), first.rows, first.known)
    said = config(("a/1", "b/1"))
    anew = folds.read_or_make(said, merged(everyone, said))
    assert {row["fold"] for row in first.rows} == {"a-1", "a-2", "a-3", "b-1"}
    assert {row["fold"] for row in anew.rows} == {"a-1", "a-2", "a-3"}
    tested = [(row["dataset"], row["subject"]) for row in anew.rows if row["fold"] == "a-1" and row["role"] == "test"]
    assert tested == [("a", "1"), ("b", "1")]
