"""Transfers by HTTP or from a folder: the correct file under its name, or a clear error and no file."""

import hashlib
import logging
import os
import random
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import requests
from tqdm import tqdm
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from bandmap.files.whole import whole_file

CHUNK_BYTES = 1 << 14
"""Maximum number of bytes that a broken connection loses."""

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses that may be temporary."""

LONGEST_WAIT_SECONDS = 120.0

logger = logging.getLogger(__name__)


class DownloadError(RuntimeError):
    """A file could not be fetched; the message names it, every source that was tried, and why it failed."""


class _BrokenOffError(Exception):
    """The transfer stopped for a reason that may be temporary."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class _RefusedError(Exception):
    """A source does not have the file, so that waiting does not help."""


@dataclass(frozen=True)
class Patience:
    """How often an interrupted transfer is resumed.

    Attributes
    ----------
    attempts : int
        Consecutive attempts without new data after which the next source is tried.
    backoff_seconds : float
        First wait; doubled after each attempt without new data, at most two minutes.
    timeout_seconds : float
        Time without a response that counts as a broken connection.
    """

    attempts: int = 6
    backoff_seconds: float = 1.0
    timeout_seconds: float = 60.0


@dataclass(frozen=True)
class _Expected:
    checksum: str | None
    size: int | None

    def problem(self, path: Path) -> str:
        """Return the problem with a file; empty if there is none."""
        size = path.stat().st_size
        if self.size is not None and size != self.size:
            return f"it has {size} bytes instead of {self.size}"
        if self.checksum is None:
            return ""
        algorithm, _, expected = self.checksum.partition(":")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, algorithm).hexdigest()
        return "" if found == expected else f"its {algorithm} is {found[:12]}... instead of {expected[:12]}..."


