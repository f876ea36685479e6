"""CHB-MIT: 686 scalp recordings of children with epilepsy, 198 seizures, from PhysioNet.

`tools/make_chb_mit_table.py` creates the table beside this file from the official text files. It resolves their
contradictions as follows:

* List of recordings: `RECORDS` and `SHA256SUMS.txt`, 686. The summary of chb24 omits ten of its files, which contain
  no seizure according to `RECORDS-WITH-SEIZURES` and have no `.seizures` file.
* Recordings with seizures: the summaries and the 141 `.seizures` files, which agree. `RECORDS-WITH-SEIZURES` lists
  chb07_18 instead of chb07_19.
* Times of seizures: the summaries. The `.seizures` files agree except for chb24_21, 2404 to 2872 s instead of 2804 to
  2872 s: the summary's 68 s are similar to the child's other seizures (16 to 70 s).
* Duration of a recording: from its size and number of channels, for records of one second. The size of chb17b_69 does
  not match the 28 channels of its summary (256 bytes more than an hour of them), so its clock times are used.
  Elsewhere, clock times agree with the size to a second. The summary of chb24 has no clock times.
* Subjects: cases chb01 and chb21 are one child, 1.5 years apart, and one subject here, `chb01`, so that no split
  separates them. chb24 was added later and is missing in `SUBJECT-INFO`.

Files are bipolar (except chb12_27, chb12_28 and chb12_29), with dummy channels and a duplicate `T8-P8`, which
harmonization handles.
"""

from collections.abc import Sequence
from pathlib import Path

from bandmap.download import published

PROJECT = "chbmit/1.0.0"
SAME_CHILD = {"chb21": "chb01"}
"""Case -> the subject of which it is a later session."""


def recordings(
    *, mirror: str | None = None, subjects: Sequence[str] | None = None, seizures_only: bool = False
) -> list[dict[str, str]]:
    """List the recordings: 45.8 GB in total, 9.0 GB of them with seizures.

    Parameters
    ----------
    mirror : str, optional
        Folder or URL with the same files as PhysioNet (chb01/chb01_01.edf ...); PhysioNet by default.
    subjects : sequence of str, optional
        Only these subjects (chb01 ... chb24); chb21 is part of chb01.
    seizures_only : bool
        Only recordings with a seizure.

    Returns
    -------
    list of dict
        recording, subject, source (empty unless the mirror is a folder), content.

    Raises
    ------
    ValueError
        If there is no such subject, or the mirror lacks a file.
    """
    for case in [subjects] if isinstance(subjects, str) else subjects or ():
        if case in SAME_CHILD:
            raise ValueError(f"subjects: {case} is the same child as {SAME_CHILD[case]}; write {SAME_CHILD[case]}")
    rows = published.of_subjects(published.table(__file__), subjects)
    return published.listed([row for row in rows if not seizures_only or row["seizures"] != "n/a"], PROJECT, mirror)


def fetch(recording: str, edf: Path, *, mirror: str | None) -> None:
    """Download one recording and check its size and sha256."""
    published.fetch(__file__, PROJECT, recording, edf, mirror)


def annotate(recording: str, edf: Path, labels: Path | None, events: Path) -> None:
    """Write the seizures of one recording according to the table; its checksum already identifies the recording."""
    from bandmap.download import marks
    from bandmap.files.events import write_events

    row = published.row_of(__file__, recording)
    write_events(events, marks.seizures(row["seizures"]), recording_seconds=float(row["seconds"]))
