"""Hypnograms: every usual spelling of a stage, and no stage where there is none."""

import logging
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmap.download import hypnogram
from bandmap.download.hypnogram import UNSCORED, near_sleep, stage, stages
from bandmap.vocabulary.recording import Event, RecordingError, SleepStage

SPELLINGS = {
    "W": ("Sleep stage W", "W", "wake", "sleep_wake", "Sleep stage 0", "SLEEP-S0", "Stage W", "sleep_stage_w"),
    "N1": ("Sleep stage 1", "N1", "n1", "Sleep stage N1", "sleep_n1", "NREM1", "NREM 1", "SLEEP-S1", "stage 1"),
    "N2": ("Sleep stage 2", "N2", "Sleep stage N2", "sleep_N2", "SLEEP-S2"),
    "N3": ("Sleep stage 3", "Sleep stage 4", "N3", "N4", "Sleep stage N3", "SLEEP-S4", "NREM 4"),
    "REM": ("Sleep stage R", "R", "REM", "rem", "Sleep stage REM", "sleep_rem", "SLEEP-REM"),
    UNSCORED: ("Sleep stage ?", "Movement time", "?", "SLEEP-MT", "Sleep stage U", "sleep_unknown", "unscored"),
}


@pytest.mark.parametrize(("name", "label"), [(name, label) for name, labels in SPELLINGS.items() for label in labels])
def test_a_stage_is_known_in_every_spelling(name, label):
    assert stage(label) == name


@pytest.mark.parametrize(
    "label", ["sz", "bckg", "1", "2", "S2", "stimulus 1", "Lights off", "sleep", "Sleep stage 5", ""]
)
def test_a_label_outside_of_hypnograms_has_no_stage(label):
    assert stage(label) is None


def test_names_are_those_of_the_vocabulary():
    assert {*hypnogram._NAMED.values()} - {UNSCORED} == {stage.name for stage in SleepStage}


@given(st.lists(st.sampled_from(["W", "N1", "N2", "N3", "R", "?"]), min_size=1, max_size=40), st.integers(0, 1300))
def test_every_scored_second_keeps_its_stage_and_no_other_has_one(epochs, seconds):
    marks = [Event(30 * i, 30 * (i + 1), name) for i, name in enumerate(epochs)]
    found = stages(marks, seconds=seconds, source="a")
    for i, name in enumerate(epochs):
        for second in range(30 * i, 30 * (i + 1), 10):
            labels = [span.label for span in found if span.onset <= second < span.offset]
            scored = name != "?" and second < seconds
            assert labels == ([stage(name)] if scored else [])
    assert all(a.offset < b.onset or a.label != b.label for a, b in pairwise(found))


def test_unscored_time_is_logged(caplog):
    caplog.set_level(logging.INFO)
    stages([Event(0, 30, "W"), Event(30, 90, "Movement time"), Event(90, 500, "?")], seconds=120, source="a.edf")
    assert caplog.messages == ["a.edf: 90 s are movement or unscored and have no stage"]


def test_an_unknown_mark_is_refused_with_file_and_remedy():
    with pytest.raises(RecordingError, match=r"a\.edf: 'Sleep stage 5' at 30 s is not a sleep stage; write W, N1"):
        stages([Event(0, 30, "W"), Event(30, 60, "Sleep stage 5")], seconds=90, source="a.edf")


def test_two_stages_at_one_time_are_refused():
    with pytest.raises(RecordingError, match=r"a\.tsv: N2 until 60 s and N3 from 30 s overlap; keep one scorer's"):
        stages([Event(0, 60, "N2"), Event(30, 90, "N3")], seconds=90, source="a.tsv")


def test_times_rounded_across_each_other_make_no_overlap():
    found = stages([Event(0, 30.2, "N2"), Event(30, 60, "N3")], seconds=90, source="a")
    assert found == (Event(0, 30, "N2"), Event(30, 60, "N3"))


def test_wake_far_from_sleep_is_left_out():
    night = stages([Event(0, 7200, "W"), Event(7200, 7500, "N2"), Event(7500, 9000, "W")], seconds=9000, source="a")
    assert near_sleep(night, 10) == (Event(6600, 7200, "W"), Event(7200, 7500, "N2"), Event(7500, 8100, "W"))
