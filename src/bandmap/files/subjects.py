"""Whose recordings these are, by their names or by a table."""

import re
from pathlib import Path

from bandmap.files.rows import read_rows
from bandmap.vocabulary.recording import RecordingError

_SUBJECT = re.compile(r"sub-([A-Za-z0-9+]+)")


class Subjects:
    """The subject of every recording.

    Parameters
    ----------
    table : path-like or None
        Columns recording and subject. Without a table, the name of a recording states it: `sub-<subject>_...`.
    """

    def __init__(self, table: str | Path | None = None) -> None:
        self._table = table
        self._known: dict[str, str] = {}
        if table is not None:
            try:
                self._known = {row["recording"]: row["subject"].removeprefix("sub-") for row in read_rows(table)}
            except (OSError, UnicodeDecodeError, KeyError) as error:
                raise RecordingError(f"{table}: no table with the columns recording and subject ({error})") from error

    def of(self, recording: str) -> str:
        """Return the subject of a recording.

        Raises
        ------
        RecordingError
            If neither its name nor the table states it.
        """
        stated = _SUBJECT.match(recording)
        subject = self._known.get(recording) if self._known else stated and stated[1]
        if not subject:
            where = f"{self._table} does not list it" if self._table else "its name does not begin with sub-"
            remedy = "give --subjects a table with the columns recording and subject"
            raise RecordingError(f"{recording}: whose recording is it? {where}; {remedy}")
        return subject
