"""The sign-flip test against MNE-Python's permutation t test.

MNE compares the greatest |t| of each flip; `sign_flip_p` the greatest |sum| over the root sum of squares, r. Where all
subjects have a value, t^2 = (n - 1) r^2 / (n - r^2) in every cell: one rises with the other, so that p is the same.
Three things differ: MNE takes no missing values, it divides by zero where all values of a cell are equal, and flips are
drawn by other random numbers.
"""

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.aggregate.statistics import EXACT_SUBJECTS, sign_flip_p


def mne_p(differences, n_permutations):
    return mne.stats.permutation_t_test(differences, n_permutations, rng=3, verbose="error")[1]


def mne_exact_p(differences):
    """Count all flips; with "all" MNE leaves one of them out."""
    return mne_p(differences, 2 ** len(differences))


def cohort(seed, n_subjects, n_cells):
    """Return differences that are real in some cells and of another size in each."""
    random = np.random.default_rng(seed)
    effects, sizes = random.uniform(-1, 1, n_cells), random.uniform(0.1, 10, n_cells)
    return random.normal(effects, 1, size=(n_subjects, n_cells)) * sizes


@given(seed=st.integers(0, 2**32 - 1), n_subjects=st.integers(3, 9), n_cells=st.integers(1, 12))
@settings(max_examples=50, deadline=None)
def test_counted_flips_give_the_p_of_mne(seed, n_subjects, n_cells):
    differences = cohort(seed, n_subjects, n_cells)
    np.testing.assert_allclose(sign_flip_p(differences, seed=0), mne_exact_p(differences), rtol=1e-12)


def test_most_subjects_whose_flips_are_counted_have_the_p_of_mne():
    differences = cohort(5, EXACT_SUBJECTS, 4)
    np.testing.assert_allclose(sign_flip_p(differences, seed=0), mne_exact_p(differences), rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_drawn_flips_give_the_p_of_mne_within_chance(seed):
    differences = cohort(seed, 24, 6)
    ours, theirs = sign_flip_p(differences, draws=10_000, seed=1), mne_p(differences, 10_000)
    error = np.sqrt(2 * np.maximum(theirs * (1 - theirs), 1e-4) / 10_000)  # of the difference of two shares of draws
    assert np.abs(ours - theirs).max() > 0
    assert (np.abs(ours - theirs) < 4 * error).all()
