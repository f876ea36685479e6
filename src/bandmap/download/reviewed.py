"""A folder of reviewed recordings as a data set of the kind `bids`."""

import os
from pathlib import Path

from bandmap.files.events import read_duration
from bandmap.files.reviewed import ENDING, read_stretches
from bandmap.files.subjects import Subjects
from bandmap.files.whole_folder import whole_folder
from bandmap.vocabulary import spans
from bandmap.vocabulary.recording import RecordingError

TOLERATED_SECONDS = 1.0
"""Time without a review at the ends of a recording that does not matter, because tables may be rounded."""


def export_review(reviewed: Path, recordings: Path, output: Path, *, subjects: Path | None = None) -> str:
    """Write an EEG-BIDS folder of the recordings that a reviewer has looked at from start to end.

    Parameters
    ----------
    reviewed : Path
        Reviews `<data set>/<recording>_events.tsv` of one reviewer.
    recordings : Path
        Recordings `<data set>/<recording>.edf` (`resources` of a run), which are linked.
    output : Path
        The folder to write.
    subjects : Path, optional
        Table with the columns recording and subject; without it, the recordings' names state `sub-<subject>`.

    Returns
    -------
    str
        What was written, a line.

    Raises
    ------
    RecordingError
        If a recording is missing or was not looked at from start to end: its other time would become background.
    OSError
        If the output exists.
    """
    tables = sorted(reviewed.glob(f"*/*{ENDING}"))
    if not tables:
        raise RecordingError(
            f"{reviewed}: there is no review <data set>/<recording>{ENDING}; give results/reviewed/<...>"
        )
    known, names = Subjects(subjects), set()
    with whole_folder(output) as folder:
        for table in tables:
            _check_complete(table)
            recording = table.name.removesuffix(ENDING)
            source = recordings / table.parent.name / f"{recording}.edf"
            if not source.exists():
                raise RecordingError(f"{source}: there is no such recording; give the folder `resources` of the run")
            name = _bids_name(recording, known.of(recording))
            if name in names:
                raise RecordingError(f"{table}: two data sets have a recording {recording}; export them separately")
            names.add(name)
            place = folder / name.split("_")[0] / "eeg"
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{name}_eeg.edf").symlink_to(os.path.realpath(source))
            (place / f"{name}{ENDING}").write_bytes(table.read_bytes())
    return f"{output}: {len(names)} recordings; name this folder as `root` of a data set of the kind bids\n"


def _check_complete(table: Path) -> None:
    reviewed, whole = read_stretches(table)[0], ((0.0, read_duration(table)),)
    missing = spans.without(whole, whole if reviewed is None else reviewed)
    if spans.seconds(missing) > TOLERATED_SECONDS:
        raise RecordingError(
            f"{table}: {spans.as_text(missing)} are not reviewed and would become background; review them, too"
        )


def _bids_name(recording: str, subject: str) -> str:
    return (
        recording
        if recording.split("_", maxsplit=1)[0] == f"sub-{subject}"
        else f"sub-{subject}_task-{_letters(recording)}"
    )


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum() and letter.isascii())
