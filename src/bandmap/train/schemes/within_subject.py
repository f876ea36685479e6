"""Models of one subject each, tested on recordings that are later than their training data."""

import logging
from collections.abc import Iterable, Iterator, Sequence

from bandmap.train.schemes._table import (
    Member,
    Roles,
    Row,
    Subject,
    check_whole_number,
    recordings_by_subject,
    spans,
    table,
)
from bandmap.vocabulary.plugins import did_you_mean

WINDOWS = ("growing", "sliding")

MOST_BLOCKS = 100_000
"""Maximum number of blocks."""

_log = logging.getLogger(__name__)


def assign(
    recordings: Iterable[Row], *, seed: int, blocks: int = 3, training_blocks: int = 1, window: str = "growing"
) -> list[dict[str, str]]:
    """Divide each subject's recordings into blocks: one is tested, the previous one validates, earlier ones train.

    This is SzCORE's cross-validation of personalised models (Dan et al., 2025, https://doi.org/10.1111/epi.18113), with
    whole recordings. The first blocks are never tested.

    Parameters
    ----------
    recordings : iterable of mapping
        Rows with dataset, subject and recording; those of one subject in chronological order.
    seed : int
        Not used: the order is chronological.
    blocks : int
        Number of blocks per subject; their numbers of recordings differ by at most one. With fewer recordings than
        blocks, each recording is a block.
    training_blocks : int
        Number of blocks that train the first fold of a subject, and every fold of a sliding window.
    window : {"growing", "sliding"}
        Whether later folds train on all earlier blocks, or on the last `training_blocks` only.

    Returns
    -------
    list of dict
        Rows of folds named `{dataset}-{subject}-{number of the tested block, from 1}`, which name each recording.

    Raises
    ------
    ValueError
        If an option is invalid, no subject has enough recordings, or two folds would have the same name.
    """
    _check(blocks, training_blocks, window)
    least = training_blocks + 2
    everyone = recordings_by_subject(recordings)
    kept = {who: rows for who, rows in everyone.items() if len(rows) >= least}
    if not kept:
        raise ValueError(
            f"within_subject: no subject has {least} recordings (to train, validate and test); add recordings,"
            " or choose the scheme leave_one_subject_out"
        )
    _warn_of({who: len(rows) for who, rows in everyone.items() if who not in kept}, least)
    steps = None if window == "growing" else training_blocks
    return table(fold for who, rows in kept.items() for fold in _folds(who, _cut(rows, blocks), training_blocks, steps))


def _folds(
    who: Subject, parts: Sequence[Sequence[Member]], first: int, sliding: int | None
) -> Iterator[tuple[str, Roles]]:
    for tested in range(first + 1, len(parts)):
        before = parts[: tested - 1] if sliding is None else parts[tested - 1 - sliding : tested - 1]
        roles = {
            "train": [member for part in before for member in part],
            "validation": parts[tested - 1],
            "test": parts[tested],
        }
        yield f"{'-'.join(who)}-{tested + 1}", roles


def _cut(rows: Sequence[Row], blocks: int) -> list[list[Member]]:
    """Divide recordings, in order, into blocks whose lengths differ by at most one, or into single recordings."""
    members = [(row["dataset"], row["subject"], row["recording"]) for row in rows]
    return [members[start:stop] for start, stop in spans(len(members), min(blocks, len(members)))]


def _check(blocks: int, training_blocks: int, window: str) -> None:
    check_whole_number("within_subject: blocks", blocks, 3, MOST_BLOCKS, "to train, validate and test")
    reason = f"with {blocks} blocks, one of them to validate and one to test,"
    check_whole_number("within_subject: training_blocks", training_blocks, 1, blocks - 2, reason)
    if window not in WINDOWS:
        raise ValueError(f"within_subject: window: {did_you_mean(str(window), WINDOWS)}")


def _warn_of(few: dict[Subject, int], least: int) -> None:
    if few:
        names = ", ".join(f"{dataset} {subject} ({n})" for (dataset, subject), n in few.items())
        _log.warning("within_subject: left out, with fewer than %d recordings: %s", least, names)
