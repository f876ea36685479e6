"""Planted against found."""

import pytest

from bandmap.faithfulness.planted import SUBJECT_COLUMNS, SUMMARY_COLUMNS, planted_focus, summary, wilson_interval

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


def test_the_largest_cell_is_what_is_found():
    (row,) = planted_focus(truth(a=("back", "fast")), matrix("a", [0, -9, 2, 5, 1, 0]))
    assert tuple(row) == SUBJECT_COLUMNS
    assert (row["found_region"], row["found_band"]) == ("back", "fast")
    assert (row["region_right"], row["band_right"], row["both_right"], row["auc"]) == (1, 1, 1, 1)


def test_region_and_band_are_judged_apart():
    (row,) = planted_focus(truth(a=("back", "slow")), matrix("a", [0, 0, 2, 5, 1, 0]))
    assert (row["region_right"], row["band_right"], row["both_right"]) == (1, 0, 0)
    assert row["auc"] == pytest.approx(4 / 5)


def test_ties_of_the_planted_cell_count_half():
    (row,) = planted_focus(truth(a=("back", "slow")), matrix("a", [1, 1, 1, 1, 1, 1]))
    assert row["auc"] == 0.5


def test_a_subject_without_a_matrix_counts_as_wrong():
    rows = planted_focus(truth(a=("back", "slow"), b=("back", "slow")), matrix("a", [0, 0, 9, 0, 0, 0]))
    assert [row["both_right"] for row in rows] == [1, 0]
    assert rows[1]["found_region"] is None
    assert rows[1]["auc"] is None
    counts = {row["what"]: (row["right"], row["n"]) for row in summary(rows)}
    assert counts == {"region": (1, 2), "band": (1, 2), "both": (1, 2), "auc": (None, 1)}


def test_subjects_without_a_truth_are_left_out():
    assert planted_focus([], matrix("a", range(6))) == []
    assert summary([]) == []


def test_an_importance_of_bands_alone_is_judged_by_the_band():
    rows = [
        {"dataset": "d", "subject": "a", "region": "all", "band": band, "importance": value}
        for band, value in zip(BANDS, (1, 3), strict=True)
    ]
    found = planted_focus(truth(a=("back", "fast"), b=("left", "slow")), rows)
    assert [row["band_right"] for row in found] == [1, 0]
    assert [row["region_right"] for row in found] == [None, None]
    assert [row["what"] for row in summary(found)] == ["band", "auc"]


def test_cells_without_a_number_are_not_found():
    rows = matrix("a", [float("nan"), "n/a", "1.5", "0.5", "0", "0"])
    (row,) = planted_focus(truth(a=("back", "slow")), rows)
    assert row["both_right"] == 1
    assert row["auc"] == 1


def test_a_summary_survives_a_table():
    rows = planted_focus(truth(a=("back", "slow"), b=("left", "slow")), matrix("a", [0, 0, 9, 0, 0, 0]))
    text = [{key: "n/a" if value is None else str(value) for key, value in row.items()} for row in rows]
    assert summary(text) == summary(rows)
    assert all(tuple(row) == SUMMARY_COLUMNS for row in summary(rows))


def test_wilson_interval_of_eighteen_in_twenty():
    assert wilson_interval(18, 20) == pytest.approx((0.699, 0.972), abs=5e-4)


@pytest.mark.parametrize(("right", "n"), [(0, 10), (10, 10), (1, 1)])
def test_wilson_interval_holds_the_share_within_zero_and_one(right, n):
    low, high = wilson_interval(right, n)
    assert 0 <= low <= right / n <= high <= 1
    assert high - low < 1
