"""Malicious files: refused in one line, without running code, decompressing or filling the disk."""

import io
import json
import logging
import pickle
import tracemalloc
import zipfile
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from made_edf import Made, tals

from bandmap.download.datasets import bids
from bandmap.files import edf, weights
from bandmap.files.harmonized import read_attributes, read_duration, read_flags, read_quality
from bandmap.files.predicted import read_predictions
from bandmap.files.represented import open_representation, write_representation
from bandmap.train.models import cwt_resnet18, eegwavenet
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.recording import RecordingError
from bandmap.vocabulary.representation import Representation

RAMP = np.arange(-20, 20).reshape(4, 10)
LABELS = ["<img src=x>", "$(touch harm)", "`id`;rm -rf ~", "'\"&|>#{}%s", "a\r\nERROR b", "..\\..\\etc"]


@contextmanager
def at_most(megabytes):
    """Fail if Python and numpy ask for more."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * 2**20
    finally:
        tracemalloc.stop()


def refused(read, path, error=RecordingError):
    """Return the one line that a file is refused with."""
    with at_most(megabytes=50), pytest.raises(error) as caught:
        read(path)
    line = str(caught.value)
    assert line.isprintable()
    assert path.name in line
    assert len(line) < 600
    return line


@pytest.mark.parametrize("label", LABELS)
def test_labels_of_a_header_stay_text_of_one_line(tmp_path, label, caplog):
    path = tmp_path / "a.edf"
    path.write_bytes(bytes(Made([RAMP], labels=[label])))
    (signal,) = edf.read(path).signals
    assert signal.label.isprintable()
    assert signal.label == "".join(c if c.isprintable() else " " for c in label)
    path.write_bytes(bytes(Made([RAMP], labels=[label], physical=("0", "0"))))
    with caplog.at_level(logging.WARNING):
        edf.read(path)
    assert all(record.getMessage().isprintable() for record in caplog.records)


@pytest.mark.parametrize("label", LABELS)
def test_labels_of_annotations_stay_text_of_one_line(tmp_path, label):
    extra = b"+1\x151\x14" + label.encode() + b"\x14\0"
    path = tmp_path / "a.edf"
    path.write_bytes(bytes(Made([RAMP], reserved=b"EDF+C", tals=tals(range(4), extra))))
    (event,) = edf.read(path).annotations
    assert event.label.isprintable()


@pytest.mark.parametrize(
    ("place", "claim"),
    [(252, b"9999"), (252, b"1e9 "), (472, b"99999999"), (244, b"1e300   "), (244, b"99999999"), (236, b"-2      ")],
    ids=["channels", "channels in words", "samples of a record", "seconds", "a year in a record", "records"],
)
def test_a_header_that_claims_too_much_is_refused_before_memory_is_taken(tmp_path, place, claim):
    content = bytearray(bytes(Made([RAMP])))
    content[place : place + len(claim)] = claim
    path = tmp_path / "much.edf"
    path.write_bytes(bytes(content))
    refused(edf.read, path)


def test_a_header_with_more_records_than_the_file_is_corrected(tmp_path):
    content = bytearray(bytes(Made([RAMP])))
    content[236:244] = b"99999999"
    path = tmp_path / "much.edf"
    path.write_bytes(bytes(content))
    with at_most(megabytes=10):
        assert edf.read(path).signals[0].n_samples == 40


class Bomb:
    """Leaves a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_a_pickle_in_place_of_weights_is_never_run(tmp_path):
    mark, path = tmp_path / "harm", tmp_path / "weights.pt"
    path.write_bytes(pickle.dumps(Bomb(mark)))
    assert "not a file of trained weights" in refused(weights.load, path, weights.WeightsError)
    for content in (Bomb(mark), {"settings": "{}", "state": Bomb(mark)}, {"settings": Bomb(mark), "state": {}}):
        torch.save(content, path)
        assert "not a file of trained weights" in refused(weights.load, path, weights.WeightsError)
        assert not mark.exists()
    pickle.loads(pickle.dumps(Bomb(mark)))
    assert mark.exists(), "the bomb is none"


