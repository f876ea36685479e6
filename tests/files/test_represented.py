"""Claims about the file of a representation."""

import zipfile

import numpy as np
import pytest
import zarr

from bandmap.files import represented
from bandmap.files.harmonized import read_flags, write_recording
from bandmap.files.represented import open_representation, write_representation
from bandmap.harmonize import Stream
from bandmap.vocabulary.recording import RawRecording, RecordingError, Signal
from bandmap.vocabulary.representation import Representation

CHANNELS = ("Fp1-F7", "F7-T3", "T3-T5")


def representation(n_frames=1000, dtype=np.float32, n_frequencies=5, **changes):
    values = np.random.default_rng(0).normal(10, 4, (n_frames, 3, n_frequencies)[: 3 if n_frequencies else 2])
    fields = {
        "values": values.astype(dtype),
        "frame_rate_hz": 16.0,
        "frequencies_hz": tuple(float(f) for f in range(1, n_frequencies + 1)),
        "unit": "log10 uV^2",
        "valid": np.arange(n_frames) % 97 != 3,
    }
    return Representation(**fields | changes)


def write(path, given, **options):
    write_representation(path, given, channels=CHANNELS, **options)
    return path


def cut(values, starts, length):
    return np.stack([np.moveaxis(values[start : start + length], 0, -1) for start in starts])


@pytest.mark.parametrize("largest_chunk", [64_000_000, 7_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.uint8])
@pytest.mark.parametrize("n_frequencies", [0, 5])
def test_windows_are_the_frames_that_were_written(tmp_path, monkeypatch, largest_chunk, dtype, n_frequencies):
    monkeypatch.setattr(represented, "LARGEST_CHUNK", largest_chunk)
    monkeypatch.setattr(represented, "_PIECE", largest_chunk)
    given = representation(dtype=dtype, n_frequencies=n_frequencies, scale=0.5, offset=-3.0)
    opened = open_representation(write(tmp_path / "a.zarr.zip", given))
    starts = np.array([7, 0, 936, 100, 101, 7, 500])
    found = opened.windows(starts, 64)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    assert np.array_equal(found, cut(given.array(), starts, 64))


@pytest.mark.parametrize("n_frequencies", [0, 5])
def test_windows_across_chunks_are_right(tmp_path, monkeypatch, n_frequencies):
    monkeypatch.setattr(represented, "LARGEST_CHUNK", 1_000)
    monkeypatch.setattr(represented, "_PIECE", 1_000)
    given = representation(200, n_frequencies=n_frequencies)
    opened = open_representation(write(tmp_path / "a.zarr.zip", given))
    starts = np.arange(0, 101)
    assert np.array_equal(opened.windows(starts, 100), cut(given.array(), starts, 100))


def test_a_window_of_raw_signal_is_one_run_of_bytes_for_each_channel_and_zarr_reads_it(tmp_path, monkeypatch):
    monkeypatch.setattr(represented, "_PIECE", 900 * 3 * 4)
    given = representation(1000, n_frequencies=0)
    path = write(tmp_path / "a.zarr.zip", given)
    assert given.values[600:664, 1].tobytes() not in given.values.tobytes()
    stored = path.read_bytes()
    assert all(given.values[600:664, channel].tobytes() in stored for channel in range(3))
    with zarr.storage.ZipStore(path, mode="r") as store:
        values = zarr.open(store, mode="r")["values"]
        assert values.chunks == (500, 3)
        assert np.array_equal(values[:], given.values)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.uint8])
def test_any_zarr_reader_opens_the_file(tmp_path, monkeypatch, dtype):
    monkeypatch.setattr(represented, "LARGEST_CHUNK", 9_000)
    given = representation(dtype=dtype)
    path = write(tmp_path / "a.zarr.zip", given, attributes={"masked_channels": ["T3-T5"]})
    with zarr.storage.ZipStore(path, mode="r") as store:
        group = zarr.open(store, mode="r")
        assert np.array_equal(group["values"][:], given.values)
        assert np.array_equal(group["valid"][:], given.valid)
        assert group["values"].metadata.dimension_names == ("time", "channel", "frequency")
        assert group.attrs["masked_channels"] == ["T3-T5"]
        assert group.attrs["unit"] == "log10 uV^2"


def test_a_file_that_zarr_compressed_gives_the_same_windows(tmp_path):
    given = representation(300)
    plain = open_representation(write(tmp_path / "a.zarr.zip", given))
    with zarr.storage.ZipStore(tmp_path / "b.zarr.zip", mode="w") as store:
        group = zarr.create_group(store, attributes=dict(plain.attributes))
        group.create_array("values", data=given.values, chunks=(70, 3, 2))
        group.create_array("valid", data=given.valid)
    starts = np.array([0, 65, 236])
    found = open_representation(tmp_path / "b.zarr.zip").windows(starts, 64)
    assert np.array_equal(found, plain.windows(starts, 64))


def test_the_same_input_gives_the_same_bytes(tmp_path):
    first, second = (write(tmp_path / name, representation()) for name in ("a.zarr.zip", "b.zarr.zip"))
    assert first.read_bytes() == second.read_bytes()


