"""Agreement of matrices: ranks count, scale does not, subjects are the units."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from bandmap.aggregate.agreement import AGREEMENT_COLUMNS, agreement, spearman

MATRIX = np.arange(25.0).reshape(1, 5, 5)


def of_subjects(*stacks):
    return {("d", f"S{number}"): stack for number, stack in enumerate(stacks)}


def table(stacks):
    """Return matrices by subject, shape (kinds, regions, bands), as a long table."""
    rows = [
        {"dataset": person[0], "subject": person[1], "class": str(k), "region": str(r), "band": str(b), "importance": v}
        for person, stack in stacks.items()
        for (k, r, b), v in np.ndenumerate(stack)
    ]
    return pd.DataFrame(rows)


def compare(first, second):
    (row,) = agreement({"a": table(first), "b": table(second)}, seed=1).to_dict("records")
    assert tuple(row) == AGREEMENT_COLUMNS
    return row


def test_a_matrix_on_another_scale_agrees_completely():
    row = compare(of_subjects(MATRIX, MATRIX[:, ::-1]), of_subjects(np.exp(MATRIX), 3 + MATRIX[:, ::-1]))
    assert (row["spearman"], row["same_top"], row["n_matrices"], row["n_subjects"]) == (1, 2, 2, 2)
    assert row["cells"] == 25


def test_a_negated_matrix_has_a_correlation_of_minus_one():
    row = compare(of_subjects(MATRIX), of_subjects(-MATRIX))
    assert row["spearman"] == -1
    assert row["same_top"] == 0
    assert np.isnan([row["low"], row["high"]]).all()


@given(arrays(float, (2, 12), elements=st.integers(0, 4).map(float)))
def test_the_correlation_equals_that_of_scipy_with_ties(values):
    if np.ptp(values, axis=1).all():
        assert spearman(*values) == pytest.approx(spearmanr(*values).statistic)
    else:
        assert np.isnan(spearman(*values))


def test_cells_missing_in_one_matrix_do_not_count():
    holed = MATRIX[0].copy()
    holed[0] = np.nan
    assert spearman(holed, MATRIX[0]) == pytest.approx(1)
    assert np.isnan(spearman(np.full((5, 5), np.nan), MATRIX[0]))
    row = compare(of_subjects(MATRIX, np.full((1, 5, 5), np.nan)), of_subjects(holed[None], MATRIX))
    assert (row["spearman"], row["n_subjects"], row["same_top"], row["n_matrices"]) == (pytest.approx(1), 1, 1, 1)


def test_each_stage_counts_but_the_interval_is_over_subjects():
    one = np.concatenate([MATRIX, MATRIX])
    other = np.concatenate([MATRIX, -MATRIX])
    row = compare(of_subjects(one, one, one), of_subjects(one, other, other))
    assert row["spearman"] == pytest.approx(1 / 3)
    assert (row["n_subjects"], row["same_top"], row["n_matrices"]) == (3, 4, 6)
    assert row["values"].startswith("1, ")


def test_subjects_of_only_one_model_do_not_count():
    row = compare({("d", "A"): MATRIX, ("d", "B"): MATRIX}, {("d", "B"): MATRIX, ("e", "A"): MATRIX})
    assert row["n_subjects"] == 1
    none = compare({("d", "A"): MATRIX}, {("d", "B"): MATRIX})
    assert (none["cells"], none["n_subjects"], none["n_matrices"]) == (0, 0, 0)
    assert np.isnan(none["spearman"])


def test_mean_matrices_give_each_subject_the_same_weight():
    loud, quiet = 1000 * MATRIX, -MATRIX
    row = compare(of_subjects(loud, quiet, quiet), of_subjects(MATRIX, MATRIX, MATRIX))
    assert row["spearman_of_means"] == -1


@pytest.mark.parametrize("names", [(), ("alone",)])
def test_fewer_than_two_models_have_no_agreement(names):
    found = agreement({name: table(of_subjects(MATRIX)) for name in names}, seed=1)
    assert found.empty
    assert tuple(found) == AGREEMENT_COLUMNS
