"""What every script runs in: its log, and one readable line when it fails."""

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
    errno.ENOSPC: "the disk is full; make room and run the same command again",
    errno.EDQUOT: "the quota is used up; make room and run the same command again",
    errno.EROFS: "the folder is read-only; make it writable or choose another one with --directory",
    errno.EACCES: "this may not be read or written; mend its permissions",
}
"""What the operating system refuses -> what to do."""


@contextmanager
def job(snakemake: Any) -> Iterator[None]:
    """Run a script's body: what is logged goes to the rule's log, a failure ends in one readable line.

    An error of the package's own is one line in the log and on the terminal; any other error leaves its traceback in
    the log and its last line on the terminal. Both end the job with status 1.
    """
    log = Path(snakemake.log[0])
    try:
        with _logging_to(log):
            _log_settings(snakemake)
            yield
    except Exception as error:  # noqa: BLE001 - the last stop of every job; the traceback goes to its log
        line = _one_line(snakemake, error)
        with suppress(OSError), log.open("a", encoding="utf-8") as stream:  # what is full or read-only holds no log
            stream.write("" if _own(error) else traceback.format_exc())
            stream.write(f"ERROR {line}\n")
        sys.stderr.write(f"ERROR {line} (log: {log})\n")
        raise SystemExit(1) from None


class _LogFile(logging.FileHandler):
    """A log that cannot be written ends the job, like any other file that it cannot write."""

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
