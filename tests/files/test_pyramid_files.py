"""Files of pyramids: complete or not there, and a damaged one is refused in one line."""

import h5py
import numpy as np
import pytest
from made_view import RATE, SECONDS, a_stream

from bandmap.files.pyramid import read_bins, read_levels, written_pyramid
from bandmap.harmonize.from_files import write_harmonized
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.recording import RecordingError


@pytest.fixture
def pyramid(tmp_path):
    write_harmonized(tmp_path / "a.h5", tmp_path / "a.pyramid", a_stream(), attributes={})
    return tmp_path / "a.pyramid"


N_CHANNELS = len(BIPOLAR18)


def levels(path, channels=N_CHANNELS, seconds=SECONDS):
    return read_levels(path, channels=channels, seconds=seconds)


def test_levels_and_bins_are_read_back(pyramid):
    found = levels(pyramid)
    assert [level.step_seconds for level in found["extremes"]] == [16 / RATE]
    bins = read_bins(pyramid, "extremes0", 10, 20)
    microvolts = a_stream().microvolts[:, 160:320].reshape(len(BIPOLAR18), 10, 16)
    np.testing.assert_array_equal(bins[..., 0], microvolts.min(axis=2).astype(np.float16))
    assert read_bins(pyramid, "spectra0", 0, 5, channel=2).shape == (5, found["spectra"][0].shape[2])


def test_a_pyramid_takes_at_most_15_percent_of_the_recording(tmp_path):
    for name, rate in (("slow", 64.0), ("usual", 128.0), ("fast", 256.0)):
        stream = a_stream(seconds=1800.0, events=(), rate=rate)
        write_harmonized(tmp_path / f"{name}.h5", tmp_path / f"{name}.pyramid", stream, attributes={})
        share = (tmp_path / f"{name}.pyramid").stat().st_size / (tmp_path / f"{name}.h5").stat().st_size
        assert share <= 0.15, name


@pytest.mark.parametrize("kept", [0, 100, 5000, 0.5, 0.99])
def test_a_truncated_pyramid_is_refused_in_one_line(pyramid, kept):
    content = pyramid.read_bytes()
    pyramid.write_bytes(content[: int(kept * len(content)) if kept < 1 else kept])
    with pytest.raises(RecordingError, match="delete it and run the workflow again") as error:
        levels(pyramid)
    assert "\n" not in str(error.value)


def test_a_pyramid_of_another_recording_is_refused(pyramid):
    with pytest.raises(RecordingError, match="the recording 3 and 400 s; delete the pyramid"):
        levels(pyramid, channels=3)
    with pytest.raises(RecordingError, match="delete the pyramid"):
        levels(pyramid, seconds=500.0)


def spoil_type(file):
    shape = file["extremes0"].shape
    del file["extremes0"]
    file.create_dataset("extremes0", shape, np.float64).attrs["step_seconds"] = 0.25


def spoil_step(file):
    file["extremes0"].attrs["step_seconds"] = np.nan


def spoil_rank(file):
    del file["spectra0"]
    file.create_dataset("spectra0", (18,), np.uint8).attrs["step_seconds"] = 4.0


def spoil_names(file):
    del file["extremes0"]


@pytest.mark.parametrize("spoil", [spoil_type, spoil_step, spoil_rank, spoil_names])
def test_a_hostile_pyramid_is_refused(pyramid, spoil):
    with h5py.File(pyramid, "r+") as file:
        spoil(file)
    with pytest.raises(RecordingError, match="damaged"):
        levels(pyramid)


def test_a_pyramid_that_lacks_bins_is_not_left_behind(tmp_path):
    path = tmp_path / "a.pyramid"
    with (
        pytest.raises(ValueError, match="bins"),
        written_pyramid(path, {"extremes0": (1, 5, 2)}, {"extremes0": 1.0}) as append,
    ):
        append("extremes0", np.zeros((1, 4, 2)))
    assert list(tmp_path.iterdir()) == []
