"""A model continues on what a reviewer has looked at, and is never applied to that time again."""

import json
import zipfile

import made_sleep
import pytest
import torch
from made_edf import write_minutes
from made_model import ABOUT, CARD, network
from spellings import REFERENTIAL

from bandmap.__main__ import main
from bandmap.apply.model import Model
from bandmap.files.events import read_events
from bandmap.files.model_file import ModelFileError, write_model_file
from bandmap.files.reviewed import NO_REVISION, read_stretches, write_review
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.review import Mark, Review

ALWAYS = {**ABOUT, "decision": {"threshold": 0.0, "threshold_reason": "always"}}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "made.bandmap"
    write_model_file(path, ALWAYS, CARD, [network(1), network(2)])
    return path


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "one_eeg.edf"
    write_minutes(path, 2, REFERENTIAL)
    return path


def review(path, *events, reviewed=((0.0, 60.0),), seconds=120.0):
    marks = tuple(Mark(event, "added") for event in events)
    write_review(path, Review("AB", seconds, marks, reviewed), revision=NO_REVISION)
    return path


SEIZURE = Event(20.0, 40.0, "sz")


@pytest.fixture(scope="module")
def tuned(model, recording, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuned")
    given = [str(model), str(recording), str(review(folder / "reviewed.tsv", SEIZURE)), str(folder / "new.bandmap")]
    assert main(["fine-tune", *given, "--epochs", "2", "--device", "cpu"]) == 0
    return folder / "new.bandmap"


def test_weights_change_and_normalization_and_decision_stay(model, tuned):
    old, new = Model.load(model), Model.load(tuned)
    for before, after in zip(old.networks, new.networks, strict=True):
        weights = dict(after.network.named_parameters())
        assert any(not torch.equal(value, weights[name]) for name, value in before.network.named_parameters())
        assert torch.equal(before.mean, after.mean)
        assert torch.equal(before.std, after.std)
    assert new.about["decision"] == old.about["decision"]


def test_the_file_states_what_it_saw_by_a_fingerprint_and_no_scores_of_the_old_model(tuned, recording):
    with zipfile.ZipFile(tuned) as archive:
        text = archive.read("model.json").decode()
        card = archive.read("card.md").decode()
    about = json.loads(text)
    (entry,) = about["tuned_on"]
    assert entry["stretches"] == [[0.0, 60.0]]
    assert recording.name not in text
    assert str(recording.parent) not in text
    assert about["evidence"]["scores"] == {}
    assert about["name"] == "made_tuned"
    assert f"Fine-tuned on 0 to 60 s of the recording with the fingerprint {entry['recording']}" in card
    assert "## Scores" not in card


def test_detection_leaves_out_what_the_model_saw_and_says_so_in_one_line(tuned, recording, tmp_path, capsys):
    given = [str(tuned), str(recording), "--output", str(tmp_path), "--probabilities", "--device", "cpu"]
    assert main(["detect", *given]) == 0
    assert "WARNING one_eeg.edf: the model was fine-tuned on 0 to 60 s, which is left out" in capsys.readouterr().err
    table = tmp_path / "one_events.tsv"
    (event,) = read_events(table)  # the threshold is 0: all other time is a seizure
    assert (event.onset, event.offset) == (60.0, 118.5)  # half a step after the middle of the last window
    assert read_stretches(table) == (None, ((0.0, 60.0),))
    centres = [float(line.split("\t")[0]) for line in (tmp_path / "one_probabilities.tsv").read_text().splitlines()[1:]]
    assert min(centres) >= 60


def test_another_recording_is_not_affected(tuned, tmp_path):
    write_minutes(tmp_path / "other.edf", 1, REFERENTIAL[::-1])
    applied = Model.load(tuned, device="cpu").apply(tmp_path / "other.edf")
    assert applied.trained_on == ()
    assert applied.found[0].onset < 5


def test_a_second_review_adds_its_time_and_then_nothing_is_left(tuned, recording, tmp_path):
    more = review(tmp_path / "more.tsv", Event(80.0, 100.0, "sz"), reviewed=((60.0, 120.0),))
    newer = tmp_path / "newer.bandmap"
    given = [str(tuned), str(recording), str(more), str(newer), "--epochs", "1", "--device", "cpu"]
    assert main(["fine-tune", *given]) == 0
    loaded = Model.load(newer, device="cpu")
    assert loaded.about["tuned_on"][0]["stretches"] == [[0.0, 120.0]]
    assert loaded.about["name"] == "made_tuned"
    with pytest.raises(ValueError, match="fine-tuned on all of this recording; apply it to another one"):
        loaded.detect(recording)


def test_a_table_of_another_program_covers_the_whole_recording(model, recording, tmp_path, capsys):
    table = tmp_path / "marks.tsv"
    table.write_text("onset\tduration\teventType\trecordingDuration\n20\t20\tsz\t120\n")
    given = [str(model), str(recording), str(table), str(tmp_path / "new.bandmap"), "--epochs", "1", "--device", "cpu"]
    assert main(["fine-tune", *given]) == 0
    assert "Fine-tuned on 0 to 120 s of the recording" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("events", "reviewed", "problem"),
    [
        ((), ((0.0, 60.0),), "the reviewed time (0 to 60 s) contains only background"),
        ((SEIZURE,), ((60.0, 120.0),), "the reviewed time (60 to 120 s) contains only background"),
        ((SEIZURE,), (), "no window lies in reviewed time (there is none); mark time as reviewed"),
        ((SEIZURE,), ((22.0, 38.0),), "the reviewed time (22 to 38 s) contains only seizure"),
    ],
)
def test_a_review_without_both_classes_is_refused_in_one_line(
    model, recording, tmp_path, capsys, events, reviewed, problem
):
    table = review(tmp_path / "reviewed.tsv", *events, reviewed=reviewed)
    assert main(["fine-tune", str(model), str(recording), str(table), str(tmp_path / "new.bandmap")]) == 1
    said = capsys.readouterr().err
    assert problem in said
    assert said.count("\n") == 1
    assert not (tmp_path / "new.bandmap").exists()


