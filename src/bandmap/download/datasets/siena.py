"""Siena Scalp EEG: 41 recordings of 14 adults with epilepsy, 47 seizures, from PhysioNet.

The table beside this file is made by `tools/make_siena_table.py` from the official lists. They give times of the clock,
which are counted from the registration's start, over midnight where they must be. Where lists are wrong or disagree:

* PN00-3: the joint list (`badaniaDane.txt`) has its three last times in each other's columns; those of the subject's
  list count. Both have the seizure end at 19.29.29, after the end of the registration; it is 18.29.29, a minute after
  the onset.
* Names of files: a subject's list may write `PN01.edf` for `PN01-1.edf`, `PN11-.edf` for `PN11-1.edf` and the letter O
  for the digit 0. Names of the joint list count.
* Separators are `.` or `:`, keys "Seizure start time" or "Start time", and spaces may be anywhere.

The length in the table is the registration's; that of the file counts in the end. The lists hold neither sizes nor
checksums: a download is checked against the `SHA256SUMS.txt` that PhysioNet keeps beside the files. A mirror without
that list is taken at its word, with a warning, and a recording too short for its seizures is refused.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from bandmap.download import published

PROJECT = "siena-scalp-eeg/1.0.0"
LENGTH_TOLERANCE_SECONDS = 60.0

logger = logging.getLogger(__name__)


def recordings(*, mirror: str | None = None, subjects: Sequence[str] | None = None) -> list[dict[str, str]]:
    """List the recordings.

    Parameters
    ----------
    mirror : str, optional
        Folder or URL that holds the files as PhysioNet has them (PN00/PN00-1.edf ...); PhysioNet if left out.
    subjects : sequence of str, optional
        Only these (PN00 ... PN17).

    Returns
    -------
    list of dict
        recording, subject, source (empty unless the mirror is a folder), content.

    Raises
    ------
    ValueError
        If there is no such subject, or the mirror lacks a file.
    """
    return published.listed(published.of_subjects(published.table(__file__), subjects), PROJECT, mirror)


def fetch(recording: str, edf: Path, *, mirror: str | None) -> None:
    """Download one recording, checked by the sha256 that PhysioNet lists.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    edf : Path
        File to write.
    mirror : str or None
        As for `recordings`.

    Raises
    ------
    DownloadError
        If no place has the right file.
    """
    published.fetch(__file__, PROJECT, recording, edf, mirror)


def annotate(recording: str, edf: Path, labels: Path | None, events: Path) -> None:
    """Write the seizures of one recording, as the table has them.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    edf : Path
        The recording.
    labels : Path or None
        Not used: the table holds the labels.
    events : Path
        File to write.

    Raises
    ------
    RecordingError
        If the file cannot be read, or is too short for its seizures.
    """
    import bandmap.files.edf
    from bandmap.download import marks
    from bandmap.files.events import write_events

    row = published.row_of(__file__, recording)
    seconds, registered = bandmap.files.edf.read(edf).duration_seconds, float(row["seconds"])
    if abs(seconds - registered) > LENGTH_TOLERANCE_SECONDS:
        logger.warning("%s lasts %g s, its list says %g s", edf.name, seconds, registered)
    write_events(events, marks.inside(marks.seizures(row["seizures"]), seconds, edf.name), recording_seconds=seconds)
