"""Shared code of data sets of OpenNeuro: from its bucket, a mirror of it, or a folder. Not a plugin."""

from collections.abc import Sequence
from pathlib import Path

from bandmap.download import openneuro, published
from bandmap.download.datasets import _bids
from bandmap.download.transfer import is_url


def recordings(
    source: openneuro.Source, *, task: str | None, subjects: Sequence[str] | None, ignore: Sequence[str]
) -> list[dict[str, str]]:
    """List the recordings of a data set, see the plugin `openneuro`."""
    if not is_url(source.bucket):
        return published.of_subjects(_bids.recordings(root=_root(source), task=task, ignore=ignore), subjects)
    _bids.check_ignored(ignore)
    rows = published.of_subjects(openneuro.recordings(openneuro.listed(source), source), subjects)
    chosen = [row for row in rows if task is None or f"task-{task}" in row["recording"].split("_")]
    if not chosen:
        raise ValueError(f"task: {source.accession} has no recording of task {task!a}")
    return chosen


def fetch(source: openneuro.Source, recording: str, edf: Path) -> None:
    """Write one recording; from a bucket, its size and MD5 are checked."""
    if is_url(source.bucket):
        openneuro.fetch(source, recording, edf)
    else:
        _bids.fetch(recording, edf, root=_root(source))


def fetch_labels(source: openneuro.Source, recording: str, labels: Path) -> None:
    """Write the table of events of one recording; an empty file if there is none."""
    if is_url(source.bucket):
        openneuro.fetch_labels(source, recording, labels)
        return
    rows = {row["recording"]: row for row in _bids.recordings(root=_root(source), task=None, ignore=())}
    events = Path(rows[recording]["events"])
    labels.parent.mkdir(parents=True, exist_ok=True)
    labels.write_bytes(events.read_bytes() if events.is_file() else b"")


def _root(source: openneuro.Source) -> str:
    return str(Path(source.bucket).expanduser() / source.accession)