def test_axes_units_and_provenance_are_read_back(tmp_path):
    given = representation(attributes={"representation": "cwt", "n_cycles": "frequency"})
    path = write(tmp_path / "a.zarr.zip", given, attributes={"interpolated_channels": ["F7-T3"]})
    opened = open_representation(path)
    assert opened.channels == CHANNELS
    assert opened.frequencies_hz == given.frequencies_hz
    assert (opened.frame_rate_hz, opened.n_frames) == (16.0, 1000)
    assert np.array_equal(opened.valid, given.valid)
    assert opened.attributes["n_cycles"] == "frequency"
    assert opened.attributes["interpolated_channels"] == ["F7-T3"]


@pytest.mark.parametrize("n_frames", [0, 1, 5])
def test_a_recording_shorter_than_a_window_opens_and_has_no_windows(tmp_path, n_frames):
    opened = open_representation(write(tmp_path / "a.zarr.zip", representation(n_frames)))
    assert opened.n_frames == len(opened.valid) == n_frames
    assert opened.windows(np.array([], dtype=int), 64).shape == (0, 3, 5, 64)


@pytest.mark.parametrize("start", [-1, 937])
def test_windows_outside_the_recording_are_refused(tmp_path, start):
    opened = open_representation(write(tmp_path / "a.zarr.zip", representation()))
    with pytest.raises(ValueError, match="do not fit 1000 frames"):
        opened.windows(np.array([start]), 64)


def test_lazy_frames_are_read_in_order_and_in_blocks(tmp_path, monkeypatch):
    asked = []

    class Counting:
        shape, dtype = (10, 3, 5), np.dtype(np.float32)

        def __getitem__(self, frames):
            asked.append((frames.start, frames.stop))
            return np.zeros((frames.stop - frames.start, 3, 5), dtype=np.float32)

    monkeypatch.setattr(represented, "_PIECE", 4 * 60)
    write(tmp_path / "a.zarr.zip", representation(10, values=Counting()))
    assert asked == [(0, 4), (4, 8), (8, 10)]


def test_a_failed_computation_leaves_no_file(tmp_path):
    class Broken:
        shape, dtype = (10, 3, 5), np.dtype(np.float32)

        def __getitem__(self, frames):
            raise RuntimeError("no power")

    with pytest.raises(RuntimeError):
        write(tmp_path / "a.zarr.zip", representation(10, values=Broken()))
    assert list(tmp_path.iterdir()) == []


NAMES = ("flat", "saturated", "extreme", "line_noise", "high_frequency", "interpolated", "masked")


def flags(seconds=63, **where):
    """Return flags of three channels, set where asked for: name -> (channels, seconds)."""
    found = {name: np.zeros((3, seconds), dtype=bool) for name in NAMES}
    for name, place in where.items():
        found[name][place] = True
    return found


def test_flags_are_read_back_as_written(tmp_path):
    given = {name: np.random.default_rng(k).random((3, 63)) < 0.5 for k, name in enumerate(NAMES)}
    found = open_representation(write(tmp_path / "a.zarr.zip", representation(), flags=given)).flags
    assert list(found) == list(NAMES)
    for name in NAMES:
        np.testing.assert_array_equal(found[name], given[name], err_msg=name)


def test_the_bad_share_is_that_of_flagged_channels_in_the_second_of_each_frame(tmp_path):
    given = flags(flat=(0, 2), masked=(slice(None, 2), 2), line_noise=(2, 4), interpolated=(slice(None), slice(None)))
    found = open_representation(write(tmp_path / "a.zarr.zip", representation(), flags=given)).bad
    assert found.dtype == np.float32
    expected = np.zeros(1000, np.float32)
    expected[2 * 16 : 3 * 16] = 2 / 3  # flat and masked are one bad channel; interpolated is none
    expected[4 * 16 : 5 * 16] = 1 / 3
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("rate_hz", [0.5, 1.0, 12.8, 16.0, 1 / 3, 100 / 7])
def test_every_frame_has_the_share_of_its_own_second_at_any_frame_rate(tmp_path, rate_hz):
    seconds = int(np.ceil(1000 / rate_hz))
    bad = np.random.default_rng(0).random(seconds) < 0.3
    path = write(tmp_path / "a.zarr.zip", representation(frame_rate_hz=rate_hz), flags=flags(seconds, flat=(0, bad)))
    found = open_representation(path).bad
    np.testing.assert_array_equal(found > 0, bad[(np.arange(1000) / rate_hz + 1e-6).astype(int)])


@pytest.mark.parametrize("seconds", [62, 63, 64, 90])
def test_a_partial_last_second_is_optional(tmp_path, seconds):
    path = write(tmp_path / "a.zarr.zip", representation(), flags=flags(seconds, flat=(0, -1)))
    assert len(open_representation(path).bad) == 1000


def test_a_file_without_flags_has_no_bad_share(tmp_path):
    for given in (None, {}):
        opened = open_representation(write(tmp_path / "a.zarr.zip", representation(), flags=given))
        assert opened.flags == {}
        np.testing.assert_array_equal(opened.bad, np.zeros(1000))


