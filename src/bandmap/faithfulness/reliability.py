"""Split-half reliability of a subject's matrices over seizures, or over the epochs of a stage."""

import numpy as np
import pandas as pd

from bandmap.vocabulary.tables import HALVES, TRUE, WHOLE

FEWEST_CELLS = 3

_PERSON = ["dataset", "subject"]


def split_half(units: pd.DataFrame) -> pd.DataFrame:
    """Return the reliability of each subject's mean matrix.

    For seizures, the halves are the odd and the even found seizures (in the order of the table); for stages, the odd
    and the even correctly staged epochs of each recording. The Pearson correlation r between the two mean matrices over
    the cells applies to half of the data; for all data, it is corrected to 2 r / (1 + |r|) (Spearman 1910, Brown 1910;
    the magnitude keeps negative values above -1).

    Parameters
    ----------
    units : DataFrame
        A table of `tables.UNITS`.

    Returns
    -------
    DataFrame
        dataset, subject and value, the reliability, at most 1; the mean over classes if there are several. Subjects
        without two halves, or with a constant half, are left out.
    """
    right = units[units["outcome"].isin(TRUE)]
    stages = right[right["seizure"].isna() & right["part"].isin(HALVES)]
    seizures = right[right["seizure"].notna() & (right["part"] == WHOLE)]
    halves = pd.concat([stages.assign(half=stages["part"]), _odd_and_even(seizures)])
    means = halves.groupby([*_PERSON, "class", "region", "band", "half"])["importance"].mean().unstack("half")
    matrices = means.reindex(columns=list(HALVES)).dropna().groupby([*_PERSON, "class"])
    values = [(*key[:2], _stepped_up(cells)) for key, cells in matrices]
    reliable = pd.DataFrame(values, columns=[*_PERSON, "value"]).astype({"value": "float64"}).dropna()
    return reliable.groupby(_PERSON)["value"].mean().reset_index()


def _odd_and_even(seizures: pd.DataFrame) -> pd.DataFrame:
    """Return rows of seizures with a column that says which half of its subject's each seizure belongs to."""
    of_subject = [*_PERSON, "class"]
    names = seizures[[*of_subject, "recording", "seizure"]].drop_duplicates()
    return seizures.merge(names.assign(half=np.array(HALVES)[names.groupby(of_subject).cumcount() % 2]))


def _stepped_up(cells: pd.DataFrame) -> float:
    """Return the reliability of the whole; columns are the halves, rows the cells that both have."""
    one, other = (cells[half].to_numpy() for half in HALVES)
    if len(cells) < FEWEST_CELLS or not (np.ptp(one) and np.ptp(other)):
        return float("nan")
    r = float(np.corrcoef(one, other)[0, 1])
    return 2 * r / (1 + abs(r))