def test_an_existing_model_is_not_replaced(model, recording, tmp_path, capsys):
    table = review(tmp_path / "reviewed.tsv", SEIZURE)
    assert main(["fine-tune", str(model), str(recording), str(table), str(model)]) == 1
    assert "already exists; choose another name" in capsys.readouterr().err


def test_a_model_without_trainable_weights_is_refused_in_one_line(recording, tmp_path, capsys, monkeypatch):
    frozen = network(1)
    for weight in frozen.parameters():
        weight.requires_grad_(requires_grad=False)
    monkeypatch.setattr(Model, "load", lambda *_, **__: Model(ALWAYS, CARD, (frozen,), "cpu"))
    table = review(tmp_path / "reviewed.tsv", SEIZURE)
    assert main(["fine-tune", "old.bandmap", str(recording), str(table), str(tmp_path / "new.bandmap")]) == 1
    assert "old.bandmap: its networks have no weights that can be trained" in capsys.readouterr().err


@pytest.mark.parametrize("stated", [[{"stretches": []}], [5], "all", [{"recording": "x", "stretches": [[1]]}]])
def test_a_file_that_states_nonsense_about_what_it_saw_is_refused(recording, stated, monkeypatch):
    monkeypatch.setattr("bandmap.apply.seen.fingerprint", lambda _: "x")
    with pytest.raises(ModelFileError, match="tuned_on does not list recordings and stretches"):
        Model({**ALWAYS, "tuned_on": stated}, CARD, (network(1),), "cpu").detect(recording)


def test_sleep_models_continue_by_the_same_code(tmp_path, capsys):
    write_minutes(tmp_path / "night.edf", 6, ["EEG Fpz-Cz", "EEG Pz-Oz"], rate_hz=100)
    write_model_file(tmp_path / "sleep.bandmap", made_sleep.ABOUT, CARD, [made_sleep.network(1)])
    stages = [Event(60.0 * n, 60.0 * n + 60, stage) for n, stage in enumerate(["W", "N1", "N2", "N3"])]
    table = review(tmp_path / "reviewed.tsv", *stages, reviewed=((0.0, 240.0),), seconds=360.0)
    new = tmp_path / "new.bandmap"
    given = [str(tmp_path / "sleep.bandmap"), str(tmp_path / "night.edf"), str(table), str(new)]
    assert main(["fine-tune", *given, "--epochs", "1", "--device", "cpu"]) == 0
    assert "2 W, 2 N1, 2 N2, 2 N3, 0 REM windows" in capsys.readouterr().out
    night = Model.load(new, device="cpu").stage(tmp_path / "night.edf")
    assert night["onset"].min() == 240
