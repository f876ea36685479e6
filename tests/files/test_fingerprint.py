"""A recording is known again under another name and header, and another recording is not taken for it."""

import mne
import numpy as np
import pytest
from made_edf import Made, write_minutes
from spellings import REFERENTIAL

from bandmap.files.fingerprint import fingerprint


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "one.edf"
    write_minutes(path, 6, REFERENTIAL)
    return path


def test_a_renamed_copy_without_patient_data_has_the_same_fingerprint(recording, tmp_path):
    content = bytearray(recording.read_bytes())
    content[8:168] = b"X".ljust(160)
    (tmp_path / "two.edf").write_bytes(content)
    assert fingerprint(tmp_path / "two.edf") == fingerprint(recording)
    assert len(fingerprint(recording)) == 16


def test_a_recording_that_mne_opens_has_the_same_fingerprint(recording):
    assert fingerprint(mne.io.read_raw(recording, verbose="error")) == fingerprint(recording)


def test_the_same_signals_in_another_unit_have_the_same_fingerprint(tmp_path):
    samples = [np.random.default_rng(1).integers(-900, 900, (20, 100))]
    (tmp_path / "one.edf").write_bytes(bytes(Made(samples)))
    (tmp_path / "two.edf").write_bytes(bytes(Made(samples, units=[b"mV"], physical=("-0.1", "0.1"))))
    assert fingerprint(tmp_path / "one.edf") == fingerprint(tmp_path / "two.edf")


@pytest.mark.parametrize("change", ["signal", "label", "length"])
def test_another_recording_has_another_fingerprint(tmp_path, change):
    samples = np.random.default_rng(1).integers(-900, 900, (20, 100))
    (tmp_path / "one.edf").write_bytes(bytes(Made([samples])))
    other = {
        "signal": Made([samples[::-1]]),
        "label": Made([samples], labels=["Fp2"]),
        "length": Made([samples[:19]]),
    }[change]
    (tmp_path / "two.edf").write_bytes(bytes(other))
    assert fingerprint(tmp_path / "one.edf") != fingerprint(tmp_path / "two.edf")
