"""The floor and the line-length detector: what they measure, and from whom they learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmap.score import baselines
from bandmap.score.detection import Predicted, postprocess
from bandmap.score.events import event_scores
from bandmap.score.scored import Scored
from bandmap.score.subjects import subject_scores
from bandmap.vocabulary.recording import Event

RATE = 32.0
CUT = {"length_seconds": 4, "step_seconds": 1}


def sz(*pairs):
    return tuple(Event(onset, offset, "sz") for onset, offset in pairs)


def recording(seed, *, seizures=((400, 460),), gain=1.0, seconds=900):
    """Noise on three channels, three times as large in seizures."""
    samples = np.random.default_rng(seed).normal(0, 20 * gain, (3, int(seconds * RATE))).astype(np.float32)
    for onset, offset in seizures:
        samples[:, int(onset * RATE) : int(offset * RATE)] *= 3
    return samples


def by_hand(samples, length, step):
    windows = range(0, samples.shape[1] - length + 1, step)
    return [np.median(np.abs(np.diff(samples[:, start : start + length])).sum(axis=1)) for start in windows]


@given(st.integers(2, 9), st.integers(1, 9), st.integers(0, 60), st.integers(1, 4))
def test_line_length_is_the_sum_of_absolute_differences(length, step, n_samples, channels):
    samples = np.random.default_rng(n_samples).normal(size=(channels, n_samples))
    found = baselines.line_length(samples, 1.0, length_seconds=length, step_seconds=step)
    assert found == pytest.approx(np.array(by_hand(samples, length, step)) / length)


def test_line_length_of_a_sawtooth_is_its_travel_a_second():
    samples = np.tile([0.0, 10.0], 64)[None].repeat(2, axis=0)
    found = baselines.line_length(samples, 32, length_seconds=1, step_seconds=1)
    assert found == pytest.approx(np.full(4, 310.0))


def test_line_length_does_not_depend_on_blocks():
    class InFile:
        """Only slices of at most some minutes may be asked for."""

        def __init__(self, values):
            self.values, self.shape = values, values.shape

        def __getitem__(self, index):
            assert index[1].stop - index[1].start <= 304 * RATE
            return self.values[index]

    samples = recording(1, seconds=1000)
    found = baselines.line_length(InFile(samples), RATE, **CUT)
    assert found == pytest.approx(np.array(by_hand(samples.astype(float), 128, 32)) / 4)


def test_windows_that_touch_masked_time_have_no_line_length():
    samples = recording(1, seconds=60)
    samples[:, int(20.5 * RATE) : int(21.5 * RATE)] = np.nan
    found = baselines.line_length(samples, RATE, **CUT)
    assert np.flatnonzero(np.isnan(found)).tolist() == [17, 18, 19, 20, 21]
    assert found[22] == pytest.approx(by_hand(samples.astype(float)[:, 22 * 32 :], 128, 32)[0] / 4)


def test_flat_channels_count_as_absent():
    samples = recording(1, seconds=20)
    with_dead = np.concatenate((samples, np.zeros((4, samples.shape[1]), np.float32)))
    assert baselines.line_length(with_dead, RATE, **CUT) == pytest.approx(baselines.line_length(samples, RATE, **CUT))
    assert np.isnan(baselines.line_length(np.zeros((2, 640)), RATE, **CUT)).all()


def test_a_window_without_a_whole_number_of_samples_is_refused():
    with pytest.raises(ValueError, match=r"step_seconds of 0.7 s is not a whole number of samples at 32 Hz"):
        baselines.line_length(np.zeros((1, 320)), RATE, length_seconds=4, step_seconds=0.7)


def test_a_recording_is_compared_only_with_its_own_past():
    lengths = np.random.default_rng(1).uniform(1, 2, 1000)
    changed = lengths.copy()
    changed[500:] *= 50
    before = baselines.against_past(lengths, step_seconds=1)[:500]
    assert np.array_equal(baselines.against_past(changed, step_seconds=1)[:500], before)
    assert before[400] == pytest.approx(lengths[400] / np.median(lengths[100:400]))


def test_the_first_minute_is_compared_with_itself():
    lengths = np.random.default_rng(1).uniform(1, 2, 300)
    ratios = baselines.against_past(lengths, step_seconds=1)
    assert ratios[:60] == pytest.approx(lengths[:60] / np.median(lengths[:60]))


@pytest.mark.parametrize("seconds", [0, 1, 30])
def test_a_recording_shorter_than_a_minute_is_compared_with_itself(seconds):
    lengths = np.arange(1.0, seconds + 1)
    expected = lengths / np.median(lengths) if seconds else lengths
    assert baselines.against_past(lengths, step_seconds=1) == pytest.approx(expected)


@pytest.mark.parametrize("rest", [10, 300])
def test_after_long_masked_time_windows_are_still_compared(rest):
    lengths = np.concatenate((np.full(200, 2.0), np.full(400, np.nan), np.full(rest, 4.0)))
    ratios = baselines.against_past(lengths, step_seconds=1)
    assert np.array_equal(np.isnan(ratios), np.isnan(lengths))


def test_a_past_shorter_than_a_minute_is_refused():
    with pytest.raises(ValueError, match="at least 60"):
        baselines.against_past(np.ones(10), step_seconds=1, background_seconds=30)


def test_the_gain_of_an_amplifier_does_not_matter():
    one, ten = (baselines.measured(recording(1, gain=gain), RATE, **CUT) for gain in (1, 10))
    assert ten.ratios == pytest.approx(one.ratios, rel=1e-5)
    assert (one.duration_seconds, one.centres_seconds[0], one.centres_seconds[-1]) == (900, 2, 898)


def test_masked_windows_are_not_measured():
    samples = recording(1)
    samples[:, : int(10 * RATE)] = np.nan
    measured = baselines.measured(samples, RATE, **CUT)
    assert measured.centres_seconds[0] == 12
    assert np.isfinite(measured.ratios).all()


def test_line_length_finds_seizures_three_times_as_large_in_a_new_subject():
    spans = [((400, 460),), ((500, 540), (700, 760)), ((300, 340),)]
    measured = [
        baselines.measured(recording(seed, seizures=seizures, gain=1 + seed), RATE, **CUT)
        for seed, seizures in enumerate(spans)
    ]
    detector = baselines.fit_line_length(
        [(lengths, sz(*seizures)) for lengths, seizures in zip(measured[:2], spans[:2], strict=True)],
        smooth_seconds=5,
        minimum_seconds=5,
    )
    predicted = detector.predict(measured[2])
    found, _ = postprocess(predicted, threshold=detector.threshold.value, smooth_seconds=5, minimum_seconds=5)
    assert event_scores(sz((300, 340)), found, 900).f1 == 1


def test_the_rank_is_the_share_of_training_windows_not_above():
    training = baselines.LineLengths(np.arange(1.0, 1001.0), np.arange(1000.0), 1.0, 1000.0)
    detector = baselines.fit_line_length([(training, ())])
    assert "default" in detector.threshold.reason
    asked = baselines.LineLengths(np.array([0.5, 250.0, 1000.0, 5000.0]), np.arange(4.0), 1.0, 10.0)
    assert detector.predict(asked).probabilities == pytest.approx([0, 0.25, 1, 1], abs=2e-3)


def test_a_detector_without_training_windows_is_refused():
    with pytest.raises(ValueError, match="no window to learn"):
        baselines.fit_line_length([])


def test_always_on_finds_everything_with_264_false_alarms_a_day():
    predicted = Predicted(np.array([0.2, 0.4]), np.array([50.0, 130.0]), 1.0, 3600.0)
    model = Scored("d", "a", sz((100, 160)), (), predicted, np.array([0, 1]))
    (floor,) = baselines.always_on([model])
    row = subject_scores([floor]).iloc[0]
    assert (row["sensitivity"], row["false_alarms_per_day"], row["window_auroc"]) == (1, 264, 0.5)
    assert row["f1"] == pytest.approx(0.154, abs=5e-4)
    assert row["window_calibration_error"] == 0.5
