"""Scores as the field counts them, and detections where the seizures are."""

import logging
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmap.score.detection import Predicted, choose_threshold, postprocess
from bandmap.score.events import PARAMETERS, clipped, event_scores, latencies, same_duration, sample_scores
from bandmap.vocabulary.answers import centres_seconds
from bandmap.vocabulary.labels import seizure_labels
from bandmap.vocabulary.recording import Event

HOUR = 3600.0
SEIZURE = (Event(100, 160, "sz"),)


def sz(*pairs):
    return tuple(Event(onset, offset, "sz") for onset, offset in pairs)


def predicted(probabilities, *, first_centre=2.0, duration=None):
    probabilities = np.asarray(probabilities, dtype=np.float32)
    centres = first_centre + np.arange(len(probabilities))
    return Predicted(probabilities, centres, 1.0, duration or len(probabilities) + 3.0)


@pytest.mark.parametrize(
    ("hypothesis", "true_positives", "false_positives"),
    [
        (sz((60, 71)), 1, 0),
        (sz((60, 69)), 0, 1),
        (sz((219, 230)), 1, 0),
        (sz((220, 230)), 0, 1),
        (sz((1000, 1010), (1099, 1110)), 0, 1),
        (sz((1000, 1010), (1100, 1110)), 0, 2),
        ((), 0, 0),
        (sz((120.2, 120.7)), 0, 0),
    ],
    ids=[
        "ends within 30 s before",
        "ends 31 s before",
        "starts 59 s after",
        "starts 60 s after",
        "false alarms 89 s apart are one",
        "false alarms 90 s apart are two",
        "no detection",
        "is within one second",
    ],
)
def test_events_count_as_in_the_benchmark(hypothesis, true_positives, false_positives):
    counts = event_scores(SEIZURE, hypothesis, HOUR)
    assert (counts.reference, counts.true_positives, counts.false_positives) == (1, true_positives, false_positives)


def test_an_always_on_detector_has_eleven_false_alarms_an_hour():
    counts = event_scores(SEIZURE, sz((0, HOUR)), HOUR)
    assert (counts.sensitivity, counts.false_positives, counts.false_alarms_per_day) == (1, 11, 264)
    assert counts.f1 == pytest.approx(0.154, abs=5e-4)


def test_a_long_seizure_counts_as_three_and_a_short_hit_finds_one():
    assert event_scores(sz((100, 820)), sz((500, 510)), HOUR).sensitivity == pytest.approx(1 / 3)


def test_scores_without_seizures_and_detections_are_undefined():
    counts = event_scores((), (), HOUR)
    assert all(math.isnan(value) for value in (counts.sensitivity, counts.precision, counts.f1))
    assert counts.false_alarms_per_day == 0


def test_a_false_alarm_without_a_seizure_scores_zero():
    counts = event_scores((), sz((10, 20)), HOUR)
    assert (counts.precision, counts.f1) == (0, 0)
    assert math.isnan(counts.sensitivity)


def test_a_missed_seizure_scores_zero():
    counts = event_scores(SEIZURE, (), HOUR)
    assert (counts.sensitivity, counts.f1) == (0, 0)
    assert math.isnan(counts.precision)


def test_subtypes_are_seizures_and_other_events_are_not():
    reference = (Event(100, 160, "sz_foc_a_m_tonic"), Event(500, 600, "impd"))
    assert event_scores(reference, SEIZURE, HOUR).f1 == 1


def test_an_event_that_vanishes_is_logged(caplog):
    with caplog.at_level(logging.WARNING):
        sample_scores(sz((10.1, 10.9)), (), HOUR)
    assert "is within one second" in caplog.text


def test_durations_can_differ_by_a_fraction_of_a_second():
    assert event_scores(SEIZURE, sz((110, 3599.9)), 3599.9).true_positives == 1


@pytest.mark.parametrize("score", [event_scores, sample_scores])
def test_events_of_another_recording_are_refused(score):
    with pytest.raises(ValueError, match=r"after the recording's end at 60"):
        score(SEIZURE, (), 60)


