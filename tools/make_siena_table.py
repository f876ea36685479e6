"""Create the table of Siena's recordings from the official lists.

Run from the repository: `python tools/make_siena_table.py FOLDER ...`. The first folder contains badaniaDane.txt,
the joint list, and any folder may contain `Seizures-list-*.txt`; the list of PN00 with all five seizures is required.
Stops at a contradiction that the docstring of bandmap.download.datasets.siena does not resolve.
"""

import csv
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bandmap.files.rows import write_rows

COLUMNS = ("recording", "subject", "path", "seconds", "seizures")
TABLE = Path(__file__).resolve().parents[1] / "src/bandmap/download/datasets/siena.tsv"
DAY_SECONDS = 86400
LONGEST_SECONDS = 600
"""Maximum duration of a seizure; a longer one indicates a mistyped time."""

KEYS = {"registration start time": "start", "registration end time": "stop"} | {
    f"{prefix}{end} time": name for prefix in ("seizure ", "") for end, name in (("start", "onset"), ("end", "offset"))
}


class DisagreementError(ValueError):
    """A list has an unresolved error."""


@dataclass(frozen=True)
class Seizure:
    """Clock times, in seconds after midnight."""

    name: str
    start: int
    stop: int
    onset: int
    offset: int

    @property
    def length(self) -> int:
        """Seconds from the registration's start to its end."""
        return (self.stop - self.start) % DAY_SECONDS

    @property
    def span(self) -> tuple[int, int]:
        """Seconds from the registration's start to the seizure's onset and offset."""
        onset = (self.onset - self.start) % DAY_SECONDS
        return onset, onset + (self.offset - self.onset) % DAY_SECONDS


def clock(text: str) -> int:
    """Return seconds after midnight of "19.39.33", "21:51:02" or "1 6.49.25"."""
    hours, minutes, seconds = map(int, re.split(r"[.:]", text.replace(" ", "")))
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise DisagreementError(f"{text} is no time of the clock")
    return 3600 * hours + 60 * minutes + seconds


def file_name(text: str) -> str:
    """Return the actual file name: PN01.edf and PN11-.edf are the first of their subjects, PNO6 is PN06."""
    name = text.strip().replace("PNO", "PN0")
    return re.sub(r"^(PN\d\d)-?\.edf$", r"\1-1.edf", name)


def read_joint_list(path: Path) -> list[Seizure]:
    """Read badaniaDane.txt."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    return [Seizure(file_name(row[0]), *map(clock, row[2:6])) for row in rows if row]


def read_subject_list(text: str) -> Iterator[Seizure]:
    """Yield the seizures of one subject's list."""
    name, times = "", dict[str, int]()
    for line in text.splitlines():
        key, _, value = line.partition(":")
        key = " ".join(key.lower().split())
        if key == "file name":
            name, times = file_name(value), {}
        elif key in KEYS:
            times[KEYS[key]] = clock(value)
            if len(times) == 4:
                yield Seizure(name, **times)
                times = {}


def corrected(seizure: Seizure, listed: Mapping[str, list[Seizure]]) -> Seizure:
    """Return a seizure of the joint list, corrected by the list of its subject and by plausibility."""
    own = listed.get(seizure.name, [seizure])
    if seizure in own:
        return seizure
    if (seizure.name, len(own)) != ("PN00-3.edf", 1):
        raise DisagreementError(f"{seizure} is not among {own}")
    return replace(own[0], offset=own[0].offset - 3600)


def check(seizure: Seizure) -> None:
    """Raise an error for an impossible seizure."""
    onset, offset = seizure.span
    if not 0 < offset - onset <= LONGEST_SECONDS or offset > seizure.length:
        raise DisagreementError(f"{seizure.name}: a seizure from {onset} s to {offset} s in {seizure.length} s")


def rows(*folders: Path) -> list[dict[str, object]]:
    """Return the whole table."""
    listed: dict[str, list[Seizure]] = {}
    for path in sorted(path for folder in folders for path in folder.glob("Seizures-list-*.txt")):
        for seizure in read_subject_list(path.read_text()):
            if seizure not in listed.setdefault(seizure.name, []):
                listed[seizure.name].append(seizure)
    found: dict[str, list[Seizure]] = {}
    for line in read_joint_list(folders[0] / "badaniaDane.txt"):
        seizure = corrected(line, listed)
        check(seizure)
        found.setdefault(seizure.name, []).append(seizure)
    return [row(name, found[name]) for name in sorted(found, key=lambda name: name.removesuffix(".edf"))]


def row(name: str, seizures: list[Seizure]) -> dict[str, object]:
    """Return one row of the table."""
    if len({seizure.length for seizure in seizures}) > 1:
        raise DisagreementError(f"{name}: {seizures} state different registrations")
    subject = name[:4]
    spans = sorted(seizure.span for seizure in seizures)
    return {
        "recording": name.removesuffix(".edf"),
        "subject": subject,
        "path": f"{subject}/{name}",
        "seconds": seizures[0].length,
        "seizures": ",".join(f"{onset}-{offset}" for onset, offset in spans),
    }


if __name__ == "__main__":
    write_rows(TABLE, rows(*map(Path, sys.argv[1:])), COLUMNS)
