"""Which windows maps are tested on, and which recordings and folds a run plans for that."""

from types import SimpleNamespace

import numpy as np
import pytest

from bandmap.faithfulness.from_files import probing as stage
from bandmap.faithfulness.from_files.probing import _Candidates, _dealt, _others, _whole
from bandmap.vocabulary.windows import RecordingWindows
from bandmap.workflow.probes import ProbePlan
from bandmap.workflow.settings import SettingsError


def candidates(targets, shifts=1):
    n = len(targets)
    cut = RecordingWindows(None, np.arange(n), np.zeros((n, 1), np.int64), 4)
    return _Candidates(cut, np.arange(n), np.array(targets), np.full(n, shifts), np.ones((n, 1), bool))


def test_windows_are_chosen_from_each_class_in_turn_and_from_all_recordings():
    dealt = _dealt([candidates([0] * 90 + [2] * 2), candidates([0] * 90 + [3] * 90, -1)], 12, seed=1)
    per_class = {}
    for (number, target, shift, _), places in dealt.items():
        assert shift == (1, -1)[number]
        assert len(set(places)) == len(places)
        per_class[target] = per_class.get(target, 0) + len(places)
    assert per_class == {0: 5, 2: 2, 3: 5}
    assert {number for number, target, *_ in dealt if target == 0} == {0, 1}
    assert dealt == _dealt([candidates([0] * 90 + [2] * 2), candidates([0] * 90 + [3] * 90, -1)], 12, seed=1)


def test_fewer_windows_than_requested_are_all_taken():
    assert sum(map(len, _dealt([candidates([1, 1])], 6, seed=1).values())) == 2
    assert _dealt([candidates([])], 6, seed=1) == {}


def test_a_shifted_window_is_in_the_recording_and_has_no_masked_time():
    source = SimpleNamespace(valid=np.array([True] * 6 + [False] + [True] * 5), n_frames=12)
    found = _whole(source, np.array([-1, 0, 2, 3, 6, 7, 8, 9]), 4)
    assert found.tolist() == [False, True, True, False, False, True, True, False]


class Plan(ProbePlan):
    def tested(self):
        return [{"dataset": "d", "subject": s, "recording": f"{s}{n}"} for s in ("a", "b", "new") for n in (1, 2)]

    def testing_fold(self, row):
        return None if row["subject"] == "new" else f"fold-{row['subject']}"

    def fold_names(self):
        return ["fold-a", "fold-b"]


def plan(**faithfulness):
    section = {"windows_per_subject": 6, "shuffled_label_folds": 1, **faithfulness}
    schemes = {"held_out": {"kind": "leave_one_subject_out"}, "fine_tune": {"base": "held_out"}}
    run = {"scheme": "held_out", "interpretations": ["gradcam", "occlusion"], "matrices": ["product", "gradcam"]}
    return Plan(
        {
            "faithfulness": section,
            "schemes": schemes,
            "run": run,
            "models": {"m": {"kind": "cwt_resnet18", "representation": "fine"}, "raw": {"kind": "eegwavenet"}},
            "interpretations": {"gradcam": {"layer": "layer1"}, "occlusion": None},
            "products": {"product": {"frequency": "gradcam", "channel": "occlusion"}},
        },
        imported={},
    )


def test_maps_are_tested_on_subjects_that_a_fold_tests_and_not_on_new_ones():
    made, wildcards = plan(), SimpleNamespace(model="m")
    assert [row["fold"] for row in made.probed(wildcards)] == ["fold-a", "fold-a", "fold-b", "fold-b"]
    assert made.probed_folds(wildcards) == ["fold-a", "fold-b"]
    assert made.shuffled_folds("m") == ["fold-a"]
    assert made.probed_arrays(wildcards)[-1] == "results/represented/fine/d/b2.zarr.zip"


def test_the_other_subject_is_the_next_one_that_a_fold_tests():
    made = plan()
    assert made.other_than("d", "a") == ("d", "b")
    assert made.other_than("d", "b") == made.other_than("d", "new") == ("d", "a")
    wildcards = SimpleNamespace(model="m", dataset="d", recording="a2", method="occlusion")
    assert made.other_comparable(wildcards) == []
    made.config["interpretations"]["occlusion"] = {"kind": "band_occlusion", "replacement": "other_subject"}
    assert made.other_comparable(wildcards) == ["results/comparable/m/d/b.h5"]
    alone = plan()
    object.__setattr__(alone, "tested", lambda: made.tested()[:2])
    with pytest.raises(SettingsError, match="other_subject needs two subjects"):
        alone.other_than("d", "a")


def test_the_other_subject_of_a_test_may_be_in_another_fold_and_a_single_one_has_none():
    tested = [
        stage.Tested({"dataset": "d", "subject": s, "recording": f"{s}{n}", "fold": s}, "", f"{s}.h5", "")
        for s in "abc"
        for n in (1, 2)
    ]
    assert _others(tested) == {("d", "a"): "b.h5", ("d", "b"): "c.h5", ("d", "c"): "a.h5"}
    assert _others(tested[:2]) == {}


def test_without_windows_there_are_no_tests_and_a_continued_scheme_has_no_shuffled_labels():
    none = plan(windows_per_subject=0)
    assert none.probed_folds(SimpleNamespace(model="m")) == none.shuffled_folds("m") == []
    assert plan(shuffled_label_folds=0).shuffled_folds("m") == []
    tuned = plan()
    tuned.config["run"]["scheme"] = "fine_tune"
    assert tuned.shuffled_folds("m") == []


def test_what_fits_a_model_is_tested_and_the_products_of_it():
    made = plan()
    assert made.methods_of(SimpleNamespace(model="m")) == {
        "gradcam": {"kind": "gradcam", "options": {"layer": "layer1"}},
        "occlusion": {"kind": "occlusion", "options": {}},
    }
    assert made.products_of(SimpleNamespace(model="m")) == {"product": ["gradcam", "occlusion"]}
    assert made.products_of(SimpleNamespace(model="raw")) == {}
    assert made.interpretation_modules() == ["bandmap.interpret.methods.gradcam", "bandmap.interpret.methods.occlusion"]
