"""The filter keeps its pass band, leaves no seams, needs no minimum length, and never glues over gaps."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.harmonize import Stream
from bandmap.harmonize.filter import design
from bandmap.harmonize.gaps import bridge, masked_after, read_padded
from bandmap.vocabulary.recording import RawRecording, Signal

SETTINGS = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50, 60]}


def signal(label, values, rate_hz):
    return Signal(label, rate_hz, len(values), lambda start, stop: values[max(start, 0) : stop].copy())


def pair(values, rate_hz):
    """Two electrodes of which the second is silent: the derivation Fp1-F3 is the signal itself."""
    values = np.asarray(values, np.float32)
    silent = np.where(np.isnan(values), np.nan, 0).astype(np.float32)
    signals = signal("Fp1", values, rate_hz), signal("F3", silent, rate_hz)
    return RawRecording(signals, len(values) / rate_hz)


def filtered(values, recorded_hz=256, block_seconds=64.0, **options):
    stream = Stream(pair(values, recorded_hz), [], **{**SETTINGS, **options}, block_seconds=block_seconds)
    return np.concatenate(list(stream.blocks()), axis=1)[0]


def noise(seconds, rate_hz=256, seed=1):
    rng = np.random.default_rng(seed)
    return (np.cumsum(rng.normal(0, 3, round(seconds * rate_hz))) + rng.normal(0, 20)).astype(np.float32)


def gain_at(kernel, frequency, rate_hz):
    n = np.arange(len(kernel)) - len(kernel) // 2
    return float(np.sum(kernel * np.cos(2 * np.pi * frequency / rate_hz * n)))


@pytest.mark.parametrize("rate_hz", [100, 128, 200, 256, 512, 1000])
def test_pass_band_is_kept_and_stop_bands_are_gone(rate_hz):
    kernel = design(rate_hz, 128, 0.5, 40, [25])
    assert len(kernel) % 2 == 1
    np.testing.assert_allclose(kernel, kernel[::-1], atol=1e-15)
    for frequency in (0.5, 1, 5, 10, 23.4, 26.6, 39.9):
        assert gain_at(kernel, frequency, rate_hz) == pytest.approx(1, abs=3e-3), frequency
    assert gain_at(kernel, 0, rate_hz) == pytest.approx(0, abs=1e-9)
    for frequency in (25, 24.6, 50 if rate_hz == 100 else 50.1, 64):
        if frequency <= rate_hz / 2:
            assert gain_at(kernel, frequency, rate_hz) == pytest.approx(0, abs=3e-3), frequency


def test_the_kernel_of_a_very_fast_recording_has_the_required_gain():
    kernel = design(50_000, 128, 0.5, 45, [50, 60])
    assert len(kernel) > 300_000
    assert gain_at(kernel, 10, 50_000) == pytest.approx(1, abs=3e-3)
    assert gain_at(kernel, 50, 50_000) == pytest.approx(0, abs=3e-3)


def test_without_a_high_pass_slow_waves_stay():
    assert gain_at(design(256, 128, 0, 40, []), 0, 256) == pytest.approx(1)


def test_it_filters_as_mne_does():
    mne = pytest.importorskip("mne")
    values = noise(60)
    theirs = mne.filter.filter_data(values.astype(float), 256, 0.5, 45, verbose="error")
    theirs = mne.filter.notch_filter(theirs, 256, [50], verbose="error")
    ours = filtered(values, notch_hz=[50], rate_hz=256)
    middle = slice(10 * 256, -10 * 256)
    difference = ours[middle] - theirs[middle]
    assert np.sqrt(np.mean(difference**2)) < 0.02 * np.std(theirs[middle])


@pytest.mark.parametrize("rate_hz", [256, 250, 500, 512, 100, 199.9])
def test_blocks_leave_no_seams(rate_hz):
    values = noise(200, rate_hz)
    whole = filtered(values, rate_hz, block_seconds=400)
    for seconds in (1, 40):
        pieces = filtered(values, rate_hz, block_seconds=seconds)
        assert np.sqrt(np.mean((pieces - whole) ** 2)) <= 1e-5 * np.sqrt(np.mean(whole**2))


def test_blocks_leave_no_seams_around_gaps():
    values = noise(200)
    for begin, end in ((20.3, 20.5), (40, 47.3), (60, 130.1), (199, 200)):
        values[round(begin * 256) : round(end * 256)] = np.nan
    whole, pieces = (filtered(values, block_seconds=seconds) for seconds in (400, 25))
    np.testing.assert_array_equal(np.isnan(pieces), np.isnan(whole))
    known = ~np.isnan(whole)
    difference = pieces[known] - whole[known]
    assert np.sqrt(np.mean(difference**2)) <= 1e-5 * np.sqrt(np.mean(whole[known] ** 2))


def test_masked_time_stays_masked_and_nothing_else_does():
    values = noise(60)
    values[256 * 20 : 256 * 30] = np.nan
    masked = np.isnan(filtered(values))
    assert masked[128 * 20 : 128 * 30].all()
    assert not masked[: 128 * 20 - 1].any()
    assert not masked[128 * 30 :].any()


def test_samples_after_a_gap_do_not_change_those_far_before_it():
    values = noise(60)
    values[256 * 20 : 256 * 35] = np.nan
    other = values.copy()
    other[256 * 35 :] += 500 * np.sin(np.arange(256 * 25) / 5).astype(np.float32)
    np.testing.assert_allclose(filtered(values)[: 128 * 20], filtered(other)[: 128 * 20], atol=0.02)


def test_an_entirely_masked_recording_stays_masked():
    assert np.isnan(filtered(np.full(2560, np.nan))).all()


@given(n=st.integers(7, 3000), rate_hz=st.sampled_from([100, 256, 512, 333.3]), target=st.sampled_from([100, 128, 250]))
@settings(max_examples=40)
def test_any_length_and_rate_gives_finite_output_of_the_same_duration(n, rate_hz, target):
    found = filtered(noise(n / rate_hz + 1, rate_hz)[:n] + 5000, rate_hz, rate_hz=target)
    assert np.isfinite(found).all()
    assert len(found) == round(n / rate_hz * target)


@given(frequency=st.floats(2, 40), rate_hz=st.sampled_from([128, 200, 250, 256, 500, 512, 1024]))
@settings(max_examples=30)
def test_resampling_keeps_the_time_and_size_of_a_sine(frequency, rate_hz):
    def wave(rate):
        return 50 * np.sin(2 * np.pi * frequency * np.arange(20 * rate) / rate)

    found = filtered(wave(rate_hz), rate_hz)
    np.testing.assert_allclose(found[768:-768], wave(128)[768:-768], atol=0.25)


@pytest.mark.parametrize("line_hz", [25, 33])
def test_line_noise_is_removed_and_signals_beside_it_stay(line_hz):
    t = np.arange(30 * 256) / 256
    alpha, line = 20 * np.sin(2 * np.pi * 10 * t), 200 * np.sin(2 * np.pi * line_hz * t)
    found = filtered(alpha + line, notch_hz=[line_hz])
    np.testing.assert_allclose(found[1000:-1000], alpha[::2][1000:-1000], atol=0.5)


@given(start=st.integers(-400, 400), size=st.integers(1, 800), n=st.integers(1, 300))
def test_padding_mirrors_through_the_end_points(start, size, n):
    values = np.arange(n, dtype=np.float32)
    padded = read_padded(signal("x", values, 1), start, start + size)
    index = np.arange(start, start + size)
    inside = (index > -n) & (index < 2 * n - 1)
    np.testing.assert_allclose(padded[inside], index[inside])
    assert np.isfinite(padded).all()


def test_short_gaps_are_bridged_by_a_line_and_long_ones_hold_their_edges():
    nan = np.nan
    np.testing.assert_allclose(bridge(np.array([1, nan, nan, nan, 5], np.float32), 2), [1, 2, 3, 4, 5])
    np.testing.assert_allclose(bridge(np.array([1, nan, nan, nan, nan, 5], np.float32), 2), [1, 1, 1, 5, 5, 5])
    np.testing.assert_allclose(bridge(np.array([nan, nan, 3, nan], np.float32), 2), [3, 3, 3, 3])
    np.testing.assert_allclose(bridge(np.array([nan, nan], np.float32), 2), [0, 0])


def test_a_sample_is_masked_if_either_neighbour_was():
    masked = np.array([[False, False, True, False, False, False]])
    assert masked_after(masked, Fraction(1, 2), 3).tolist() == [[False, True, False]]
    assert masked_after(masked, Fraction(2, 3), 4).tolist() == [[False, True, False, False]]
