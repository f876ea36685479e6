"""Tables of matrices scored against a truth that is known for every cell, beside floors."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from bandmap.faithfulness.cells import METRICS, expected_at_random, metrics, most_frequent
from bandmap.faithfulness.held_out import COMPETENT, trained, window_auroc
from bandmap.faithfulness.pairs import has_pairs, named, pairs_of_cells, truth_of_pairs
from bandmap.score.intervals import over_subjects
from bandmap.vocabulary.truth import CELL_COLUMNS, NO_CELL

MATRIX_COLUMNS = ("subject", "region", "band", "importance")
"""That a table of matrices needs; `part` and `outcome` are looked at where it has them."""

SCORE_COLUMNS = (
    "part", "map", "metric", "mean", "low", "high", "values", "n", "without", "not_competent",
    "margin", "margin_low", "margin_high", "over",
)  # fmt: skip
"""Of `score_table`."""

MAP, RANDOM, FREQUENT = "map", "random map", "most frequent cells"
SEED = 0
FEWEST_SUBJECTS = 6
"""Of fewer, the values themselves are listed instead of an interval."""

FOUND = ("hit", "right")
"""Outcomes of seizures that the model detected: of the others, there is nothing to explain."""

Rows = pd.DataFrame | Iterable[Mapping[str, object]]
_KEY = ["part", "subject"]


def score_table(
    truth: Rows,
    matrices: Rows,
    floors: Mapping[str, Rows],
    *,
    ranking: str = "value",
    folds: Rows | None = None,
    scores: Rows | None = None,
) -> pd.DataFrame:
    """Score a table of matrices against a table of truth.

    Parameters
    ----------
    truth : rows of `CELL_COLUMNS`
        Rows of pairs count if the matrices are of pairs, else those of single cells.
    matrices : rows of `MATRIX_COLUMNS`
        One matrix for a subject (and part, if the truth has parts). Where there is an `outcome`, only the rows of
        detected seizures count. With `with_region` and `with_band`, they are interactions of pairs of cells, and a pair
        takes the place of a cell in all that follows.
    floors : mapping of str to rows
        Name -> matrices of the same subjects that need no faithful method: power contrast, untrained network. Beside
        interactions, a pair counts as the smaller of its cells in a table of single cells.
    ranking : {"value", "magnitude"}
        See `cells.metrics`.
    folds : rows of fold, role and subject, optional
        Only subjects that a fold tests count, and the most frequent cells are those of the fold's training subjects.
        Without folds, all subjects count, and the most frequent cells are those of all others.
    scores : rows of subject and window_auroc, optional
        The matrix of a subject whose model tells its windows apart by an area under the ROC curve below `COMPETENT`
        does not count, nor that of a subject without such an area.

    Returns
    -------
    DataFrame
        Columns `SCORE_COLUMNS`, for every part and metric a row of the map and of each floor. `not_competent` counts
        the subjects that `scores` leaves out, `without` the others that have no matrix: their model detected no
        seizure, so that there is nothing to explain.
        Floors are of the same subjects as the map; of all, where no subject has a matrix.
        The map's row has its `margin` `over` the floor of the largest mean: the mean difference, subject by subject,
        and its interval.
    """
    paired = has_pairs(_frame(matrices, MATRIX_COLUMNS))
    weights = _weights(truth, paired=paired)
    frequent = _frequent(weights, folds)
    weights = weights.loc[frequent.index]
    maps = {MAP: _importance(matrices, paired=paired), FREQUENT: frequent}
    maps |= {name: _importance(rows, paired=paired) for name, rows in floors.items()}
    scored = {name: _scored(weights, found, ranking) for name, found in maps.items()}
    scored[RANDOM] = pd.DataFrame([expected_at_random(row) for row in weights.to_numpy()], index=weights.index)
    competent = _competent(weights.index.unique("subject"), scores)
    rows = [
        row
        for part in weights.index.unique("part")
        for metric in METRICS
        for row in _rows(
            part, metric, pd.DataFrame({name: one.loc[part][metric] for name, one in scored.items()}), competent
        )
    ]
    return pd.DataFrame(rows, columns=list(SCORE_COLUMNS))


def _competent(subjects: pd.Index, scores: Rows | None) -> pd.Series:
    """Return for each subject whether its model is competent, so that it can be explained."""
    areas = pd.Series(1.0, index=subjects) if scores is None else window_auroc(scores).reindex(subjects)
    return areas >= COMPETENT


def _rows(part: str, metric: str, of: pd.DataFrame, competent: pd.Series) -> list[dict[str, object]]:
    """Return a row for each map of the values of subjects (rows) and maps (columns)."""
    of = of.assign(**{MAP: of[MAP].where(competent)})
    if of[MAP].notna().any():
        of = of.where(of[MAP].notna())
    below = int((~competent).sum())
    floors = of.drop(columns=MAP).mean()
    best = floors.idxmax() if floors.notna().any() and of[MAP].notna().any() else None
    rows = []
    for name in of:
        row = {"part": part, "map": name, "metric": metric, **_spread(of[name], least=0), "not_competent": below}
        row["without"] = max(int(of[name].isna().sum()) - below, 0)
        if name == MAP and best is not None:
            margin = _spread(of[MAP] - of[best], least=-1)
            row |= {"margin": margin["mean"], "margin_low": margin["low"], "margin_high": margin["high"], "over": best}
        rows.append(row)
    return rows


def _spread(values: pd.Series, *, least: float) -> dict[str, object]:
    """Return mean, interval over subjects (or the values of few) from `least` to 1, and how many subjects have one."""
    found = over_subjects(values, SEED, (least, 1.0))
    few = found["n"] in range(FEWEST_SUBJECTS)
    return {
        "mean": found["mean"],
        "low": None if few else found["low"],
        "high": None if few else found["high"],
        "values": ", ".join(f"{value:.3g}" for value in values.dropna()) if few else None,
        "n": found["n"],
    }


def as_tsv(scores: pd.DataFrame) -> str:
    """Return a table of `score_table` as tab-separated text, `n/a` where there is no value."""
    return str(scores.to_csv(sep="\t", index=False, na_rep="n/a", float_format="%.6g", lineterminator="\n"))


def as_text(scores: pd.DataFrame) -> str:
    """Return a table of `score_table` for people: a row for each metric, a column for each map, then the margin.

    Of few subjects, the values stand in parentheses behind the mean.
    """
    lines = []
    for part, rows in scores.groupby("part", sort=False):
        cells = rows.assign(text=[_text(row) for row in rows.to_dict("records")])
        wide = cells.pivot(index="metric", columns="map", values="text").loc[list(METRICS), list(rows["map"].unique())]
        own = rows[rows["map"] == MAP].set_index("metric")
        wide["margin"] = [_margin(row) for row in own.loc[list(METRICS)].to_dict("records")]
        first = own.iloc[0]
        left = f"{first['without']} more without a matrix, {first['not_competent']} without a competent model"
        lines += [f"{part}: {first['n']} subjects, {left}", wide.to_string(), ""]
    return "\n".join(lines)


def _text(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["mean"]):
        return "-"
    if not pd.isna(row["low"]):
        return f"{row['mean']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"
    return f"{row['mean']:.2f} ({row['values']})" if isinstance(row["values"], str) else f"{row['mean']:.2f}"


def _margin(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["margin"]):
        return "-"
    ends = "" if pd.isna(row["margin_low"]) else f" [{row['margin_low']:+.2f}, {row['margin_high']:+.2f}]"
    return f"{row['margin']:+.2f}{ends} over {row['over']}"


def _frame(rows: Rows, columns: Sequence[str]) -> pd.DataFrame:
    given = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    return given if len(given) else pd.DataFrame(columns=list(columns), dtype="object")


def _weights(truth: Rows, *, paired: bool) -> pd.DataFrame:
    """Return the weight of cells or pairs: a row for each part and subject, a column for each region and band."""
    rows = _frame(truth, CELL_COLUMNS)
    _require(rows, CELL_COLUMNS, "the truth")
    if paired:
        return _wide(truth_of_pairs(rows), "weight", "the truth")
    single = rows[rows["with_region"].fillna(NO_CELL) == NO_CELL]
    return _wide(single, "weight", "the truth")


def _importance(matrices: Rows, *, paired: bool) -> pd.DataFrame:
    rows = _frame(matrices, MATRIX_COLUMNS)
    _require(rows, MATRIX_COLUMNS, "the matrices")
    if "outcome" in rows:
        rows = rows[rows["outcome"].isin(FOUND)]
    if "part" not in rows:
        rows = rows.assign(part="whole")
    if paired:
        rows = named(rows) if has_pairs(rows) else pairs_of_cells(rows, _KEY)
    return _wide(rows, "importance", "the matrices")


def _wide(rows: pd.DataFrame, column: str, what: str) -> pd.DataFrame:
    keys = ["part", "subject", "region", "band"]
    twice = rows[rows.duplicated(keys)]
    if len(twice):
        cell = ", ".join(str(twice.iloc[0][key]) for key in keys)
        raise ValueError(f"{what} have two values of {cell}; give one matrix for each subject and part")
    values = pd.to_numeric(rows[column].replace({"n/a": np.nan, None: np.nan}))
    return rows.assign(value=values).pivot(index=_KEY, columns=["region", "band"], values="value")


def _require(rows: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    missing = [name for name in columns if name not in rows]
    if missing:
        raise ValueError(f"{what} have no column {', '.join(missing)}; they need {', '.join(columns)}")


def _frequent(weights: pd.DataFrame, folds: Rows | None) -> pd.DataFrame:
    """Return how often each cell is a target of a subject's training subjects; rows of tested subjects."""
    parts = []
    for _, rows in weights.groupby(level="part", sort=False):
        training = None if folds is None else trained(folds, rows.index.get_level_values("subject"))
        values = pd.DataFrame(most_frequent(rows.to_numpy(), training), rows.index, weights.columns)
        parts.append(values if training is None else values[training.any(axis=1)])
    return pd.concat(parts)


def _scored(weights: pd.DataFrame, importance: pd.DataFrame, ranking: str) -> pd.DataFrame:
    """Return metrics for each part and subject; NaN where there is no matrix."""
    if len(importance) and not len(weights.columns.intersection(importance.columns)):
        raise ValueError("the matrices and the truth have no cell in common; compare their regions and bands")
    found = importance.reindex(index=weights.index, columns=weights.columns).to_numpy()
    pairs = zip(found, weights.to_numpy(), strict=True)
    return pd.DataFrame([metrics(row, true, ranking=ranking) for row, true in pairs], index=weights.index)
