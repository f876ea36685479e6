"""Subjects are dealt into K groups of one size; each group is tested once, by a model that saw none of it."""

from collections.abc import Iterable

from bandmap.train.schemes._table import Row, check_whole_number, ring_of, roles_in_ring, spans, subject_of, table


def assign(
    recordings: Iterable[Row], *, seed: int, folds: int = 5, validation_share: float = 0.2
) -> list[dict[str, str]]:
    """Test every subject once, a K-th of them at a time; of the others, a share validates and the rest train.

    The subjects stand in a ring of seeded order. Each fold tests an arc of it and validates with those that follow,
    so that as many folds as subjects are the folds of `leave_one_subject_out`.

    Parameters
    ----------
    recordings : iterable of mapping
        With dataset and subject, in any order.
    seed : int
        Of the order of the ring.
    folds : int
        K; the numbers of subjects that they test differ by one at most.
    validation_share : float
        Share, between 0 and 1, of the subjects not tested that choose the best weights and the threshold: rounded,
        but at least one subject, and one is left to train on.

    Returns
    -------
    list of dict
        Rows of folds named k1, k2 ...

    Raises
    ------
    ValueError
        If there are too few subjects for so many folds, or a share is none.
    """
    ring = ring_of(map(subject_of, recordings), seed)
    _check(len(ring), folds, validation_share)
    arcs = spans(len(ring), folds)
    return table(
        (f"k{k}", roles_in_ring(ring, start, stop, _validation(len(ring) - stop + start, validation_share)))
        for k, (start, stop) in enumerate(arcs, start=1)
    )


def _validation(others: int, share: float) -> int:
    return min(max(round(share * others), 1), others - 1)


def _check(subjects: int, folds: int, share: float) -> None:
    if subjects < 3:
        raise ValueError(
            f"subject_k_fold needs 3 subjects (train, validation, test), there are {subjects}; "
            "add recordings of other subjects"
        )
    check_whole_number("subject_k_fold: folds", folds, 2, subjects, f"with {subjects} subjects")
    if subjects == 3 and folds == 2:
        raise ValueError(
            "subject_k_fold: 2 folds of 3 subjects leave one of them to train and to validate; set folds to 3"
        )
    if not isinstance(share, int | float) or not 0 < share < 1:
        raise ValueError(f"subject_k_fold: validation_share is {share}; choose a share between 0 and 1, such as 0.2")
