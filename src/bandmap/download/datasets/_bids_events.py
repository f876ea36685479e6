"""Shared code of data sets in EEG-BIDS folders: their events and clinical truth. Not a plugin.

It is apart from `_bids`, so that a change of it copies no recording again.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bandmap.download.datasets import _bids
from bandmap.vocabulary import event_types

if TYPE_CHECKING:
    from bandmap.vocabulary.recording import Event


def annotate(recording: str, edf: Path, labels: Path | None, events: Path, *, ignore: Sequence[str]) -> None:
    """Write the events of one recording and check them against it, see the plugin `bids`."""
    import bandmap.files.edf
    from bandmap.download import hypnogram, marks
    from bandmap.files.events import read_events, write_events

    raw = bandmap.files.edf.read(edf)
    table = () if labels is None else read_events(labels, others=_is_stage, ignore=ignore)
    others, staging = _split_stages(table)
    source = recording if labels is None else str(labels)
    if not staging:
        _, staging = _split_stages(raw.annotations)
        source = f"the annotations of {recording}" if staging else source
    if labels is None and not staging:
        raise _bids.error(
            f"{recording}: has no events; write {recording}_events.tsv beside it, with the columns onset, duration and"
            " eventType (sz, or a sleep stage, or a single row bckg if there is no event)"
        )
    if labels is None:
        _check_comments(recording, raw.annotations, ignore)
    found = marks.inside(others, raw.duration_seconds, str(labels))
    stages = hypnogram.stages(staging, seconds=raw.duration_seconds, source=source)
    write_events(events, [*found, *stages], recording_seconds=raw.duration_seconds)


def annotate_fetched(recording: str, edf: Path, labels: Path, events: Path, *, ignore: Sequence[str]) -> None:
    """Write the events of one recording as `annotate` does; an empty file of labels means that none were published."""
    annotate(recording, edf, labels if labels.stat().st_size else None, events, ignore=ignore)


def clinical_files(*, root: str) -> list[str] | None:
    """Return the table of clinical truth in the folder, None if there is none."""
    path = Path(root) / "truth.tsv"
    return [str(path)] if path.exists() else None


def clinical(*, root: str, ignore: Sequence[str]) -> "list[dict[str, object]]":
    """Return the clinical side and lobe of subjects or seizures, see the plugin `bids`."""
    from bandmap.download.clinical import FILE, check_onsets, read_truth
    from bandmap.files.events import read_events

    path, listed = Path(root) / FILE, _bids.recordings(root=root, task=None, ignore=ignore)
    rows = read_truth(path, listed)
    stated = {row["recording"] for row in rows if row["onset"] is not None}
    tables = {row["recording"]: Path(row["events"]) for row in listed if row["recording"] in stated}
    found = {
        name: [event for event in read_events(table, others=_is_stage, ignore=ignore) if event.is_seizure]
        for name, table in tables.items()
        if table.is_file()
    }
    check_onsets(path, rows, found)
    return rows


def _split_stages(events: "Sequence[Event]") -> "tuple[list[Event], list[Event]]":
    """Split events into other events and sleep stages."""
    parts: tuple[list[Event], list[Event]] = ([], [])
    for event in events:
        parts[_is_stage(event.label)].append(event)
    return parts


def _is_stage(label: str) -> bool:
    from bandmap.download import hypnogram

    return hypnogram.stage(label) is not None


def _check_comments(recording: str, annotations: "Sequence[Event]", ignore: Sequence[str]) -> None:
    """Refuse a recording without a table whose annotations may mark a seizure: it would become background."""
    for event in annotations:
        if event.label not in ignore and event_types.resembles_seizure(event.label):
            raise _bids.error(
                f"{recording}: its annotation {event.label[:40]!a} at {event.onset:g} s may mean a seizure, but only"
                f" sleep stages are read from annotations; write {recording}_events.tsv beside it, or name the"
                " annotation in the data set's option 'ignore'"
            )
