"""A model in hand says of a recording what the workflow's own stages say, whatever the recording came in."""

import numpy as np
import pytest
from made_edf import write_minutes
from made_model import ABOUT, CARD, network
from spellings import REFERENTIAL

import bandmap
from bandmap.files import edf
from bandmap.files.model_file import ModelFileError, write_model_file
from bandmap.files.outside import from_mne, read_any
from bandmap.harmonize import harmonize
from bandmap.represent.representations import cwt
from bandmap.train.fold import PREDICTION_BATCH
from bandmap.vocabulary.logits import probabilities
from bandmap.vocabulary.recording import RecordingError


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "made.edf"
    write_minutes(path, 2, REFERENTIAL)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "made.bandmap"
    write_model_file(path, ABOUT, CARD, [network(1), network(2)])
    return bandmap.Model.load(path, device="cpu")


@pytest.fixture(scope="module")
def raw(recording):
    mne = pytest.importorskip("mne")
    return mne.io.read_raw_edf(recording, preload=True, verbose="error")


def test_its_probabilities_are_the_mean_of_its_networks_on_the_windows_of_the_workflow(model, recording):
    harmonized, _ = harmonize(edf.read(recording), (), **ABOUT["harmonize"])
    frames = cwt.transform(harmonized.microvolts, harmonized.rate_hz, **ABOUT["representation"]["options"])
    values, valid = frames.array(), frames.valid
    starts = [k for k in range(0, len(values) - 15, 4) if valid[k : k + 16].all()]
    windows = np.stack([np.moveaxis(values[k : k + 16], 0, -1) for k in starts])
    import torch

    with torch.inference_mode():
        expected = [probabilities(network(seed)(torch.from_numpy(windows))).numpy() for seed in (1, 2)]
    found = model.predict(recording)
    np.testing.assert_allclose(found.probabilities, np.mean(expected, axis=0), atol=1e-5)
    np.testing.assert_allclose(found.centres_seconds, np.array(starts) / 4 + 2)
    assert len(starts) < PREDICTION_BATCH < 10 * len(starts)


def test_events_are_a_table_with_the_duration_as_attribute(model, recording):
    table = model.detect(recording)
    assert list(table.columns) == ["onset", "duration", "eventType", "confidence"]
    assert table.attrs["recording_seconds"] == 120
    assert set(table["eventType"]) <= {"sz"}
    assert (table["onset"] + table["duration"] <= 120).all()


def test_a_table_of_probabilities_has_a_column_for_each_class(model, recording):
    table = model.probabilities(model.predict(recording))
    assert list(table.columns) == ["seconds", "background", "seizure"]
    np.testing.assert_allclose(table["background"] + table["seizure"], 1, atol=1e-6)


def test_an_mne_recording_gives_the_same_prediction_as_its_file(model, recording, raw):
    expected, found = model.predict(recording), model.predict(raw)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)
    assert found.duration_seconds == expected.duration_seconds


def test_a_file_that_only_mne_reads_gives_the_same_prediction(model, recording, raw, tmp_path):
    raw.save(tmp_path / "made_raw.fif", fmt="double", verbose="error")
    expected, found = model.predict(recording), model.predict(tmp_path / "made_raw.fif")
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)


def test_a_block_of_an_mne_recording_is_read_once_for_all_channels(raw):
    calls = []
    counted = raw.copy()
    read = counted.get_data
    counted.get_data = lambda **span: (calls.append(span), read(**span))[1]
    signals = from_mne(counted).signals
    blocks = [signal.read(100, 300) for signal in signals]
    assert len(calls) == 1
    np.testing.assert_allclose(blocks, raw.get_data(start=100, stop=300) * 1e6, rtol=1e-5)


def test_stimulus_channels_are_not_signals():
    mne = pytest.importorskip("mne")
    info = mne.create_info(["Fz", "STI"], 100, ["eeg", "stim"])
    found = from_mne(mne.io.RawArray(np.zeros((2, 100)), info, verbose="error"))
    assert [signal.label for signal in found.signals] == ["Fz"]
    only = mne.io.RawArray(np.zeros((1, 100)), mne.create_info(["STI"], 100, ["stim"]), verbose="error")
    with pytest.raises(RecordingError, match="no channel with a voltage; pick EEG channels"):
        from_mne(only)


@pytest.mark.parametrize("name", ["none.edf", "none.vhdr"])
def test_a_missing_recording_is_named_in_the_error(tmp_path, name):
    with pytest.raises(RecordingError, match=rf"^{name}: "):
        read_any(tmp_path / name)


def test_a_file_that_mne_cannot_read_is_a_one_line_error(tmp_path):
    (tmp_path / "broken.vhdr").write_text("not a header\nat all\n")
    with pytest.raises(
        RecordingError, match=r"^broken\.vhdr: MNE cannot read it \([^\n]+\); export it as EDF"
    ) as error:
        read_any(tmp_path / "broken.vhdr")
    assert "\n" not in str(error.value)


def test_a_model_of_another_montage_is_refused(model, recording):
    other = bandmap.Model({**model.about, "channels": ["C3-P3"]}, model.card, model.networks)
    with pytest.raises(RecordingError, match="are not those of the model"):
        other.predict(recording)


def test_a_detector_does_not_stage_sleep(model, recording):
    with pytest.raises(ModelFileError, match="made is a model of the task seizure; use 'detect'"):
        model.stage(recording)