def test_a_recording_too_short_to_score_is_refused():
    with pytest.raises(ValueError, match="too short"):
        event_scores((), (), 0.5)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "late"),
    [
        (SEIZURE, sz((107, 150)), (7,)),
        (SEIZURE, sz((90, 150)), (-10,)),
        (SEIZURE, sz((0, HOUR)), (-30,)),
        (SEIZURE, sz((60, 69), (104, 110)), (4,)),
        (SEIZURE, sz((219, 230)), (119,)),
        (SEIZURE, sz((220, 230)), ()),
        (SEIZURE, (), ()),
        ((), sz((10, 20)), ()),
        (sz((100, 820)), sz((500, 510)), (400,)),
        (sz((100, 160), (200, 220)), sz((205, 230)), (105,)),
        (sz((100, 160), (1000, 1060)), sz((110, 120), (1001, 1010)), (10, 1)),
        (sz((10, 40)), sz((0, 30)), (-10,)),
    ],
    ids=[
        "within the seizure",
        "within the tolerance before",
        "what rings for ever is 30 s early",
        "an alarm before the tolerance does not make it early",
        "within the tolerance after",
        "missed",
        "no detection",
        "no seizure",
        "a long seizure has one onset",
        "seizures 40 s apart are one",
        "one for each seizure",
        "at the start of the recording",
    ],
)
def test_latency_counts_from_the_onset_of_the_seizure(reference, hypothesis, late):
    assert latencies(reference, hypothesis, HOUR) == late


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 90)), max_size=6), st.data())
def test_there_is_a_latency_for_every_detected_seizure(pairs, data):
    """Seizures short enough not to be split: timescoring's true positives."""
    hypothesis = sz(*((a, a + b) for a, b in pairs))
    onsets = [100, 420, 740] if data.draw(st.booleans()) else [5, 990]
    reference = sz(*((onset, onset + 9) for onset in onsets))
    late = latencies(reference, hypothesis, 1000)
    assert len(late) == event_scores(reference, hypothesis, 1000).true_positives
    assert all(-30 <= seconds < 69 for seconds in late)


def test_durations_that_differ_by_a_whole_second_are_refused():
    """SzCORE's evaluation silently counts no detection then."""
    assert same_duration(3600.0, 3600.4, "a") == 3600.4
    with pytest.raises(ValueError, match=r"a: the reference states 3600 s of recording, the detections 3599 s"):
        same_duration(3600, 3599, "a")


def test_events_are_clipped_and_timed_from_the_start_of_the_span():
    events = sz((0, 10), (95, 105), (100, 200), (150, 160), (195, 300), (200, 250))
    assert clipped(events, 100, 200) == sz((0, 5), (0, 100), (50, 60), (95, 100))


def test_samples_are_seconds():
    counts = sample_scores(SEIZURE, sz((130, 190)), HOUR)
    assert (counts.reference, counts.true_positives, counts.false_positives) == (60, 30, 30)
    assert (counts.sensitivity, counts.precision, counts.f1, counts.seconds) == (0.5, 0.5, 0.5, HOUR)


def test_shares_are_those_of_timescoring():
    from timescoring.annotations import Annotation
    from timescoring.scoring import EventScoring

    hypothesis = [(90, 130), (1000, 1020), (2000, 2400)]
    theirs = EventScoring(Annotation([(100, 160), (3000, 3060)], 1, 3600), Annotation(hypothesis, 1, 3600))
    ours = event_scores(sz((100, 160), (3000, 3060)), sz(*hypothesis), HOUR)
    assert (ours.sensitivity, ours.precision) == (theirs.sensitivity, theirs.precision)
    assert (ours.f1, ours.false_alarms_per_day) == pytest.approx((theirs.f1, theirs.fpRate))


def test_the_parameters_printed_are_timescorings_own_defaults():
    from timescoring.scoring import EventScoring

    assert vars(EventScoring.Parameters()) == PARAMETERS


