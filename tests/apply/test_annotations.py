"""Events keep their times and types in the annotations of MNE and EDF+."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from made_edf import write_minutes
from made_model import ABOUT, CARD, network
from spellings import REFERENTIAL

import bandmap
from bandmap.__main__ import main
from bandmap.apply.annotations import write_annotations
from bandmap.files.edf.start import read_start
from bandmap.files.model_file import write_model_file
from bandmap.files.outside import start_of

mne = pytest.importorskip("mne")


def events(column="eventType", types=("sz", "sz")):
    onsets = [12.25, 80123.5][: len(types)]
    return pd.DataFrame({"onset": onsets, "duration": 7.75, column: list(types), "confidence": 0.5})


def test_events_become_annotations_of_a_raw_recording():
    raw = mne.io.RawArray(np.zeros((1, 10_000)), mne.create_info(["Fz"], 100, ["eeg"]), verbose="error")
    raw.set_annotations(bandmap.annotations(events(types=("sz",))))
    assert [(a["onset"], a["duration"], a["description"]) for a in raw.annotations] == [(12.25, 7.75, "sz")]


def test_annotations_without_events_are_empty(tmp_path):
    assert len(bandmap.annotations(events(types=()))) == 0
    write_annotations(tmp_path / "none.edf", events(types=()))
    assert len(mne.read_annotations(tmp_path / "none.edf")) == 0


def test_an_edf_file_of_annotations_says_the_same_to_mne(tmp_path):
    write_annotations(tmp_path / "a.edf", events(), start=datetime(2024, 2, 29, 23, 59, 1))
    found = mne.read_annotations(tmp_path / "a.edf")
    np.testing.assert_allclose(found.onset, [12.25, 80123.5])
    np.testing.assert_allclose(found.duration, [7.75, 7.75])
    assert list(found.description) == ["sz", "sz"]
    assert read_start(tmp_path / "a.edf") == datetime(2024, 2, 29, 23, 59, 1)


def test_stages_are_written_in_the_standard_texts_of_edf(tmp_path):
    write_annotations(tmp_path / "a.edf", events("trial_type", ("REM", "N2")))
    assert list(mne.read_annotations(tmp_path / "a.edf").description) == ["Sleep stage R", "Sleep stage N2"]


@pytest.mark.parametrize(
    ("field", "start"),
    [
        (b"29.02.8423.59.01", datetime(2084, 2, 29, 23, 59, 1)),
        (b"31.12.8500.00.00", datetime(1985, 12, 31)),
        (b"31.02.2000.00.00", None),
        (b"X               ", None),
    ],
)
def test_the_start_of_a_recording_is_read_with_its_century(tmp_path, field, start):
    (tmp_path / "a.edf").write_bytes(b"0".ljust(168) + field + b" " * 72)
    assert read_start(tmp_path / "a.edf") == start


def test_the_start_of_what_only_mne_reads_is_known(tmp_path):
    raw = mne.io.RawArray(np.zeros((1, 100)), mne.create_info(["Fz"], 100, ["eeg"]), verbose="error")
    raw.set_meas_date(datetime.fromisoformat("2020-05-06T07:08:09+00:00"))
    raw.save(tmp_path / "a_raw.fif", verbose="error")
    assert start_of(tmp_path / "a_raw.fif").replace(tzinfo=None) == datetime(2020, 5, 6, 7, 8, 9)


def test_the_command_writes_annotations_that_are_no_recording(tmp_path):
    model, recording = tmp_path / "made.bandmap", tmp_path / "data" / "one.edf"
    recording.parent.mkdir()
    write_model_file(model, {**ABOUT, "decision": {"threshold": 0.0}}, CARD, [network(1)])
    write_minutes(recording, 1, REFERENTIAL)
    for _ in range(2):  # the second time the folder holds the annotations, too
        arguments = ["detect", str(model), str(recording.parent), "--annotations", "--overwrite", "--device", "cpu"]
        assert main(arguments) == 0
    found = mne.read_annotations(recording.with_name("one_annotations.edf"))
    table = pd.read_csv(recording.with_name("one_events.tsv"), sep="\t")
    assert len(table) > 0
    np.testing.assert_allclose(found.onset, table["onset"], atol=0.006)
    assert list(found.description) == list(table["eventType"])
    assert read_start(recording.with_name("one_annotations.edf")) == read_start(recording)
    assert len(list(recording.parent.iterdir())) == 3
