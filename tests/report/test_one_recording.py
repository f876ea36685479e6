"""The page of one recording: what the model says, with tables, whole or not at all."""

import mne
import pandas as pd
import pytest
from made_edf import write_minutes
from made_model import ABOUT, CARD, network
from made_sleep import ABOUT as SLEEP
from made_sleep import network as sleep_network
from spellings import CHB_MIT, REFERENTIAL

import bandmap
from bandmap.__main__ import main
from bandmap.apply.annotations import important
from bandmap.files.model_file import write_model_file
from bandmap.files.tables import read_table
from bandmap.vocabulary.tables import UNITS

SEIZURES = "onset\tduration\teventType\tconfidence\tchannels\tdateTime\trecordingDuration\n" + "".join(
    f"{onset}\t8\tsz\tn/a\tn/a\tn/a\t60\n" for onset in (10, 30)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a model that sees a seizure everywhere, one of sleep, and a recording."""
    folder = tmp_path_factory.mktemp("explained")
    about = {**ABOUT, "decision": {"threshold": 0.0}, "frequencies_hz": [], "name": "made <b>"}
    write_model_file(folder / "made.bandmap", about, CARD + "<script>", [network(1)])
    write_model_file(folder / "sleep.bandmap", SLEEP, CARD, [sleep_network(1)])
    write_minutes(folder / "one & only.edf", 1, REFERENTIAL)
    (folder / "marked.tsv").write_text(SEIZURES)
    return folder


def explained(folder, output, *more):
    recording = str(folder / "one & only.edf")
    return main(["explain", str(folder / "made.bandmap"), recording, "--output", str(output), "--device", "cpu", *more])


@pytest.fixture(scope="module")
def detections(folder):
    assert explained(folder, folder / "detections") == 0
    return folder / "detections"


def test_the_folder_holds_the_page_its_figures_and_its_tables(detections):
    names = {str(path.relative_to(detections)) for path in detections.rglob("*") if path.is_file()}
    assert names == {
        "index.html", "pages/terms.html", "figures/1.png", "figures/1.svg", "events.tsv", "importance.tsv",
        "importance-annot.fif", "matrices/band_occlusion.tsv", "matrices/published.tsv",
    }  # fmt: skip


def test_the_page_names_no_reference_where_there_is_none_and_escapes_names(detections):
    page = (detections / "index.html").read_text()
    assert "The model detects 1 seizure in 1.0 minutes." in page
    assert "no window without an event was explained" in page
    assert "one &amp; only.edf" in page
    assert "made <b>" not in page
    assert CARD + "<script>" not in page
    assert not any(word in page for word in ("false alarm", "missed", "never saw"))


def test_matrices_are_tables_as_those_of_a_run(detections):
    table = read_table(detections / "matrices/band_occlusion.tsv", UNITS)
    assert set(table["part"]) == {"whole", "onset", "middle", "end"}
    assert set(table["outcome"]) == {"hit"}
    assert len(table) == 4 * 25


def test_importance_and_its_annotations_name_the_channels_of_the_model(detections):
    table = pd.read_csv(detections / "importance.tsv", sep="\t")
    assert list(table.columns) == ["event", "seconds", "channel", "importance"]
    assert set(table["channel"]) == set(ABOUT["channels"])
    found = mne.read_annotations(detections / "importance-annot.fif")
    assert set(found.description) == {"sz", "important"}
    largest = table.loc[table["importance"].idxmax()]
    marked = [a for a in found if a["description"] == "important" and largest["channel"] in a["ch_names"]]
    assert any(a["onset"] <= largest["seconds"] <= a["onset"] + a["duration"] for a in marked)


def test_with_annotated_seizures_they_are_found_or_missed(folder, tmp_path):
    assert explained(folder, tmp_path / "out", "--events", str(folder / "marked.tsv")) == 0
    table = read_table(tmp_path / "out/matrices/band_occlusion.tsv", UNITS)
    found = table[table["outcome"] == "hit"]
    assert sorted(set(found["onset"])) == [10, 30]
    assert ">found<" in (tmp_path / "out/index.html").read_text()


def test_a_folder_that_is_not_empty_is_left_alone(folder, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert explained(folder, tmp_path) == 1
    assert "already exists; choose another folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_cannot_be_explained_leaves_no_folder(folder, tmp_path, capsys):
    (folder / "broken.edf").write_bytes(b"0" * 300)
    made, recording = str(folder / "made.bandmap"), str(folder / "one & only.edf")
    for arguments, line in (
        ([made, str(folder / "broken.edf")], "ERROR broken.edf: "),
        ([str(folder / "sleep.bandmap"), recording], "ERROR made_sleep is a model of the task sleep"),
        ([made, recording, "--events", str(folder / "none.tsv")], "ERROR "),
    ):
        assert main(["explain", *arguments, "--output", str(tmp_path / "out")]) == 1
        error = capsys.readouterr().err
        assert error.startswith(line)
        assert error.count("\n") == 1
        assert list(tmp_path.iterdir()) == []


def test_python_explains_a_raw_recording_and_marks_its_own_channels(folder):
    raw = mne.io.read_raw_edf(folder / "one & only.edf", verbose="error").crop(0, 12)
    found = bandmap.Model.load(folder / "made.bandmap", device="cpu").explain(raw)
    assert set(found.matrices) == {"band_occlusion", "published"}
    raw.set_annotations(found.annotations(raw))
    channels = {name for annotation in raw.annotations for name in annotation["ch_names"]}
    assert channels
    assert channels <= set(raw.ch_names)


def importance(**channels):
    rows = [(str(event), 2.0 + k, name, value) for name, (event, values) in channels.items() for k, value in values]
    return pd.DataFrame(rows, columns=["event", "seconds", "channel", "importance"])


@pytest.mark.parametrize(
    ("names", "marked"),
    [
        (None, [("Fp1-F7",)]),
        (CHB_MIT, [("FP1-F7",)]),
        (REFERENTIAL, [("EEG FP1-REF", "EEG F7-REF")]),
        (["F7-Fp1", "Fp1"], [("F7-Fp1",)]),
        (["ECG"], []),
    ],
)
def test_a_derivation_marks_the_channel_of_the_same_name_or_its_electrodes(names, marked):
    table = importance(**{"Fp1-F7": (1, [(0, 0.1), (1, 1.0), (2, 0.6), (3, 0.4)]), "Fz-Cz": (1, [(0, 0.3), (1, 0.0)])})
    events = pd.DataFrame({"onset": [2.0], "duration": [4.0], "eventType": ["sz"]})
    found = [a for a in important(events, table, names) if a["description"] == "important"]
    assert [tuple(a["ch_names"]) for a in found] == marked
    assert all((a["onset"], a["duration"]) == (2.5, 2.0) for a in found)


def test_an_event_without_importance_marks_no_channel():
    events = pd.DataFrame({"onset": [2.0], "duration": [4.0], "eventType": ["sz"]})
    assert list(important(events, importance(**{"Fp1-F7": (1, [(0, 0.0), (1, -1.0)])})).description) == ["sz"]
