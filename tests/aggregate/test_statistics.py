"""The sign-flip test against MNE-Python's permutation t test.

MNE compares the greatest |t| of each flip; `sign_flip_p` the greatest sum over the root sum of squares, r. Where all
subjects have a value, t = r sqrt((n - 1) / (n - r^2)) in every cell: one rises with the other. Ours is
one-sided; given all cells and their negatives it is two-sided, so that p is the same.
Three things differ: MNE takes no missing values, it divides by zero where all values of a cell are equal, and flips are
drawn by other random numbers.
"""

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.aggregate.statistics import EXACT_SUBJECTS, pattern_p, patterns, sign_flip_p


def mne_p(differences, n_permutations):
    return mne.stats.permutation_t_test(differences, n_permutations, rng=3, verbose="error")[1]


def mne_exact_p(differences):
    """Count all flips; with "all" MNE leaves one of them out."""
    return mne_p(differences, 2 ** len(differences))


def two_sided_p(differences, **options):
    p = sign_flip_p(np.concatenate([differences, -differences], axis=1), **options)
    return p.reshape(2, -1).min(axis=0)


def cohort(seed, n_subjects, n_cells):
    """Return differences that are real in some cells and of another size in each."""
    random = np.random.default_rng(seed)
    effects, sizes = random.uniform(-1, 1, n_cells), random.uniform(0.1, 10, n_cells)
    return random.normal(effects, 1, size=(n_subjects, n_cells)) * sizes


@given(seed=st.integers(0, 2**32 - 1), n_subjects=st.integers(3, 9), n_cells=st.integers(1, 12))
@settings(max_examples=50)
def test_counted_flips_give_the_p_of_mne(seed, n_subjects, n_cells):
    differences = cohort(seed, n_subjects, n_cells)
    np.testing.assert_allclose(two_sided_p(differences, seed=0), mne_exact_p(differences), rtol=1e-12)


def test_the_largest_counted_cohort_has_the_p_of_mne():
    differences = cohort(5, EXACT_SUBJECTS, 4)
    np.testing.assert_allclose(two_sided_p(differences, seed=0), mne_exact_p(differences), rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_drawn_flips_give_the_p_of_mne_within_chance(seed):
    differences = cohort(seed, 24, 6)
    ours, theirs = two_sided_p(differences, draws=10_000, seed=1), mne_p(differences, 10_000)
    error = np.sqrt(2 * np.maximum(theirs * (1 - theirs), 1e-4) / 10_000)  # of the difference of two shares of draws
    assert np.abs(ours - theirs).max() > 0
    assert (np.abs(ours - theirs) < 4 * error).all()


N_CELLS = 25
PROFILE = np.random.default_rng(0).gamma(2, 1, N_CELLS)
"""What every map of a method may favour, whatever it is shown: large regions, wide bands."""


def signed(random, n):
    return random.normal(size=(n, N_CELLS))


def not_negative(random, n):
    return random.gamma(2, 1, (n, N_CELLS))


def sparse(random, n):
    return (random.random((n, N_CELLS)) < 0.15) * random.normal(1, 1, (n, N_CELLS))


def common_profile(random, n):
    return PROFILE + random.normal(0, 0.75, (n, N_CELLS))


def common_profile_not_negative(random, n):
    return PROFILE * random.gamma(4, 1, (n, N_CELLS))


def heavy_tailed(random, n):
    return PROFILE + random.standard_t(2, (n, N_CELLS))


KINDS = (signed, not_negative, sparse, common_profile, common_profile_not_negative, heavy_tailed)
COHORTS = 150
MOST_ERRORS = 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / COHORTS)
"""An error of 0.05 and two and a half standard errors of so many cohorts."""


def stronger(random, maps, times):
    """Return maps that are about so many times as strong as they were, each subject's by another factor."""
    return times * np.exp(random.normal(0, 0.5, (len(maps), 1))) * maps


def errors(make, n, *, seed):
    """Return the share of cohorts with any p < 0.05 where seizures differ from background in strength alone."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(COHORTS):
        seizures, background = stronger(random, make(random, n), 5), stronger(random, make(random, n), 1)
        found.append(pattern_p(patterns(seizures), patterns(background), draws=499, seed=0).min() <= 0.05)
    return np.mean(found)


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_maps_that_differ_in_strength_alone_have_a_cell_below_005_in_one_cohort_of_twenty(make):
    found = {n: errors(make, n, seed=n) for n in (5, 8, 12, 20)}
    assert max(found.values()) <= MOST_ERRORS, found


@pytest.mark.parametrize("make", [common_profile, common_profile_not_negative], ids=lambda make: make.__name__)
def test_a_planted_cell_is_significant_and_other_cells_are_not(make):
    random, planted, others = np.random.default_rng(3), [], []
    for _ in range(COHORTS):
        seizures, background = make(random, 10), make(random, 10)
        seizures[:, 0] += 4 * seizures.mean(axis=1)
        p = pattern_p(patterns(stronger(random, seizures, 5)), patterns(background), seed=0)
        planted.append(p[0] <= 0.05)
        others.append(p[1:].min() <= 0.05)
    assert np.mean(planted) > 0.9
    assert np.mean(others) <= MOST_ERRORS


def test_sides_with_different_numbers_of_windows_have_a_cell_below_005_in_one_cohort_of_twenty():
    # The first cell is negative in every window. A mean of few windows has more noise in all cells, so
    # divided by the sum of its magnitudes it is closer to zero there than a mean of many: the first cell of seizures.
    random, found, of_means = np.random.default_rng(8), [], []
    for _ in range(COHORTS):
        sides = [random.normal(size=(10, windows, N_CELLS)) for windows in (6, 16)]
        for side in sides:
            side[:, :, 0] -= 3
        divided = [np.array([patterns(windows).mean(axis=0) for windows in side]) for side in sides]
        found.append(pattern_p(*divided, seed=0).min() <= 0.05)
        of_means.append(pattern_p(*(patterns(side.mean(axis=1)) for side in sides), seed=0).min() <= 0.05)
    assert np.mean(found) <= MOST_ERRORS
    assert np.mean(of_means) > 0.3, "dividing the means would do here"


def test_equal_stages_have_a_cell_below_005_in_at_most_one_cohort_of_twenty():
    random, found = np.random.default_rng(4), []
    for _ in range(COHORTS):
        stages = [patterns(common_profile(random, 10)) for _ in range(5)]
        found.append(pattern_p(stages[0], np.mean(stages[1:], axis=0), seed=0).min() <= 0.05)
    assert np.mean(found) <= MOST_ERRORS


def test_the_share_of_a_single_cell_is_one_and_has_no_p():
    assert np.isnan(pattern_p(np.ones((6, 1, 1)), np.full((6, 1, 1), 0.1), seed=0)).all()
