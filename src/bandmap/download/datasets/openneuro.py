"""A data set of OpenNeuro by its accession number: EEG-BIDS, from the public S3 bucket.

The bucket is listed once, at the first plan; the listing is kept in `resources/openneuro/` and decides what a run
downloads. A recording and its table of events are read as those of the kind `bids`.
"""

from collections.abc import Sequence
from pathlib import Path

from bandmap.download.datasets import _openneuro
from bandmap.download.openneuro import Source


def recordings(
    *,
    accession: str,
    version: str | None = None,
    task: str | None = None,
    subjects: Sequence[str] | None = None,
    ignore: Sequence[str] = (),
    mirror: str | None = None,
) -> list[dict[str, str]]:
    """List the recordings of a data set.

    Parameters
    ----------
    accession : str
        Number of the data set: ds and six digits.
    version : str, optional
        Version that the data set must have (1.1.0); the bucket has the latest one only.
    task : str, optional
        Only recordings of this task (`..._task-<task>_...`).
    subjects : sequence of str, optional
        Only these subjects (the labels after `sub-`).
    ignore : sequence of str
        Event types to skip, as the tables spell them (`[stimulus, response]`).
    mirror : str, optional
        URL of a mirror of the bucket, or a folder with the data set's folder.

    Returns
    -------
    list of dict
        recording, subject, source (empty unless the mirror is a folder), content, events and events_content.

    Raises
    ------
    ValueError
        If the data set cannot be listed, contains no recording, or an option names nothing.
    """
    source = Source.of(accession, version, mirror)
    return _openneuro.recordings(source, task=task, subjects=subjects, ignore=ignore)


def fetch(recording: str, edf: Path, *, accession: str, version: str | None, mirror: str | None) -> None:
    """Download one recording and check its size and MD5."""
    _openneuro.fetch(Source.of(accession, version, mirror), recording, edf)


def fetch_labels(recording: str, labels: Path, *, accession: str, version: str | None, mirror: str | None) -> None:
    """Download the table of events of one recording; an empty file if there is none."""
    _openneuro.fetch_labels(Source.of(accession, version, mirror), recording, labels)


def annotate(recording: str, edf: Path, labels: Path, events: Path, *, ignore: Sequence[str]) -> None:
    """Write the events of one recording and check them against it, as for the kind `bids`."""
    from bandmap.download.datasets import _bids_events

    _bids_events.annotate_fetched(recording, edf, labels, events, ignore=ignore)
