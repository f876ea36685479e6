"""Create the table of CHB-MIT's recordings from the official text files.

Run from the repository: `python tools/make_chb_mit_table.py FOLDER`, where FOLDER contains RECORDS, SHA256SUMS.txt,
manifest.tsv (the sizes of the files) and, for each case, its summary and `.seizures` files. Stops at a contradiction of
the sources that the docstring of bandmap.download.datasets.chb_mit does not resolve.
"""

import csv
import re
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bandmap.download.datasets.chb_mit import SAME_CHILD
from bandmap.files.rows import write_rows

COLUMNS = ("recording", "subject", "path", "sha256", "bytes", "seconds", "seizures")
TABLE = Path(__file__).resolve().parents[1] / "src/bandmap/download/datasets/chb_mit.tsv"
RATE_HZ = 256
OMITTED = {f"chb24/chb24_{number:02d}.edf" for number in (2, 5, 8, 10, 12, 16, 18, 19, 20, 22)}
"""Recordings in RECORDS but not in the summary of their case."""

MISTYPED = {"chb24/chb24_21.edf": ([(2804, 2872)], [(2404, 2872)])}
"""Recording -> seizures according to the summary, which is used, and according to the `.seizures` file."""

ODD_SIZE = {"chb17/chb17b_69.edf"}
"""Recordings whose size does not match the channels in their summary."""

Spans = list[tuple[int, int]]


class DisagreementError(ValueError):
    """Two official sources contradict each other in an unresolved way."""


@dataclass
class Entry:
    """The entry of a recording in a summary; times in seconds, as clock times and from the start."""

    n_channels: int
    clock: list[int] = field(default_factory=list)
    stated: int = 0
    onsets: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    @property
    def spans(self) -> Spans:
        """Seizures from onset to offset."""
        return list(zip(self.onsets, self.offsets, strict=True))


def read_summary(text: str, case: str) -> dict[str, Entry]:
    """Return recording -> its entry in a summary."""
    entries: dict[str, Entry] = {}
    entry = Entry(0)
    n_channels = 0
    for line in text.splitlines():
        key, _, value = (part.strip() for part in line.partition(":"))
        if channel := re.fullmatch(r"Channel (\d+)", key):
            n_channels = int(channel[1])
        elif key == "File Name":
            entry = entries[f"{case}/{value}"] = Entry(n_channels)
        else:
            read_line(entry, key, value)
    return entries


def read_line(entry: Entry, key: str, value: str) -> None:
    """Add one line of a summary to the entry; "Seizure 2 End Time" and "Seizure End Time" are equivalent."""
    if re.fullmatch(r"File (Start|End) Time", key):
        hours, minutes, seconds = map(int, value.split(":"))
        entry.clock.append(3600 * hours + 60 * minutes + seconds)
    elif key == "Number of Seizures in File":
        entry.stated = int(value)
    elif found := re.fullmatch(r"Seizure (?:\d+ )?(Start|End) Time", key):
        times = entry.onsets if found[1] == "Start" else entry.offsets
        times.append(int(value.removesuffix("seconds")))


