"""Agreement of two tables of events, or of all tables of two folders."""

from dataclasses import dataclass
from pathlib import Path

from bandmap.files.events import read_duration, read_events
from bandmap.files.reviewed import ENDING, read_stretches
from bandmap.files.subjects import Subjects
from bandmap.score.agreement import DRAWS, Pair, Score, is_hypnogram, is_sleep, seizure_agreement, sleep_agreement
from bandmap.score.events import same_duration
from bandmap.score.intervals import Spread
from bandmap.vocabulary import spans
from bandmap.vocabulary.recording import RecordingError

SEED = 0


@dataclass(frozen=True)
class Agreement:
    """The agreement of two annotators.

    Attributes
    ----------
    pairs : tuple of Pair
        The recordings that both annotated.
    scores : tuple of Score
    seconds : float
        Compared time.
    left_out : tuple of str
        Why other time and recordings are not compared, a line each.
    """

    pairs: tuple[Pair, ...]
    scores: tuple[Score, ...]
    seconds: float
    left_out: tuple[str, ...]


def agreement(reference: str | Path, hypothesis: str | Path, *, subjects: str | Path | None = None) -> Agreement:
    """Compare two tables, or the tables of two folders that have the same name in both.

    Parameters
    ----------
    reference, hypothesis : path-like
        A review, detections, or any other SzCORE table; or a folder of them, such as `results/reviewed/<reviewer>` and
        `results/predicted/<model>/<scheme>`.
    subjects : path-like, optional
        Table with the columns recording and subject.

    Raises
    ------
    RecordingError
        One line with file, problem and remedy.
    """
    tables, left_out = _matched(Path(reference), Path(hypothesis))
    known = Subjects(subjects)
    pairs = []
    for name, (one, other) in tables.items():
        pair, lines = _pair(name, one, other, known if len(tables) > 1 else None)
        pairs.append(pair)
        left_out += lines
    sleep = is_sleep(pairs)
    scores = (sleep_agreement if sleep else seizure_agreement)(pairs, seed=SEED)
    compared = sum(spans.seconds(pair.compared) for pair in pairs)
    return Agreement(tuple(pairs), tuple(scores), compared, tuple(left_out))


def as_text(found: Agreement) -> str:
    """Return the agreement for readers."""
    recordings, people = len(found.pairs), len({pair.subject for pair in found.pairs})
    counted = f"{recordings} recording{'s'[: recordings != 1]} of {people} subject{'s'[: people != 1]}"
    head = f"{counted}; {found.seconds / 3600:.2f} h are compared"
    columns = ["score", "agreement", *found.scores[0].floors, "n"]
    rows = [
        [score.words, *map(_cell, (score.spread, *score.floors.values())), str(score.spread["n"])]
        for score in found.scores
    ]
    widths = [max(len(row[place]) for row in (columns, *rows)) for place in range(len(columns))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (columns, *rows)]
    notes = [*found.left_out, f"n: subjects with a value; chance: mean of {DRAWS} random shifts in time"]
    return "\n".join([head, "", *(line.rstrip() for line in table), "", *notes, ""])


def as_tsv(found: Agreement) -> str:
    """Return the agreement as a table: score, of (agreement or a floor), mean, low, high, values, n."""
    lines = ["score\tof\tmean\tlow\thigh\tvalues\tn"]
    for score in found.scores:
        for name, spread in {"agreement": score.spread, **score.floors}.items():
            numbers = ["n/a" if spread[key] is None else f"{spread[key]:.6g}" for key in ("mean", "low", "high")]
            listed = spread["values"]
            values = ", ".join(f"{value:.6g}" for value in listed) if isinstance(listed, list) else "n/a"
            lines.append("\t".join([score.words, name, *numbers, values, str(spread["n"])]))
    return "\n".join(lines) + "\n"


def _cell(spread: Spread) -> str:
    if spread["mean"] is None:
        return "n/a"
    low, high, values = spread["low"], spread["high"], spread["values"]
    mean = f"{spread['mean']:.2f}"
    if isinstance(low, float) and isinstance(high, float):
        return f"{mean} [{low:.2f}, {high:.2f}]"
    return (
        f"{mean} ({', '.join(f'{value:.2f}' for value in values)})" if isinstance(values, list) and values[1:] else mean
    )


def _matched(reference: Path, hypothesis: Path) -> tuple[dict[str, tuple[Path, Path]], list[str]]:
    """Return the tables that both have, by their path below the folders, and what only one of them has."""
    if reference.is_dir() != hypothesis.is_dir():
        raise RecordingError(f"{reference} and {hypothesis}: give two tables or two folders")
    if not reference.is_dir():
        return {reference.name.removesuffix(ENDING): (reference, hypothesis)}, []
    sides = [_tables(folder) for folder in (reference, hypothesis)]
    both = {name: (sides[0][name], sides[1][name]) for name in sides[0] if name in sides[1]}
    if not both:
        raise RecordingError(f"{reference} and {hypothesis}: no table has the same name below both folders")
    alone = {folder: len(side) - len(both) for folder, side in zip((reference, hypothesis), sides, strict=True)}
    return both, [f"only in {folder}: {count} recording{'s'[: count != 1]}" for folder, count in alone.items() if count]


def _tables(folder: Path) -> dict[str, Path]:
    found = sorted(folder.rglob(f"*{ENDING}"))
    return {str(path.relative_to(folder)).removesuffix(ENDING): path for path in found}


def _pair(name: str, reference: Path, hypothesis: Path, known: Subjects | None) -> tuple[Pair, list[str]]:
    dataset, _, recording = name.rpartition("/")
    subject = recording if known is None else known.of(recording)
    whole: spans.Spans = ((0.0, _duration(reference, hypothesis)),)
    compared, lines = whole, []
    for path in (reference, hypothesis):
        reviewed, trained = read_stretches(path)
        if trained:
            lines.append(f"{recording}: {spans.as_text(trained)} is left out, because the model was fine-tuned on it")
        compared = spans.without(spans.common(compared, whole if reviewed is None else reviewed), trained)
    missing = spans.seconds(whole) - spans.seconds(compared)
    if missing and not lines:
        lines.append(f"{recording}: {missing / 60:.1f} minutes are left out, because not both looked at them")
    return Pair(dataset, subject, recording, read_events(reference), read_events(hypothesis), compared), lines


def _duration(reference: Path, hypothesis: Path) -> float:
    """Return the duration that both tables state; a hypnogram need not state it."""
    stated, ends = [], []
    for path in (reference, hypothesis):
        events = read_events(path)
        try:
            stated.append(read_duration(path))
        except RecordingError:
            if not is_hypnogram(events):
                raise
            ends.append(events[-1].offset)
    return same_duration(stated[0], stated[1], reference.name) if len(stated) == 2 else min(stated + ends)
