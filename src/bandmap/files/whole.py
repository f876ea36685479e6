"""Atomic writing of files (write to a temporary file, then rename), and checksums of files."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it becomes `path` only if the block ends without an error.

    Parameters
    ----------
    path : path-like
        The final file; its folder is created if it does not exist.

    Yields
    ------
    Path
        An unused name in the same folder with the same suffixes.

    Notes
    -----
    Partial files that killed processes left of the same file are deleted.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    left = re.compile(rf"\.\d+\.{re.escape(path.name)}")
    for other in path.parent.iterdir():
        if left.fullmatch(other.name):
            other.unlink(missing_ok=True)
    unfinished = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def sha256_of(path: str | Path) -> str:
    """Return the sha256 of a file's bytes, as hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
