"""Data sets of OpenNeuro through its public S3 bucket: the list of files, and the files. Imports nothing heavy.

The bucket holds the latest version of each data set as plain files under its accession number. A listing states the
size of each file and its ETag, which is the MD5 of a file that was uploaded in one piece.
"""

import logging
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from bandmap.download.transfer import DownloadError, Patience, fetch_file
from bandmap.files.rows import in_order, read_rows, write_rows

BUCKET = "https://s3.amazonaws.com/openneuro.org"
LISTINGS = Path("resources/openneuro")
"""Folder of the listings, relative to the folder of the run."""

ENDINGS = (".edf", ".bdf", ".vhdr", ".vmrk", ".eeg", ".set", ".fdt", ".cnt", ".lay", ".dat", ".data", ".head")
"""Endings of recordings and of the files beside them."""

MAIN = (".edf", ".bdf", ".vhdr", ".set", ".cnt", ".lay", ".data")
"""Endings of the file that a recording is read from."""

_COLUMNS = ("path", "bytes", "etag")
_ACCESSION = re.compile(r"ds\d{6}")
_MD5 = re.compile(r"[0-9a-f]{32}")
_PATIENCE = Patience(attempts=3)

logger = logging.getLogger("bandmap")


@dataclass(frozen=True)
class Source:
    """A data set and where its files are.

    Attributes
    ----------
    accession : str
        Such as ds005873.
    version : str or None
        Such as 1.1.0; None for the one that the bucket has.
    bucket : str
        URL of the bucket or of a mirror of it, or a folder.
    """

    accession: str
    version: str | None = None
    bucket: str = BUCKET

    def __post_init__(self) -> None:
        if not _ACCESSION.fullmatch(self.accession):
            raise ValueError(f"accession is {self.accession!a}; write it as ds and six digits, such as ds005873")

    @classmethod
    def of(cls, accession: str, version: str | None, mirror: str | None) -> "Source":
        """Return the source that the options of a data set name."""
        return cls(accession, None if version is None else str(version), mirror or BUCKET)

    @property
    def listing(self) -> Path:
        """Return the file that keeps the listing, so that a plan needs no network and never changes by itself."""
        return LISTINGS / f"{self.accession}{f'_{self.version}' if self.version else ''}.tsv"

    def url(self, path: str) -> str:
        """Return the URL of a file by its path within the data set."""
        return f"{self.bucket.rstrip('/')}/{self.accession}/{quote(path)}"


def listed(source: Source) -> list[dict[str, str]]:
    """Return path, bytes and etag of the recordings and their events.

    The listing is requested once and kept in `Source.listing`.

    Raises
    ------
    ValueError
        If the bucket cannot be reached, has no such data set or another version of it, or lists no recording.
    """
    if not source.listing.is_file():
        try:
            _check_version(source)
            rows = sorted(_requested(source), key=lambda row: in_order(row["path"]))
        except DownloadError as error:
            raise ValueError(f"accession: {source.accession} cannot be listed: {error}") from error
        if not rows:
            raise ValueError(f"accession: {source.accession} has no recording sub-*/[ses-*/]eeg/*_eeg.edf")
        source.listing.parent.mkdir(parents=True, exist_ok=True)
        write_rows(source.listing, rows, _COLUMNS)
        logger.warning(
            "%s: %d files listed in %s; delete it to list again.", source.accession, len(rows), source.listing
        )
    return read_rows(source.listing)


def recordings(rows: Sequence[Mapping[str, str]], source: Source) -> list[dict[str, str]]:
    """Return the columns that a plan needs: recording, subject, source (empty), content and events_content."""
    etags = {row["path"]: row["etag"] for row in rows}
    found = []
    for path in etags:
        stem, ending = _stem(path), Path(path).suffix.lower()
        if ending in MAIN:
            name = Path(stem).name
            content = "+".join(etags[other] for other in _files(etags, stem))
            found.append(
                {
                    "recording": name,
                    "subject": Path(path).parts[0].removeprefix("sub-"),
                    "source": "",
                    "content": f"etag:{content}",
                    "events": "",
                    "events_content": f"etag:{etags.get(f'{stem}_events.tsv', 'none')}",
                }
            )
    names = [row["recording"] for row in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"accession: {source.accession} has two recordings named {min(twice)}; use kind: bids")
    return found


