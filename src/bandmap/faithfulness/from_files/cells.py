"""Matrices of a run scored against the truth of a planted benchmark, from files."""

from collections.abc import Mapping

import pandas as pd

from bandmap.faithfulness.benchmark import MAP, score_table
from bandmap.files.tables import read_table
from bandmap.vocabulary.tables import CELL_SCORES, CELLS, CONTRAST, FOLDS, POWER_CONTRAST, SCORES, SEIZURE, SUBJECTS


def score_cells(
    truths: Mapping[str, str], matrices: Mapping[str, str], folds: str, scores: str, contrast: str
) -> pd.DataFrame:
    """Score the matrices of one model against the truth of every cell, beside floors that need no faithful map.

    Parameters
    ----------
    truths : mapping of str to str
        Data set -> its table of `tables.CELLS`. One whose seizures have no target (labels by chance) has no scores.
    matrices : mapping of str to str
        Name -> table of `tables.SUBJECTS`. One that does not tell regions and bands apart has no scores.
    folds, scores, contrast : str
        Tables of `tables.FOLDS`, of scores by subject, and of `tables.CONTRAST`; every part of seizures has the
        contrast of whole seizures as its floor.

    Returns
    -------
    DataFrame
        A table of `tables.CELL_SCORES`: maps first, then floors, which are of the subjects of the first map.
    """
    rows = []
    for dataset, path in truths.items():
        truth = read_table(path, CELLS)
        if not (truth["role"] == "target").any():
            continue
        roles, scored, power = (
            _of(read_table(name, schema), dataset)
            for name, schema in ((folds, FOLDS), (scores, SCORES["seizure"]), (contrast, CONTRAST))
        )
        of_seizures = power[power["class"] == SEIZURE]
        floors = {POWER_CONTRAST: pd.concat(of_seizures.assign(part=part) for part in truth["part"].unique())}
        maps = {name: _of(read_table(own, SUBJECTS), dataset) for name, own in matrices.items()}
        maps = {name: own for name, own in maps.items() if _tells(own, truth, "region") and _tells(own, truth, "band")}
        tables = [
            score_table(truth, own, floors, folds=roles, scores=scored).assign(method=name)
            for name, own in maps.items()
        ]
        if tables:
            both = pd.concat(tables)
            is_floor = both["map"] != MAP
            both = both.assign(dataset=dataset, is_floor=is_floor, map=both["map"].where(is_floor, both["method"]))
            rows += [both[~is_floor], both[is_floor & (both["method"] == next(iter(maps)))]]
    return CELL_SCORES.joined(CELL_SCORES.frame(table.drop(columns="method")) for table in rows)


def _tells(table: pd.DataFrame, truth: pd.DataFrame, axis: str) -> bool:
    """Return whether a table tells regions or bands of the truth apart."""
    return not set(table[axis]).isdisjoint(truth[axis])


def _of(table: pd.DataFrame, dataset: str) -> pd.DataFrame:
    return table[table["dataset"] == dataset]
