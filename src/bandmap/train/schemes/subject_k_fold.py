"""Subjects are divided into K groups of equal size; each group is tested once, by a model that never saw it."""

from collections.abc import Iterable

from bandmap.train.schemes._table import (
    Row,
    check_three_subjects,
    check_whole_number,
    person_of,
    ring_of,
    roles_in_ring,
    spans,
    table,
)


def assign(
    recordings: Iterable[Row], *, seed: int, folds: int = 5, validation_share: float = 0.2
) -> list[dict[str, str]]:
    """Test every subject once, one group at a time; a share of the others validates, and the rest train.

    The seed orders the subjects in a ring. Each fold tests a section of the ring and validates on the subjects that
    follow, so that with as many folds as subjects the folds are those of `leave_one_subject_out`.

    Parameters
    ----------
    recordings : iterable of mapping
        Rows with dataset and subject, in any order.
    seed : int
        Seed of the order of the ring.
    folds : int
        K; the numbers of test subjects per fold differ by at most one.
    validation_share : float
        Share, between 0 and 1, of the remaining subjects that choose the best weights and the threshold. It is rounded
        so that at least one subject validates and at least one trains.

    Returns
    -------
    list of dict
        Rows of folds named k1, k2 ...

    Raises
    ------
    ValueError
        If there are too few subjects for the folds, or the share is invalid.
    """
    ring = ring_of(map(person_of, recordings), seed)
    _check(len(ring), folds, validation_share)
    arcs = spans(len(ring), folds)
    return table(
        (f"k{k}", roles_in_ring(ring, start, stop, _validation(len(ring) - stop + start, validation_share)))
        for k, (start, stop) in enumerate(arcs, start=1)
    )


def _validation(others: int, share: float) -> int:
    return min(max(round(share * others), 1), others - 1)


def _check(subjects: int, folds: int, share: float) -> None:
    check_three_subjects("subject_k_fold", subjects)
    check_whole_number("subject_k_fold: folds", folds, 2, subjects, f"with {subjects} subjects")
    if subjects == 3 and folds == 2:
        raise ValueError(
            "subject_k_fold: 2 folds of 3 subjects leave only one subject to train and validate; set folds to 3"
        )
    if not isinstance(share, int | float) or not 0 < share < 1:
        raise ValueError(f"subject_k_fold: validation_share is {share}; choose a share between 0 and 1, such as 0.2")