def fetch_file(
    sources: Sequence[str],
    target: Path,
    *,
    checksum: str | None = None,
    size: int | None = None,
    patience: Patience | None = None,
) -> None:
    """Fetch a file from the first source that has it.

    A transfer over HTTP writes to `<target>.part` and resumes after an interruption, in this run or a later one. The
    file gets its name once it is complete and correct; an existing correct file is left unchanged.

    Parameters
    ----------
    sources : sequence of str
        URLs (http, https) or paths, in order of preference. A path is linked if possible, else copied.
    target : Path
        File to write; its folder is created if it does not exist.
    checksum : str, optional
        "sha256:<hex>" or "sha1:<hex>". Without one, an interrupted transfer starts again from its first byte.
    size : int, optional
        Size of the file in bytes.
    patience : Patience, optional

    Raises
    ------
    DownloadError
        If no source has the correct file.
    """
    expected = _Expected(checksum, size)
    if checksum and target.is_file() and not expected.problem(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    failures = []
    for source in sources:
        try:
            if is_url(source):
                _download(source, target, expected, patience or Patience())
            else:
                _copy(Path(source), target, expected)
        except _RefusedError as error:
            logger.warning("%s: %s", source, error)
            failures.append(f"{source}: {error}")
        else:
            return
    remedy = "check the connection, or set 'mirror' to a folder or URL with the files"
    raise DownloadError(f"{target.name} could not be fetched ({'; '.join(failures) or 'no source is known'}); {remedy}")


def is_url(source: str) -> bool:
    """Return whether a source is fetched by HTTP rather than copied."""
    return source.startswith(("http://", "https://"))


def _copy(source: Path, target: Path, expected: _Expected) -> None:
    if not source.is_file():
        raise _RefusedError("there is no such file")
    with whole_file(target) as unfinished:
        _link_or_copy(source, unfinished)
        if problem := expected.problem(unfinished):
            raise _RefusedError(problem)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source.resolve(), target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def _download(url: str, target: Path, expected: _Expected, patience: Patience) -> None:
    part = target.with_name(f"{target.name}.part")
    began = time.monotonic()
    problem = ""
    for _ in range(2):  # the rest of an earlier run may be wrong: the second attempt starts at the first byte
        _persist(url, part, expected, patience)
        problem = expected.problem(part)
        if not problem:
            logger.info("%s: %d bytes in %.1f s", url, part.stat().st_size, time.monotonic() - began)
            part.replace(target)
            return
        part.unlink()
    raise _RefusedError(problem)


def _persist(url: str, part: Path, expected: _Expected, patience: Patience) -> None:
    """Transfer until the file is complete, or several attempts bring no new data."""
    idle, most = 0, 0
    while True:
        try:
            _transfer(url, part, expected, patience.timeout_seconds)
        except _BrokenOffError as error:
            size = _size(part)
            idle, most = (0 if size > most else idle + 1), max(size, most)
            if idle >= patience.attempts:
                raise _RefusedError(f"{error}, {idle} times in a row") from error
            seconds = patience.backoff_seconds * 2**idle * random.uniform(0.5, 1.0)
            seconds = min(max(seconds, error.wait_seconds or 0.0), LONGEST_WAIT_SECONDS)
            logger.info("%s: %s after %d bytes; resuming in %.1f s", url, error, size, seconds)
            time.sleep(seconds)
        else:
            return


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _transfer(url: str, part: Path, expected: _Expected, timeout_seconds: float) -> None:
    """Make one request and append the received data."""
    # Without a checksum, a change of the file between two transfers would go unnoticed.
    offset = _size(part) if expected.checksum else 0
    if offset and offset == expected.size:
        return
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
    try:
        with requests.get(url, headers=headers, stream=True, timeout=timeout_seconds) as response:
            if _begins_at(response, part, offset, expected):
                _receive(response, part, offset if response.status_code == requests.codes.partial else 0, expected)
    except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        cause = getattr(error.args[0], "reason", error) if error.args else error
        raise _BrokenOffError(f"the connection broke ({type(cause).__name__})") from error
    except requests.RequestException as error:
        raise _RefusedError(f"{type(error).__name__}: {error}") from error


def _begins_at(response: requests.Response, part: Path, offset: int, expected: _Expected) -> bool:
    """Return whether the response starts at `offset` or at the beginning; False if nothing is missing."""
    status = response.status_code
    if status == requests.codes.ok:
        return True
    if status == requests.codes.partial and offset:
        begin = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
        if begin and int(begin[1]) == offset:
            return True
        part.unlink()
        raise _BrokenOffError("the server sent a part of the file that was not requested")
    if status == requests.codes.requested_range_not_satisfiable and offset:
        if not expected.problem(part):
            return False
        part.unlink()
        raise _BrokenOffError("the partial file is longer than the file")
    reason = f"the server answered {status} {response.reason}"
    if status in PASSING:
        raise _BrokenOffError(reason, _retry_after(response))
    raise _RefusedError(reason)


def _retry_after(response: requests.Response) -> float | None:
    """Return the number of seconds that the server asks to wait."""
    header = response.headers.get("Retry-After")
    try:
        return None if header is None else Retry().parse_retry_after(header)
    except InvalidHeader:
        return None


def _receive(response: requests.Response, part: Path, offset: int, expected: _Expected) -> None:
    rest = response.headers.get("Content-Length", "")
    total = expected.size or (offset + int(rest) if rest.isdigit() else None)
    name = part.name.removesuffix(".part")
    with (
        part.open("ab" if offset else "wb") as file,
        tqdm(desc=name, initial=offset, total=total, unit="B", unit_scale=True, leave=False, disable=None) as bar,
    ):
        for chunk in response.iter_content(CHUNK_BYTES):
            file.write(chunk)
            bar.update(len(chunk))
            if expected.size is not None and file.tell() > expected.size:
                break
    _check_end(part, expected)


def _check_end(part: Path, expected: _Expected) -> None:
    """Distinguish a transfer that ended early without a stated length from a wrong file."""
    size = _size(part)
    if expected.size is not None and size > expected.size:
        part.unlink()
        raise _RefusedError(f"it is longer than {expected.size} bytes")
    if expected.size is not None and size < expected.size:
        raise _BrokenOffError(f"it ended after {size} of {expected.size} bytes")
