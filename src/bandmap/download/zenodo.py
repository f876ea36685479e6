"""Files of a record of Zenodo, checked against the MD5 that the record states."""

import json
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from bandmap.download.transfer import DownloadError, fetch_file, is_url

ZENODO = "https://zenodo.org"

logger = logging.getLogger(__name__)


def fetch(record: str, names: Sequence[str], target: Path, mirror: str | None, *, private: bool = False) -> None:
    """Download or copy a file that has one of several names.

    Parameters
    ----------
    record : str
        Number of the record.
    names : sequence of str
        Possible names of the file, the preferred one first.
    target : Path
        File to write.
    mirror : str or None
        Folder or URL with the files of the record; it states no checksums.
    private : bool
        Whether to transfer under a name of this process, since another one may write the same file.

    Raises
    ------
    DownloadError
        If no source has the correct file.
    """
    checksum = None
    if mirror is None:
        stated = _checksums(record)
        names = [name for name in names if name in stated] or names
        checksum = stated.get(names[0])
        sources = [f"{ZENODO}/records/{record}/files/{quote(names[0])}?download=1"]
    elif is_url(mirror):
        sources = [f"{mirror.rstrip('/')}/{quote(name)}" for name in names]
    else:
        sources = [str(Path(mirror).expanduser() / name) for name in names]
    if checksum is None:
        logger.warning("%s states no checksum of %s, which is used without checking its content", mirror, names[0])
    if not private:
        fetch_file(sources, target, checksum=checksum)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        fetch_file(sources, Path(folder, target.name), checksum=checksum)
        Path(folder, target.name).replace(target)


def _checksums(record: str) -> dict[str, str]:
    """Return name -> "md5:<hex>" of the files of a record, from Zenodo's interface."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "record.json")
        fetch_file([f"{ZENODO}/api/records/{record}"], page)
        try:
            files = json.loads(page.read_text(encoding="utf-8"))["files"]
            return {file["key"]: file["checksum"] for file in files}
        except (ValueError, KeyError, TypeError) as error:
            raise DownloadError(f"{ZENODO}/api/records/{record} has no list of files with checksums") from error
