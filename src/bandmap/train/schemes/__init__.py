"""Folds as tables: who is trained on, validated on and tested; leakage is refused.

A scheme is one file of this package, found by its name, with a function `assign(recordings, *, seed, ...)` whose other
keyword arguments are the scheme's options.
"""

from collections.abc import Iterable

from bandmap.train.schemes._leakage import LeakageError, check_no_leak
from bandmap.train.schemes._manifest import Manifest
from bandmap.train.schemes._table import COLUMNS, ROLES, Row
from bandmap.vocabulary import plugins

__all__ = ["COLUMNS", "CONTINUES", "ROLES", "LeakageError", "Manifest", "check_no_leak", "folds"]

CONTINUES = {"fine_tune": ("fixed", "leave_one_subject_out", "subject_k_fold")}
"""Kind of scheme that has no folds of its own -> kinds whose folds, models and tested subjects it continues.

Its option `base` names the scheme to continue; these test subjects that their models never saw.
"""


def folds(recordings: Iterable[Row], *, scheme: str, seed: int, **options: float | str) -> list[dict[str, str]]:
    """Return the folds of a scheme.

    Parameters
    ----------
    recordings : iterable of mapping
        With dataset, subject and recording, and split for the scheme `fixed`. Those of one subject in the order in
        which they were taken; subjects in any. Sessions and nights of one person carry one subject label.
    scheme : str
        Kind of scheme: a file of this package.
    seed : int
        Decides which subjects stand together.
    **options
        The scheme's own.

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
        If the scheme has no folds of its own, an option has an impossible value, or there are too few subjects or
        recordings for the scheme.
    """
    if scheme in CONTINUES:
        raise ValueError(f"schemes: {scheme} has no folds of its own; take those of the scheme that 'base' names")
    known = plugins.available(__name__)
    if scheme not in known:
        raise plugins.UnknownNameError(f"schemes: {plugins.did_you_mean(scheme, [*known, *CONTINUES])}")
    listed = list(recordings)
    rows: list[dict[str, str]] = plugins.load(__name__, scheme).assign(listed, seed=seed, **options)
    check_no_leak(rows, listed)
    return rows