def read_seizures(annotations: bytes) -> Spans:
    """Return the seizures of a `.seizures` file: WFDB annotations `[` (32) and `]` (33) at 256 ticks a second."""
    begin, end = 32, 33
    marks = list(read_wfdb(annotations))
    onsets = [tick // RATE_HZ for tick, kind in marks if kind == begin]
    offsets = [tick // RATE_HZ for tick, kind in marks if kind == end]
    return list(zip(onsets, offsets, strict=True))


def read_wfdb(annotations: bytes) -> Iterator[tuple[int, int]]:
    """Yield tick and kind of each annotation in MIT format: words of 6 bits kind and 10 bits ticks since the last."""
    skip, text, end = 59, 63, 0
    tick = place = 0
    while place + 2 <= len(annotations):
        (word,) = struct.unpack_from("<H", annotations, place)
        place += 2
        kind, number = word >> 10, word & 0x3FF
        if word == end:
            return
        if kind == skip:  # a long interval, with its high word first
            high, low = struct.unpack_from("<hH", annotations, place)
            place, tick = place + 4, tick + (high << 16) + low
        elif kind == text:
            place += number + number % 2
        elif kind < skip:
            tick += number
            yield tick, kind


def seconds(record: str, size: int, entry: Entry | None, n_channels: int) -> int:
    """Return the duration of a recording from its size without the header: one-second records, two bytes a sample."""
    if record in ODD_SIZE and entry:
        start, stop = entry.clock
        return (stop - start) % 86400
    length, rest = divmod(size - 256 * (n_channels + 1), 2 * RATE_HZ * n_channels)
    if rest:
        raise DisagreementError(f"{record}: {size} bytes are no whole seconds of {n_channels} channels")
    return length


def seizures(record: str, entry: Entry | None, annotations: Path) -> Spans:
    """Return the seizures on which the summary and the `.seizures` file agree."""
    marked = read_seizures(annotations.read_bytes()) if annotations.exists() else []
    if entry is None:
        if marked or record not in OMITTED:
            raise DisagreementError(f"{record}: its summary omits it")
        return []
    if entry.stated != len(entry.spans):
        raise DisagreementError(f"{record}: its summary announces {entry.stated} seizures and lists {entry.spans}")
    if entry.spans != marked and MISTYPED.get(record) != (entry.spans, marked):
        raise DisagreementError(f"{record}: the summary says {entry.spans}, the annotations {marked}")
    return entry.spans


def row(
    folder: Path, record: str, sizes: Mapping[str, int], sums: Mapping[str, str], entries: Mapping[str, Entry]
) -> dict[str, object]:
    """Return one row of the table."""
    entry = entries.get(record)
    case = record.partition("/")[0]
    n_channels = entry.n_channels if entry else next(e.n_channels for r, e in entries.items() if r.startswith(case))
    spans = seizures(record, entry, folder / f"{record}.seizures")
    return {
        "recording": Path(record).stem,
        "subject": SAME_CHILD.get(case, case),
        "path": record,
        "sha256": sums[record],
        "bytes": sizes[record],
        "seconds": seconds(record, sizes[record], entry, n_channels),
        "seizures": ",".join(f"{onset}-{offset}" for onset, offset in spans) or None,
    }


def rows(folder: Path) -> list[dict[str, object]]:
    """Return the whole table."""
    records = (folder / "RECORDS").read_text().split()
    sums = {path: digest for digest, path in map(str.split, (folder / "SHA256SUMS.txt").read_text().splitlines())}
    with (folder / "manifest.tsv").open(newline="") as file:
        manifest = {line["record"]: line for line in csv.DictReader(file, delimiter="\t")}
    entries: dict[str, Entry] = {}
    for summary in sorted(folder.glob("chb*/*-summary.txt")):
        entries |= read_summary(summary.read_text(), summary.parent.name)
    check(records, sums, manifest, entries)
    sizes = {record: int(line["size_bytes"]) for record, line in manifest.items()}
    return [row(folder, record, sizes, sums, entries) for record in sorted(records)]


def check(
    records: list[str],
    sums: Mapping[str, str],
    manifest: Mapping[str, Mapping[str, str]],
    entries: Mapping[str, Entry],
) -> None:
    """Check that the lists name the same recordings and checksums.

    Raises
    ------
    DisagreementError
        If they do not.
    """
    files = {path for path in sums if path.endswith(".edf")}
    if not set(records) == files == manifest.keys():
        raise DisagreementError("RECORDS, SHA256SUMS.txt and the manifest name different recordings")
    if set(records) - entries.keys() != OMITTED or entries.keys() - set(records):
        raise DisagreementError(f"the summaries omit {sorted(set(records) ^ entries.keys())}")
    different = [record for record, line in manifest.items() if line["sha256"] != sums[record]]
    if different:
        raise DisagreementError(f"manifest and SHA256SUMS.txt disagree on {different}")


if __name__ == "__main__":
    write_rows(TABLE, rows(Path(sys.argv[1])), COLUMNS)
