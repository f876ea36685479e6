"""Reviewers and models agree by the scorer of everything else, only on time that counts, beside floors."""

import pytest
from sklearn.metrics import cohen_kappa_score

from bandmap.__main__ import main
from bandmap.files.events import write_events
from bandmap.files.reviewed import NO_REVISION, write_review
from bandmap.score.events import event_scores, sample_scores
from bandmap.score.from_files.agreement import agreement
from bandmap.vocabulary.recording import Event, RecordingError, SleepStage
from bandmap.vocabulary.review import Mark, Review

HOUR = 3600.0
SEIZURES = (Event(300, 360, "sz"), Event(1500, 1560, "sz_foc"), Event(2800, 2900, "sz"))
FOUND = (Event(305, 350, "sz"), Event(2000, 2060, "sz"), Event(2810, 2900, "sz"))


@pytest.fixture(autouse=True)
def _few_shifts(monkeypatch):
    monkeypatch.setattr("bandmap.score.agreement.DRAWS", 20)


def review(path, events, *, reviewed=((0.0, HOUR),), seconds=HOUR):
    marks = tuple(Mark(event, "added") for event in events)
    write_review(path, Review("AB", seconds, marks, reviewed), revision=NO_REVISION)
    return path


def detections(path, events, *, trained_on=(), seconds=HOUR):
    write_events(path, events, recording_seconds=seconds, trained_on=trained_on)
    return path


def values(found):
    return {score.words: score.spread["mean"] for score in found.scores}


def test_a_reviewer_and_a_model_agree_by_the_scorer_of_szcore(tmp_path):
    found = agreement(review(tmp_path / "a_events.tsv", SEIZURES), detections(tmp_path / "b_events.tsv", FOUND))
    events, seconds = event_scores(SEIZURES, FOUND, HOUR), sample_scores(SEIZURES, FOUND, HOUR)
    assert values(found) == {
        "event F1": pytest.approx(events.f1),
        "event sensitivity": pytest.approx(2 / 3),
        "event precision": pytest.approx(2 / 3),
        "false alarms per 24 h": pytest.approx(24),
        "sample F1": pytest.approx(seconds.f1),
    }
    assert found.seconds == HOUR


def test_floors_are_beside_every_score_and_an_annotator_agrees_with_itself(tmp_path):
    table = review(tmp_path / "a_events.tsv", SEIZURES)
    f1, sensitivity, _, alarms, samples = agreement(table, table).scores
    assert f1.spread["mean"] == samples.spread["mean"] == 1
    assert alarms.spread["mean"] == 0
    assert sensitivity.floors["always on"]["mean"] == 1
    assert f1.floors["always on"]["mean"] == pytest.approx(event_scores(SEIZURES, [Event(0, HOUR, "sz")], HOUR).f1)
    assert 0 < samples.floors["chance"]["mean"] < 0.3  # three seizures in an hour, shifted at random
    assert f1.floors["chance"]["mean"] < 0.7


def test_rejected_events_do_not_count(tmp_path):
    marks = (Mark(FOUND[0], "accepted", "", "m", FOUND[0]), Mark(FOUND[1], "rejected", "", "m", FOUND[1]))
    write_review(tmp_path / "a_events.tsv", Review("AB", HOUR, marks, ((0.0, HOUR),)), revision=NO_REVISION)
    found = agreement(tmp_path / "a_events.tsv", detections(tmp_path / "b_events.tsv", FOUND[:2]))
    assert values(found)["event precision"] == 0.5


def test_only_time_that_the_reviewer_looked_at_counts(tmp_path):
    seen = review(tmp_path / "a_events.tsv", SEIZURES[:1], reviewed=((0.0, 1200.0),))
    found = agreement(seen, detections(tmp_path / "b_events.tsv", FOUND))
    assert values(found)["event F1"] == 1  # the false alarm at 2000 s is in time that nobody has looked at
    assert found.seconds == 1200
    assert found.left_out == ("a: 40.0 minutes are left out, because not both looked at them",)


def test_time_that_a_model_was_fine_tuned_on_is_left_out_with_one_line(tmp_path):
    reference = review(tmp_path / "a_events.tsv", SEIZURES)
    tuned = detections(tmp_path / "b_events.tsv", FOUND[1:], trained_on=((0.0, 1600.0),))
    found = agreement(reference, tuned)
    assert found.seconds == 2000
    assert values(found)["event sensitivity"] == 1  # of the one seizure after it
    assert found.left_out == ("a: 0 to 1600 s is left out, because the model was fine-tuned on it",)


