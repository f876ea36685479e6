"""Agreement on sleep, as the field reports it."""

import json
import math

import numpy as np
import pytest

from bandmap.score.sleep import (
    Staged,
    confusion,
    sleep_statistics,
    sleep_subject_scores,
    sleep_summary,
)
from bandmap.vocabulary.tables import AGREEMENT, SLEEP_MINUTES, STAGE_SCORES

W, N1, N2, N3, REM = range(5)


def staged(truth, found, *, subject="a", recording="night"):
    return Staged("d", subject, recording, np.eye(5)[np.array(found, int)] * 0.6 + 0.08, np.array(truth, int))


def test_agreement_equals_that_by_hand():
    """8 of 10 epochs agree; a share of 0.36 would by chance: kappa is (0.8 - 0.36) / 0.64."""
    truth = [W, W, W, W, N2, N2, N2, N2, REM, REM]
    found = [W, W, W, N2, N2, N2, N2, W, REM, REM]
    (row,) = sleep_subject_scores([staged(truth, found)]).to_dict("records")
    assert tuple(row) == STAGE_SCORES.names
    assert (row["recordings"], row["epochs"], row["accuracy"]) == (1, 10, 0.8)
    assert row["kappa"] == pytest.approx((0.8 - 0.36) / 0.64)
    assert [row[f"f1_{stage}"] for stage in ("W", "N2", "REM")] == [0.75, 0.75, 1]
    assert (row["W_as_W"], row["W_as_N2"], row["N2_as_W"], row["REM_as_REM"], row["N3_as_N3"]) == (3, 1, 1, 2, 0)


def test_a_stage_that_neither_side_has_does_not_enter_macro_f1():
    (row,) = sleep_subject_scores([staged([W, W, N2], [W, N2, N2])]).to_dict("records")
    assert math.isnan(row["f1_N3"])
    assert row["macro_f1"] == pytest.approx(2 / 3)


def test_a_stage_that_is_always_missed_enters_macro_f1():
    (row,) = sleep_subject_scores([staged([W, W, N3], [W, W, W])]).to_dict("records")
    assert row["f1_N3"] == 0
    assert row["macro_f1"] == pytest.approx(0.4)


def test_chance_agreement_has_no_kappa():
    (row,) = sleep_subject_scores([staged([W, W, N2, N2], [W, N2, W, N2])]).to_dict("records")
    assert row["kappa"] == 0


def test_kappa_of_one_stage_alone_is_undefined():
    (row,) = sleep_subject_scores([staged([N2, N2], [N2, N2])]).to_dict("records")
    assert math.isnan(row["kappa"])
    assert row["accuracy"] == 1


def test_unscored_epochs_are_not_counted():
    scored = staged([W, -1, N2, -1], [W, N3, N2, W])
    (row,) = sleep_subject_scores([scored]).to_dict("records")
    assert (row["epochs"], row["accuracy"]) == (2, 1)
    assert confusion([scored]).sum() == 2
    assert sleep_statistics([scored])["predicted_minutes"][1:].sum() == 1


def test_a_night_without_a_scored_epoch_is_undefined_and_counted():
    (row,) = sleep_subject_scores([staged([-1, -1], [W, W])]).to_dict("records")
    assert (row["recordings"], row["epochs"]) == (1, 0)
    assert all(math.isnan(row[metric]) for metric in AGREEMENT)


def test_both_nights_of_a_subject_are_pooled():
    nights = [staged([W] * 3, [W] * 3, recording="1"), staged([N2], [W], recording="2")]
    (row,) = sleep_subject_scores(nights).to_dict("records")
    assert (row["recordings"], row["epochs"], row["accuracy"]) == (2, 4, 0.75)


NIGHTS = [
    staged([W, N2, N2, REM], [W, N2, N2, REM], subject="a"),
    staged([W, N2, N3, REM], [W, N2, N2, N2], subject="b"),
    staged([W, W, N1, N2], [W, W, N2, N2], subject="c"),
]


def test_subjects_have_equal_weight_and_their_confusions_add_up():
    found = sleep_summary(sleep_subject_scores(NIGHTS), recordings_expected=4, seed=1, settings={"model": "m"})
    accuracy = found["epoch"]["accuracy"]
    assert accuracy["mean"] == pytest.approx(np.mean([1, 0.5, 0.75]))
    assert accuracy["sd"] == pytest.approx(0.25)
    assert (accuracy["low"], accuracy["values"]) == (None, pytest.approx([1, 0.5, 0.75]))
    assert found["epoch"]["f1_N3"]["n"] == 1
    assert found["recordings"] == {"scored": 3, "expected": 4}
    assert found["confusion"]["stages"] == ["W", "N1", "N2", "N3", "REM"]
    assert found["confusion"]["epochs"] == confusion(NIGHTS).tolist()
    assert np.trace(confusion(NIGHTS)) == 9


def test_a_summary_of_sleep_is_strict_json_and_repeats_itself():
    rows = sleep_subject_scores(NIGHTS[:1])
    texts = {
        json.dumps(sleep_summary(rows, recordings_expected=1, seed=1, settings={}), allow_nan=False) for _ in range(2)
    }
    assert len(texts) == 1


def test_sleep_statistics_are_minutes_of_both_sides():
    rows = {row["statistic"]: row for row in sleep_statistics([NIGHTS[1]]).to_dict("records")}
    assert tuple(rows["W"]) == SLEEP_MINUTES.names
    minutes = {name: (row["reference_minutes"], row["predicted_minutes"]) for name, row in rows.items()}
    assert minutes["total_sleep_time"] == (1.5, 1.5)
    assert (minutes["N2"], minutes["N3"], minutes["REM"], minutes["W"]) == ((0.5, 1.5), (0.5, 0), (0.5, 0), (0.5, 0.5))


@pytest.mark.parametrize(
    ("probabilities", "labels", "problem"),
    [
        (np.zeros((3, 4)), [0, 1, 2], r"shape \(3, 4\) for 3 epochs; give one of W, N1"),
        (np.zeros((2, 5)), [0, 1, 2], r"shape \(2, 5\) for 3 epochs"),
        (np.full((1, 5), np.nan), [0], "not a number"),
        (np.zeros((1, 5)), [5], r"a label must be -1 or 0 to 4"),
    ],
)
def test_inconsistent_input_is_refused_with_the_name_of_the_recording(probabilities, labels, problem):
    with pytest.raises(ValueError, match=f"d, night: .*{problem}"):
        Staged("d", "a", "night", probabilities, np.array(labels))
