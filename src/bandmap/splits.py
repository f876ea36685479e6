"""Folds as tables: who is trained on, validated on and tested, subject by subject; leakage is refused."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from bandmap.plugins import UnknownNameError, did_you_mean

COLUMNS = ("fold", "role", "dataset", "subject")
"""Columns of a table of folds."""

ROLES = ("train", "validation", "test")
"""What a subject may be to a fold."""

Subject = tuple[str, str]
"""Data set and subject."""


class LeakageError(ValueError):
    """A subject has two roles in one fold; the message names both."""


def folds(subjects: Iterable[Subject], *, scheme: str, seed: int, **options: int) -> list[dict[str, str]]:
    """Return the folds of a scheme.

    Parameters
    ----------
    subjects : iterable of (data set, subject)
        In any order; repeated subjects count once. Sessions and recordings of one person carry one subject label.
    scheme : str
        One of `SCHEMES`.
    seed : int
        Decides which subjects validate which fold.
    **options
        The scheme's own.

    Returns
    -------
    list of dict
        Rows with the columns `COLUMNS`: one for each subject of each fold.

    Raises
    ------
    UnknownNameError
        If there is no such scheme.
    ValueError
        If there are too few subjects for the scheme.
    """
    if scheme not in SCHEMES:
        raise UnknownNameError(f"schemes: {did_you_mean(scheme, SCHEMES)}")
    rows = SCHEMES[scheme](sorted(set(subjects)), seed=seed, **options)
    check_no_leak(rows)
    return rows


def leave_one_subject_out(
    subjects: Sequence[Subject], *, seed: int, validation_subjects: int = 2
) -> list[dict[str, str]]:
    """Test every subject once; of the others, some validate and the rest train.

    The subjects stand in a ring of seeded order and each fold's test subject is validated by those that follow it, so
    that each subject validates equally often.

    Parameters
    ----------
    subjects : sequence of (data set, subject)
        Without repetition.
    seed : int
        Of the order of the ring.
    validation_subjects : int
        How many subjects of each fold choose the best weights and the threshold.

    Returns
    -------
    list of dict
        Rows of folds named `{dataset}-{subject}` after the subject that is tested.

    Raises
    ------
    ValueError
        If no subject would be left to train on, or two folds would share a name.
    """
    if len(subjects) < 3:
        raise ValueError(
            f"leave_one_subject_out needs 3 subjects (train, validation, test), there are {len(subjects)}; "
            "add recordings of other subjects"
        )
    if not 1 <= validation_subjects <= len(subjects) - 2:
        raise ValueError(
            f"leave_one_subject_out: validation_subjects is {validation_subjects}, but with {len(subjects)} subjects "
            f"it must be between 1 and {len(subjects) - 2}, so that at least one subject is left to train on"
        )
    ring = list(subjects)
    random.Random(seed).shuffle(ring)
    rows: list[dict[str, str]] = []
    for test in sorted(subjects):
        position = ring.index(test)
        others = ring[position + 1 :] + ring[:position]
        roles = {
            "train": sorted(others[validation_subjects:]),
            "validation": sorted(others[:validation_subjects]),
            "test": [test],
        }
        rows += _rows("-".join(test), roles)
    if len({row["fold"] for row in rows}) < len(subjects):
        raise ValueError(
            "two folds would share a name; rename a data set or a subject so that '{dataset}-{subject}' is unique"
        )
    return rows


SCHEMES: dict[str, Callable[..., list[dict[str, str]]]] = {"leave_one_subject_out": leave_one_subject_out}
"""Name of a scheme -> the function that makes its folds."""


def check_no_leak(rows: Iterable[Mapping[str, str]]) -> None:
    """Refuse folds that train, validate or test on the same subject, or that lack one of the three.

    Raises
    ------
    LeakageError
        If a subject has two roles in one fold.
    ValueError
        If a role is unknown or missing from a fold.
    """
    roles: dict[str, dict[Subject, str]] = defaultdict(dict)
    for row in rows:
        fold, role, subject = row["fold"], row["role"], (row["dataset"], row["subject"])
        if role not in ROLES:
            raise ValueError(f"fold '{fold}': role: {did_you_mean(role, ROLES)}")
        if roles[fold].setdefault(subject, role) != role:
            raise LeakageError(
                f"fold '{fold}': subject '{subject[1]}' of '{subject[0]}' is in {roles[fold][subject]} and in {role}; "
                "delete the table of folds to have it made anew"
            )
    for fold, members in roles.items():
        missing = set(ROLES) - set(members.values())
        if missing:
            raise ValueError(
                f"fold '{fold}' has no subject for: {', '.join(sorted(missing))}; delete the table of folds"
            )


def subjects_of(rows: Iterable[Mapping[str, str]], fold: str, role: str) -> list[Subject]:
    """Return the (data set, subject) pairs that have a role in a fold."""
    return [(row["dataset"], row["subject"]) for row in rows if (row["fold"], row["role"]) == (fold, role)]


def _rows(fold: str, roles: Mapping[str, Sequence[Subject]]) -> list[dict[str, str]]:
    return [
        {"fold": fold, "role": role, "dataset": dataset, "subject": subject}
        for role, members in roles.items()
        for dataset, subject in members
    ]
