"""The format of a table of folds, and functions that schemes share."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

COLUMNS = ("fold", "role", "dataset", "subject", "recording")
"""Columns of a table of folds; an empty recording stands for all recordings of the subject, including later ones."""

ROLES = ("train", "validation", "test")
"""Possible roles of a subject, or a recording, in a fold."""

Row = Mapping[str, str]
"""Row of a table of recordings (dataset, subject, recording ...) or of folds (`COLUMNS`).

The recordings of a person with several labels share a `person`: the "<data set>/<subject>" of one of these labels.
"""

Subject = tuple[str, str]
"""Data set and subject."""

Member = tuple[str, str, str]
"""Data set, subject, and recording or "" for all recordings of the subject."""

Roles = Mapping[str, Sequence[Member]]
"""Role -> its members in one fold."""


def subject_of(row: Row) -> Subject:
    """Return data set and subject of a row."""
    return row["dataset"], row["subject"]


def person_of(row: Row) -> Subject:
    """Return the data set and subject that stand for the person of a recording, who may have several labels."""
    dataset, _, subject = row.get("person", "").partition("/")
    return (dataset, subject) if dataset else subject_of(row)


def with_all_labels(rows: Iterable[Row], recordings: Iterable[Row]) -> list[dict[str, str]]:
    """Return a table of folds with a row for every label of a person, instead of one row for the person."""
    labels: dict[Subject, dict[Subject, None]] = defaultdict(dict)
    for row in recordings:
        labels[person_of(row)][subject_of(row)] = None
    return [
        {**row, "dataset": dataset, "subject": subject}
        for row in rows
        for dataset, subject in ([subject_of(row)] if row["recording"] else sorted(labels[subject_of(row)]))
    ]


def member_of(row: Row) -> Member:
    """Return the member of a row: a recording, or with an empty name all recordings of the subject."""
    return row["dataset"], row["subject"], row["recording"]


def recordings_by_subject(recordings: Iterable[Row]) -> dict[Subject, list[Row]]:
    """Return the recordings of each subject in the order given, subjects sorted."""
    found: dict[Subject, list[Row]] = defaultdict(list)
    for row in recordings:
        found[subject_of(row)].append(row)
    return dict(sorted(found.items()))


def recordings_by_member(recordings: Iterable[Row]) -> dict[Member, list[Row]]:
    """Return the recordings of every possible member: all of a subject in order, or a single one."""
    found: dict[Member, list[Row]] = defaultdict(list)
    for row in recordings:
        found[(*subject_of(row), "")].append(row)
        found[member_of(row)].append(row)
    return dict(found)


def spans(length: int, parts: int) -> list[tuple[int, int]]:
    """Return start and stop of `parts` parts of a sequence, whose lengths differ by at most one."""
    return list(pairwise(-(-k * length // parts) for k in range(parts + 1)))


def whole(subjects: Iterable[Subject]) -> list[Member]:
    """Return subjects as members with all their recordings, sorted."""
    return [(*subject, "") for subject in sorted(subjects)]


def ring_of(subjects: Iterable[Subject], seed: int) -> list[Subject]:
    """Return the subjects in an order that only depends on the seed."""
    ring = sorted(set(subjects))
    random.Random(seed).shuffle(ring)
    return ring


def roles_in_ring(ring: Sequence[Subject], start: int, stop: int, validation: int) -> dict[str, list[Member]]:
    """Test the subjects start to stop of a ring, validate on the following `validation` subjects, train on the rest."""
    others = [*ring[stop:], *ring[:start]]
    return {
        "train": whole(others[validation:]),
        "validation": whole(others[:validation]),
        "test": whole(ring[start:stop]),
    }


def table(folds: Iterable[tuple[str, Roles]]) -> list[dict[str, str]]:
    """Return the rows of named folds.

    Raises
    ------
    ValueError
        If two folds have the same name.
    """
    rows: list[dict[str, str]] = []
    seen: set[str] = set()
    for fold, roles in folds:
        if fold in seen:
            raise ValueError(
                f"two folds would have the same name, '{fold}'; rename a data set or a subject so that"
                " '{dataset}-{subject}' is unique"
            )
        seen.add(fold)
        rows += [dict(zip(COLUMNS, (fold, role, *member), strict=True)) for role in roles for member in roles[role]]
    return rows


def check_three_subjects(scheme: str, subjects: int) -> None:
    """Raise ValueError if there are too few subjects for one to train, one to validate and one to be tested."""
    if subjects < 3:
        raise ValueError(
            f"{scheme} needs 3 subjects (train, validation, test), but there are {subjects}; "
            "add recordings of other subjects"
        )


def check_whole_number(where: str, value: object, least: int, most: int, reason: str) -> None:
    """Raise an error for an option that is not an integer within bounds.

    Raises
    ------
    ValueError
        "subject_k_fold: folds is 9, but with 6 subjects it must be between 2 and 6".
    """
    if not isinstance(value, int) or not least <= value <= most:
        allowed = f"between {least} and {most}" if least < most else f"{least}"
        raise ValueError(f"{where} is {value}, but {reason} it must be {allowed}")
