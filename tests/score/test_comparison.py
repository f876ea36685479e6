"""Which model is better, and how sure that is."""

import math

import mne
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.score import comparison
from bandmap.score.comparison import holm, paired_p
from bandmap.vocabulary.tables import COMPARISON


def compare(models, metrics, **options):
    tables = {name: pd.DataFrame(rows, columns=None if rows else COLUMNS) for name, rows in models.items()}
    return comparison.compare(tables, metrics, **options).to_dict("records")


def rows(values, *, scoring="event"):
    return [
        {"dataset": "d", "subject": str(number), "scoring": scoring, "f1": value} for number, value in enumerate(values)
    ]


COLUMNS = ["dataset", "subject", "scoring", "f1"]
GOOD = [0.9, 0.8, 0.95, 0.7, 0.85, 0.9]
POOR = [0.5, 0.4, 0.60, 0.3, 0.45, 0.6]


def test_p_of_few_subjects_is_exact():
    """All six differences are positive: 2 of the 64 ways to exchange are as extreme."""
    (row,) = compare({"good": rows(GOOD), "poor": rows(POOR)}, ["f1"], seed=1)
    assert tuple(row) == COMPARISON.names
    assert (row["model_a"], row["model_b"], row["metric"], row["n"]) == ("good", "poor", "f1", 6)
    assert row["p"] == row["p_holm"] == 2 / 64
    assert row["mean_difference"] == pytest.approx(np.mean(np.subtract(GOOD, POOR)))
    assert 0 < row["low"] < row["mean_difference"] < row["high"] < 0.5
    assert pd.isna(row["values"])


def test_p_equals_the_count_of_sign_changes_by_hand():
    a, b = np.array([3.0, 1.0, 2.0, 5.0]), np.array([1.0, 2.0, 1.5, 1.0])
    signs = np.array(np.meshgrid(*[[-1, 1]] * 4)).reshape(4, -1).T
    means = (signs * (a - b)).mean(axis=1)
    assert paired_p(a, b, 1) == pytest.approx(2 * np.mean(means >= (a - b).mean()))


@pytest.mark.parametrize("seed", range(10))
def test_p_of_few_subjects_is_that_of_mne(seed):
    """MNE compares |t|, we the |mean|: t^2 = (n - 1) mean^2 / (mean square - mean^2), where no flip changes squares."""
    a, b = np.random.default_rng(seed).normal([[0.4], [0]], 1, size=(2, 9))
    (theirs,) = mne.stats.permutation_t_test((a - b)[:, None], 2**9, verbose="error")[1]
    assert paired_p(a, b, 1) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_p_of_many_subjects_is_that_of_mne_within_chance(seed):
    a, b = np.random.default_rng(seed).normal([[0.4], [0]], 1, size=(2, 24))
    (theirs,) = mne.stats.permutation_t_test((a - b)[:, None], 10_000, rng=3, verbose="error")[1]
    error = np.sqrt(2 * max(theirs * (1 - theirs), 1e-4) / 10_000)  # of the difference of two shares of draws
    assert abs(paired_p(a, b, 1) - theirs) < 4 * error


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(6)))
def test_the_order_of_subjects_does_not_matter(order):
    """Subjects are paired by name, not by place."""
    members = rows(POOR)
    shuffled = compare({"good": rows(GOOD), "poor": [members[place] for place in order]}, ["f1"], seed=1)
    assert shuffled == compare({"good": rows(GOOD), "poor": members}, ["f1"], seed=1)


def test_a_model_is_not_better_than_itself():
    (row,) = compare({"a": rows(GOOD), "b": rows(GOOD)}, ["f1"], seed=1)
    assert (row["mean_difference"], row["p"]) == (0, 1)


def test_only_subjects_with_both_scores_are_compared():
    (row,) = compare({"a": rows([0.9, math.nan, 0.8, 0.7]), "b": rows([0.5, 0.5, math.nan, 0.5])}, ["f1"], seed=1)
    assert row["n"] == 2
    assert row["mean_difference"] == pytest.approx(0.3)


def test_rows_of_another_kind_of_scoring_do_not_count():
    (row,) = compare({"a": rows(GOOD) + rows([0] * 6, scoring="sample"), "b": rows(GOOD)}, ["f1"], seed=1)
    assert (row["n"], row["mean_difference"]) == (6, 0)


def test_rows_without_a_scoring_all_count():
    nights = [{"dataset": "d", "subject": str(number), "kappa": 0.1 * number} for number in range(5)]
    (row,) = compare({"a": nights, "b": nights}, ["kappa"], seed=1)
    assert row["n"] == 5


@pytest.mark.parametrize("shared", [0, 1])
def test_fewer_than_two_subjects_have_no_p(shared):
    (row,) = compare({"a": rows(GOOD[:shared]), "b": rows(POOR)}, ["f1"], seed=1)
    assert row["n"] == shared
    assert all(math.isnan(row[name]) for name in ("low", "high", "p", "p_holm"))


def test_every_pair_of_models_is_corrected_with_the_others():
    found = compare({"a": rows(GOOD), "b": rows(POOR), "c": rows(GOOD)}, ["f1"], seed=1)
    assert [(row["model_a"], row["model_b"]) for row in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [row["p_holm"] for row in found] == pytest.approx([3 / 32, 1, 3 / 32])


def test_holm_is_that_of_a_worked_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1, 1]
    assert holm([math.nan, 0.04])[1] == 0.04


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_and_is_between_no_correction_and_bonferroni(p_values):
    adjusted = holm(p_values)
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(np.array(adjusted)[order]) >= 0)
    assert all(p <= q <= min(1, len(p_values) * p) + 1e-12 for p, q in zip(p_values, adjusted, strict=True))


def test_the_test_keeps_its_level():
    """Of 200 comparisons of equals, about one in twenty is below 0.05."""
    generator = np.random.default_rng(1)
    found = [paired_p(*generator.normal(size=(2, 8)), seed=1) < 0.05 for _ in range(200)]
    assert 0.01 < np.mean(found) < 0.1
