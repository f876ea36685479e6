"""Sleep-EDF Expanded: 197 nights with hypnograms, 153 at home (cassette), 44 in hospital (telemetry), from PhysioNet.

`tools/make_sleep_edf_table.py` creates the table beside this file from the SHA-1 checksums of PhysioNet's files in
MNE-Python; sizes are unknown. A night is a pair of files: `SC4ssNE0-PSG.edf` and a hypnogram whose name ends in the
scorer's letter. All nights of a sleeper (`ss`) belong to one subject: SC4ss, or ST7ss in the telemetry study, which has
other participants.

Hypnograms according to Rechtschaffen and Kales are converted to AASM stages: 3 and 4 become N3, Movement and `?` have
no stage. Hypnograms that are longer than the recording are clipped to it. Cassettes cover a day and a night, so wake
counts only near sleep. Times of a hypnogram are relative to the first sample of its recording.
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
        Folder or URL with the same files as PhysioNet (sleep-cassette/SC4001E0-PSG.edf ...); PhysioNet by default.
    studies : sequence of str
        Subset of cassette and telemetry.
    subjects : sequence of str, optional
        Only these subjects (SC400 ... SC482, ST701 ... ST724).
    wake_minutes : float, optional
        Amount of wake to keep before the first and after the last sleep, in minutes; null keeps all.

    Returns
    -------
    list of dict
        recording, subject, source and events (the hypnogram; both empty unless the mirror is a folder), and their
        identities: content and events_content.

    Raises
    ------
    ValueError
        If there is no such study or subject, or the mirror lacks a file.
    """
    wanted = [studies] if isinstance(studies, str) else list(studies)
    if not wanted or not set(wanted) <= set(STUDIES):
        raise ValueError(f"studies is {wanted}; choose from {', '.join(STUDIES)}")
    if wake_minutes is not None and not wake_minutes >= 0:
        raise ValueError(f"wake_minutes is {wake_minutes}; it must be at least 0, or null")
    rows = [row for row in published.table(__file__) if row["study"] in wanted]
    return published.listed(published.of_subjects(rows, subjects), PROJECT, mirror, events="hypnogram")


def fetch(recording: str, edf: Path, *, mirror: str | None) -> None:
    """Download one night and check its sha1."""
    published.fetch(__file__, PROJECT, recording, edf, mirror)


def fetch_labels(recording: str, labels: Path, *, mirror: str | None) -> None:
    """Download the hypnogram of one night and check its sha1."""
    published.fetch(__file__, PROJECT, recording, labels, mirror, column="hypnogram")


def annotate(recording: str, edf: Path, labels: Path, events: Path, *, wake_minutes: float | None) -> None:
    """Write the stages of one night, with `wake_minutes` of wake on either side of sleep."""
    import bandmap.files.edf
    from bandmap.download import hypnogram
    from bandmap.files.events import write_events

    seconds = bandmap.files.edf.read(edf).duration_seconds
    found = hypnogram.stages(
        bandmap.files.edf.read(labels).annotations, seconds=seconds, source=f"{recording}'s hypnogram"
    )
    write_events(events, hypnogram.near_sleep(found, wake_minutes), recording_seconds=seconds)
