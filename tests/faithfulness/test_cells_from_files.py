"""Maps of a run scored against the truth of every cell, from the tables of the run."""

import pandas as pd
import pytest

from bandmap.faithfulness.from_files.cells import score_cells
from bandmap.files.tables import write_table
from bandmap.vocabulary.tables import CELLS, CONTRAST, FOLDS, POWER_CONTRAST, SCORES, SUBJECTS

REGIONS, BANDS = ("frontal", "central"), ("theta", "beta")
TARGET = {"s0": ("frontal", "theta"), "s1": ("central", "beta"), "s2": ("frontal", "beta"), "s3": ("frontal", "theta")}
UNSURE = "s3"
"""Its model does not tell windows apart."""


def cells(value_of):
    """Return a row for each subject and cell with `value_of(subject, cell)`."""
    return [
        {
            "dataset": "set",
            "subject": subject,
            "region": region,
            "band": band,
            "value": value_of(subject, (region, band)),
        }
        for subject in TARGET
        for region in REGIONS
        for band in BANDS
    ]


def right(subject, cell):
    return float(cell == TARGET[subject])


def same_for_all(subject, cell):
    return float(cell == ("frontal", "theta"))


def renamed(rows, **common):
    return [{**row, "importance": row["value"], **common} for row in rows]


@pytest.fixture
def scored(tmp_path):
    """Return a function of the role of targets, which scores a right map, and one that has no bands."""

    def table(role="target"):
        truth = [
            {**row, "part": "whole", "weight": row["value"], "role": role if row["value"] else "none", "strength": 1}
            for row in cells(right)
        ]
        facts = {"class": "sz", "outcome": "hit", "part": "whole", "n_units": 2, "interpolated": 0, "masked": 0}
        maps = {
            "right": renamed(cells(right), **facts),
            "regions": [{**row, "band": "all"} for row in renamed(cells(right), **facts) if row["band"] == "beta"],
        }
        folds = [
            {"fold": other, "role": "test" if other == subject else "train", "dataset": "set", "subject": subject}
            | {"recording": "r", "settings": ""}
            for other in TARGET
            for subject in TARGET
        ]
        counts = dict.fromkeys(("recordings", "hours", "reference", "true_positives", "false_positives"), 1)
        scores = [
            {"dataset": "set", "subject": subject, "scoring": scoring, **counts}
            | {"window_auroc": 0.6 if subject == UNSURE else 0.9}
            for subject in TARGET
            for scoring in ("event", "sample")
        ]
        tables = {
            "truth": (truth, CELLS),
            "folds": (folds, FOLDS),
            "scores": (scores, SCORES["seizure"]),
            "contrast": (renamed(cells(same_for_all), **{"class": "sz"}), CONTRAST),
            **{name: (rows, SUBJECTS) for name, rows in maps.items()},
        }
        for name, (rows, schema) in tables.items():
            write_table(tmp_path / name, pd.DataFrame(rows, columns=schema.names), schema)
        paths = {name: str(tmp_path / name) for name in tables}
        matrices = {name: paths[name] for name in maps}
        return score_cells({"set": paths["truth"]}, matrices, paths["folds"], paths["scores"], paths["contrast"])

    return table


def test_a_right_map_stands_above_the_floors_and_only_competent_subjects_count(scored):
    found = scored()
    precision = found[found["metric"] == "average_precision"].set_index("map")
    assert list(precision.index) == ["right", "most frequent cells", POWER_CONTRAST, "random map"]
    assert list(precision["is_floor"]) == [False, True, True, True]
    assert precision.loc["right", ["mean", "n", "not_competent", "without"]].tolist() == [1.0, 3, 1, 0]
    assert precision.loc[POWER_CONTRAST, "mean"] < 0.9
    assert precision.loc["right", "margin"] == pytest.approx(1 - precision["mean"].drop("right").max())


def test_seizures_without_a_target_have_no_scores(scored):
    assert scored(role="none").empty