@given(st.integers(10, 200), st.integers(4, 100))
def test_a_perfect_model_puts_events_where_the_seizures_are(onset, seconds):
    """Windows of 4 s labelled at half an overlap give back onset and offset to half a step."""
    starts = np.arange(0, 400 * 16, 16)
    event = Event(onset, onset + seconds, "sz")
    labels = seizure_labels(starts, 64, 16, [event], seizure_overlap=0.5)
    perfect = Predicted(labels.astype(float), centres_seconds(starts, 64, 16), 1.0, 403.0)
    ((found,), (confidence,)) = postprocess(perfect, threshold=0.5)
    assert abs(found.onset - event.onset) <= 0.5
    assert abs(found.offset - event.offset) <= 0.5
    assert confidence == 1


def test_a_window_decides_the_step_in_its_middle():
    events, confidences = postprocess(predicted([0, 0.9, 0.7, 0]), threshold=0.6)
    assert events == sz((2.5, 4.5))
    assert confidences == (pytest.approx(0.8),)


def test_the_median_bridges_a_dip_and_drops_a_spike():
    spike_and_dip = [0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0]
    events, confidences = postprocess(predicted(spike_and_dip), threshold=0.5, smooth_seconds=5)
    assert events == sz((9.5, 16.5))
    assert confidences == (pytest.approx(6 / 7),)


@pytest.mark.parametrize(("merge", "events"), [(0, 3), (2, 3), (2.1, 2), (4, 2), (4.1, 1)])
def test_detections_closer_than_the_setting_are_joined(merge, events):
    """Between them pass 2 s and 4 s."""
    found, _ = postprocess(predicted([0, 1, 0, 0, 1, 0, 0, 0, 0, 1]), threshold=0.5, merge_seconds=merge)
    assert len(found) == events


def test_joined_detections_keep_both_ends_and_the_low_probability_between_them():
    events, confidences = postprocess(predicted([0, 0.9, 0.3, 0.9, 0]), threshold=0.5, merge_seconds=2)
    assert events == sz((2.5, 5.5))
    assert confidences == (pytest.approx(0.7),)


def test_detections_are_joined_before_short_ones_are_dropped():
    how = {"threshold": 0.5, "minimum_seconds": 5}
    assert postprocess(predicted([0, 1, 1, 0, 1, 1, 0]), **how)[0] == ()
    assert postprocess(predicted([0, 1, 1, 0, 1, 1, 0]), merge_seconds=2, **how)[0] == sz((2.5, 7.5))


def test_detections_are_not_joined_across_masked_time():
    parted = Predicted(np.ones(4), np.array([2.0, 3.0, 6.0, 7.0]), 1.0, 60.0)
    assert postprocess(parted, threshold=0.5, merge_seconds=30)[0] == sz((1.5, 3.5), (5.5, 7.5))


@given(st.lists(st.floats(0, 1), max_size=60), st.floats(0.5, 10))
def test_joined_detections_do_not_touch_and_cover_the_same_seconds(probabilities, merge):
    scored = predicted(probabilities, duration=70.0)
    apart, _ = postprocess(scored, threshold=0.5)
    joined, _ = postprocess(scored, threshold=0.5, merge_seconds=merge)
    assert all(b.onset - a.offset >= merge - 1e-6 for a, b in pairwise(joined))
    assert all(any(j.onset <= a.onset and a.offset <= j.offset for j in joined) for a in apart)


@pytest.mark.parametrize(("minimum", "found"), [(3, 1), (3.5, 0)])
def test_events_shorter_than_the_minimum_are_dropped(minimum, found):
    events, confidences = postprocess(predicted([0, 1, 1, 1, 0]), threshold=0.5, minimum_seconds=minimum)
    assert len(events) == len(confidences) == found


def test_a_gap_ends_an_event_without_changing_its_time():
    centres = np.array([2.0, 3.0, 4.0, 50.0, 51.0, 52.0])
    parted = Predicted(np.ones(6), centres, 1.0, 60.0)
    events, _ = postprocess(parted, threshold=0.5, smooth_seconds=5)
    assert events == sz((1.5, 4.5), (49.5, 52.5))


def test_events_stay_within_the_recording():
    events, _ = postprocess(predicted([1, 1, 1], first_centre=0.25, duration=2.5), threshold=0.5)
    assert events == sz((0, 2.5))


