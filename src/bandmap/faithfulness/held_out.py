"""Training and test subjects of a model, and whether it distinguishes their seizures from other time."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COMPETENT = 0.8
"""Area under the ROC curve of a subject's windows below which its model detects nothing that could be explained."""

Person = tuple[str, str]
"""Data set and subject."""

Rows = pd.DataFrame | Iterable[Mapping[str, Any]]


def window_auroc(scores: Rows) -> pd.Series:
    """Return the area under the ROC curve of each subject's windows.

    Parameters
    ----------
    scores : rows
        Columns `subject` and `window_auroc`, as `results/scores/<model>_<scheme>.tsv`, of which the rows with a value
        count.

    Returns
    -------
    Series of float
        Indexed by subject.

    Raises
    ------
    ValueError
        If a column is missing or a subject has two values.
    """
    rows = _frame(scores, ("subject", "window_auroc"), "the scores")
    areas = pd.to_numeric(rows["window_auroc"].replace({"n/a": np.nan}))
    found = rows.assign(area=areas)[["subject", "area"]].dropna().drop_duplicates()
    twice = found[found["subject"].duplicated()]
    if len(twice):
        raise ValueError(f"the scores have two values of window_auroc for {twice.iloc[0]['subject']}; give one")
    return found.set_index("subject")["area"]


def trained(folds: Rows, subjects: Iterable[str]) -> NDArray[np.bool_]:
    """Return which subjects the model that was tested on a subject had been trained on.

    Parameters
    ----------
    folds : rows
        Columns `fold`, `role` and `subject`, as `results/folds/<scheme>.tsv`.
    subjects : iterable of str

    Returns
    -------
    ndarray of bool, shape (subjects, subjects)
        A row for each subject; nothing is true in the row of one that no fold tests.

    Raises
    ------
    ValueError
        If a column is missing, or folds test none of the subjects.
    """
    rows = _frame(folds, ("fold", "role", "subject"), "the folds")
    names = list(subjects)
    found = np.zeros((len(names), len(names)), dtype=bool)
    for _, fold in rows.groupby("fold"):
        tested, training = (np.isin(names, fold.loc[fold["role"] == role, "subject"]) for role in ("test", "train"))
        found |= np.outer(tested, training)
    if not found.any():
        raise ValueError("the folds test none of the subjects of the truth; give the folds of this data set")
    return found


def training_people(folds: pd.DataFrame, people: Iterable[Person]) -> dict[Person, set[Person]]:
    """Return whom the models that are tested on a person were trained on, without the person.

    Parameters
    ----------
    folds : DataFrame
        A table of `tables.FOLDS`.
    people : iterable of tuple
        Data set and subject; the models of all folds predict those in no fold.
    """
    members = {
        (fold, role): set(zip(rows["dataset"], rows["subject"], strict=True))
        for (fold, role), rows in folds.groupby(["fold", "role"])
    }
    names = folds["fold"].unique()
    found = {}
    for person in people:
        testing = [fold for fold in names if person in members.get((fold, "test"), ())]
        trained = [members.get((fold, "train"), set()) for fold in testing or names]
        found[person] = set().union(*trained) - {person}
    return found


def _frame(rows: Rows, columns: tuple[str, ...], what: str) -> pd.DataFrame:
    found = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), columns=list(columns))
    missing = [name for name in columns if name not in found]
    if missing:
        raise ValueError(f"{what} have no column {', '.join(missing)}; they need {', '.join(columns)}")
    return found
