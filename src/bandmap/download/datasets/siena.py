"""Siena Scalp EEG: 41 recordings of 14 adults with epilepsy, 47 seizures, from PhysioNet.

`tools/make_siena_table.py` creates the table beside this file from the official lists. The lists give clock times,
which are converted to seconds from the registration's start, across midnight if needed. Errors and contradictions of
the lists are resolved as follows:

* PN00-3: the joint list (`badaniaDane.txt`) has the last three times in swapped columns; the times of the subject's
  list are used. In both lists the seizure ends at 19.29.29, after the end of the registration; it is read as 18.29.29,
  a minute after the onset.
* File names: a subject's list may contain `PN01.edf` for `PN01-1.edf`, `PN11-.edf` for `PN11-1.edf` and the letter O
  for the digit 0. The names of the joint list are used.
* Separators are `.` or `:`, keys "Seizure start time" or "Start time", and spaces may be anywhere.

`CLINICAL` has the side and lobe of every subject, from the columns lateralization and localization of PhysioNet's
`subject_info.csv`: temporal in 13 of 14 subjects, left in 9 of them and right in 4; PN10 is frontal and bilateral.

The duration in the table is that of the registration; the duration of the file takes precedence. The lists contain
neither sizes nor checksums: a download is checked against the `SHA256SUMS.txt` beside the files on PhysioNet. A mirror
without this list is trusted, with a warning, and a recording that is too short for its seizures is an error.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from bandmap.download import published

PROJECT = "siena-scalp-eeg/1.0.0"
CLINICAL = {
    ("left", "temporal"): ("PN01", "PN05", "PN06", "PN07", "PN09", "PN12", "PN13", "PN14", "PN16"),
    ("right", "temporal"): ("PN00", "PN03", "PN11", "PN17"),
    ("bilateral", "frontal"): ("PN10",),
}
"""Side and lobe -> subjects."""

LENGTH_TOLERANCE_SECONDS = 60.0

logger = logging.getLogger(__name__)


def recordings(*, mirror: str | None = None, subjects: Sequence[str] | None = None) -> list[dict[str, str]]:
    """List the recordings.

    Parameters
    ----------
    mirror : str, optional
        Folder or URL with the same files as PhysioNet (PN00/PN00-1.edf ...); PhysioNet by default.
    subjects : sequence of str, optional
        Only these subjects (PN00 ... PN17).

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
    """Download one recording and check it against the sha256 that PhysioNet lists."""
    published.fetch(__file__, PROJECT, recording, edf, mirror)


def annotate(recording: str, edf: Path, labels: Path | None, events: Path) -> None:
    """Write the seizures of one recording according to the table; refuse a recording too short for its seizures."""
    import bandmap.files.edf
    from bandmap.download import marks
    from bandmap.files.events import write_events

    row = published.row_of(__file__, recording)
    seconds, registered = bandmap.files.edf.read(edf).duration_seconds, float(row["seconds"])
    if abs(seconds - registered) > LENGTH_TOLERANCE_SECONDS:
        logger.warning("%s lasts %g s, but its list states %g s", edf.name, seconds, registered)
    write_events(events, marks.inside(marks.seizures(row["seizures"]), seconds, edf.name), recording_seconds=seconds)


def clinical_files() -> list[str] | None:
    """Return no file: the clinical sides are part of the package."""
    return []


def clinical() -> list[dict[str, object]]:
    """Return the clinical side and lobe of every subject."""
    unknown = dict.fromkeys(("recording", "onset", "onset_channels", "spread_channels"))
    found = [(name, side, lobe) for (side, lobe), names in CLINICAL.items() for name in names]
    return [{"subject": name, "side": side, "lobe": lobe, **unknown} for name, side, lobe in sorted(found)]
