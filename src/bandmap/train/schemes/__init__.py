"""Plugins for folds, one file each, with `assign`, whose keyword arguments are the options of the scheme.

Input: the list of recordings with their subjects.
Output: the training, validation and test recordings of each fold; a leak between them is an error.
Called by: the planner, and by the scripts that freeze, extend and read folds.
"""

from collections.abc import Iterable

from bandmap.train.schemes._leakage import LeakageError, check_no_leak
from bandmap.train.schemes._manifest import Manifest
from bandmap.train.schemes._table import COLUMNS, Row, with_all_labels
from bandmap.vocabulary import plugins

__all__ = ["COLUMNS", "CONTINUES", "LeakageError", "Manifest", "check_no_leak", "folds"]

CONTINUES = {"fine_tune": ("fixed", "leave_one_subject_out", "subject_k_fold")}
"""Kind of fine-tuning scheme -> kinds of schemes whose models it can fine-tune.

Its option `base` names the scheme whose folds and models it uses; the models of these kinds never saw the test
subjects.
"""


def folds(recordings: Iterable[Row], *, scheme: str, seed: int, **options: float | str) -> list[dict[str, str]]:
    """Return the folds of a scheme.

    Parameters
    ----------
    recordings : iterable of mapping
        Rows with dataset, subject and recording, and split for the scheme `fixed`. Recordings of one subject in
        chronological order, subjects in any order. All sessions and nights of a person have the same subject label;
        if a person has several labels, all rows of that person have the same `person`.
    scheme : str
        Kind of scheme: a file of this package.
    seed : int
        Decides which subjects are grouped.
    **options
        Options of the scheme.

    Returns
    -------
    list of dict
        Rows with the columns `COLUMNS`: one for each subject, or recording, of each fold.

    Raises
    ------
    UnknownNameError
        If there is no such scheme.
    LeakageError
        If one recording is listed twice.
    ValueError
        If the scheme is a fine-tuning scheme, an option is invalid, or there are too few subjects or recordings for
        the scheme.
    """
    if scheme in CONTINUES:
        raise ValueError(f"schemes: {scheme} has no folds; use those of the scheme in 'base'")
    known = plugins.available(__name__)
    if scheme not in known:
        raise plugins.UnknownNameError(f"schemes: {plugins.did_you_mean(scheme, [*known, *CONTINUES])}")
    listed = list(recordings)
    rows = with_all_labels(plugins.load(__name__, scheme).assign(listed, seed=seed, **options), listed)
    check_no_leak(rows, listed)
    return rows
