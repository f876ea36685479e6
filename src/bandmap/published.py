"""What published data sets have in common: a table of recordings, places that have the files, marks inside them."""

import logging
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from bandmap.download import DownloadError, fetch_file, is_url
from bandmap.plugins import did_you_mean
from bandmap.store.tables import read_table

if TYPE_CHECKING:
    from bandmap.recording import Event

PHYSIONET = ("https://physionet-open.s3.amazonaws.com", "https://physionet.org/files")
"""Where PhysioNet's projects are, the fastest first: the second serves a hundredth of the rate of the first."""

CHECKSUMS = "SHA256SUMS.txt"
END_TOLERANCE_SECONDS = 1.0
"""An event may be marked to the second where the recording ends within one."""

logger = logging.getLogger(__name__)


def table(plugin: str | Path) -> list[dict[str, str]]:
    """Read the table of recordings that lies beside a plugin's file."""
    return read_table(Path(plugin).with_suffix(".tsv"))


def row_of(plugin: str | Path, recording: str) -> dict[str, str]:
    """Return the row of one recording in the table beside a plugin's file.

    Raises
    ------
    ValueError
        If there is no such recording; the message offers the nearest.
    """
    rows = {row["recording"]: row for row in table(plugin)}
    if recording not in rows:
        raise ValueError(did_you_mean(recording, rows))
    return rows[recording]


def of_subjects(rows: Sequence[dict[str, str]], subjects: Sequence[str] | None) -> list[dict[str, str]]:
    """Return the rows of some subjects, or all.

    Raises
    ------
    ValueError
        If nobody is called so; the message offers the nearest.
    """
    if subjects is None:
        return list(rows)
    wanted = {subjects} if isinstance(subjects, str) else set(map(str, subjects))
    known = {row["subject"] for row in rows}
    for subject in sorted(wanted - known):
        raise ValueError(f"subjects: {did_you_mean(subject, known)}")
    return [row for row in rows if row["subject"] in wanted]


def listed(rows: Sequence[Mapping[str, str]], mirror: str | None, *, events: str | None = None) -> list[dict[str, str]]:
    """Return recording, subject and source of rows of a table.

    Parameters
    ----------
    rows : sequence of mapping
        With recording, subject and path, that of the EDF file within the project.
    mirror : str or None
        Folder or URL with the project's files; PhysioNet if None.
    events : str, optional
        Column with the path of a second file, which holds the recording's events.

    Returns
    -------
    list of dict
        In order of recording; source is empty unless the mirror is a folder, and so is events, where it is asked for.

    Raises
    ------
    ValueError
        If the mirror is a folder that lacks a file.
    """
    columns = {"source": "path"} | ({} if events is None else {"events": events})
    local = mirror is not None and not is_url(mirror)
    if local:
        _check_present([row[column] for row in rows for column in columns.values()], str(mirror))
    return [
        {
            "recording": row["recording"],
            "subject": row["subject"],
            **{name: places("", row[column], mirror)[0] if local else "" for name, column in columns.items()},
        }
        for row in sorted(rows, key=lambda row: row["recording"])
    ]


def _check_present(paths: Sequence[str], mirror: str) -> None:
    missing = [path for path in paths if not Path(places("", path, mirror)[0]).is_file()]
    if missing:
        raise ValueError(
            f"mirror: {mirror} lacks {len(missing)} of {len(paths)} files, such as {missing[0]};"
            " fetch them, or choose 'subjects' whose files are there"
        )


def places(project: str, path: str, mirror: str | None) -> list[str]:
    """Return where a file may be had, in order of preference: URLs, or a path.

    Parameters
    ----------
    project : str
        "<name>/<version>" on PhysioNet.
    path : str
        The file's path within the project.
    mirror : str or None
        Folder or URL with the project's files. Where there is one, it is the only place: a machine that needs one
        has no way to the others.
    """
    if mirror is None:
        return [f"{base}/{project}/{quote(path)}" for base in PHYSIONET]
    if is_url(mirror):
        return [f"{mirror.rstrip('/')}/{quote(path)}"]
    return [str(Path(mirror).expanduser() / path)]


def published_checksum(project: str, path: str, mirror: str | None) -> str | None:
    """Look a file's checksum up in the list that PhysioNet keeps in every project.

    Returns
    -------
    str or None
        "sha256:<hex>"; None, with a warning, if a mirror does not have the list, or the list not the file.

    Raises
    ------
    DownloadError
        If PhysioNet does not answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        sums = Path(folder) / CHECKSUMS
        try:
            fetch_file(places(project, CHECKSUMS, mirror), sums)
        except DownloadError:
            if mirror is None:
                raise
            logger.warning("%s has no %s: %s is used without a check of its content", mirror, CHECKSUMS, path)
            return None
        found = re.search(rf"^([0-9a-f]{{64}}) [ *]?{re.escape(path)}$", sums.read_text(), re.MULTILINE)
    if found is None:
        logger.warning("%s does not list %s, which is used without a check of its content", CHECKSUMS, path)
        return None
    return f"sha256:{found[1]}"


def seizures(text: str) -> "tuple[Event, ...]":
    """Read a table's seizures, "<onset>-<offset>" in seconds from the start, separated by commas, or "n/a"."""
    from bandmap.recording import Event

    spans = [] if text == "n/a" else [span.split("-") for span in text.split(",")]
    return tuple(Event(float(onset), float(offset), "sz") for onset, offset in spans)


def inside(events: "Sequence[Event]", seconds: float, source: str) -> "tuple[Event, ...]":
    """Return events clipped to the recording.

    Parameters
    ----------
    events : sequence of Event
    seconds : float
        Length of the recording.
    source : str
        File that holds the marks, for messages.

    Raises
    ------
    RecordingError
        If an event lies outside the recording by more than a second.
    """
    from bandmap.recording import Event, RecordingError

    for event in events:
        if event.onset >= seconds or event.offset > seconds + END_TOLERANCE_SECONDS:
            raise RecordingError(
                f"{source}: the event '{event.label}' from {event.onset:g} s to {event.offset:g} s is outside the"
                f" recording of {seconds:g} s; fetch the whole recording"
            )
    return tuple(Event(event.onset, min(event.offset, seconds), event.label) for event in events)
