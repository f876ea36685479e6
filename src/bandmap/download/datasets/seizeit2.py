"""SeizeIT2: EEG from behind the ears of 125 patients with focal epilepsy, OpenNeuro ds005873.

A wearable recorder with two channels: one behind the left or right ear (`BTEleft SD`, `BTEright SD`) and one across the
head (`CROSStop SD`), or one behind each ear. Its electrodes are in no 10-20 position, so the only montage is
`behind_ears`, and the only regions are the sides. Events have the types of SzCORE; `impd` (impedance checks) are no
seizures. The other recordings of the data set (ECG, EMG, movement) are neither listed nor downloaded.
"""

from collections.abc import Sequence
from pathlib import Path

from bandmap.download.datasets import _openneuro
from bandmap.download.openneuro import Source

ACCESSION = "ds005873"
MONTAGES = ("behind_ears",)
"""The montages that the recordings can be converted to."""


def recordings(
    *, version: str | None = None, subjects: Sequence[str] | None = None, mirror: str | None = None
) -> list[dict[str, str]]:
    """List the recordings.

    Parameters
    ----------
    version : str, optional
        Version that the data set must have (1.1.0); the bucket has the latest one only.
    subjects : sequence of str, optional
        Only these subjects, in quotes ("001" ... "125").
    mirror : str, optional
        URL of a mirror of OpenNeuro's bucket, or a folder with the folder ds005873.

    Returns
    -------
    list of dict
        recording, subject, source (empty unless the mirror is a folder), content, events and events_content.

    Raises
    ------
    ValueError
        If the data set cannot be listed, or there is no such subject.
    """
    return _openneuro.recordings(Source.of(ACCESSION, version, mirror), task=None, subjects=subjects, ignore=())


def fetch(recording: str, edf: Path, *, version: str | None, mirror: str | None) -> None:
    """Download one recording and check its size and MD5."""
    _openneuro.fetch(Source.of(ACCESSION, version, mirror), recording, edf)


def fetch_labels(recording: str, labels: Path, *, version: str | None, mirror: str | None) -> None:
    """Download the table of events of one recording."""
    _openneuro.fetch_labels(Source.of(ACCESSION, version, mirror), recording, labels)


def annotate(recording: str, edf: Path, labels: Path, events: Path) -> None:
    """Write the seizures of one recording and check them against it."""
    from bandmap.download.datasets import _bids_events

    _bids_events.annotate_fetched(recording, edf, labels, events, ignore=())