@pytest.mark.parametrize(
    ("reviewed", "trained_on"), [((), ()), (((0.0, 600.0),), ((0.0, 600.0),)), (((0.0, HOUR),), ((0.0, HOUR),))]
)
def test_where_no_time_is_left_there_is_one_line_and_no_score(tmp_path, capsys, reviewed, trained_on):
    reference = review(tmp_path / "a_events.tsv", SEIZURES, reviewed=reviewed)
    tuned = detections(tmp_path / "b_events.tsv", (), trained_on=trained_on)
    assert main(["agreement", str(reference), str(tuned)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("ERROR no time is left to compare")
    assert said.err.count("\n") == 1


def folders(tmp_path, names, events=FOUND):
    for name in names:
        for side in ("ab", "cd"):
            (tmp_path / side / "mine").mkdir(parents=True, exist_ok=True)
        review(tmp_path / f"ab/mine/{name}_events.tsv", SEIZURES)
        review(tmp_path / f"cd/mine/{name}_events.tsv", events)
    return tmp_path / "ab", tmp_path / "cd"


def test_two_reviewers_are_compared_over_all_recordings_that_both_reviewed(tmp_path):
    names = [f"sub-0{subject}_run-{run}" for subject in range(1, 4) for run in (1, 2)]
    one, other = folders(tmp_path, names)
    review(one / "mine/sub-09_events.tsv", SEIZURES)
    found = agreement(one, other)
    f1 = found.scores[0].spread
    assert (len(found.pairs), f1["n"], f1["values"]) == (6, 3, [2 / 3] * 3)
    assert f1["low"] is None  # three subjects have no interval
    assert found.left_out == (f"only in {one}: 1 recording",)


def test_six_subjects_have_an_interval_and_the_command_states_all_of_it(tmp_path, capsys):
    one, other = folders(tmp_path, [f"sub-0{subject}" for subject in range(6)])
    review(other / "mine/again_events.tsv", SEIZURES)
    (other / "mine/again_events.tsv").replace(other / "mine/sub-00_events.tsv")
    assert main(["agreement", str(one), str(other)]) == 0
    said = capsys.readouterr().out
    assert "6 recordings of 6 subjects; 6.00 h are compared" in said
    (line,) = (line for line in said.splitlines() if line.startswith("event F1"))
    assert line.split()[2] == "0.72"
    assert line.count("[") == 1 + 2 - 1  # always on is the same in all subjects: no interval
    assert main(["agreement", str(one), str(other), "--tsv"]) == 0
    rows = [row.split("\t") for row in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["score", "of", "mean", "low", "high", "values", "n"]
    assert [row[1] for row in rows[1:4]] == ["agreement", "always on", "chance"]


def test_recordings_of_unknown_people_are_not_pooled(tmp_path):
    one, other = folders(tmp_path, ["chb01_03", "chb01_04"])
    with pytest.raises(RecordingError, match=r"whose recording is it.*--subjects") as refused:
        agreement(one, other)
    assert "\n" not in str(refused.value)
    table = tmp_path / "subjects.tsv"
    table.write_text("recording\tsubject\nchb01_03\tchb01\nchb01_04\tchb01\n")
    assert agreement(one, other, subjects=table).scores[0].spread["n"] == 1


STAGES = ["W", "W", "N1", "N2", "N2", "N3", "N3", "REM", "REM", "W"] * 6
OTHER = ["W", "N1", "N1", "N2", "N3", "N3", "N3", "REM", "N1", "W"] * 6


def hypnogram(stages):
    return tuple(Event(30.0 * place, 30.0 * place + 30, stage) for place, stage in enumerate(stages) if stage)


def test_two_hypnograms_agree_by_kappa_and_a_constant_reaches_none(tmp_path):
    seconds = 30.0 * len(STAGES)
    one = review(tmp_path / "a_events.tsv", hypnogram(STAGES), reviewed=((0.0, seconds),), seconds=seconds)
    other = detections(tmp_path / "b_events.tsv", hypnogram(OTHER), seconds=seconds)
    scores = {score.words: score for score in agreement(one, other).scores}
    codes = [[SleepStage[stage] for stage in stages] for stages in (STAGES, OTHER)]
    assert scores["kappa"].spread["mean"] == pytest.approx(cohen_kappa_score(*codes))
    assert scores["kappa"].floors["one stage"]["mean"] == pytest.approx(0)
    assert abs(scores["kappa"].floors["chance"]["mean"]) < 0.2
    assert scores["accuracy"].spread["mean"] == 0.7
    assert scores["f1_REM"].spread["mean"] == pytest.approx(2 / 3)


def test_epochs_that_one_side_did_not_stage_do_not_count(tmp_path):
    seconds = 30.0 * len(STAGES)
    known = [stage if place % 2 else None for place, stage in enumerate(STAGES)]
    one = review(tmp_path / "a_events.tsv", hypnogram(known), reviewed=((0.0, seconds),), seconds=seconds)
    other = detections(tmp_path / "b_events.tsv", hypnogram(STAGES), seconds=seconds)
    scores = agreement(one, other).scores
    assert scores[0].spread["mean"] == 1
    seizures = detections(tmp_path / "c_events.tsv", (Event(5, 50, "sz"),), seconds=seconds)
    with pytest.raises(RecordingError, match="only the reference has sleep stages; compare tables of one task"):
        agreement(one, seizures)
