"""Sleep-EDF Expanded: 197 nights with hypnograms, 153 at home (cassette), 44 in hospital (telemetry), from PhysioNet.

The table beside this file is made by `tools/make_sleep_edf_table.py` from the sha1 sums of PhysioNet's files that
MNE-Python keeps; sizes are not known. A night is a pair: `SC4ssNE0-PSG.edf` and a hypnogram whose name ends in the
scorer's letter. All nights of a sleeper (`ss`) are one subject: SC4ss, or ST7ss in the telemetry study, which has other
people.

Hypnograms after Rechtschaffen and Kales become AASM's stages: 3 and 4 are N3, Movement and `?` are no stage. Some go on
after the recording has ended and are clipped to it. Cassettes hold a day and a night, so wake counts only near sleep.
Times of a hypnogram count from the first sample of its recording.
"""

from collections.abc import Sequence
from pathlib import Path

from bandmap.download import published

PROJECT = "sleep-edfx/1.0.0"
STUDIES = ("cassette", "telemetry")


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
        recording, subject, source and events (the hypnogram; both empty unless the mirror is a folder), and what
        identifies both: content and events_content.

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
    return published.listed(published.of_subjects(rows, subjects), PROJECT, mirror, events="hypnogram")


def fetch(recording: str, edf: Path, *, mirror: str | None) -> None:
    """Download one night, checked by its sha1.

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


def fetch_labels(recording: str, labels: Path, *, mirror: str | None) -> None:
    """Download the hypnogram of one night, checked by its sha1.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    labels : Path
        File to write.
    mirror : str or None
        As for `recordings`.

    Raises
    ------
    DownloadError
        If no place has the right file.
    """
    published.fetch(__file__, PROJECT, recording, labels, mirror, column="hypnogram")


def annotate(recording: str, edf: Path, labels: Path, events: Path, *, wake_minutes: float | None) -> None:
    """Write the stages of one night.

    Parameters
    ----------
    recording : str
        One of `recordings`.
    edf, labels : Path
        The night and its hypnogram.
    events : Path
        File to write.
    wake_minutes : float or None
        As for `recordings`.

    Raises
    ------
    RecordingError
        If a file cannot be read, or an annotation is no part of a hypnogram.
    """
    import bandmap.files.edf
    from bandmap.download import hypnogram
    from bandmap.files.events import write_events

    seconds = bandmap.files.edf.read(edf).duration_seconds
    found = hypnogram.stages(
        bandmap.files.edf.read(labels).annotations, seconds=seconds, source=f"{recording}'s hypnogram"
    )
    write_events(events, hypnogram.near_sleep(found, wake_minutes), recording_seconds=seconds)
