"""Files that are mapped into memory and read in parts."""

import mmap
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RESIDENT_BYTES = 256 * 2**20
"""Mapped pages count as memory of the process until they are released: after so many bytes were read."""

MOST_MAPS = 256
"""Maximum number of open maps: each uses a file descriptor, of which a process often has 1,024."""


class Mapped:
    """The bytes of a file, shape (bytes,)."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.bytes: NDArray[np.uint8] = np.frombuffer(self._map, np.uint8)
        self._touched = 0

    def touch(self, size: int) -> None:
        """State that some bytes are about to be read; release the pages of earlier ones when they are too many."""
        self._touched += size
        if self._touched > RESIDENT_BYTES and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._touched = size


@lru_cache(maxsize=MOST_MAPS)
def mapped(path: Path, _stamp: int) -> Mapped:
    """Return the bytes of a file; a file with another stamp (time of change) is mapped again."""
    return Mapped(path)
