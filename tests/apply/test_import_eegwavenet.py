"""Published weights become a model file with the same predictions as the original program."""

import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import torch
from made_edf import Made

import bandmap
from bandmap.__main__ import main
from bandmap.apply.deciding import voted
from bandmap.apply.imports import eegwavenet
from bandmap.files import edf
from bandmap.files.model_file import ModelFileError
from bandmap.harmonize import harmonize
from bandmap.harmonize.filter import design_butterworth
from bandmap.train.tasks import Prediction
from bandmap.vocabulary.montages import BIPOLAR18, ELECTRODES

SHARED = Path(os.environ.get("BANDMAP_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "data"
WEIGHTS = SHARED / "published_weights" / "eegwavenet_2021"
CLIPS = SHARED / "clips_bids" / "sub-chb01"
needs_weights = pytest.mark.skipif(not WEIGHTS.is_dir(), reason="the published weights are not here")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("imported") / "eegwavenet_2021.bandmap"
    assert main(["import", "eegwavenet", str(WEIGHTS), str(path)]) == 0
    return bandmap.Model.load(path, device="cpu")


def expected():
    return json.loads((WEIGHTS / "expected.json").read_text()) if WEIGHTS.is_dir() else {}


def clip(name):
    return next(CLIPS.rglob(f"*_{name.split()[1]}_eeg.edf"))


def potentials(path):
    """Return the potentials, in microvolts, that a bipolar clip's chains of differences add up to."""
    recorded = {signal.label.upper(): signal for signal in edf.read(path).signals}
    n_samples = next(iter(recorded.values())).n_samples
    names = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}
    found = {name: np.zeros(n_samples) for name in ("Fp1", "Fp2", "Fz")}
    for chain in ("Fp1 F3 C3 P3 O1", "Fp1 F7 T3 T5", "Fp2 F4 C4 P4 O2", "Fp2 F8 T4 T6", "Fz Cz Pz"):
        for one, other in pairwise(chain.split()):
            label = f"{names.get(one, one)}-{names.get(other, other)}".upper()
            found[other] = found[one] - recorded[label].read(0, n_samples)
    return found


def written(path, channels):
    """Write microvolts by name as BDF, in thousandths of a microvolt."""
    samples = [np.round(values.reshape(-1, 256) * 1000).astype(np.int32) for values in channels.values()]
    limits = {"physical": ("-8388", "8388"), "digital": ("-8388000", "8388000")}
    path.write_bytes(bytes(Made(samples, list(channels), [b"uV"] * len(channels), bdf=True, **limits)))
    return path


@needs_weights
@pytest.mark.parametrize("name", expected())
def test_events_and_probabilities_are_those_of_the_program(model, name):
    found = model.apply(clip(name))
    onsets = [[f"{row.onset:.2f}", f"{row.duration:.2f}"] for row in found.events.itertuples()]
    assert onsets == expected()[name]["events_onset_duration_s"]
    by_fold = np.array(expected()[name]["probability_of_seizure_by_fold"])
    np.testing.assert_allclose(found.mean.probabilities[: by_fold.shape[1]], by_fold.mean(axis=0), atol=1e-4)


@needs_weights
@pytest.mark.parametrize("fold", range(5))
def test_each_network_gives_the_probabilities_of_its_fold(model, fold):
    name, one = "chb01 run-030", bandmap.Model(model.about, model.card, model.networks[fold : fold + 1], "cpu")
    by_fold = np.array(expected()[name]["probability_of_seizure_by_fold"])[fold]
    np.testing.assert_allclose(one.predict(clip(name)).probabilities[: len(by_fold)], by_fold, atol=1e-4)


@needs_weights
@pytest.mark.parametrize("name", expected())
def test_a_referential_and_a_bipolar_file_of_one_recording_give_the_same_prediction(model, name, tmp_path):
    brain = potentials(clip(name))
    derived = {label: brain[(ends := label.split("-"))[0]] - brain[ends[1]] for label in BIPOLAR18}
    bipolar = model.apply(written(tmp_path / "bipolar.bdf", derived))
    other = model.apply(written(tmp_path / "referential.bdf", {name: brain[name] for name in ELECTRODES}))
    np.testing.assert_allclose(other.mean.probabilities, bipolar.mean.probabilities, atol=1e-4)
    onsets = [[f"{row.onset:.2f}", f"{row.duration:.2f}"] for row in other.events.itertuples()]
    assert onsets == expected()[name]["events_onset_duration_s"]


@needs_weights
def test_the_card_states_that_the_model_was_not_tested_here(model):
    assert "were not repeated with Bandmap" in model.card
    assert "## Scores" not in model.card


@pytest.mark.parametrize("rate_hz", [200, 256, 500, 512])
def test_the_filter_is_a_butterworth_forward_and_backward(rate_hz):
    kernel = design_butterworth(rate_hz, 256, 64)
    assert len(kernel) % 2 == 1
    np.testing.assert_allclose(kernel, kernel[::-1], atol=1e-12)
    frequencies = np.linspace(0, min(rate_hz, 256) / 2 * 0.99, 200)
    sections = scipy.signal.butter(4, 64, fs=256, output="sos")
    expected = np.abs(scipy.signal.sosfreqz(sections, frequencies, fs=256)[1]) ** 2
    found = np.abs(scipy.signal.freqz(kernel, 1, frequencies, fs=rate_hz)[1])
    np.testing.assert_allclose(found, expected, atol=2e-3 if rate_hz < 256 else 1e-6)


def test_it_is_filtfilt_of_the_whole_recording_edges_included(tmp_path):
    generator = np.random.default_rng(1)
    samples = [generator.integers(-900, 900, (20, 256)) for _ in BIPOLAR18]
    (tmp_path / "made.edf").write_bytes(bytes(Made(samples, list(BIPOLAR18), [b"uV"] * 18)))
    raw = edf.read(tmp_path / "made.edf")
    found, _ = harmonize(raw, (), **eegwavenet.ABOUT["harmonize"])
    recorded = np.stack([signal.read(0, signal.n_samples) for signal in raw.signals]).astype(float)
    expected = scipy.signal.filtfilt(*scipy.signal.butter(4, 64, fs=256), recorded)
    assert np.abs(found.microvolts - expected)[:, 15:-15].max() < 1e-3
    assert np.abs(found.microvolts - expected).max() < 0.02 * np.abs(expected).max()


def predictions(*rows):
    centres = np.arange(len(rows[0])) + 2.0
    labels = np.zeros(len(rows[0]), np.int64)
    return [Prediction(np.array(row, np.float32), centres, labels, 1.0, len(rows[0]) + 3.5) for row in rows]


def test_a_second_counts_if_enough_networks_vote_for_it_and_the_one_before():
    three = [[0, 0, 1, 1, 1, 0, 0]] * 3
    events, _ = voted(predictions(*three, [0] * 7, [0] * 7), votes=3)
    assert [(event.onset, event.offset) for event in events] == [(3.0, 5.0)]
    assert voted(predictions(*three[:2], *[[0] * 7] * 3), votes=3)[0] == ()


def test_the_last_window_replaces_the_one_before_the_first():
    events, _ = voted(predictions(*[[1, 0, 0, 0, 1]] * 5), votes=3)
    assert [(event.onset, event.offset) for event in events] == [(0.0, 1.0)]


@needs_weights
def test_missing_weights_or_those_of_another_network_are_a_one_line_error(tmp_path, capsys):
    assert main(["import", "eegwavenet", str(tmp_path), str(tmp_path / "made.bandmap")]) == 1
    assert "model_fold_1.pt: there is no such file; give the folder" in capsys.readouterr().err
    torch.save({"weight": torch.zeros(1)}, tmp_path / "model_fold_1.pt")
    with pytest.raises(ModelFileError, match=r"model_fold_1\.pt: not weights of this network \(.+\); give the folder"):
        eegwavenet.read(tmp_path)
    assert not (tmp_path / "made.bandmap").exists()
