"""Recordings in formats that MNE reads are converted, and become what they are in EDF."""

import mne
import numpy as np
import pytest
import scipy.io
from spellings import REFERENTIAL

from bandmap.download.datasets import bids
from bandmap.files import edf
from bandmap.files.converted import convert
from bandmap.files.events import read_duration, read_events
from bandmap.harmonize import harmonize
from bandmap.vocabulary.recording import Event, RecordingError
from bandmap.workflow.plan import Plan
from bandmap.workflow.sources import Sources

RATE, SECONDS = 200, 61.5
RECORDING = "sub-01_task-rest"
TABLE = "onset\tduration\teventType\n20.0\t10.0\tsz\n"
PREPARED = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50]}


def microvolts():
    rng = np.random.default_rng(3)
    return rng.normal(0, 40, (len(REFERENTIAL), round(RATE * SECONDS))).astype(np.float32)


def write_fif(path):
    info = mne.create_info(REFERENTIAL, RATE, "eeg")
    raw = mne.io.RawArray(microvolts() * 1e-6, info, verbose="error")
    raw.set_annotations(mne.Annotations([5.0], [30.0], ["Sleep stage W"]))
    raw.save(path, fmt="double", verbose="error")


def write_brainvision(path):
    """Write header, markers and interleaved samples by hand."""
    data, markers = path.with_suffix(".eeg"), path.with_suffix(".vmrk")
    microvolts().T.astype("<f4").tofile(data)
    markers.write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={data.name}\n\n[Marker Infos]\nMk1=New Segment,,1,1,0,20240101080000000000\n"
    )
    channels = "".join(f"Ch{number}={name},,1,µV\n" for number, name in enumerate(REFERENTIAL, start=1))
    path.write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={data.name}\nMarkerFile={markers.name}\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\n"
        f"NumberOfChannels={len(REFERENTIAL)}\nSamplingInterval={1e6 / RATE:g}\n\n"
        f"[Binary Infos]\nBinaryFormat=IEEE_FLOAT_32\n\n[Channel Infos]\n{channels}",
        encoding="utf-8",
    )


def write_eeglab(path):
    values = microvolts()
    locations = np.array([(name,) for name in REFERENTIAL], dtype=[("labels", object)])
    size = {"nbchan": len(values), "pnts": values.shape[1], "trials": 1, "srate": float(RATE)}
    ends = {"xmin": 0.0, "xmax": (values.shape[1] - 1) / RATE}
    empty = {name: np.zeros((0, 0)) for name in ("event", "epoch", "icawinv", "icaweights", "icasphere")}
    scipy.io.savemat(path, {"EEG": {"data": values, "chanlocs": locations, "setname": "made", **size, **ends, **empty}})


WRITERS = {".fif": write_fif, ".vhdr": write_brainvision, ".set": write_eeglab}


@pytest.fixture(params=WRITERS)
def folder(request, tmp_path):
    eeg = tmp_path / "sub-01/eeg"
    eeg.mkdir(parents=True)
    WRITERS[request.param](eeg / f"{RECORDING}_eeg{request.param}")
    (eeg / f"{RECORDING}_events.tsv").write_text(TABLE)
    (eeg / f"{RECORDING}_eeg.json").write_text("{}")
    return tmp_path


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # MNE's remarks on positions and names
def test_a_recording_of_another_format_has_the_samples_and_the_events_of_its_file(folder, tmp_path):
    (row,) = bids.recordings(root=str(folder))
    target, events = tmp_path / "made.edf", tmp_path / "made.tsv"
    bids.fetch(row["recording"], target, root=str(folder))
    raw = edf.read(target)
    assert [signal.label for signal in raw.signals] == REFERENTIAL
    values, n_samples = microvolts(), round(RATE * SECONDS)
    for signal, expected in zip(raw.signals, values, strict=True):
        np.testing.assert_allclose(signal.read(0, n_samples), expected, atol=1e-4)
        assert signal.rate_hz == RATE
        np.testing.assert_allclose(signal.read(n_samples, signal.n_samples), expected[-1], atol=1e-4)
    bids.annotate(row["recording"], target, folder / f"sub-01/eeg/{RECORDING}_events.tsv", events, ignore=())
    assert Event(20, 30, "sz") in read_events(events)
    assert read_duration(events) == 62
    recording, _ = harmonize(raw, (), **PREPARED)
    assert recording.masked_channels == ()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_all_files_of_a_format_are_inputs_and_only_one_of_them_is_a_recording(folder):
    (row,) = bids.recordings(root=str(folder))
    config = {"seed": 1, "datasets": {"mine": {"kind": "bids", "root": str(folder)}}}
    plan = Plan(config, {}, ({"dataset": "mine", **row},), ())
    job = type("Wildcards", (), {"dataset": "mine", "recording": RECORDING})
    inputs = {path.rpartition("/")[2] for path in Sources(plan).recording(job)}
    there = {path.name for path in (folder / "sub-01/eeg").iterdir() if path.suffix not in (".json", ".tsv")}
    assert inputs == there
    assert row["source"].endswith((".fif", ".vhdr", ".set"))


def test_stages_come_from_the_annotations_of_another_format_too(tmp_path):
    path = tmp_path / f"{RECORDING}_eeg.fif"
    write_fif(path)
    convert(path, tmp_path / "made.edf")
    assert edf.read(tmp_path / "made.edf").annotations == (Event(5, 35, "Sleep stage W"),)


def test_a_recording_that_cannot_be_converted_is_one_line_and_no_file(tmp_path):
    broken = tmp_path / "broken.vhdr"
    broken.write_text("not a header\n")
    with pytest.raises(RecordingError, match=r"^broken\.vhdr: MNE cannot read it \([^\n]+\); export it as EDF"):
        convert(broken, tmp_path / "made.edf")
    info = mne.create_info(["Cz"], 256.123457, "eeg")
    mne.io.RawArray(np.zeros((1, 600)), info, verbose="error").save(tmp_path / "odd_eeg.fif", verbose="error")
    with pytest.raises(RecordingError, match=r"odd_eeg\.fif: a rate of 256\.123 Hz cannot be stored in BDF; resample"):
        convert(tmp_path / "odd_eeg.fif", tmp_path / "made.edf")
    assert not (tmp_path / "made.edf").exists()
