"""Open HDF5 files of the workflow for reading; what is damaged or of another version is told in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from bandmap.recording import RecordingError


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
