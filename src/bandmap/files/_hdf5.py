"""HDF5 files of the workflow: whole when written; what is damaged or of another version is told in one line."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from bandmap.files.whole import whole_file
from bandmap.vocabulary.recording import RecordingError


class _Disk(io.FileIO):
    """A file whose first failure is kept for later.

    HDF5 forgets some writes that fail, as on a full disk, and the process dies of others. So it is told of none.
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
    """Yield a new file to fill; it becomes `path` when the block ends without an error, and whole.

    Raises
    ------
    OSError
        If something could not be written.
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
    """Open a file; it is closed with the block, which should do nothing but read it.

    Yields
    ------
    h5py.File

    Raises
    ------
    RecordingError
        If the file is absent, cut off, or lacks something that the block asks it for: names file, problem and remedy.
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
