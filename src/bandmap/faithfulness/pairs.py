"""Pairs of cells as rows of cells, so that tables of interactions are scored as tables of matrices are."""

from itertools import combinations

import numpy as np
import pandas as pd

from bandmap.vocabulary.truth import NO_CELL

_CELL, _OTHER = ["region", "band"], ["with_region", "with_band"]


def has_pairs(rows: pd.DataFrame) -> bool:
    """Return whether rows of importance are of pairs."""
    return set(_OTHER) <= set(rows) and bool((_filled(rows) != NO_CELL).any())


def truth_of_pairs(truth: pd.DataFrame) -> pd.DataFrame:
    """Return the weight of every pair of cells, as rows of cells whose names are those of the pair.

    Parameters
    ----------
    truth : DataFrame
        Columns of `vocabulary.truth.CELL_COLUMNS`: single cells, and the pairs that have a weight.

    Returns
    -------
    DataFrame
        Columns subject, part, region, band, weight; 0 for a pair of single cells that the truth does not list.
    """
    paired = named(truth[_filled(truth) != NO_CELL])
    single = truth[_filled(truth) == NO_CELL]
    weights = {
        tuple(row[:-1]): row[-1] for row in paired[["subject", "part", *_CELL, "weight"]].itertuples(index=False)
    }
    rows = []
    for (subject, part), cells in single.groupby(["subject", "part"], sort=False):
        for pair in combinations(sorted(_joined(cells, _CELL)), 2):
            rows.append((subject, part, *pair, weights.get((subject, part, *pair), 0.0)))
    return pd.DataFrame(rows, columns=["subject", "part", *_CELL, "weight"])


def named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of pairs as rows of cells: `region` and `band` are the names of the two cells, in order."""
    names = np.sort(np.stack([_joined(rows, _CELL), _joined(rows, _OTHER)], axis=1).astype(str), axis=1)
    return rows.assign(region=names[:, 0], band=names[:, 1]).drop(columns=_OTHER)


def pairs_of_cells(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return a table of single cells as one of pairs, as a floor: a pair counts as the smaller of its two cells.

    Parameters
    ----------
    rows : DataFrame
        Columns region, band, importance and `keys`.
    keys : list of str
        Columns that tell matrices apart.
    """
    found = []
    for key, cells in rows.groupby(keys, sort=False, dropna=False):
        importance = pd.to_numeric(cells["importance"].replace({NO_CELL: np.nan}))
        values = dict(sorted(zip(_joined(cells, _CELL), importance, strict=True)))
        found += [(*key, one, two, min(values[one], values[two])) for one, two in combinations(values, 2)]
    return pd.DataFrame(found, columns=[*keys, *_CELL, "importance"])


def _joined(rows: pd.DataFrame, columns: list[str]) -> np.ndarray:
    return (rows[columns[0]].astype(str) + "/" + rows[columns[1]].astype(str)).to_numpy()


def _filled(rows: pd.DataFrame) -> pd.Series:
    return rows["with_region"].fillna(NO_CELL)
