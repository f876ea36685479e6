"""Tasks: what their classes are, what a prediction comes to, and which windows are compared with which."""

import numpy as np
import pytest

from bandmap.train.tasks import Prediction, Task, seizure, sleep
from bandmap.vocabulary import plugins, windows
from bandmap.vocabulary.recording import Event

CUTTING = {"length_seconds": 4, "step_seconds": 1, "seizure_overlap": 0.5}
EPOCHS = {"length_seconds": 30, "step_seconds": 30}
POSTPROCESSING = {"smooth_seconds": 0, "merge_seconds": 0, "minimum_seconds": 0}


class Source:
    """Seconds without values."""

    frame_rate_hz = 1.0

    def __init__(self, seconds):
        self.n_frames = seconds
        self.valid = np.ones(seconds, bool)
        self.bad = np.zeros(seconds, np.float32)


def prediction(probabilities, step, centres=None):
    centres = np.arange(len(probabilities)) * step + step / 2 if centres is None else np.asarray(centres)
    duration = float(centres[-1] + step / 2) if len(centres) else 0.0
    labels = np.zeros(len(probabilities), np.int64)
    return Prediction(np.asarray(probabilities, np.float32), centres, labels, step, duration)


@pytest.mark.parametrize("name", plugins.available("bandmap.train.tasks"))
def test_every_task_has_the_functions_of_the_protocol(name):
    offered = plugins.load("bandmap.train.tasks", name)
    assert all(hasattr(offered, member) for member in ("CLASSES", *vars(Task)) if not member.startswith("_"))
    assert len(set(offered.CLASSES)) == len(offered.CLASSES) >= 2


def test_a_hypnogram_joins_neighbouring_epochs_of_one_stage():
    stages = [0, 0, 2, 2, 2, 4]
    events, confidences = sleep.found(prediction(np.eye(5)[stages], 30.0), {}, {})
    assert events == (Event(0, 60, "W"), Event(60, 150, "N2"), Event(150, 180, "REM"))
    assert confidences == (1.0, 1.0, 1.0)


def test_a_hypnogram_leaves_a_gap_open():
    events, _ = sleep.found(prediction(np.eye(5)[[1, 1]], 30.0, centres=[15.0, 105.0]), {}, {})
    assert events == (Event(0, 30, "N1"), Event(90, 120, "N1"))


def test_an_empty_prediction_has_no_events():
    nothing = prediction(np.zeros((0, 5)), 30.0)
    assert sleep.found(nothing, {}, {}) == ((), ())
    assert seizure.found(prediction([], 1.0), {"threshold": 0.5}, POSTPROCESSING) == ((), ())


def test_only_epochs_with_a_stage_are_comparison_windows():
    events = [Event(0, 60, "W"), Event(90, 120, "N2")]
    cut = sleep.comparable(Source(150), events, EPOCHS)
    assert (cut.starts.tolist(), cut.labels.tolist()) == ([0, 30, 90], [0, 0, 2])


def test_seizures_are_compared_with_windows_far_from_every_event():
    cut = seizure.comparable(Source(40), [Event(20, 25, "sz")], CUTTING)
    assert cut.labels.tolist() == [0] * len(cut.starts)
    assert all(start + 4 <= 18 or start >= 27 for start in cut.starts)


def test_right_and_wrong_epochs_of_every_stage_found_are_interpreted():
    cut = windows.RecordingWindows(Source(3000), np.arange(0, 3000, 30), np.arange(100)[:, None] % 5, 30)
    targets = np.where(np.arange(100) < 50, cut.labels, (cut.labels + 1) % 5)
    chosen = sleep.interesting(cut, targets, (), (), seed=1)
    for stage in range(5):
        found = chosen[targets[chosen] == stage]
        assert (cut.labels[found] == stage).sum() == 10
        assert (cut.labels[found] != stage).sum() == 10


def test_epochs_without_a_stage_are_not_interpreted():
    cut = windows.RecordingWindows(Source(90), np.array([0, 30, 60]), np.array([[-1], [0], [-1]]), 30)
    assert sleep.interesting(cut, np.zeros(3, np.int64), (), (), seed=1).tolist() == [1]


def test_maps_are_tested_on_seizures_and_scored_epochs_whatever_the_model_predicts():
    assert seizure.explainable(np.array([1, 1, 0, -1])).tolist() == [True, True, False, False]
    assert sleep.explainable(np.array([0, 2, 1, -1])).tolist() == [True, True, True, False]


def test_the_threshold_of_a_detector_is_chosen_on_the_predictions_given():
    probabilities = np.where((np.arange(600) >= 300) & (np.arange(600) < 340), 0.3, 0.1)
    given = prediction(probabilities, 1.0)
    chosen = seizure.decide([(given, [Event(300, 340, "sz")])], POSTPROCESSING)
    events, _ = seizure.found(given, chosen, POSTPROCESSING)
    assert events == (Event(300, 340, "sz"),)
