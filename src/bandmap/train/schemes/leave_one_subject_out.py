"""Each subject is tested once, by a model that was trained on other subjects only."""

from collections.abc import Iterable

from bandmap.train.schemes._table import (
    Row,
    check_three_subjects,
    check_whole_number,
    person_of,
    ring_of,
    roles_in_ring,
    table,
)


def assign(recordings: Iterable[Row], *, seed: int, validation_subjects: int = 2) -> list[dict[str, str]]:
    """Test every subject once; some of the others validate, and the rest train.

    The seed orders the subjects in a ring, and the subjects after the test subject of a fold validate, so that each
    subject validates equally often.

    Parameters
    ----------
    recordings : iterable of mapping
        Rows with dataset and subject, in any order.
    seed : int
        Seed of the order of the ring.
    validation_subjects : int
        Number of subjects of each fold that choose the best weights and the threshold.

    Returns
    -------
    list of dict
        Rows of folds named `{dataset}-{subject}` after the test subject.

    Raises
    ------
    ValueError
        If no subject would be left to train on, or two folds would share a name.
    """
    ring = ring_of(map(person_of, recordings), seed)
    check_three_subjects("leave_one_subject_out", len(ring))
    where, reason = "leave_one_subject_out: validation_subjects", f"with {len(ring)} subjects"
    check_whole_number(where, validation_subjects, 1, len(ring) - 2, reason)
    places = sorted(range(len(ring)), key=ring.__getitem__)
    return table(("-".join(ring[k]), roles_in_ring(ring, k, k + 1, validation_subjects)) for k in places)