def test_weights_that_decompress_to_more_than_stated_are_refused(tmp_path):
    path, plain = tmp_path / "weights.pt", io.BytesIO()
    torch.save({"settings": "{}", "state": {"a": torch.zeros(1_000_000)}}, plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert path.stat().st_size < 100_000
    assert "retrain the model" in refused(weights.load, path, weights.WeightsError)


def test_weights_of_another_architecture_are_refused_with_a_remedy(tmp_path):
    network = eegwavenet.build(eegwavenet.EXAMPLE_SHAPE, 2, **getattr(eegwavenet, "EXAMPLE_HYPERPARAMETERS", {}))
    shape = cwt_resnet18.EXAMPLE_SHAPE
    settings = {"kind": "cwt_resnet18", "shape": shape, "n_classes": 2, "hyperparameters": {"width": 2}}
    path = tmp_path / "weights.pt"
    weights.save(path, Normalized(network, torch.zeros(1), torch.ones(1)), settings)
    line = refused(weights.load, path, weights.WeightsError)
    assert "the weights do not fit the current 'cwt_resnet18'" in line
    assert "retrain the model" in line


def cache(path, **changes):
    """Write a small cache, with other metadata in it."""
    made = Representation(np.ones((10, 2, 3), np.float32), 4.0, (1.0, 2.0, 3.0), "uV^2", np.ones(10, bool))
    write_representation(path, made, channels=["C3", "C4"])
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", changes.pop("compression", zipfile.ZIP_STORED)) as archive:
        for name, content in entries.items():
            archive.writestr(name, changes.pop(name, content))
        for name, content in changes.items():
            archive.writestr(name, content)
    return path


def metadata(path, name, **changes):
    with zipfile.ZipFile(path) as archive:
        return json.dumps(json.loads(archive.read(name)) | changes)


def grid(*shape):
    return {"name": "regular", "configuration": {"chunk_shape": shape}}


@pytest.mark.parametrize("name", ["../../harm", "/etc/harm", "C:\\harm", "values/../../harm"])
def test_a_cache_with_a_path_outside_of_it_is_refused_and_writes_nothing(tmp_path, name):
    path = cache(tmp_path / "in/a.zarr.zip", **{name: b"harm"})
    assert "points outside the file" in refused(open_representation, path)
    assert [entry.name for entry in tmp_path.rglob("*") if entry.is_file()] == ["a.zarr.zip"]


def test_a_cache_that_decompresses_to_a_hundred_megabytes_is_refused_before(tmp_path):
    path = tmp_path / "a.zarr.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zarr.json", "w") as file:
        for _ in range(100):
            file.write(bytes(2**20))
    assert path.stat().st_size < 200_000
    assert "run the workflow again" in refused(open_representation, path)


@pytest.mark.parametrize(
    "claims",
    [
        {"shape": [10**12, 2, 3], "chunk_grid": grid(10**12, 2, 3)},
        {"shape": [10**12, 2, 3], "chunk_grid": grid(10, 2, 3)},
        {"shape": [-10, 2, 3]},
        {"chunk_grid": grid(0, 2, 3)},
        {"chunk_grid": grid(-1, 2, 3)},
        {"chunk_grid": grid(10, 2)},
        {"data_type": "object"},
        {"data_type": "float64"},
        {"codecs": [{"name": "pickle"}]},
    ],
    ids=str,
)
def test_a_cache_that_claims_impossible_arrays_is_refused(tmp_path, claims):
    path = cache(tmp_path / "a.zarr.zip")
    text = metadata(path, "values/zarr.json", **claims)

    def first_window(path):
        open_representation(path).windows(np.array([0]), 4)

    assert "run the workflow again" in refused(first_window, cache(path, **{"values/zarr.json": text}))


@pytest.mark.parametrize("number", [0, -1, float("nan"), float("inf"), 1e300, "four", None, [4]], ids=str)
def test_a_cache_without_a_frame_rate_is_refused(tmp_path, number):
    path = cache(tmp_path / "a.zarr.zip")
    attributes = json.loads(metadata(path, "zarr.json"))["attributes"] | {"frame_rate_hz": number}
    text = metadata(path, "zarr.json", attributes=attributes)
    assert "run the workflow again" in refused(open_representation, cache(path, **{"zarr.json": text}))


def test_a_truncated_cache_is_an_error_with_a_remedy(tmp_path):
    path = cache(tmp_path / "a.zarr.zip")
    content = path.read_bytes()
    for keep in range(0, len(content), 97):
        path.write_bytes(content[:keep])
        assert "run the workflow again" in refused(open_representation, path)


@pytest.mark.parametrize("read", [read_predictions, read_attributes, read_quality, read_flags, read_duration])
def test_truncated_results_or_those_of_another_version_are_an_error_with_a_remedy(tmp_path, read):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["something"] = np.arange(1000)
    content = path.read_bytes()
    if read is not read_attributes and read is not read_flags:
        assert "another version of bandmap" in refused(read, path)
    for keep in (0, 100, len(content) // 2):
        path.write_bytes(content[:keep])
        assert "delete it and run the workflow again" in refused(read, path)
    path.unlink()
    assert "run the stage that writes it" in refused(read, path)


@pytest.mark.parametrize("name", ["run 1", "it's", 'a"b', "a\nb", "a;reboot", "$(id)", "a{b}", "ä"])
def test_a_file_with_an_unsafe_name_is_refused_in_one_line(tmp_path, name):
    folder = tmp_path / "sub-01/eeg"
    folder.mkdir(parents=True)
    (folder / f"sub-01_task-{name}_eeg.edf").write_bytes(bytes(Made([RAMP])))
    with pytest.raises(RecordingError, match="rename it") as caught:
        bids.recordings(root=str(tmp_path))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["my EEG", "it's", 'a"b', "a;reboot", "$(id)", "%s", "-n"])
def test_the_folder_around_them_may_have_any_name(tmp_path, name):
    folder = tmp_path / name / "sub-01/eeg"
    folder.mkdir(parents=True)
    (folder / "sub-01_task-sz_eeg.edf").write_bytes(bytes(Made([RAMP])))
    (row,) = bids.recordings(root=str(tmp_path / name))
    assert Path(row["source"]).read_bytes() == bytes(Made([RAMP]))
