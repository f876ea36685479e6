"""Checks that a table of folds has no leakage."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bandmap.train.schemes._table import (
    ROLES,
    Member,
    Row,
    Subject,
    member_of,
    person_of,
    recordings_by_member,
    subject_of,
)
from bandmap.vocabulary.plugins import did_you_mean

ANEW = "delete the table of folds to make a new one"


class LeakageError(ValueError):
    """A subject or recording has two roles, or training data are later than test data; names fold and member."""


def check_no_leak(rows: Iterable[Row], recordings: Iterable[Row]) -> None:
    """Raise an error for folds with leakage.

    In a fold of several subjects, no person may have two roles, not even under two labels. A fold of one subject must
    name its recordings, each with one role, and its test recordings must be later than the others. No recording may be
    tested twice.

    Parameters
    ----------
    rows : iterable of mapping
        Rows with the columns `COLUMNS`.
    recordings : iterable of mapping
        All existing recordings: dataset, subject and recording, those of one subject in chronological order, and
        `person` if a person has several labels. Rows about other recordings are ignored.

    Raises
    ------
    LeakageError
        If a subject or recording has two roles in a fold, a test within one subject is not the latest, two folds test
        the same recording, or a recording is listed twice.
    ValueError
        If a role is unknown or missing from a fold.
    """
    folds: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        folds[row["fold"]].append(row)
    known = list(recordings)
    _check_listed_once(known)
    places = {member_of(row): place for place, row in enumerate(known)}
    people = {subject_of(row): person_of(row) for row in known}
    for fold, members in folds.items():
        _check_roles(fold, members, people)
        if len({subject_of(row) for row in members}) == 1:
            _check_order(fold, members, places)
        _check_complete(fold, members)
    _check_tested_once(folds, known)


def _check_listed_once(recordings: Iterable[Row]) -> None:
    owners: dict[tuple[str, str], str] = {}
    for row in recordings:
        key = (row["dataset"], row["recording"])
        if key in owners:
            raise LeakageError(
                f"recording '{key[1]}' of '{key[0]}' is listed for subject '{owners[key]}' and again for"
                f" '{row['subject']}'; list it once"
            )
        owners[key] = row["subject"]


def _check_roles(fold: str, members: Sequence[Row], people: Mapping[Subject, Subject]) -> None:
    """Raise an error for a person with two roles or, in a fold of one subject, a recording with two roles."""
    alone = len({subject_of(row) for row in members}) == 1 and all(row["recording"] for row in members)
    roles: dict[Subject | Member, str] = {}
    for row in members:
        person = people.get(subject_of(row), subject_of(row))
        role, who = row["role"], member_of(row) if alone else person
        if role not in ROLES:
            raise ValueError(f"fold '{fold}': role: {did_you_mean(role, ROLES)}")
        if roles.setdefault(who, role) != role:
            name = f"recording '{row['recording']}'" if alone else f"subject '{row['subject']}'"
            name += "" if person == subject_of(row) else f" (the same person as {'/'.join(person)})"
            raise LeakageError(f"fold '{fold}': {name} of '{row['dataset']}' is in {roles[who]} and in {role}; {ANEW}")


def _check_order(fold: str, members: Sequence[Row], places: Mapping[Member, int]) -> None:
    there = [(places[member_of(row)], row) for row in members if member_of(row) in places]
    tested = [(place, row["recording"]) for place, row in there if row["role"] == "test"]
    seen = [(place, row["recording"], row["role"]) for place, row in there if row["role"] != "test"]
    if tested and seen and not max(seen)[0] < min(tested)[0]:
        _, later, role = max(seen)
        raise LeakageError(
            f"fold '{fold}': recording '{later}' is in {role} but is not earlier than '{min(tested)[1]}', which is"
            f" in test; {ANEW}"
        )


def _check_complete(fold: str, members: Sequence[Row]) -> None:
    missing = sorted(set(ROLES) - {row["role"] for row in members})
    if missing:
        raise ValueError(f"fold '{fold}' has no subject or recording for: {', '.join(missing)}; {ANEW}")


def _check_tested_once(folds: Mapping[str, Sequence[Row]], recordings: Iterable[Row]) -> None:
    known = recordings_by_member(recordings)
    tested: dict[tuple[str, str], str] = {}
    for fold, members in folds.items():
        for recording in [r for row in members if row["role"] == "test" for r in known.get(member_of(row), ())]:
            key = (recording["dataset"], recording["recording"])
            if tested.setdefault(key, fold) != fold:
                raise LeakageError(
                    f"recording '{key[1]}' of '{key[0]}' is tested by two folds, '{tested[key]}' and '{fold}'; {ANEW}"
                )
