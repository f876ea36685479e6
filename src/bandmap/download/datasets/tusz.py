"""TUH EEG Seizure Corpus, version 2: a local copy, because its licence does not allow redistribution.

The copy has the published structure, `edf/<split>/<subject>/<session>/<montage>/<subject>_s<nnn>_t<nnn>.edf`: the split
is train, dev or eval and becomes a column of the recordings, and the montage is 01_tcp_ar, 02_tcp_le, 03_tcp_ar_a or
04_tcp_le_a, all with referential signals. Beside each recording are `.csv_bi`, which marks seizures for all channels
together (`TERM`), and `.csv`, which marks the type of seizure on each derivation. Overlapping spans of one type on
several derivations become one event. Types are converted to SzCORE's as in epilepsy2bids; every other label of the
corpus, such as `nesz` (a non-epileptic seizure), is no seizure.

The clinical truth of a focal seizure is the derivations that `.csv` marks within its first ten seconds, if they are at
most half of the montage's; derivations marked later show its spread.

Versions up to 2.0.1 contain two sessions in two montages each under the same names, which is an error with a remedy.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from bandmap.download import published
from bandmap.download.transfer import fetch_file
from bandmap.vocabulary.clinical import ONSET_SECONDS, TCP22, named_side
from bandmap.vocabulary.event_types import TUH_OTHERS, TUH_SEIZURES
from bandmap.vocabulary.plugins import did_you_mean

if TYPE_CHECKING:
    from bandmap.vocabulary.recording import Event

SPLITS = ("train", "dev", "eval")
LABELS = ("csv_bi", "csv")
FOCAL = ("fnsz", "spsz", "cpsz")
Span = tuple[float, float, str, str]
"""Start and stop in seconds, derivation, type of seizure."""

_NAME = re.compile(r"[A-Za-z0-9]+_s\d+_t\d+")


def recordings(
    *,
    root: str,
    splits: Sequence[str] = ("train", "dev", "eval"),
    subjects: Sequence[str] | None = None,
    labels: str = "csv_bi",
) -> list[dict[str, str]]:
    """List the recordings of a local copy by their file names.

    Parameters
    ----------
    root : str
        Folder of the version (v2.0.3, which contains `edf`), or the folder `edf` itself.
    splits : sequence of str
        Subset of train, dev and eval.
    subjects : sequence of str, optional
        Only these subjects (aaaaaaac ...).
    labels : str
        csv_bi (seizure or not) or csv (types of seizures).

    Returns
    -------
    list of dict
        recording, subject, source, events (the labels beside it, even if they do not exist) and split.

    Raises
    ------
    ValueError
        If the folder does not exist, contains no recording or two with the same name, or an option is invalid.
    """
    wanted = [splits] if isinstance(splits, str) else list(splits)
    if not wanted or not set(wanted) <= set(SPLITS):
        raise ValueError(f"splits is {wanted}; choose from {', '.join(SPLITS)}")
    if labels not in LABELS:
        raise ValueError(f"labels is {labels!a}; choose from {', '.join(LABELS)}")
    files = [(split, path) for split in wanted for path in _folder(root).glob(f"{split}/*/*/*_tcp_*/*.edf")]
    rows = [_row(split, path, labels) for split, path in files]
    if not rows:
        raise ValueError(f"root: {root} contains no edf/<split>/<subject>/<session>/<montage>/*.edf of {wanted}")
    rows.sort(key=lambda row: (row["recording"], row["source"]))
    for first, second in pairwise(rows):
        if first["recording"] == second["recording"]:
            both = f"{first['source']} and {second['source']}"
            raise ValueError(f"root: {both} have the same name; remove one of them, or use version 2.0.2 or later")
    return published.of_subjects(rows, subjects)


def fetch(recording: str, edf: Path, *, root: str) -> None:
    """Link or copy one recording."""
    subject = recording.partition("_")[0]
    places = [str(path) for path in _folder(root).glob(f"*/{subject}/*/*_tcp_*/{recording}.edf")]
    if not places:
        raise ValueError(f"{recording}: there is no such recording in {root}; set 'root' to the folder of the corpus")
    fetch_file(places, edf)


def annotate(recording: str, edf: Path, labels: Path | None, events: Path) -> None:
    """Write the seizures of one recording from its `.csv_bi` or `.csv`."""
    import bandmap.files.edf
    from bandmap.download import marks
    from bandmap.files.events import write_events
    from bandmap.vocabulary.recording import RecordingError

    if labels is None:
        raise RecordingError(f"{recording}: has no labels beside it; copy its .csv_bi and .csv from the corpus")
    seconds = bandmap.files.edf.read(edf).duration_seconds
    write_events(events, marks.inside(read_labels(labels), seconds, labels.name), recording_seconds=seconds)


def clinical_files(*, root: str, splits: Sequence[str], subjects: Sequence[str] | None) -> list[str] | None:
    """Return the `.csv` files of the recordings, None if the copy has none."""
    rows = recordings(root=root, splits=splits, subjects=subjects, labels="csv")
    files = [row["events"] for row in rows if Path(row["events"]).is_file()]
    return files or None


def clinical(*, root: str, splits: Sequence[str], subjects: Sequence[str] | None) -> list[dict[str, object]]:
    """Return the derivations that show the onset and the spread of focal seizures.

    A seizure is what overlapping spans on any derivation make up; it is left out if one of them has a type that is not
    focal, or if more than half of the montage's derivations are marked within the first ten seconds.
    """
    found: list[dict[str, object]] = []
    for row in recordings(root=root, splits=splits, subjects=subjects, labels="csv"):
        path = Path(row["events"])
        derivations = len(TCP22) - 2 * path.parent.name.endswith("_a")
        for spans in _seizures(path) if path.is_file() else ():
            onset, early, late = _onset_and_spread(spans)
            if {label for _, _, _, label in spans} <= set(FOCAL) and 2 * len(early) <= derivations:
                channels = {"onset_channels": " ".join(early), "spread_channels": " ".join(late) or None}
                head = {"subject": row["subject"], "recording": row["recording"], "onset": onset}
                found.append({**head, "side": named_side(early), "lobe": None, **channels})
    return found


def _seizures(path: Path) -> list[list[Span]]:
    """Return the spans of every seizure: those that overlap or touch."""
    names = {name.upper(): name for name in TCP22}
    clusters: list[list[Span]] = []
    end = -1.0
    for start, stop, channel, label in sorted(_spans(path)):
        if channel.upper() not in names:
            hint = did_you_mean(ascii(channel[:40])[1:-1], names)
            raise ValueError(f"{path}: channel: {hint} Copy the file from the corpus again")
        if start > end:
            clusters.append([])
        clusters[-1].append((start, stop, names[channel.upper()], label))
        end = max(end, stop)
    return clusters


def _onset_and_spread(spans: Sequence[Span]) -> tuple[float, list[str], list[str]]:
    """Return the onset, the derivations marked within `ONSET_SECONDS` of it, and those marked only later."""
    onset = min(start for start, *_ in spans)
    early = {channel for start, _, channel, _ in spans if start < onset + ONSET_SECONDS}
    every = {channel for _, _, channel, _ in spans}
    return onset, [name for name in TCP22 if name in early], [name for name in TCP22 if name in every - early]


def read_labels(path: Path) -> "tuple[Event, ...]":
    """Read the seizures of a `.csv_bi` or `.csv` file.

    Returns
    -------
    tuple of Event
        Sorted by onset; events of one type do not overlap, even if several derivations show them.

    Raises
    ------
    RecordingError
        If the file does not exist, or a line is not a label; the message gives file, line, problem and remedy.
    """
    from bandmap.vocabulary.recording import Event

    joined: list[Event] = []
    open_end: dict[str, int] = {}
    for event in sorted(Event(start, stop, TUH_SEIZURES[label]) for start, stop, _, label in _spans(path)):
        last = open_end.get(event.label)
        if last is not None and event.onset <= joined[last].offset:
            joined[last] = Event(joined[last].onset, max(joined[last].offset, event.offset), event.label)
        else:
            open_end[event.label] = len(joined)
            joined.append(event)
    return tuple(joined)


def _spans(path: Path) -> Iterator[Span]:
    from bandmap.vocabulary.recording import Event, RecordingError

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise RecordingError(f"{path}: there is no such file; copy it from the corpus") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(
            f"{path}: not UTF-8 text ({type(error).__name__}); copy it from the corpus again"
        ) from error
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip() and line[0] != "#"]
    columns = next(csv.reader([numbered[0][1]])) if numbered else []
    if not {"start_time", "stop_time", "label"} <= set(columns):
        raise RecordingError(f"{path}: has no columns start_time, stop_time and label; copy it from the corpus again")
    for number, line in numbered[1:]:
        fields = dict(zip(columns, next(csv.reader([line])), strict=False))
        label = fields.get("label", "").strip().lower()
        if label in TUH_OTHERS:
            continue
        try:
            span = Event(float(fields["start_time"]), float(fields["stop_time"]), TUH_SEIZURES[label])
            yield span.onset, span.offset, fields.get("channel", "").strip(), label
        except (KeyError, ValueError) as error:
            raise RecordingError(f"{path}: line {number}: {_problem(label, line)}") from error


def _problem(label: str, line: str) -> str:
    if label in TUH_SEIZURES:
        return f"{line[:80]!a} is not a span from start_time to stop_time in seconds; correct it"
    return f"label: {did_you_mean(ascii(label[:40])[1:-1], {*TUH_SEIZURES, *TUH_OTHERS})} Correct it"


def _folder(root: str) -> Path:
    folder = Path(root).expanduser()
    if not folder.is_dir():
        raise ValueError(f"root: there is no folder {root}; set it to the folder of version 2 of TUSZ")
    return folder / "edf" if (folder / "edf").is_dir() else folder


def _row(split: str, path: Path, labels: str) -> dict[str, str]:
    if not _NAME.fullmatch(path.stem):
        raise ValueError(
            f"root: {path} is not named <subject>_s<nnn>_t<nnn>.edf, as in the corpus; rename or remove it"
        )
    if path.stem.partition("_")[0] != path.parts[-4]:
        raise ValueError(f"root: {path} lies in the folder of {path.parts[-4]}; get it from the corpus again")
    files = {"source": str(path), "events": str(path.with_suffix(f".{labels}"))}
    return {"recording": path.stem, "subject": path.parts[-4], **files, "split": split}
