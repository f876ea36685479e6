"""Intervals of means: they cover what they should, and of too few subjects there is none."""

import json
import math

import numpy as np
import pytest

from bandmap.score.intervals import FEWEST_SUBJECTS, bootstrap_interval, listed, over_subjects

COHORTS = 600


def normal(random, shape):
    return random.normal(size=shape), 0.0


def exponential(random, shape):
    return random.exponential(size=shape), 1.0


def near_one(random, shape):
    return random.beta(4, 0.5, shape), 4 / 4.5


def mostly_one(random, shape):
    """Half of the subjects have the best score there is."""
    return np.where(random.random(shape) < 0.5, 1.0, random.uniform(0.3, 1, shape)), 0.825


def covered(low, high, truth):
    known = np.isfinite(low)
    return ((low <= truth) & (truth <= high))[known].mean()


@pytest.mark.parametrize("draw", [normal, exponential, near_one, mostly_one], ids=lambda draw: draw.__name__)
def test_an_interval_of_95_percent_covers_the_mean_in_at_least_90_of_100_cohorts_from_six_subjects_on(draw):
    random, found = np.random.default_rng(1), {}
    for n in (6, 10, 20):
        values, truth = draw(random, (n, COHORTS))
        found[n] = covered(*bootstrap_interval(values, seed=2), truth)
    assert min(found.values()) >= 0.90, found


def test_the_percentiles_of_resampled_means_would_cover_less():
    random = np.random.default_rng(1)
    values, truth = exponential(random, (6, COHORTS))
    means = values[random.integers(0, 6, (2000, 6))].mean(axis=1)
    assert covered(*np.percentile(means, [2.5, 97.5], axis=0), truth) < 0.85


def test_an_interval_is_about_as_wide_as_that_of_t_where_values_are_normal():
    values = np.random.default_rng(4).standard_normal((400, 1))
    low, high = bootstrap_interval(values, seed=5)
    assert high - low == pytest.approx(2 * 1.96 / 20, rel=0.1)


def test_an_interval_is_seeded_and_contains_the_mean():
    values = np.random.default_rng(4).standard_normal((12, 3))
    low, high = bootstrap_interval(values, seed=5)
    assert (low < values.mean(axis=0)).all()
    assert (values.mean(axis=0) < high).all()
    np.testing.assert_array_equal(low, bootstrap_interval(values, seed=5)[0])
    assert (low != bootstrap_interval(values, seed=6)[0]).any()


def test_an_interval_stays_within_the_range_of_the_measure():
    low, high = bootstrap_interval(np.array([1, 1, 0.2, 1, 1, 0.1]), seed=1, limits=(0, 1))
    assert 0 <= low < high <= 1


def test_the_interval_of_a_cell_is_over_the_subjects_that_have_a_value():
    values = np.random.default_rng(13).standard_normal((12, 3))
    values[7:, 1] = np.nan
    values[5:, 2] = np.nan
    low, high = bootstrap_interval(values, seed=5)
    assert low[1] < values[:7, 1].mean() < high[1]
    assert np.isnan([low[2], high[2]]).all()


@pytest.mark.parametrize("values", [[], [0.5], [0.1, 0.2, 0.3, 0.4, 0.5], [1.0] * 8], ids=len)
def test_too_few_subjects_or_equal_ones_have_no_interval(values):
    assert np.isnan(bootstrap_interval(np.array(values), seed=1)).all()


def test_below_six_subjects_the_values_are_given_instead():
    few = over_subjects([0.5, math.nan, 1, 1], 1, (0, 1))
    assert (few["low"], few["high"], few["values"]) == (None, None, [0.5, 1, 1])
    many = over_subjects([0.5, 0.6, 0.7, 0.8, 0.9, 1], 1, (0, 1))
    assert many["low"] < many["mean"] < many["high"]
    assert many["values"] is None
    json.dumps([few, many], allow_nan=False)


def test_a_table_lists_values_if_it_has_no_interval():
    assert listed([0.5, math.nan, 1.0]) == "0.5, 1"
    assert listed([math.nan]) is None
    assert listed(np.linspace(0, 1, FEWEST_SUBJECTS)) is None
