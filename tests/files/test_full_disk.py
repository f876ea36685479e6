"""A file that does not fit on the disk is an error, and absent."""

import resource
from contextlib import contextmanager

import numpy as np
import pytest

from bandmap.files._hdf5 import written
from bandmap.files.represented import write_representation
from bandmap.files.rows import write_rows
from bandmap.vocabulary.representation import Representation

NOISE = np.random.default_rng(0).normal(size=(50, 8, 100)).astype(np.float32)
FITS = 10_000_000


@contextmanager
def room_for(n_bytes):
    """Let no file grow beyond some bytes; the operating system refuses as it does when a disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def hdf5(path):
    with written(path) as file:
        for number, part in enumerate(NOISE):
            file.create_dataset(f"part{number}", data=part, compression="gzip", chunks=(1, 100))
        file.attrs["last"] = "words"


def zarr(path):
    made = Representation(NOISE, 4.0, tuple(range(1, 101)), "uV^2", np.ones(len(NOISE), bool))
    write_representation(path, made, channels=[f"C{number}" for number in range(8)])


def table(path):
    write_rows(path, [{"a": float(value)} for value in NOISE.ravel()], ["a"])


@pytest.mark.parametrize("write", [hdf5, zarr, table], ids=lambda write: write.__name__)
@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_full_disk_is_an_error_at_any_point_and_leaves_no_file(tmp_path, write, share):
    path = tmp_path / "a"
    with room_for(FITS):
        write(path)
    whole = path.read_bytes()
    path.unlink()
    with room_for(int(share * len(whole))), pytest.raises(OSError, match="File too large"):
        write(path)
    assert list(tmp_path.iterdir()) == []
    with room_for(len(whole)):
        write(path)
    assert path.read_bytes() == whole
