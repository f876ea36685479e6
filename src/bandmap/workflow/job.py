"""The context in which every script runs: its log, and a one-line message if it fails."""

import errno
import logging
import platform
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from bandmap.workflow.provenance import packages

REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again",
    errno.EDQUOT: "the quota is used up; free some space and run the same command again",
    errno.EROFS: "the folder is read-only; make it writable or choose another folder with --directory",
    errno.EACCES: "reading or writing is not permitted; change the permissions",
}
"""Error number of the operating system -> remedy."""


@contextmanager
def job(snakemake: Any) -> Iterator[None]:
    """Run the body of a script: messages go to the rule's log, and a failure ends with one readable line.

    An error raised by the package is one line in the log and on the terminal. Any other error leaves its traceback in
    the log and its last line on the terminal. Both end the job with status 1.
    """
    log = Path(snakemake.log[0])
    try:
        with _logging_to(log):
            _log_settings(snakemake)
            yield
    except Exception as error:  # noqa: BLE001 - the outermost handler of every job; the traceback goes to its log
        line = _one_line(snakemake, error)
        with (
            suppress(OSError),
            log.open("a", encoding="utf-8") as stream,
        ):  # a full or read-only disk has no room for the log
            stream.write("" if _own(error) else traceback.format_exc())
            stream.write(f"ERROR {line}\n")
        sys.stderr.write(f"ERROR {line} (log: {log})\n")
        raise SystemExit(1) from None


class _LogFile(logging.FileHandler):
    """A log file that ends the job if it cannot be written, like any other file."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the library's
        raise  # noqa: PLE0704 - called while an error is handled


@contextmanager
def _logging_to(log: Path) -> Iterator[None]:
    log.parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(log, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def _own(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] == "bandmap"


def _one_line(snakemake: Any, error: Exception) -> str:
    message = " ".join(str(error).split()) or type(error).__name__
    if not _own(error):
        message = f"{type(error).__name__}: {message}"
        remedy = REMEDIES.get(getattr(error, "errno", None) or 0)
        message += f"; {remedy}" if remedy else ""
    first = Path(str(snakemake.input[0])).name if len(snakemake.input) else ""
    return message if first in message else f"{first}: {message}"


def _log_settings(snakemake: Any) -> None:
    logger = logging.getLogger("bandmap")
    versions = {"bandmap": metadata.version("bandmap"), "python": platform.python_version(), **packages()}
    logger.info("%s %s", snakemake.rule, dict(snakemake.wildcards))
    logger.info("%s", ", ".join(f"{name} {version}" for name, version in versions.items()))
    for name, value in snakemake.params.items():
        logger.info("%s = %s", name, value if len(str(value)) < 500 else f"{str(value)[:500]} ...")
