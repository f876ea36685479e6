"""Predictions in files: what is written is read."""

import h5py
import numpy as np
import pytest

from bandmap.files import predicted

ARGUMENTS = {
    "probabilities": np.array([0.25, 0.5, 0.75]),
    "centres_seconds": np.array([2.0, 3.0, 10.0]),
    "labels": np.array([0, 1, 1]),
    "attributes": {"threshold": 0.4, "threshold_reason": "best event F1", "step_seconds": 1.0, "fold": "d-s01"},
}


def test_predictions_are_read_back_as_written(tmp_path):
    predicted.write_predictions(tmp_path / "p.h5", **ARGUMENTS)
    found = predicted.read_predictions(tmp_path / "p.h5")
    for name in ("probabilities", "centres_seconds", "labels"):
        np.testing.assert_array_equal(getattr(found, name), ARGUMENTS[name])
    assert found.attributes == {**ARGUMENTS["attributes"], "unit": "probability"}
    assert found.probabilities.dtype == np.float32
    assert type(found.attributes["threshold"]) is float


def test_a_recording_without_windows_has_a_file_too(tmp_path):
    empty = {name: np.empty(0) for name in ("probabilities", "centres_seconds", "labels")}
    predicted.write_predictions(tmp_path / "p.h5", **empty, attributes={})
    assert len(predicted.read_predictions(tmp_path / "p.h5").probabilities) == 0


def test_different_lengths_are_refused_and_leave_no_file(tmp_path):
    with pytest.raises(ValueError, match=r"p\.h5: 2 probabilities, 3 centres and 3 labels"):
        predicted.write_predictions(tmp_path / "p.h5", **{**ARGUMENTS, "probabilities": np.zeros(2)})
    assert not list(tmp_path.iterdir())


def test_the_same_predictions_give_the_same_bytes(tmp_path):
    for name in ("a.h5", "b.h5"):
        predicted.write_predictions(tmp_path / name, **ARGUMENTS)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_the_file_states_its_unit_as_an_attribute(tmp_path):
    predicted.write_predictions(tmp_path / "p.h5", **ARGUMENTS)
    with h5py.File(tmp_path / "p.h5") as file:
        assert file.attrs["unit"] == "probability"
