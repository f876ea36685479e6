"""Scores per subject and over subjects, and which part of a recording counts."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmap.score.curves import CURVE_THRESHOLDS, detection_curve
from bandmap.score.detection import Predicted, postprocess
from bandmap.score.events import PARAMETERS, Counts, event_scores, sample_scores
from bandmap.score.intervals import over_subjects
from bandmap.score.probabilities import calibration_error, window_auprc, window_auroc
from bandmap.score.scored import Scored
from bandmap.score.subjects import subject_scores, summary
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.tables import CURVE, SEIZURE_SCORES

HOUR = 3600.0
SEIZURE = (Event(100, 160, "sz"),)


def sz(*pairs):
    return tuple(Event(onset, offset, "sz") for onset, offset in pairs)


def test_auroc_is_a_half_by_chance_one_if_perfect_and_undefined_for_one_class():
    labels = np.array([0, 0, 1, 1])
    assert window_auroc(np.array([0.1, 0.2, 0.3, 0.4]), labels) == 1
    assert window_auroc(np.full(4, 0.3), labels) == 0.5
    assert math.isnan(window_auroc(np.full(4, 0.3), np.zeros(4, int)))


def test_auprc_is_the_share_of_seizure_by_chance_one_if_perfect_and_undefined_for_one_class():
    labels = np.array([0, 0, 0, 1])
    assert window_auprc(np.array([0.1, 0.2, 0.3, 0.4]), labels) == 1
    assert window_auprc(np.full(4, 0.3), labels) == 0.25
    assert math.isnan(window_auprc(np.full(4, 0.3), np.ones(4, int)))


def test_calibration_error_is_the_gap_between_probability_and_frequency():
    said = np.repeat([0.05, 0.95], 100)
    truth = np.concatenate((np.arange(100) < 5, np.arange(100) < 65)).astype(int)
    assert calibration_error(said, truth) == pytest.approx(0.15)


def test_calibration_error_equals_its_formula():
    generator = np.random.default_rng(1)
    said, truth = generator.random(500), generator.integers(0, 2, 500)
    bins = np.minimum((said * 15).astype(int), 14)
    gaps = [(bins == bin).mean() * abs(said[bins == bin].mean() - truth[bins == bin].mean()) for bin in np.unique(bins)]
    assert calibration_error(said, truth) == pytest.approx(sum(gaps))


def test_calibration_error_accepts_probabilities_rounded_above_one_and_no_windows():
    assert calibration_error(np.array([1 + 1e-7, 0]), np.array([1, 0])) == 0
    assert math.isnan(calibration_error(np.empty(0), np.empty(0, int)))


def scored(subject, hypothesis, *, reference=SEIZURE, spans=None, labels=(0, 1)):
    predicted = Predicted(np.array([0.1, 0.9]), np.array([50.0, 130.0]), 1.0, HOUR)
    return Scored("d", subject, reference, hypothesis, predicted, np.array(labels), spans)


RECORDINGS = [
    scored("b", SEIZURE),
    scored("b", (), reference=()),
    scored("b", sz((1000, 1010))),
    scored("a", ()),
    scored("c", sz((100, 110))),
]


def test_a_subjects_recordings_are_pooled_before_they_become_shares():
    rows = subject_scores(RECORDINGS).to_dict("records")
    assert [(row["subject"], row["scoring"]) for row in rows] == [(s, k) for s in "abc" for k in ("event", "sample")]
    b = rows[2]
    assert tuple(b) == SEIZURE_SCORES.names
    assert (b["recordings"], b["hours"], b["reference"]) == (3, 3, 2)
    assert (b["sensitivity"], b["precision"], b["false_alarms_per_day"]) == (0.5, 0.5, 8)
    assert b["latency_seconds"] == 0
    assert math.isnan(rows[3]["latency_seconds"])
    assert (b["window_auroc"], b["window_auprc"]) == (1, 1)
    assert b["window_calibration_error"] == pytest.approx(0.1)


def test_subjects_have_equal_weight_in_the_mean():
    found = summary(subject_scores(RECORDINGS), recordings_expected=6, seed=1, settings={"threshold": 0.5})
    f1 = found["event"]["f1"]
    assert f1["mean"] == pytest.approx(np.mean([0, 0.5, 1]))
    assert f1["sd"] == pytest.approx(0.5)
    assert (f1["low"], f1["values"]) == (None, [0, 0.5, 1])
    assert found["event"]["precision"]["n"] == 2  # subject a has no detection
    assert found["recordings"] == {"scored": 5, "expected": 6}
    assert found["scorer"]["event"] == PARAMETERS
    assert set(found["window"]) == {"auroc", "auprc", "calibration_error"}
    assert found["window"]["auroc"]["mean"] == 1
    assert found["event"]["latency_seconds"] == {
        "mean": 0,
        "sd": 0,
        "low": None,
        "high": None,
        "values": [0, 0],
        "n": 2,
    }


def test_a_summary_is_strict_json_and_repeats_itself():
    rows = subject_scores([scored("a", ())])
    texts = {json.dumps(summary(rows, recordings_expected=1, seed=1, settings={}), allow_nan=False) for _ in range(2)}
    assert len(texts) == 1
    assert '"precision": {"mean": null' in texts.pop()


def test_the_interval_narrows_with_more_subjects():
    def width(n):
        recordings = [scored(f"s{number}", SEIZURE if number % 2 else ()) for number in range(n)]
        f1 = summary(subject_scores(recordings), recordings_expected=n, seed=1, settings={})["event"]["f1"]
        return f1["high"] - f1["low"]

    assert width(40) < 0.6 * width(8)


def test_undefined_scores_do_not_enter_the_mean():
    assert over_subjects([0.5, math.nan, 1], 1)["mean"] == 0.75
    nothing = dict.fromkeys(("mean", "sd", "low", "high", "values"))
    assert over_subjects([math.nan], 1) == {**nothing, "n": 0}


def test_windows_without_a_class_are_not_scored():
    b, calm = scored("b", SEIZURE, labels=(-1, 1)), scored("b", SEIZURE, labels=(0, -1))
    assert [part.tolist() for part in b.windows()] == [[0.9], [1]]
    row = subject_scores([b, calm]).iloc[0]
    assert row["window_auroc"] == 1
    assert row["window_calibration_error"] == pytest.approx(0.1)


def test_only_the_spans_are_scored():
    """The first two of three detections, and the first of two seizures, lie in the hour of adaptation."""
    reference, hypothesis = sz((100, 160), (3000, 3060)), sz((100, 160), (900, 950), (3010, 3050))
    row, seconds = subject_scores([scored("a", hypothesis, reference=reference, spans=((1800, HOUR),))]).to_dict(
        "records"
    )
    assert (row["recordings"], row["hours"], row["reference"]) == (1, 0.5, 1)
    assert (row["true_positives"], row["false_positives"], row["latency_seconds"]) == (1, 0, 10)
    assert (seconds["reference"], seconds["true_positives"]) == (60, 40)
    assert math.isnan(row["window_auroc"])


def test_each_span_is_scored_separately():
    """Neither does a tolerance reach over its end, nor are detections on both sides of a cut one."""
    late = scored("a", sz((165, 175)), spans=((0, 162), (162, HOUR)))
    assert late.counts(event_scores) == Counts(1, 0, 1, HOUR)
    alarms = scored("a", sz((1000, 1010), (1020, 1030)), reference=(), spans=((0, 1015), (1015, HOUR)))
    assert alarms.counts(event_scores).false_positives == 2


def test_a_seizure_across_the_end_of_a_span_is_cut_there():
    assert scored("a", (), spans=((130, HOUR),)).counts(sample_scores).reference == 30


def test_windows_count_in_the_span_that_contains_their_middle():
    assert scored("a", (), spans=((0, 60), (130, 200))).windows()[0].tolist() == [0.1, 0.9]
    assert scored("a", (), spans=((60, 130),)).windows()[0].size == 0


@pytest.mark.parametrize("spans", [(), ((10, 10.5),)])
def test_a_recording_without_scored_time_is_counted_without_a_score(spans):
    row = subject_scores([scored("a", SEIZURE, spans=spans)]).iloc[0]
    assert (row["recordings"], row["hours"], row["reference"], row["false_positives"]) == (1, 0, 0, 0)
    assert math.isnan(row["false_alarms_per_day"])


@given(st.lists(st.tuples(st.integers(0, 3400), st.integers(2, 150)), max_size=5))
def test_one_span_over_the_whole_recording_changes_nothing(pairs):
    hypothesis = sz(*((a, a + b) for a, b in pairs))
    whole, spanned = (scored("a", hypothesis, spans=spans) for spans in (None, ((0.0, HOUR),)))
    for scorer in (event_scores, sample_scores):
        assert whole.counts(scorer) == spanned.counts(scorer)


@pytest.mark.parametrize("spans", [((0, HOUR + 1),), ((-1, 5),), ((100, 50),), ((0, 100), (50, 200))])
def test_spans_outside_the_recording_are_refused(spans):
    with pytest.raises(ValueError, match=r"d, a: the spans to score are .* disjoint"):
        scored("a", (), spans=spans)


def test_a_duration_rounded_in_its_table_does_not_refuse_the_spans():
    """The table says 3600.00 s, the signal lasts 3600.004 s."""
    assert scored("a", SEIZURE, spans=((0, HOUR + 0.004),)).counts(event_scores).true_positives == 1


def test_events_of_another_recording_are_refused_even_outside_the_spans():
    with pytest.raises(ValueError, match=r"d, a: an event at 4000 s is after the recording's end at 3600 s"):
        scored("a", (), reference=sz((4000, 4010)), spans=((0, 100),))


def test_labels_of_other_windows_are_refused():
    with pytest.raises(ValueError, match="d, a: 3 labels for 2 windows"):
        scored("a", (), labels=(0, 1, 1))


def told(subject, level, *, alarm=0.05):
    """A recording of ten minutes with a seizure at 100 s, told with a level, and an alarm at 400 s."""
    values = np.full(600, 0.05)
    values[98:158], values[398:418] = level, alarm
    predicted = Predicted(values, 2.0 + np.arange(600), 1.0, 603.0)
    return Scored("d", subject, SEIZURE, (), predicted, np.zeros(600, int))


def test_the_curve_trades_sensitivity_for_fewer_false_alarms():
    recordings = [told("a", 0.9, alarm=0.7), told("b", 0.5)]
    curve = detection_curve(recordings, thresholds=(0.3, 0.6, 0.8, 0.95)).to_dict("records")
    assert [tuple(row) for row in curve] == [CURVE.names] * 4
    assert [row["sensitivity"] for row in curve] == [1, 0.5, 0.5, 0]
    assert [row["false_alarms_per_day"] for row in curve] == pytest.approx([86400 / 603 / 2] * 2 + [0, 0])
    assert [row["precision"] for row in curve[:3]] == [0.75, 0.5, 1]
    assert [row["n_precision"] for row in curve] == [2, 1, 1, 0]
    assert math.isnan(curve[3]["precision"])


def test_a_point_of_the_curve_is_the_score_at_its_threshold():
    recordings = [told("a", 0.9, alarm=0.7), told("a", 0.5), told("b", 0.65, alarm=0.8)]
    how = {"smooth_seconds": 5, "merge_seconds": 10, "minimum_seconds": 5}
    (point,) = detection_curve(recordings, thresholds=(0.6,), **how).to_dict("records")
    found = [
        replace(recording, hypothesis=postprocess(recording.predicted, threshold=0.6, **how)[0])
        for recording in recordings
    ]
    scores = subject_scores(found).query("scoring == 'event'")
    for metric in ("sensitivity", "precision", "f1", "false_alarms_per_day"):
        assert point[metric] == pytest.approx(scores[metric].mean())


def test_the_curve_counts_in_the_spans_only():
    recording = replace(told("a", 0.9, alarm=0.7), scored_spans=((0, 300),))
    (point,) = detection_curve([recording], thresholds=(0.5,)).to_dict("records")
    assert (point["sensitivity"], point["false_alarms_per_day"]) == (1, 0)


def test_the_curve_has_its_thresholds_in_order_and_its_ends_dense():
    assert list(CURVE_THRESHOLDS) == sorted(set(CURVE_THRESHOLDS))
    assert CURVE_THRESHOLDS[0] < 0.001
    assert CURVE_THRESHOLDS[-1] > 0.999
