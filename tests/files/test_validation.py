"""What a threshold is chosen on, and the choice, in files: what is written is read, damage is one line."""

import numpy as np
import pytest

from bandmap.files.documents import read_json, write_json
from bandmap.files.validation import read_validation, write_validation
from bandmap.train.tasks import Prediction, seizure
from bandmap.vocabulary.recording import Event, RecordingError

EVENTS = (Event(0.25, 12.125, "sz_foc_ä"), Event(20, 30.1, "sz"))
POSTPROCESSING = {"smooth_seconds": 3, "merge_seconds": 0, "minimum_seconds": 2}


def predictions(windows, seed=0):
    values = np.random.default_rng(seed).random(windows, dtype=np.float32)
    return Prediction(values, np.arange(windows) + 2.5, np.arange(windows) % 2, 1.0, windows + 4.1)


def test_predictions_are_read_in_the_same_order_and_to_the_last_bit(tmp_path):
    given = [(predictions(11, seed), EVENTS[:seed]) for seed in range(3)] + [(predictions(0), ())]
    write_validation(tmp_path / "v.h5", given)
    found = read_validation(tmp_path / "v.h5")
    assert [events for _, events in found] == [events for _, events in given]
    for (columns, _), (one, _) in zip(found, given, strict=True):
        other = Prediction(**columns)
        assert (other.step_seconds, other.duration_seconds) == (one.step_seconds, one.duration_seconds)
        for name, values in one.columns.items():
            np.testing.assert_array_equal(other.columns[name], values)
            assert other.columns[name].dtype == values.dtype


def test_decisions_from_a_file_equal_decisions_from_the_predictions(tmp_path):
    given = [(predictions(40, seed), EVENTS) for seed in range(3)]
    write_validation(tmp_path / "v.h5", given)
    found = [(Prediction(**columns), events) for columns, events in read_validation(tmp_path / "v.h5")]
    write_json(tmp_path / "d.json", seizure.decide(found, POSTPROCESSING))
    assert read_json(tmp_path / "d.json") == seizure.decide(given, POSTPROCESSING)


def test_a_fold_without_validation_recordings_has_a_file_too(tmp_path):
    write_validation(tmp_path / "v.h5", [])
    assert read_validation(tmp_path / "v.h5") == []


def test_the_same_contents_give_the_same_bytes(tmp_path):
    for name in ("a.h5", "b.h5"):
        write_validation(tmp_path / name, [(predictions(5), EVENTS)])
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file"),
        ('{"threshold": 0.', "damaged"),
        ("[1]", "not a JSON object"),
        ("\xff", "damaged"),
    ],
)
def test_a_damaged_decision_is_a_one_line_error_with_a_remedy(tmp_path, content, words):
    path = tmp_path / "decision.json"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    with pytest.raises(RecordingError, match=words) as error:
        read_json(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)
    assert "run the" in str(error.value)
