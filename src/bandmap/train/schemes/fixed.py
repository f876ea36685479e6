"""The published split of a data set, as one fold."""

from collections.abc import Iterable

from bandmap.train.schemes._table import Row, Subject, person_of, table, whole
from bandmap.vocabulary.plugins import did_you_mean

ROLE_OF = {"train": "train", "dev": "validation", "eval": "test"}
"""Name of a part of the split, as in TUSZ -> role."""

FOLD = "fixed"


def assign(recordings: Iterable[Row], *, seed: int) -> list[dict[str, str]]:
    """Train, validate and test according to the column `split` of a data set.

    The split is by subject, so that a recording that is added later stays with the others of its subject. Each pooled
    data set needs a split, but not all three parts.

    Parameters
    ----------
    recordings : iterable of mapping
        Rows with dataset, subject and split (train, dev or eval).
    seed : int
        Not used: the split is given.

    Returns
    -------
    list of dict
        Rows of one fold, named "fixed".

    Raises
    ------
    ValueError
        If a data set has no split, a part has an unknown name or is empty, or a subject is in two parts.
    """
    splits: dict[Subject, str] = {}
    for row in recordings:
        split = _split(row)
        if splits.setdefault(person_of(row), split) != split:
            raise ValueError(
                f"fixed: subject '{row['subject']}' of '{row['dataset']}' is in the splits {splits[person_of(row)]}"
                f" and {split}; use a release that separates subjects, or the scheme subject_k_fold"
            )
    for split in ROLE_OF:
        if split not in splits.values():
            raise ValueError(f"fixed: no recording is in the split '{split}'; use all of {', '.join(ROLE_OF)}")
    parts = {role: [who for who, its in splits.items() if its == split] for split, role in ROLE_OF.items()}
    return table([(FOLD, {role: whole(people) for role, people in parts.items()})])


def _split(row: Row) -> str:
    split = row.get("split", "")
    if not split:
        raise ValueError(
            f"fixed: the data set '{row['dataset']}' has no published split;"
            " choose the scheme subject_k_fold or leave_one_subject_out"
        )
    if split not in ROLE_OF:
        raise ValueError(f"fixed: recording '{row['recording']}' of '{row['dataset']}': {did_you_mean(split, ROLE_OF)}")
    return split
