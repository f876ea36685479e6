"""Shared code of published data sets: the table of recordings, the sources of files, checks of the files."""

import logging
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from bandmap.download.transfer import DownloadError, fetch_file, is_url
from bandmap.files.rows import in_order, read_rows
from bandmap.vocabulary.plugins import did_you_mean

PHYSIONET = ("https://physionet-open.s3.amazonaws.com", "https://physionet.org/files")
"""Locations of PhysioNet's projects, the fastest first: the second is a hundred times slower than the first."""

CHECKSUMS = "SHA256SUMS.txt"

logger = logging.getLogger(__name__)


def table(plugin: str | Path) -> list[dict[str, str]]:
    """Read the table of recordings beside a plugin's file."""
    return read_rows(Path(plugin).with_suffix(".tsv"))


def row_of(plugin: str | Path, recording: str) -> dict[str, str]:
    """Return the row of one recording in the table beside a plugin's file.

    Raises
    ------
    ValueError
        If there is no such recording; the message names the closest one.
    """
    rows = {row["recording"]: row for row in table(plugin)}
    if recording not in rows:
        raise ValueError(did_you_mean(recording, rows))
    return rows[recording]


def of_subjects(rows: Sequence[dict[str, str]], subjects: Sequence[str] | None) -> list[dict[str, str]]:
    """Return the rows of the given subjects, or all rows.

    Raises
    ------
    ValueError
        If there is no such subject; the message names the closest one.
    """
    if subjects is None:
        return list(rows)
    wanted = {subjects} if isinstance(subjects, str) else set(map(str, subjects))
    known = {row["subject"] for row in rows}
    for subject in sorted(wanted - known):
        raise ValueError(f"subjects: {did_you_mean(subject, known)}")
    return [row for row in rows if row["subject"] in wanted]


def listed(
    rows: Sequence[Mapping[str, str]], project: str, mirror: str | None, *, events: str | None = None
) -> list[dict[str, str]]:
    """Return the columns that a plan needs from rows of a table.

    Parameters
    ----------
    rows : sequence of mapping
        Rows with recording, subject and path (of the EDF file within the project).
    project : str
        "<name>/<version>" on PhysioNet.
    mirror : str or None
        Folder or URL with the project's files; PhysioNet if None.
    events : str, optional
        Column with the path of a second file that contains the recording's events.

    Returns
    -------
    list of dict
        In order of recording: recording, subject, source (empty unless the mirror is a folder) and content, which
        identifies the file, so that it is not fetched again while this stays the same. With a second file, also events
        and events_content.

    Raises
    ------
    ValueError
        If the mirror is a folder in which a file is missing.
    """
    columns = {"source": "path"} | ({} if events is None else {"events": events})
    if local := mirror is not None and not is_url(mirror):
        _check_present([row[column] for row in rows for column in columns.values()], str(mirror))
    listing = []
    for row in sorted(rows, key=lambda row: in_order(row["recording"])):
        entry = {"recording": row["recording"], "subject": row["subject"]}
        for name, column in columns.items():
            entry[name] = places(project, row[column], mirror)[0] if local else ""
            entry["content" if name == "source" else f"{name}_content"] = (
                checksum(row, column) or f"{project}/{row[column]}"
            )
        listing.append(entry)
    return listing


def checksum(row: Mapping[str, str], column: str = "path") -> str | None:
    """Return "<algorithm>:<hex>" of the file that a column names, or None if the table does not contain it.

    It is in the column sha256 or sha1 for `path`, and in <column>_sha256 or <column>_sha1 for another file.
    """
    prefix = "" if column == "path" else f"{column}_"
    known = [algorithm for algorithm in ("sha256", "sha1") if prefix + algorithm in row]
    return f"{known[0]}:{row[prefix + known[0]]}" if known else None


def fetch(
    plugin: str | Path, project: str, recording: str, target: Path, mirror: str | None, *, column: str = "path"
) -> None:
    """Download or copy one file of a recording and check it against the table or against PhysioNet's list.

    Parameters
    ----------
    plugin : path-like
        The plugin's file, beside which the table lies.
    project : str
        "<name>/<version>" on PhysioNet.
    recording : str
    target : Path
        File to write.
    mirror : str or None
        As in `places`.
    column : str
        Column of the table with the path of the file.

    Raises
    ------
    DownloadError
        If no source has the correct file.
    """
    row = row_of(plugin, recording)
    path = row[column]
    known = checksum(row, column) or published_checksum(project, path, mirror)
    size = int(row["bytes"]) if column == "path" and "bytes" in row else None
    fetch_file(places(project, path, mirror), target, checksum=known, size=size)


def _check_present(paths: Sequence[str], mirror: str) -> None:
    missing = [path for path in paths if not Path(places("", path, mirror)[0]).is_file()]
    if missing:
        raise ValueError(
            f"mirror: {mirror} is missing {len(missing)} of {len(paths)} files, such as {missing[0]};"
            " add them, or choose 'subjects' whose files exist"
        )


def places(project: str, path: str, mirror: str | None) -> list[str]:
    """Return the sources of a file in order of preference: URLs, or a path.

    Parameters
    ----------
    project : str
        "<name>/<version>" on PhysioNet.
    path : str
        The file's path within the project.
    mirror : str or None
        Folder or URL with the project's files. If given, it is the only source: a machine that needs a mirror cannot
        reach the others.
    """
    if mirror is None:
        return [f"{base}/{project}/{quote(path)}" for base in PHYSIONET]
    if is_url(mirror):
        return [f"{mirror.rstrip('/')}/{quote(path)}"]
    return [str(Path(mirror).expanduser() / path)]


def published_checksum(project: str, path: str, mirror: str | None) -> str | None:
    """Look up a file's checksum in the list in every project of PhysioNet.

    Returns
    -------
    str or None
        "sha256:<hex>"; None, with a warning, if a mirror has no list or the list does not contain the file.

    Raises
    ------
    DownloadError
        If PhysioNet does not respond.
    """
    with tempfile.TemporaryDirectory() as folder:
        sums = Path(folder) / CHECKSUMS
        try:
            fetch_file(places(project, CHECKSUMS, mirror), sums)
        except DownloadError:
            if mirror is None:
                raise
            logger.warning("%s has no %s: %s is used without checking its content", mirror, CHECKSUMS, path)
            return None
        found = re.search(rf"^([0-9a-f]{{64}}) [ *]?{re.escape(path)}$", sums.read_text(), re.MULTILINE)
    if found is None:
        logger.warning("%s does not list %s, which is used without checking its content", CHECKSUMS, path)
        return None
    return f"sha256:{found[1]}"
