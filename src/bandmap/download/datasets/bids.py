"""Your own recordings: an EEG-BIDS folder with seizures or sleep stages as TSV, or stages as EDF+ annotations."""

from collections.abc import Sequence
from pathlib import Path

from bandmap.download.datasets import _bids


def recordings(*, root: str, task: str | None = None, ignore: Sequence[str] = ()) -> list[dict[str, str]]:
    """List the recordings of a folder by their file names.

    Parameters
    ----------
    root : str
        Folder that contains `sub-*/[ses-*/]eeg/*_eeg.edf` (or `.bdf`, or a format that MNE reads, such as `.vhdr`).
    task : str, optional
        Only recordings of this task (`..._task-<task>_...`).
    ignore : sequence of str
        Event types to skip, as the tables spell them (`[stimulus, response]`).

    Returns
    -------
    list of dict
        recording (the file's name without `_eeg.edf`), subject (the label after `sub-`), source (the file), events
        (the table beside it, even if it does not exist), and `beside` (other files of its format, one a line).

    Raises
    ------
    RecordingError
        If the folder does not exist, contains no recording, or contains two recordings with the same name; if a file
        name states another subject or session than its folders; if `ignore` lists a seizure.
    """
    return _bids.recordings(root=root, task=task, ignore=ignore)


def fetch(recording: str, edf: Path, *, root: str) -> None:
    """Link or copy an EDF or BDF file unchanged; convert any other format to BDF."""
    _bids.fetch(recording, edf, root=root)


def annotate(recording: str, edf: Path, labels: Path | None, events: Path, *, ignore: Sequence[str]) -> None:
    """Write the events of one recording and check them against it.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    edf : Path
        The recording.
    labels : Path or None
        The table beside it; None if there is none. If it contains no sleep stage, stages come from the EDF+
        annotations of the recording, if any. Other annotations are comments.
    events : Path
        File to write.
    ignore : sequence of str
        As for `recordings`.

    Raises
    ------
    RecordingError
        If a file cannot be read, there are no events, an event type is not known, or an event is outside the
        recording; if there is no table and an annotation looks like a seizure.
    """
    from bandmap.download.datasets import _bids_events

    _bids_events.annotate(recording, edf, labels, events, ignore=ignore)


def clinical_files(*, root: str) -> list[str] | None:
    """Return the table of clinical truth in the folder, None if there is none."""
    from bandmap.download.datasets import _bids_events

    return _bids_events.clinical_files(root=root)


def clinical(*, root: str, ignore: Sequence[str]) -> list[dict[str, object]]:
    """Return the clinical side and lobe of subjects or seizures, from `truth.tsv` in the folder.

    Raises
    ------
    RecordingError
        If the table names no subject, recording or seizure of the folder, or a side or lobe that is not known.
    """
    from bandmap.download.datasets import _bids_events

    return _bids_events.clinical(root=root, ignore=ignore)
