"""Helsinki neonatal EEG: 79 recordings of 79 term newborns, seizures by three annotators, from Zenodo (4940267).

The three files of annotations (A, B, C) have a column for each recording and a row for each second, 1 where the
annotator sees a seizure; cells after the end of a recording are empty. `consensus` decides which seconds count as
seizure. `bandmap annotators` compares them. The files are checked against the MD5 that Zenodo's record states.
"""

from collections.abc import Sequence
from pathlib import Path

from bandmap.download import published, zenodo
from bandmap.download.transfer import is_url

RECORD = "4940267"
COUNT = 79
ANNOTATORS = ("A", "B", "C")
CONSENSUS = {"unanimous": 3, "majority": 2, "any": 1}
"""Rule -> how many annotators must mark a second."""

FILES = {
    "A": ("annotations_2017_A_fixed.csv", "annotations_2017_A.csv"),
    "B": ("annotations_2017_B.csv",),
    "C": ("annotations_2017_C.csv",),
}
"""Annotator -> names of the file, the one of the latest version of the record first."""


def recordings(
    *, mirror: str | None = None, subjects: Sequence[str] | None = None, consensus: str = "majority"
) -> list[dict[str, str]]:
    """List the recordings.

    Parameters
    ----------
    mirror : str, optional
        Folder or URL with the same files as the record (eeg1.edf ..., annotations_2017_A_fixed.csv ...); Zenodo by
        default.
    subjects : sequence of str, optional
        Only these newborns, in quotes ("1" ... "79").
    consensus : str
        majority (two of three annotators), unanimous, any, or one annotator: A, B or C.

    Returns
    -------
    list of dict
        recording, subject, source and events (empty unless the mirror is a folder), content and events_content.

    Raises
    ------
    ValueError
        If there is no such subject or rule, or the mirror lacks a file.
    """
    known = (*CONSENSUS, *ANNOTATORS)
    if consensus not in known:
        raise ValueError(f"consensus is {consensus!a}; choose from {', '.join(known)}")
    rows = [
        {"recording": f"eeg{number}", "subject": str(number), "path": f"eeg{number}.edf", "labels": FILES["B"][0]}
        for number in range(1, COUNT + 1)
    ]
    return published.listed(published.of_subjects(rows, subjects), f"zenodo/{RECORD}", mirror, events="labels")


def fetch(recording: str, edf: Path, *, mirror: str | None) -> None:
    """Download one recording and check its MD5."""
    zenodo.fetch(RECORD, [f"{recording}.edf"], edf, mirror)


def fetch_labels(recording: str, labels: Path, *, mirror: str | None) -> None:
    """Write the seconds of one recording as the three annotators mark them: columns second, A, B and C.

    The files of annotations are downloaded once and kept beside the labels.
    """
    from bandmap.files import annotators

    tables = {name: _table(name, labels.parent, mirror) for name in ANNOTATORS}
    column = recording.removeprefix("eeg")
    annotators.write_seconds(labels, {name: annotators.column(path, column) for name, path in tables.items()})


def annotate(recording: str, edf: Path, labels: Path, events: Path, *, consensus: str) -> None:
    """Write the seizures of one recording by a rule of consensus and check them against it."""
    import bandmap.files.edf
    from bandmap.download import marks
    from bandmap.files import annotators
    from bandmap.files.events import write_events

    seconds = bandmap.files.edf.read(edf).duration_seconds
    marked = annotators.read_seconds(labels)
    if consensus in ANNOTATORS:
        marked, least = {consensus: marked[consensus]}, 1
    else:
        least = CONSENSUS[consensus]
    found = annotators.events(marked, least)
    write_events(events, marks.inside(found, seconds, labels.name), recording_seconds=seconds)


def _table(name: str, folder: Path, mirror: str | None) -> Path:
    """Return the file of one annotator, which is downloaded unless it is there."""
    if mirror and not is_url(mirror):
        found = [Path(mirror).expanduser() / file for file in FILES[name]]
        return next((path for path in found if path.is_file()), found[0])
    target = folder / f"annotations_{name}.csv"
    if not target.is_file():
        zenodo.fetch(RECORD, FILES[name], target, mirror, private=True)
    return target
