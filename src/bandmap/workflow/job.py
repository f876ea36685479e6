"""What every script runs in: its log, and one readable line when it fails."""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any


@contextmanager
def job(snakemake: Any) -> Iterator[None]:
    """Run a script's body: what is logged goes to the rule's log, a failure ends in one readable line.

    An error of the package's own is one line in the log and on the terminal; any other error leaves its traceback in
    the log and its last line on the terminal. Both end the job with status 1.
    """
    log = Path(snakemake.log[0])
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as stream:
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        root = logging.getLogger()
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        logging.captureWarnings(capture=True)
        try:
            _log_settings(snakemake)
            yield
        except Exception as error:  # noqa: BLE001 - the last stop of every job; the traceback goes to its log
            line = _one_line(snakemake, error)
            if not _own(error):
                stream.write(traceback.format_exc())
            stream.write(f"ERROR {line}\n")
            sys.stderr.write(f"ERROR {line} (log: {log})\n")
            raise SystemExit(1) from None
        finally:
            root.removeHandler(handler)


def _own(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] == "bandmap"


def _one_line(snakemake: Any, error: Exception) -> str:
    message = " ".join(str(error).split()) or type(error).__name__
    if not _own(error):
        message = f"{type(error).__name__}: {message}"
    first = Path(str(snakemake.input[0])).name if len(snakemake.input) else ""
    return message if first in message else f"{first}: {message}"


def _log_settings(snakemake: Any) -> None:
    logger = logging.getLogger("bandmap")
    logger.info("%s %s, bandmap %s", snakemake.rule, dict(snakemake.wildcards), metadata.version("bandmap"))
    for name, value in snakemake.params.items():
        logger.info("%s = %s", name, value if len(str(value)) < 500 else f"{str(value)[:500]} ...")
