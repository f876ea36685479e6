"""The time at which a recording starts, so that its annotations can be shown beside it."""

from datetime import datetime
from pathlib import Path

_FIRST_YEAR = 1985
"""EDF stores two digits of the year: 85 to 99 are 1985 to 1999, and 00 to 84 are 2000 to 2084."""


def read_start(path: str | Path) -> datetime | None:
    """Return the start in the header of an EDF or BDF file, in local time; None if it does not state one."""
    with Path(path).open("rb") as file:
        field = file.read(184)[168:].decode("latin-1")
    try:
        start = datetime.strptime(field, "%d.%m.%y%H.%M.%S")
    except ValueError:
        return None
    return start if start.year >= _FIRST_YEAR else start.replace(year=start.year + 100)
