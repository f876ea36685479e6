"""Planted against found."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from bandmap.faithfulness import planted
from bandmap.faithfulness.planted import wilson_interval
from bandmap.files.tables import read_table, write_table
from bandmap.vocabulary.tables import PLANTED, RECOVERY

COLUMNS = ["dataset", "subject", "region", "band", "importance"]
HEAD = {"method": "m", "class": "sz"}


def planted_focus(rows, cells):
    truths = pd.DataFrame(rows, columns=None if rows else COLUMNS)
    return PLANTED.frame(planted.planted_focus(truths, pd.DataFrame(cells)).assign(**HEAD))


def summary(focus):
    return RECOVERY.frame(planted.summary(focus).assign(**HEAD))


def records(table):
    return table.astype(object).where(table.notna(), None).to_dict("records")


REGIONS, BANDS = ("front", "back", "left"), ("slow", "fast")


def truth(**focus):
    return [
        {"dataset": "d", "subject": subject, "seizure": seizure, "region": region, "band": band}
        for subject, (region, band) in focus.items()
        for seizure in (1, 2)
    ]


def matrix(subject, values):
    cells = [(region, band) for region in REGIONS for band in BANDS]
    return [
        {"dataset": "d", "subject": subject, "region": region, "band": band, "importance": value}
        for (region, band), value in zip(cells, values, strict=True)
    ]


def test_the_largest_cell_is_the_found_one():
    (row,) = records(planted_focus(truth(a=("back", "fast")), matrix("a", [0, -9, 2, 5, 1, 0])))
    assert tuple(row) == PLANTED.names
    assert (row["found_region"], row["found_band"]) == ("back", "fast")
    assert (row["region_right"], row["band_right"], row["both_right"], row["auc"]) == (1, 1, 1, 1)


def test_region_and_band_are_scored_separately():
    (row,) = records(planted_focus(truth(a=("back", "slow")), matrix("a", [0, 0, 2, 5, 1, 0])))
    assert (row["region_right"], row["band_right"], row["both_right"]) == (1, 0, 0)
    assert row["auc"] == pytest.approx(4 / 5)


def test_ties_of_the_planted_cell_count_half():
    (row,) = records(planted_focus(truth(a=("back", "slow")), matrix("a", [1, 1, 1, 1, 1, 1])))
    assert row["auc"] == 0.5


def test_a_subject_without_a_matrix_counts_as_wrong():
    rows = planted_focus(truth(a=("back", "slow"), b=("back", "slow")), matrix("a", [0, 0, 9, 0, 0, 0]))
    assert rows["both_right"].tolist() == [True, False]
    assert rows.loc[1, ["found_region", "auc"]].isna().all()
    counts = {row["what"]: (row["right"], row["n"]) for row in records(summary(rows))}
    assert counts == {"region": (1, 2), "band": (1, 2), "both": (1, 2), "auc": (None, 1)}


def test_subjects_without_a_truth_are_left_out():
    found = planted_focus([], matrix("a", range(6)))
    assert found.empty
    assert summary(found).empty


def test_an_importance_of_bands_alone_is_scored_by_the_band():
    rows = [
        {"dataset": "d", "subject": "a", "region": "all", "band": band, "importance": value}
        for band, value in zip(BANDS, (1, 3), strict=True)
    ]
    found = planted_focus(truth(a=("back", "fast"), b=("left", "slow")), rows)
    assert found["band_right"].tolist() == [True, False]
    assert found[["region_right", "both_right"]].isna().all(axis=None)
    assert summary(found)["what"].tolist() == ["band", "auc"]


def test_cells_without_a_value_are_not_found():
    rows = matrix("a", [float("nan"), None, 1.5, 0.5, 0, 0])
    (row,) = records(planted_focus(truth(a=("back", "slow")), rows))
    assert row["both_right"] == 1
    assert row["auc"] == 1


def test_a_summary_survives_a_table(tmp_path):
    rows = planted_focus(truth(a=("back", "slow"), b=("left", "slow")), matrix("a", [0, 0, 9, 0, 0, 0]))
    write_table(tmp_path / "planted.tsv", rows, PLANTED)
    assert_frame_equal(summary(read_table(tmp_path / "planted.tsv", PLANTED)), summary(rows))
    assert tuple(summary(rows)) == RECOVERY.names


def test_wilson_interval_of_eighteen_in_twenty():
    assert wilson_interval(18, 20) == pytest.approx((0.699, 0.972), abs=5e-4)


@pytest.mark.parametrize(("right", "n"), [(0, 10), (10, 10), (1, 1)])
def test_wilson_interval_contains_the_share_within_zero_and_one(right, n):
    low, high = wilson_interval(right, n)
    assert 0 <= low <= right / n <= high <= 1
    assert high - low < 1