def test_a_recording_without_windows_has_no_events():
    assert postprocess(predicted([], duration=2.0), threshold=0.5, smooth_seconds=5) == ((), ())


@given(st.lists(st.floats(0, 1), max_size=60), st.floats(0.05, 0.95), st.sampled_from([0, 3, 5]))
def test_events_are_disjoint_sorted_and_have_the_confidence_of_a_window(probabilities, threshold, smooth):
    events, confidences = postprocess(
        predicted(probabilities, duration=70.0), threshold=threshold, smooth_seconds=smooth
    )
    assert all(a.offset < b.onset for a, b in pairwise(events))
    assert all(0 <= confidence <= 1 for confidence in confidences)


def test_probabilities_of_nan_are_refused():
    with pytest.raises(ValueError, match="not a number"):
        predicted([0.1, np.nan])


def test_logits_are_refused():
    with pytest.raises(ValueError, match="not logits"):
        predicted([0.1, 3.2])


def test_probabilities_without_their_windows_are_refused():
    with pytest.raises(ValueError, match="2 probabilities for 3 windows"):
        Predicted(np.zeros(2), np.zeros(3), 1.0, 10.0)


def curve(level, *, seizure=0.9, length=600):
    """Ten minutes with a seizure from 100 to 160 s and one level of false alarm at 400 s."""
    values = np.full(length, 0.05)
    values[98:158] = seizure
    values[398:418] = level
    return predicted(values)


def test_the_threshold_separates_seizures_from_false_alarms():
    assert 0.7 < choose_threshold([(curve(0.7), SEIZURE)]).value <= 0.9
    assert 0.2 < choose_threshold([(curve(0.2, seizure=0.4), SEIZURE)]).value <= 0.4


def test_of_equally_good_thresholds_the_second_lowest_is_chosen():
    chosen = choose_threshold([(curve(0.05), SEIZURE)])
    assert chosen.value == 0.15
    assert choose_threshold([(curve(0.05), SEIZURE)], grid=(0.02, 0.3)).value == 0.3
    assert "1.000" in chosen.reason


def test_a_lower_threshold_with_much_longer_detections_scores_worse():
    """Both find the one seizure by the events, but the lower one calls twice as many seconds seizure."""
    values = np.full(2000, 0.0)
    values[100:160] = 0.9
    values[160:220] = 0.3
    assert choose_threshold([(predicted(values), sz((100, 160)))], grid=(0.2, 0.5)).value == 0.5


def test_of_equal_scores_the_one_with_fewer_false_alarms_is_chosen():
    """F1 is 2/3 with one of two seizures found, or with both and two false alarms."""
    values = np.full(2000, 0.0)
    values[100:160] = 0.9
    values[600:660] = 0.45
    values[1000:1020] = values[1500:1520] = 0.45
    recordings = [(predicted(values), sz((100, 160), (600, 660)))]
    assert choose_threshold(recordings, grid=(0.4, 0.8)).value == 0.8


@pytest.mark.parametrize(("events", "reason"), [((), "no seizure"), (sz((500, 510)), "no threshold detects")])
def test_without_seizures_the_default_threshold_is_used_with_a_warning(events, reason):
    calm = predicted(np.zeros(600))
    chosen = choose_threshold([(calm, events)])
    assert chosen.value == 0.5
    assert reason in chosen.reason


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 7))
def test_opening_and_merging_are_the_morphological_filters_of_that_length(above, length):
    from scipy import ndimage

    padded = np.pad(np.array(above), length)  # the filters of the library shrink what touches the border
    size = np.ones(length, bool)
    expected = ndimage.binary_closing(ndimage.binary_opening(padded, size), size)
    found, _ = postprocess(predicted(padded.astype(float)), threshold=0.5, opening_seconds=length, merge_seconds=length)
    mask = np.zeros(len(padded), bool)
    for event in found:
        mask[round(event.onset - 1.5) : round(event.offset - 1.5)] = True
    np.testing.assert_array_equal(mask, expected)


def test_a_set_threshold_is_not_chosen():
    found = choose_threshold([], threshold=0.8)
    assert (found.value, found.reason) == (0.8, "set in postprocessing: threshold")
