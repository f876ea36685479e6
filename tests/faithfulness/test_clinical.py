"""Clinical sides, lobes and marked derivations against maps and floors, on cases whose answer is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bandmap.faithfulness.clinical import FREQUENT, LINE_LENGTH, Seizure, compare, of_derivations, summarize
from bandmap.faithfulness.from_files.clinical import on_derivations
from bandmap.faithfulness.held_out import training_people
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.clinical import TCP22, lobes_of, named_side, side_of
from bandmap.vocabulary.montages import BIPOLAR18

REGIONS = {
    "frontal": ["Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8"],
    "central": ["C3", "Cz", "C4"],
    "parieto-occipital": ["P3", "Pz", "P4", "O1", "O2"],
    "temporal-left": ["T3", "T5"],
    "temporal-right": ["T4", "T6"],
}
ATLAS = Atlas.of(REGIONS, {"theta": [4, 8]})
LEFT, RIGHT, FRONT = np.eye(5)[[3, 4, 0]]
ONSET, SPREAD = frozenset({"F7-T3", "T3-T5"}), frozenset({"Fp1-F7", "T5-O1"})


def derivations(**importance):
    """Return importance of all derivations, 0 where none is given (Fp1_F7=1)."""
    return np.array([importance.get(name.replace("-", "_"), 0.0) for name in TCP22])


def person(number):
    return "d", f"{number:02d}"


def stated(number, side, importance, *, lobe="temporal", detected=True):
    return Seizure(person(number), detected, side, lobe, regions={"map": importance} if detected else {})


def leave_one_out(seizures):
    people = dict.fromkeys(seizure.person for seizure in seizures)
    return {one: set(people) - {one} for one in people}


def compared(seizures, measure):
    found = compare(seizures, leave_one_out(seizures), ATLAS)
    return found[found["measure"] == measure].set_index(["subject", "map"])


def test_electrodes_have_sides_and_lobes():
    assert [side_of(name) for name in ("T3", "O2", "Cz", "C3-Cz", "T7-P7")] == [-1, 1, 0, -0.5, -1]
    assert named_side(["T3-T5", "Fp1-F7", "F8-T4"]) == "left"
    assert named_side(["C3-Cz", "Cz-C4"]) == "bilateral"
    assert lobes_of(["T7", "P7", "P9"]) == {"temporal"}
    assert lobes_of(["Fp1", "F7", "Fz"]) == {"frontal"}
    assert lobes_of(["P3", "O1"]) == {"parietal", "occipital"}


def test_the_side_is_that_of_the_regions_with_more_evidence_and_other_regions_do_not_count():
    found = compared([stated(1, "left", LEFT + 5 * FRONT), stated(2, "left", RIGHT + 5 * FRONT)], "side")
    assert found.loc["01", "map"][["value", "found"]].tolist() == [1, "left"]
    assert found.loc["02", "map"][["value", "found"]].tolist() == [0, "right"]


def test_evidence_against_a_seizure_on_one_side_is_not_evidence_for_the_other():
    found = compared([stated(1, "left", LEFT - 3 * RIGHT), stated(2, "left", -3 * RIGHT)], "side")
    assert found.loc["01", "map"]["value"] == 1
    assert pd.isna(found.loc["02", "map"]["value"])


def test_a_side_without_data_is_not_compared():
    unknown = np.where(RIGHT == 1, np.nan, LEFT)
    assert pd.isna(compared([stated(1, "right", unknown), stated(2, "left", LEFT)], "side").loc["01", "map"]["value"])


def test_seizures_with_the_same_truth_give_one_answer_and_others_their_own():
    same = [stated(1, "left", LEFT), stated(1, "left", 3 * RIGHT)]
    assert compared(same, "side").loc["01", "map"]["value"] == 0
    both = [stated(1, "left", LEFT), stated(1, "right", LEFT)]
    assert compared(both, "side").loc["01", "map"]["value"] == 0.5


def test_the_lobe_is_right_if_the_largest_region_lies_over_it():
    seizures = [stated(1, None, LEFT), stated(2, None, FRONT), stated(3, None, np.eye(5)[2], lobe="parietal")]
    found = compared(seizures, "lobe")
    assert [found.loc[name, "map"]["value"] for name in ("01", "02", "03")] == [1, 0, 1]


def test_bilateral_seizures_and_unknown_sides_are_not_compared():
    assert not len(compared([stated(1, "bilateral", LEFT), stated(2, None, LEFT)], "side"))


def test_the_constant_answer_is_that_of_most_training_subjects():
    sides = ["left"] * 3 + ["right"]
    found = compared([stated(n, side, LEFT) for n, side in enumerate(sides, start=1)], "side")
    assert [found.loc[f"{n:02d}", FREQUENT]["value"] for n in (1, 2, 3, 4)] == [1, 1, 1, 0]
    tied = compared([stated(n, side, LEFT) for n, side in enumerate(["left", "left", "right"], start=1)], "side")
    assert tied.loc["01", FREQUENT][["value", "found"]].tolist() == [0.5, "left or right"]


def test_subjects_without_a_detected_seizure_are_counted_but_have_no_value():
    seizures = [stated(1, "left", LEFT), stated(2, "left", LEFT, detected=False)]
    scores = summarize(compare(seizures, leave_one_out(seizures), ATLAS), seed=1)
    row = scores[(scores["measure"] == "side") & (scores["map"] == "map")].iloc[0]
    assert row[["mean", "n", "n_known", "n_seizures", "n_seizures_known"]].tolist() == [1, 1, 2, 1, 2]
    assert row["values"] == "1"


def test_six_subjects_have_an_interval_and_fewer_their_values():
    seizures = [stated(n, "left", LEFT if n % 2 else RIGHT) for n in range(1, 7)]
    scores = summarize(compare(seizures, leave_one_out(seizures), ATLAS), seed=1).set_index(["measure", "map"])
    assert 0 <= scores.loc[("side", "map"), "low"] < 0.5 < scores.loc[("side", "map"), "high"] <= 1
    assert pd.isna(scores.loc[("side", "map"), "values"])


def marked(number, importance, **others):
    return replace(Seizure(person(number), True, "left", None, ONSET, SPREAD, {}, {"map": importance}), **others)


def test_importance_on_the_marked_derivations_is_perfect_and_its_opposite_is_the_worst():
    right = derivations(F7_T3=2.0, T3_T5=2.0, Fp1_F7=1.0, T5_O1=1.0)
    found = {name: answer[0] for name, answer in of_derivations(right, marked(1, right), ATLAS).items()}
    assert found == dict.fromkeys(("auroc", "average_precision", "region", "side", "onset_over_spread"), 1.0)
    wrong = of_derivations(-right, marked(1, -right), ATLAS)
    assert (wrong["auroc"][0], wrong["onset_over_spread"][0], wrong["region"][0]) == (0.0, 0.0, 0.0)


def test_areas_equal_a_count_of_pairs_by_hand():
    importance = derivations(F7_T3=3.0, T3_T5=1.0, F8_T4=2.0, Fp1_F7=2.0)
    found = of_derivations(importance, marked(1, importance), ATLAS)
    assert found["auroc"][0] == pytest.approx((20 + 18) / 40)
    assert found["average_precision"][0] == pytest.approx((1 / 1 + 2 / 4) / 2)
    assert found["onset_over_spread"][0] == pytest.approx((2 + 1) / 4)


def test_derivations_outside_the_montage_do_not_count():
    values = on_derivations(np.arange(18.0), BIPOLAR18)
    assert [name for name, value in zip(TCP22, values, strict=True) if np.isnan(value)] == [
        "A1-T3", "T3-C3", "C3-Cz", "Cz-C4", "C4-T4", "T4-A2",
    ]  # fmt: skip
    assert values[TCP22.index("F7-T3")] == BIPOLAR18.index("F7-T3")
    assert on_derivations(np.array([1.0, 3.0]), ["F7", "T3"])[TCP22.index("F7-T3")] == 2


def test_the_most_frequent_derivations_of_training_subjects_are_a_floor_for_marks():
    seizures = [marked(n, derivations(O1_P3=1.0)) for n in (1, 2)]
    seizures.append(marked(3, derivations(), onset_channels=frozenset({"T4-T6"}), side="right"))
    found = compared(seizures, "auroc")
    assert found.loc["01", FREQUENT]["value"] == (40 - 2 / 2) / 40  # two ties with T4-T6
    assert found.loc["03", FREQUENT]["value"] < 0.5


def test_floors_are_last_and_marked_as_floors():
    seizure = Seizure(person(1), True, "left", regions={LINE_LENGTH: LEFT, "map": RIGHT})
    scores = summarize(compare([seizure], {person(1): set()}, ATLAS), seed=1)
    assert scores["map"].tolist() == ["map", LINE_LENGTH, FREQUENT]
    assert scores["is_floor"].tolist() == [False, True, True]


def test_training_people_are_those_of_the_fold_that_tests_a_person_and_of_all_folds_for_a_new_one():
    folds = pd.DataFrame(
        [
            {"fold": fold, "role": role, "dataset": "d", "subject": subject}
            for fold, roles in {"a": ("test", "train", "validation"), "b": ("train", "test", "train")}.items()
            for subject, role in zip(("01", "02", "03"), roles, strict=True)
        ]
    )
    found = training_people(folds, [person(1), person(2), person(4)])
    assert found == {
        person(1): {person(2)},
        person(2): {person(1), person(3)},
        person(4): {person(1), person(2), person(3)},
    }
