"""What published data sets have in common: a table of recordings, places that have the files, checks of these."""

import logging
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from bandmap.download.transfer import DownloadError, fetch_file, is_url
from bandmap.files.tables import in_order, read_table
from bandmap.vocabulary.plugins import did_you_mean

PHYSIONET = ("https://physionet-open.s3.amazonaws.com", "https://physionet.org/files")
"""Where PhysioNet's projects are, the fastest first: the second serves a hundredth of the rate of the first."""

CHECKSUMS = "SHA256SUMS.txt"

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


def listed(
    rows: Sequence[Mapping[str, str]], project: str, mirror: str | None, *, events: str | None = None
) -> list[dict[str, str]]:
    """Return what a plan must know of rows of a table.

    Parameters
    ----------
    rows : sequence of mapping
        With recording, subject and path, that of the EDF file within the project.
    project : str
        "<name>/<version>" on PhysioNet.
    mirror : str or None
        Folder or URL with the project's files; PhysioNet if None.
    events : str, optional
        Column with the path of a second file, which holds the recording's events.

    Returns
    -------
    list of dict
        In order of recording: recording, subject, source (empty unless the mirror is a folder) and content, which
        tells the file from every other, so that it need not be fetched again while that stays the same. Likewise
        events and events_content, where a second file is asked for.

    Raises
    ------
    ValueError
        If the mirror is a folder that lacks a file.
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
    """Return "<algorithm>:<hex>" of the file that a column names, or None where the table does not know it.

    It stands in the column sha256 or sha1, or for another file than that of `path` in <column>_sha256 or <column>_sha1.
    """
    prefix = "" if column == "path" else f"{column}_"
    known = [algorithm for algorithm in ("sha256", "sha1") if prefix + algorithm in row]
    return f"{known[0]}:{row[prefix + known[0]]}" if known else None


def fetch(
    plugin: str | Path, project: str, recording: str, target: Path, mirror: str | None, *, column: str = "path"
) -> None:
    """Download or copy one file of a recording, checked by the checksum of the table or of PhysioNet's own list.

    Parameters
    ----------
    plugin : path-like
        Beside which the table lies.
    project : str
        "<name>/<version>" on PhysioNet.
    recording : str
    target : Path
        File to write.
    mirror : str or None
        As for `places`.
    column : str
        Which of the recording's files: the table's column with its path.

    Raises
    ------
    DownloadError
        If no place has the right file.
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
