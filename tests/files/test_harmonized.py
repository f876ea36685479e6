"""What is written is read back; a file is whole or absent."""

import h5py
import numpy as np
import pytest

from bandmap.files.harmonized import (
    read_attributes,
    read_duration,
    read_flags,
    read_quality,
    read_recording,
    write_recording,
)
from bandmap.harmonize import Stream, harmonize
from bandmap.harmonize.quality import FLAGS
from bandmap.vocabulary.recording import Event, RawRecording, Recording, Signal

SETTINGS = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50, 60]}


def example():
    rng = np.random.default_rng(1)
    return Recording(
        rng.normal(size=(3, 1280)).astype(np.float32),
        128.0,
        ("Fp1-F7", "F7-T3", "Fz-Cz"),
        (Event(1.5, 2.25, "sz_foc_a"), Event(3, 4, "Anfall – links")),
        ("Fz-Cz",),
        ("F7-T3",),
    )


def rows():
    return [{"channel": c, "flat_seconds": 1.25, "note": "from FP1-F7 <b>"} for c in example().channels]


def raw(seconds=90):
    rng = np.random.default_rng(1)

    def made(label):
        values = rng.normal(0, 60, round(seconds * 256)).astype(np.float32)
        return Signal(label, 256, len(values), lambda start, stop: values[start:stop].copy())

    return RawRecording(tuple(made(name) for name in ("Fp1", "F7", "T7", "F3", "C3")), float(seconds))


def test_a_recording_is_read_back_as_it_was_written(tmp_path):
    path = tmp_path / "deep" / "a.h5"
    write_recording(path, example(), rows(), attributes={**SETTINGS, "source": "a.edf", "nothing": []})
    found = read_recording(path)
    np.testing.assert_array_equal(found.microvolts, example().microvolts)
    for name in ("rate_hz", "channels", "events", "masked_channels", "interpolated_channels"):
        assert getattr(found, name) == getattr(example(), name)
    assert read_duration(path) == 10
    assert read_quality(path) == [{**row, "flat_seconds": "1.25"} for row in rows()]
    attributes = read_attributes(path)
    assert attributes["unit"] == "uV"
    assert attributes["source"] == "a.edf"
    assert attributes["notch_hz"] == (50, 60)


def test_a_stream_writes_the_same_file_as_the_whole(tmp_path):
    recording, quality = harmonize(raw(), [Event(1, 2, "sz")], **SETTINGS)
    write_recording(tmp_path / "whole.h5", recording, quality, attributes=SETTINGS)
    write_recording(tmp_path / "stream.h5", Stream(raw(), [Event(1, 2, "sz")], **SETTINGS), attributes=SETTINGS)
    one, other = read_recording(tmp_path / "whole.h5"), read_recording(tmp_path / "stream.h5")
    np.testing.assert_array_equal(one.microvolts, other.microvolts)
    assert one.events == other.events
    assert read_quality(tmp_path / "whole.h5") == read_quality(tmp_path / "stream.h5")


def test_flags_of_every_second_are_read_back_as_they_were_found(tmp_path):
    stream = Stream(raw(89.5), [], **SETTINGS)
    write_recording(tmp_path / "a.h5", stream, attributes=SETTINGS)
    found = read_flags(tmp_path / "a.h5")
    assert list(found) == list(FLAGS) == list(stream.flags)
    for name, flags in found.items():
        assert flags.shape == (18, 90)
        np.testing.assert_array_equal(flags, stream.flags[name], err_msg=name)
    assert found["masked"].any()
    assert found["high_frequency"].any()
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["flags"].dtype == np.uint8


def test_the_same_recording_gives_the_same_bytes(tmp_path):
    for name in ("a.h5", "b.h5"):
        write_recording(tmp_path / name, example(), rows(), attributes=SETTINGS)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_a_failure_leaves_nothing_behind(tmp_path):
    with pytest.raises(TypeError):
        write_recording(tmp_path / "a.h5", example(), rows(), attributes={"settings": object()})
    assert list(tmp_path.iterdir()) == []


def test_a_recording_without_events_or_quality_is_fine(tmp_path):
    recording = Recording(np.zeros((1, 5), np.float32), 128.0, ("Fp1",))
    write_recording(tmp_path / "a.h5", recording, [], attributes={})
    assert read_recording(tmp_path / "a.h5").events == ()
    assert read_quality(tmp_path / "a.h5") == []
    assert read_flags(tmp_path / "a.h5") == {}
