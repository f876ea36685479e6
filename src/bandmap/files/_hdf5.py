"""HDF5 files of the workflow: written atomically; one-line errors for damaged files and other versions."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from bandmap.files.whole import whole_file
from bandmap.vocabulary.recording import RecordingError


class _Disk(io.FileIO):
    """A file that records its first write error for later.

    HDF5 ignores some failed writes, as on a full disk, and others crash the process. Therefore HDF5 sees no write
    errors.
    """

    error: OSError | None = None

    def write(self, content: Any) -> int:
        rest = memoryview(content).cast("B")
        size = len(rest)
        try:
            while rest and not self.error:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.error = error
        return size

    def readinto(self, buffer: Any) -> int:
        place = memoryview(buffer).cast("B")
        got = super().readinto(place) or 0
        place[got:] = bytes(len(place) - got)
        return len(place)


@contextmanager
def written(path: str | Path) -> Iterator[h5py.File]:
    """Yield a new file; it becomes `path` if the block ends without an error.

    Raises
    ------
    OSError
        If a write failed.
    """
    with whole_file(path) as unfinished, _Disk(unfinished, "w+") as disk:
        try:
            with h5py.File(disk, "w") as file:
                yield file
        finally:
            if disk.error:
                raise disk.error


@contextmanager
def opened(path: str | Path) -> Iterator[h5py.File]:
    """Open a file for the block, which should only read it.

    Yields
    ------
    h5py.File

    Raises
    ------
    RecordingError
        If the file does not exist, is truncated, or lacks something that the block reads: file, problem, remedy.
    """
    try:
        with h5py.File(path, "r") as file:
            yield file
    except FileNotFoundError:
        raise RecordingError(f"{path}: there is no such file; run the stage that writes it") from None
    except (OSError, LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        problem = f"damaged, or written by another version of bandmap ({reason:.200})"
        raise RecordingError(f"{path}: {problem}; delete it and run the workflow again") from error
