"""Sleep-EDF Expanded: 197 nights with hypnograms, 153 at home (cassette), 44 in hospital (telemetry), from PhysioNet.

The table beside this file is made by `tools/make_sleep_edf_table.py` from the sha1 sums of PhysioNet's files that
MNE-Python keeps; sizes are not known. A night is a pair: `SC4ssNE0-PSG.edf` and a hypnogram whose name ends in the
scorer's letter. All nights of a sleeper (`ss`) are one subject: SC4ss, or ST7ss in the telemetry study, which has other
people.

Hypnograms after Rechtschaffen and Kales become AASM's stages: 3 and 4 are N3, Movement and `?` are no stage. Some go on
after the recording has ended and are clipped to it. Cassettes hold a day and a night, so wake counts only near sleep.
Times of a hypnogram count from the first sample of its recording.
"""

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bandmap import published
from bandmap.download import fetch_file

if TYPE_CHECKING:
    from bandmap.recording import Event

PROJECT = "sleep-edfx/1.0.0"
STUDIES = ("cassette", "telemetry")
STAGES = {
    "Sleep stage W": "W",
    "Sleep stage 1": "N1",
    "Sleep stage 2": "N2",
    "Sleep stage 3": "N3",
    "Sleep stage 4": "N3",
    "Sleep stage R": "REM",
}
"""Annotation of a hypnogram -> name of a `SleepStage`."""

NO_STAGE = frozenset({"Sleep stage ?", "Movement time"})

logger = logging.getLogger(__name__)


def recordings(
    *,
    mirror: str | None = None,
    studies: Sequence[str] = ("cassette", "telemetry"),
    subjects: Sequence[str] | None = None,
    wake_minutes: float | None = 30,
) -> list[dict[str, str]]:
    """List the nights.

    Parameters
    ----------
    mirror : str, optional
        Folder or URL that holds the files as PhysioNet has them (sleep-cassette/SC4001E0-PSG.edf ...); PhysioNet if
        left out.
    studies : sequence of str
        Of cassette and telemetry.
    subjects : sequence of str, optional
        Only these (SC400 ... SC482, ST701 ... ST724).
    wake_minutes : float, optional
        Wake before the first and after the last sleep that is kept, in minutes; null keeps all.

    Returns
    -------
    list of dict
        recording, subject, source and events (the hypnogram; both empty unless the mirror is a folder).

    Raises
    ------
    ValueError
        If there is no such study or subject, or the mirror lacks a file.
    """
    wanted = [studies] if isinstance(studies, str) else list(studies)
    if not wanted or not set(wanted) <= set(STUDIES):
        raise ValueError(f"studies is {wanted}; choose of {', '.join(STUDIES)}")
    if wake_minutes is not None and not wake_minutes >= 0:
        raise ValueError(f"wake_minutes is {wake_minutes}; it must be at least 0, or null")
    rows = [row for row in published.table(__file__) if row["study"] in wanted]
    return published.listed(published.of_subjects(rows, subjects), mirror, events="hypnogram")


def fetch(
    recording: str,
    edf: Path,
    events: Path,
    *,
    seed: int,
    mirror: str | None = None,
    studies: Sequence[str] = ("cassette", "telemetry"),
    subjects: Sequence[str] | None = None,
    wake_minutes: float | None = 30,
) -> None:
    """Download one night and its hypnogram, checked by their sha1, and write the stages.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    edf, events : Path
        Files to write.
    seed : int
        Not used; every data set gets one.
    mirror, studies, subjects, wake_minutes
        As for `recordings`.

    Raises
    ------
    DownloadError
        If no place has the right files.
    RecordingError
        If one of them cannot be read.
    """
    import bandmap.edf
    from bandmap.store.events import write_events

    row = published.row_of(__file__, recording)
    with tempfile.TemporaryDirectory() as folder:
        hypnogram = Path(folder) / Path(row["hypnogram"]).name
        places = published.places(PROJECT, row["hypnogram"], mirror)
        fetch_file(places, hypnogram, checksum=f"sha1:{row['hypnogram_sha1']}")
        annotations = bandmap.edf.read(hypnogram).annotations
    fetch_file(published.places(PROJECT, row["path"], mirror), edf, checksum=f"sha1:{row['sha1']}")
    seconds = bandmap.edf.read(edf).duration_seconds
    write_events(events, stages(annotations, seconds, wake_minutes=wake_minutes), recording_seconds=seconds)


def stages(annotations: "Sequence[Event]", seconds: float, *, wake_minutes: float | None) -> "tuple[Event, ...]":
    """Return the stages of sleep that a hypnogram marks, neighbours of one stage joined.

    Parameters
    ----------
    annotations : sequence of Event
        Of the hypnogram.
    seconds : float
        Length of the recording.
    wake_minutes : float or None
        Wake that is kept around sleep.

    Returns
    -------
    tuple of Event
        Labelled with names of `SleepStage`; time without one is not scored.

    Raises
    ------
    RecordingError
        If an annotation is no part of a hypnogram.
    """
    from bandmap.recording import Event, RecordingError

    found: list[Event] = []
    for mark in sorted(annotations):
        if mark.label not in STAGES.keys() | NO_STAGE:
            raise RecordingError(f"the hypnogram has the annotation {mark.label!a}; there are: {', '.join(STAGES)}")
        if mark.label in NO_STAGE or mark.onset >= seconds:
            continue
        stage, offset = STAGES[mark.label], min(mark.offset, seconds)
        if found and (found[-1].label, found[-1].offset) == (stage, mark.onset):
            found[-1] = Event(found[-1].onset, offset, stage)
        else:
            found.append(Event(mark.onset, offset, stage))
    return _near_sleep(found, wake_minutes)


def _near_sleep(found: "Sequence[Event]", wake_minutes: float | None) -> "tuple[Event, ...]":
    from bandmap.recording import Event

    asleep = [stage for stage in found if stage.label != "W"]
    if wake_minutes is None:
        return tuple(found)
    if not asleep:
        logger.warning("the hypnogram has no sleep: all wake is kept")
        return tuple(found)
    begin, end = asleep[0].onset - 60 * wake_minutes, asleep[-1].offset + 60 * wake_minutes
    clipped = [(max(stage.onset, begin), min(stage.offset, end), stage.label) for stage in found]
    return tuple(Event(onset, offset, label) for onset, offset, label in clipped if onset < offset)
