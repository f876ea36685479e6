"""The pyramid of a recording: exact extremes and spectra at every level, however the blocks are cut."""

import numpy as np
import pytest

from bandmap.harmonize.pyramid import (
    DECIBELS,
    FIRST_FACTOR,
    LOWEST_DECIBELS,
    MOST_BINS,
    Pyramid,
    factors,
    n_frequencies,
)

RATE = 64.0


def reduced(microvolts, block):
    pyramid = Pyramid(*microvolts.shape, RATE)
    parts = {name: [] for name in pyramid.shapes}
    for start in range(0, microvolts.shape[1], block):
        for name, values in pyramid.add(microvolts[:, start : start + block]):
            parts[name].append(values)
    for name, values in pyramid.finish():
        parts[name].append(values)
    found = {name: np.concatenate(values, axis=1) for name, values in parts.items()}
    assert {name: values.shape for name, values in found.items()} == pyramid.shapes
    return found


def noise(n_samples, n_channels=2, seed=0):
    return np.random.default_rng(seed).normal(0, 50, (n_channels, n_samples)).astype(np.float32)


@pytest.mark.parametrize("block", [1, 17, 1000, 200_000])
def test_a_bin_is_the_minimum_and_maximum_of_its_samples_however_blocks_are_cut(block):
    microvolts = noise(140_003 if block > 100 else 1003)
    found = reduced(microvolts, block)
    for level, factor in enumerate(factors(microvolts.shape[1])):
        edges = np.arange(0, microvolts.shape[1], factor)
        low, high = np.minimum.reduceat(microvolts, edges, axis=1), np.maximum.reduceat(microvolts, edges, axis=1)
        expected = np.stack([low, high], axis=2).astype(np.float16)
        np.testing.assert_array_equal(found[f"extremes{level}"], expected)


@pytest.mark.parametrize(
    "n_samples", [1, FIRST_FACTOR, MOST_BINS * FIRST_FACTOR, MOST_BINS * FIRST_FACTOR + 1, 11_059_200]
)
def test_the_coarsest_level_is_one_piece(n_samples):
    assert -(-n_samples // factors(n_samples)[-1]) <= MOST_BINS


def test_a_gap_leaves_unknown_bins_and_does_not_spread():
    microvolts = noise(6400)
    microvolts[0, 1600:3208] = np.nan
    found = reduced(microvolts, 999)["extremes0"]
    unknown = np.isnan(found[0]).all(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(unknown), np.arange(100, 200))  # the last half bin has samples
    assert not np.isnan(found[1]).any()
    assert found[0, 200, 0] == np.float16(microvolts[0, 3208:3216].min())


def test_a_sine_has_its_power_in_its_row_and_a_gap_has_none():
    times = np.arange(round(40 * RATE)) / RATE
    microvolts = (np.sqrt(2) * 10 * np.sin(2 * np.pi * 10 * times)).astype(np.float32)[None]
    microvolts[:, round(20 * RATE) : round(24 * RATE)] = np.nan
    found = reduced(microvolts, 500)["spectra0"][0]
    assert found.shape == (10, n_frequencies(RATE))
    assert (found[5] == 0).all()  # 20 to 24 s
    decibels = LOWEST_DECIBELS + (found[0].astype(float) - 1) * DECIBELS
    assert decibels.argmax() == 9  # 10 Hz
    # A sine of 100 uV^2 in bins of 1 Hz with a Hann window: two thirds of it in the middle bin.
    assert decibels[9] == pytest.approx(10 * np.log10(100 * 2 / 3), abs=DECIBELS)


def test_values_beyond_half_precision_stay_finite():
    found = reduced(np.array([[1e6] * 20, [-1e6] * 20], np.float32), 20)["extremes0"]
    assert np.isfinite(found).all()


def test_no_more_than_a_block_is_kept():
    pyramid = Pyramid(2, 100_000, RATE)
    for _ in range(0, 100_000, 777):
        list(pyramid.add(noise(777)))
        assert sum(values.size for values in pyramid._left.values()) < 2 * 2 * (FIRST_FACTOR + 64 + 4 * 32 * 4 + 64)
