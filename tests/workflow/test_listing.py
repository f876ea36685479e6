"""Which recordings a run has: names that paths can hold, and those that it goes on without."""

import pytest
import yaml

from bandmap.workflow import closing, folds, plan
from bandmap.workflow.listing import listed
from bandmap.workflow.settings import SettingsError


def settings(root, **leave_out):
    return {
        "run": {"datasets": ["mine"], "leave_out": leave_out},
        "datasets": {"mine": {"kind": "bids", "root": str(root)}},
    }


@pytest.fixture
def root(tmp_path):
    return laid_out(tmp_path / "EEG")


def laid_out(folder):
    for subject in ("01", "02", "03", "04"):
        path = folder / f"sub-{subject}/eeg/sub-{subject}_task-sz_eeg.edf"
        path.parent.mkdir(parents=True)
        path.touch()
    return folder


def test_a_recording_left_out_is_listed_with_its_reason_and_not_in_the_run(root):
    recordings, out = listed(settings(root, **{"mine/sub-02_task-sz": "flat"}))
    assert [row["recording"] for row in recordings] == ["sub-01_task-sz", "sub-03_task-sz", "sub-04_task-sz"]
    assert [(row["subject"], row["why"]) for row in out] == [("02", "flat")]


def test_leaving_out_an_unknown_recording_stops_the_plan_with_a_hint(root):
    with pytest.raises(SettingsError, match="Did you mean 'mine/sub-02_task-sz'"):
        listed(settings(root, **{"mine/sub-02_task-s": "flat"}))


@pytest.mark.parametrize("name", ["my {x} EEG", "a\nb", "a}b", "a\x1bb"])
def test_a_folder_that_snakemake_would_misread_stops_the_plan_in_one_line(tmp_path, name):
    with pytest.raises(SettingsError, match="rename it") as caught:
        listed(settings(laid_out(tmp_path / name)))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["..", "a b", "a/b", "a{b}", "a\n", "", "'", "ä"])
@pytest.mark.parametrize("column", ["recording", "subject"])
def test_a_name_invalid_in_a_path_stops_the_plan_for_any_data_set(monkeypatch, root, column, name):
    row = {"recording": "a", "subject": "a", "source": "a.edf"} | {column: name}
    monkeypatch.setattr("bandmap.download.datasets.bids.recordings", lambda **_: [row])
    with pytest.raises(SettingsError, match="cannot be part of a path") as caught:
        listed(settings(root))
    assert str(caught.value).isprintable()


def whole(root, **leave_out):
    return settings(root) | {
        "run": {"datasets": ["mine"], "leave_out": leave_out, "scheme": "loso"},
        "schemes": {"loso": {"kind": "leave_one_subject_out", "validation_subjects": 1}},
        "seed": 1,
    }


def planned(config):
    recordings, out = listed(config)
    return plan.Plan(config, {}, recordings, folds.read_or_make(config, recordings), out)


def test_a_recording_left_out_is_expected_but_in_no_fold(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = whole(root, **{"mine/sub-02_task-sz": "flat"})
    made = planned(config)
    assert len(made.tested()) == 3
    assert made.expected() == 4
    assert {row["subject"] for row in made.folds.rows} == {"01", "03", "04"}
    assert planned(whole(root)).expected() == 4


def test_leaving_out_a_member_of_frozen_folds_makes_new_folds_and_another_does_not(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = planned(whole(root, **{"mine/sub-04_task-sz": "flat"})).folds
    folds.write(*folds.files("loso"), first.rows, first.known)
    kept = planned(whole(root, **{"mine/sub-04_task-sz": "flat"}))
    assert {row["subject"] for row in kept.folds.known} == {"01", "02", "03"}
    both = {"mine/sub-04_task-sz": "flat", "mine/sub-03_task-sz": "cut"}
    (root / "sub-05/eeg").mkdir(parents=True)
    (root / "sub-05/eeg/sub-05_task-sz_eeg.edf").touch()
    anew = planned(whole(root, **both))
    assert {row["subject"] for row in anew.folds.known} == {"01", "02", "05"}


def test_the_hint_after_a_failure_gives_settings_that_continue_without_the_recording(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log = tmp_path / "results/harmonized/mine/a.log"
    log.parent.mkdir(parents=True)
    log.write_text('INFO fine\nERROR a.edf: "cut" off: {half}; replace it\n')
    (tmp_path / "results/harmonized/mine/b.log").write_text("INFO fine\nERROR of old\nINFO done\n")
    words = closing.words_of_failure([{"dataset": "mine", "recording": name} for name in "abc"])
    assert "1 of 3 recordings failed" in words
    pasted = yaml.safe_load(words[words.index("run:") :])
    assert pasted == {"run": {"leave_out": {"mine/a": 'a.edf: "cut" off: {half}; replace it'}}}
    assert closing.words_of_failure([{"dataset": "mine", "recording": "b"}]) == ""
