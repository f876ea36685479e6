"""Claims about the file of a representation."""

import zipfile

import numpy as np
import pytest
import zarr

from bandmap.recording import RecordingError
from bandmap.represented import Representation
from bandmap.store import represented
from bandmap.store.represented import open_representation, write_representation

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
    given = representation(dtype=dtype, n_frequencies=n_frequencies, scale=0.5, offset=-3.0)
    opened = open_representation(write(tmp_path / "a.zarr.zip", given))
    starts = np.array([7, 0, 936, 100, 101, 7, 500])
    found = opened.windows(starts, 64)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    assert np.array_equal(found, cut(given.array(), starts, 64))


def test_windows_across_chunks_are_right(tmp_path, monkeypatch):
    monkeypatch.setattr(represented, "LARGEST_CHUNK", 1_000)
    given = representation(200)
    opened = open_representation(write(tmp_path / "a.zarr.zip", given))
    starts = np.arange(0, 101)
    assert np.array_equal(opened.windows(starts, 100), cut(given.array(), starts, 100))


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


def test_axes_units_and_what_it_was_made_by_come_back(tmp_path):
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


def test_lazy_frames_are_asked_for_in_order_and_in_pieces(tmp_path, monkeypatch):
    asked = []

    class Counting:
        shape, dtype = (10, 3, 5), np.dtype(np.float32)

        def __getitem__(self, frames):
            asked.append((frames.start, frames.stop))
            return np.zeros((frames.stop - frames.start, 3, 5), dtype=np.float32)

    monkeypatch.setattr(represented, "_PIECE", 4 * 60)
    write(tmp_path / "a.zarr.zip", representation(10, values=Counting()))
    assert asked == [(0, 4), (4, 8), (8, 10)]


def test_nothing_remains_of_a_file_that_could_not_be_computed(tmp_path):
    class Broken:
        shape, dtype = (10, 3, 5), np.dtype(np.float32)

        def __getitem__(self, frames):
            raise RuntimeError("no power")

    with pytest.raises(RuntimeError):
        write(tmp_path / "a.zarr.zip", representation(10, values=Broken()))
    assert list(tmp_path.iterdir()) == []


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
def test_a_damaged_or_hostile_file_is_one_line_with_file_and_remedy(tmp_path, how):
    path = damaged(tmp_path, how)
    with pytest.raises(RecordingError) as caught:
        open_representation(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert any(remedy in message for remedy in ("run the workflow again", "run the stage", "do not use"))


def test_a_file_that_is_written_anew_is_read_anew(tmp_path):
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