def fetch(source: Source, recording: str, edf: Path) -> None:
    """Write one recording: EDF and BDF as they are, other formats converted to BDF+."""
    from bandmap.files.converted import convert

    rows = {row["path"]: row for row in listed(source)}
    files = _files(rows, _of(rows, recording, MAIN).removesuffix("_eeg"))
    if len(files) == 1 and files[0].endswith((".edf", ".bdf")):
        _fetch(source, rows[files[0]], edf)
        return
    edf.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=edf.parent) as folder:
        for path in files:
            _fetch(source, rows[path], Path(folder, Path(path).name))
        convert(next(Path(folder, Path(path).name) for path in files if path.lower().endswith(MAIN)), edf)


def fetch_labels(source: Source, recording: str, labels: Path) -> None:
    """Write the table of events of one recording; an empty file if the data set has none."""
    rows = {row["path"]: row for row in listed(source)}
    path = f"{_of(rows, recording, MAIN).removesuffix('_eeg')}_events.tsv"
    if path in rows:
        _fetch(source, rows[path], labels)
    else:
        labels.parent.mkdir(parents=True, exist_ok=True)
        labels.write_text("")


def _fetch(source: Source, row: Mapping[str, str], target: Path) -> None:
    checksum = f"md5:{row['etag']}" if _MD5.fullmatch(row["etag"]) else None
    try:
        fetch_file([source.url(row["path"])], target, checksum=checksum, size=int(row["bytes"]))
    except DownloadError as error:
        remedy = f"if the data set has a new version, delete {source.listing} to list it again"
        raise DownloadError(f"{error}; {remedy}") from error


def _of(rows: Mapping[str, object], recording: str, endings: Sequence[str]) -> str:
    """Return the path of a recording without its ending."""
    for path in rows:
        if Path(path).stem == f"{recording}_eeg" and path.lower().endswith(tuple(endings)):
            return path.removesuffix(Path(path).suffix)
    raise ValueError(f"{recording}: the listing of the data set has no such recording")


def _stem(path: str) -> str:
    """Return a path without `_eeg.<ending>`."""
    return path.removesuffix(Path(path).suffix).removesuffix("_eeg")


def _files(paths: Mapping[str, object], stem: str) -> list[str]:
    """Return the files of a recording."""
    return [path for path in paths if path.startswith(f"{stem}_eeg.")]


def _check_version(source: Source) -> None:
    """Refuse a data set whose description names another version than the settings."""
    if source.version is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        description = Path(folder, "dataset_description.json")
        fetch_file([source.url(description.name)], description, patience=_PATIENCE)
        found = re.search(rf"{source.accession}\.v(\d+\.\d+\.\d+)", description.read_text(encoding="utf-8"))
    if found is None or found[1] != source.version:
        there = found[1] if found else "one without a number"
        raise ValueError(
            f"version: the bucket has {there} of {source.accession}, not {source.version}; set version: to that, or"
            " download this version with OpenNeuro's own client and use kind: bids"
        )


def _requested(source: Source) -> Iterator[dict[str, str]]:
    """Yield the wanted rows of all pages of the listing."""
    token = ""
    while True:
        page = _page(source, token)
        for entry in page.iter():
            if _name(entry) == "Contents":
                values = {_name(value): value.text or "" for value in entry}
                path = values["Key"].removeprefix(f"{source.accession}/")
                if _is_wanted(path):
                    yield {"path": path, "bytes": values["Size"], "etag": values["ETag"].strip('"')}
        token = next((entry.text or "" for entry in page if _name(entry) == "NextContinuationToken"), "")
        if not token:
            return


def _page(source: Source, token: str) -> ElementTree.Element:
    query = {"list-type": "2", "prefix": f"{source.accession}/sub-"} | ({"continuation-token": token} if token else {})
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "listing.xml")
        fetch_file([f"{source.bucket.rstrip('/')}?{urlencode(query)}"], page, patience=_PATIENCE)
        try:
            return ElementTree.parse(page).getroot()
        except ElementTree.ParseError as error:
            raise DownloadError(f"{source.bucket} answered something that is no listing ({error})") from error


def _is_wanted(path: str) -> bool:
    parts, ending = path.split("/"), Path(path).suffix
    in_eeg = len(parts) in (3, 4) and parts[-2] == "eeg" and not parts[-1].startswith(".")
    is_signal = path.endswith(f"_eeg{ending}") and ending.lower() in ENDINGS
    return in_eeg and (is_signal or path.endswith("_events.tsv"))


def _name(element: ElementTree.Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