def test_any_zarr_reader_finds_the_flags_and_their_names(tmp_path):
    path = write(tmp_path / "a.zarr.zip", representation(), flags=flags(flat=(0, 2), masked=(1, 5)))
    with zarr.storage.ZipStore(path, mode="r") as store:
        array = zarr.open(store, mode="r")["flags"]
        assert array.attrs["bits"] == list(NAMES)
        assert array.metadata.dimension_names == ("second", "channel")
        assert (array.dtype, array.shape) == (np.uint8, (63, 3))
        assert (array[2, 0], array[5, 1]) == (1, 1 << 6)


def test_flags_cost_less_than_a_hundredth_of_a_file(tmp_path):
    given = representation(1800 * 16, dtype=np.uint8, n_frequencies=40)
    plain, flagged = (
        write(tmp_path / f"{number}.zarr.zip", given, flags=f) for number, f in enumerate((None, flags(1800)))
    )
    assert flagged.stat().st_size < 1.01 * plain.stat().st_size


@pytest.mark.parametrize("shape", [(2, 63), (3, 20)])
def test_flags_that_do_not_fit_the_frames_are_refused(tmp_path, shape):
    with pytest.raises(ValueError, match="do not fit frames"):
        write(tmp_path / "a.zarr.zip", representation(), flags={"flat": np.zeros(shape, bool)})


def test_flags_of_another_recording_are_a_one_line_error_with_a_remedy(tmp_path):
    path = write(tmp_path / "a.zarr.zip", representation(), flags=flags())
    with zarr.storage.ZipStore(tmp_path / "b.zarr.zip", mode="w") as store:
        group = zarr.create_group(store, attributes=dict(open_representation(path).attributes))
        group.create_array("values", data=representation().values)
        group.create_array("valid", data=representation().valid)
        group.create_array("flags", data=np.zeros((63, 2), np.uint8), attributes={"bits": list(NAMES)})
    with pytest.raises(RecordingError, match=r"flags of shape .* do not fit .*; delete it and run the workflow again"):
        open_representation(tmp_path / "b.zarr.zip")


def test_a_represented_recording_has_the_flags_of_the_harmonized_one(tmp_path):
    stream = harmonized(tmp_path / "r.h5")
    given = Representation(np.zeros((20 * 16, 18), np.float32), 16.0, (), "uV", np.ones(20 * 16, bool))
    write_representation(tmp_path / "a.zarr.zip", given, channels=stream.channels, flags=read_flags(tmp_path / "r.h5"))
    opened = open_representation(tmp_path / "a.zarr.zip")
    lacking = [name in stream.masked_channels for name in stream.channels]
    assert 0 < sum(lacking) < 18
    np.testing.assert_array_equal(opened.flags["masked"].all(axis=1), lacking)
    assert (opened.bad >= np.float32(np.mean(lacking))).all()


def harmonized(path):
    rng = np.random.default_rng(1)

    def made(label):
        values = rng.normal(0, 20, 20 * 256).astype(np.float32)
        return Signal(label, 256, len(values), lambda start, stop: values[start:stop].copy())

    raw = RawRecording(tuple(made(name) for name in ("Fp1", "F7", "T7", "F3", "C3")), 20.0)
    settings = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50]}
    stream = Stream(raw, [], **settings)
    write_recording(path, stream, attributes=settings)
    return stream


def damaged(tmp_path, how):
    path = write(tmp_path / "a.zarr.zip", representation())
    content = path.read_bytes()
    if how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "text":
        path.write_text("not a zip")
    elif how == "missing":
        path.unlink()
    elif how == "without values":
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "new", "w") as new:
            new.writestr("zarr.json", old.read("zarr.json"))
        (tmp_path / "new").replace(path)
    else:
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(how, b"harm")
    return path


@pytest.mark.parametrize(
    "how",
    ["truncated", "empty", "text", "missing", "without values", "../../harm", "/etc/harm", "C:\\harm", "a\\..\\b"],
)
def test_a_damaged_or_hostile_file_is_a_one_line_error_with_file_and_remedy(tmp_path, how):
    path = damaged(tmp_path, how)
    with pytest.raises(RecordingError) as caught:
        open_representation(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert any(remedy in message for remedy in ("run the workflow again", "run the stage", "do not use"))


def test_a_rewritten_file_is_read_again(tmp_path):
    path = write(tmp_path / "a.zarr.zip", representation())
    open_representation(path).windows(np.array([0]), 5)
    changed = representation(scale=2.0)
    assert np.array_equal(
        open_representation(write(path, changed)).windows(np.array([0]), 5), cut(changed.array(), [0], 5)
    )


@pytest.mark.parametrize(
    "changes", [{"frequencies_hz": (1.0,)}, {"valid": np.ones(3, dtype=bool)}, {"frame_rate_hz": 0.0}], ids=str
)
def test_axes_that_do_not_fit_are_refused(changes):
    with pytest.raises(ValueError, match=r"do not fit|must be positive"):
        representation(**changes)


def test_channel_names_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(ValueError, match="2 names do not fit 3 channels"):
        write_representation(tmp_path / "a.zarr.zip", representation(), channels=CHANNELS[:2])
