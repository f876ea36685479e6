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

from bandmap.aggregate.statistics import EXACT_SUBJECTS, pattern_p, patterns, sign_flip_p, squares


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


def two_negative(random, n):
    return np.where(np.arange(N_CELLS) < 2, -3.0, 0.0) + random.normal(0, 0.1, (n, N_CELLS))


KINDS = (signed, not_negative, sparse, common_profile, common_profile_not_negative, heavy_tailed, two_negative)
COHORTS = 150
MOST_ERRORS = 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / COHORTS)
"""An error of 0.05 and two and a half standard errors of so many cohorts."""

WINDOWS = {"6 and 16 windows": (6, 16), "40 and 16 windows": (40, 16)}
STRENGTHS = {"equally strong": 1.0, "three times as strong": 3.0}


def windows_of(random, maps, times, n_windows):
    """Return the windows of every subject: its map, so many times as strong, and noise of the same size in all."""
    strength = times * np.exp(random.normal(0, 0.5, (len(maps), 1, 1)))
    return strength * maps[:, None] + random.normal(0, 1, (len(maps), n_windows, maps.shape[1]))


def pattern_of(windows):
    """Return the patterns of windows, shape (subjects, windows, cells), that share no time."""
    apart = ~np.eye(windows.shape[1], dtype=bool)
    return patterns(windows.mean(axis=1), np.array([squares(of_subject, apart) for of_subject in windows]))


def shares(maps):
    return maps / np.abs(maps).sum(axis=-1, keepdims=True)


def any_error(p):
    return bool((p <= 0.05).any())  # what has no p is no error


def errors(make, n, times, n_windows):
    """Return the share of cohorts with any p <= 0.05 where seizures differ from background in strength alone.

    Of the patterns, and of what was done before: the mean over windows divided by the sum of its magnitudes, and the
    mean over windows that are divided one by one.
    """
    random = np.random.default_rng(n)
    found = []
    for _ in range(COHORTS):
        maps = make(random, n)
        sides = [windows_of(random, maps, *of) for of in zip((times, 1.0), n_windows, strict=True)]
        ways = (pattern_of, lambda side: shares(side.mean(axis=1)), lambda side: shares(side).mean(axis=1))
        found.append([any_error(pattern_p(*map(way, sides), draws=499, seed=0)) for way in ways])
    return np.mean(found, axis=0)


@pytest.mark.parametrize("n_windows", WINDOWS.values(), ids=WINDOWS)
@pytest.mark.parametrize("times", STRENGTHS.values(), ids=STRENGTHS)
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_maps_that_differ_in_strength_alone_have_a_cell_below_005_in_one_cohort_of_twenty(make, times, n_windows):
    found = {n: errors(make, n, times, n_windows)[0] for n in (5, 8, 12, 20)}
    assert max(found.values()) <= MOST_ERRORS, found


def test_dividing_by_what_contains_noise_finds_cells_where_there_are_none():
    of_means = errors(two_negative, 20, 1.0, (6, 16))[1]
    of_windows = errors(common_profile, 12, 3.0, (16, 16))[2]
    assert min(of_means, of_windows) > 0.3, "a simpler way would do"


def test_background_without_a_reproducible_map_has_no_p():
    random, found = np.random.default_rng(5), []
    for _ in range(COHORTS):
        seizures = windows_of(random, common_profile(random, 12), 5.0, 12)
        background = windows_of(random, np.zeros((12, N_CELLS)), 1.0, 16)
        patterned = pattern_of(background)
        found.append(
            (np.isfinite(patterned).any(axis=1).mean(), any_error(pattern_p(pattern_of(seizures), patterned, seed=0)))
        )
    shown, significant = np.mean(found, axis=0)
    assert shown < 0.25
    assert significant <= MOST_ERRORS


@pytest.mark.parametrize("times", STRENGTHS.values(), ids=STRENGTHS)
@pytest.mark.parametrize("make", [common_profile, common_profile_not_negative], ids=lambda make: make.__name__)
def test_a_planted_cell_is_significant_and_other_cells_are_not(make, times):
    random, planted, others = np.random.default_rng(3), [], []
    for _ in range(COHORTS):
        maps = make(random, 10)
        seizures = maps.copy()
        seizures[:, 0] += 4 * maps.mean(axis=1)
        p = pattern_p(
            pattern_of(windows_of(random, seizures, times, 6)), pattern_of(windows_of(random, maps, 1.0, 16)), seed=0
        )
        planted.append(p[0] <= 0.05)
        others.append(any_error(p[1:]))
    assert np.mean(planted) > 0.9
    assert np.mean(others) <= MOST_ERRORS


def test_equal_stages_have_a_cell_below_005_in_at_most_one_cohort_of_twenty():
    random, found = np.random.default_rng(4), []
    for _ in range(COHORTS):
        maps = common_profile(random, 10)
        stages = [pattern_of(windows_of(random, maps, 1.0, 20)) for _ in range(5)]
        found.append(any_error(pattern_p(stages[0], np.mean(stages[1:], axis=0), seed=0)))
    assert np.mean(found) <= MOST_ERRORS


def test_squares_of_windows_that_are_apart_do_not_contain_their_noise():
    random = np.random.default_rng(6)
    windows = 2 + random.normal(0, 3, (3000, 4, 2))
    apart = ~np.eye(4, dtype=bool)
    found = np.array([squares(of_one, apart) for of_one in windows])
    assert found.mean(axis=0) == pytest.approx(4, abs=4 * found.std() / np.sqrt(len(found)))
    np.testing.assert_allclose(squares(np.array([[1.0, 2], [3, np.nan], [5, 6]]), ~np.eye(3, dtype=bool)), [23 / 3, 12])
    assert np.isnan(squares(np.ones((3, 2)), np.zeros((3, 3), dtype=bool))).all()


def test_a_single_cell_has_no_p():
    assert np.isnan(pattern_p(np.ones((6, 1, 1)), np.full((6, 1, 1), 0.1), seed=0)).all()
