"""Tuning to a subject: on the first stretch with a seizure, and nothing that was seen is scored."""

import json

import numpy as np
import pytest
import torch
from made_windows import WindowReader
from torch import nn

from bandmap.train.fold import Learner
from bandmap.train.tasks import seizure
from bandmap.train.tuning import fine_tune, first_stretch, spans_text
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.recording import Event

CUTTING = {
    "length_seconds": 4,
    "step_seconds": 1,
    "training_step_seconds": 1,
    "seizure_overlap": 0.5,
    "most_bad_share": 1,
}
RECIPE = {
    "epochs": 50,
    "batch_size": 16,
    "learning_rate": 0.5,
    "weight_decay": 0.0,
    "patience": 5,
    "background_per_seizure": 2,
    "augmentation": {},
}
LEARNER = Learner(seizure, CUTTING, RECIPE, 1, "cpu")
TUNING = {"seconds": 100, "epochs": 3, "learning_rate": 0.05}


class Source(WindowReader):
    """Two channels of one hertz, stronger in seizures."""

    frame_rate_hz = 1.0
    channels = ("C3", "C4")
    frequencies_hz = ()

    def __init__(self, seconds, *seizures):
        self.attributes = {}
        self.n_frames = seconds
        self.valid = np.ones(seconds, bool)
        self.bad = np.zeros(seconds, np.float32)
        self.events = tuple(Event(onset, onset + 20, "sz") for onset in seizures)
        self.values = np.random.default_rng(seconds).normal(size=(2, seconds)).astype(np.float32)
        for onset in seizures:
            self.values[:, onset : onset + 20] += 3

    def windows(self, starts, length):
        return (
            np.stack([self.values[:, s : s + length] for s in starts])
            if len(starts)
            else np.zeros((0, 2, length), "f4")
        )


def model():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = nn.Sequential(nn.Flatten(), nn.Linear(8, 1))
    return Normalized(network, torch.zeros(2, 1), torch.ones(2, 1))


def test_the_tuning_span_is_the_first_with_a_seizure_window():
    span, part = first_stretch({"a": Source(150), "b": Source(350, 230)}, LEARNER, 100)
    assert span == ("b", 200.0, 300.0)
    assert part.labels.any()
    assert part.starts.min() >= 200
    assert part.starts.max() + 4 <= 300


def test_tuning_changes_weights_but_not_normalization():
    before, tuned = model(), model()
    result = fine_tune(tuned, {"best_epoch": 2}, {"a": Source(300, 40, 240)}, LEARNER, TUNING)
    assert not torch.equal(before.network[1].weight, result.model.network[1].weight)
    assert torch.equal(before.mean, result.model.mean)
    assert result.settings["tuned_on"] == {"recording": "a", "until_seconds": 100.0, "before": []}
    assert len(result.fitted.history) == 3


def test_a_subject_without_seizures_leaves_the_model_unchanged():
    before, tuned = model(), model()
    result = fine_tune(tuned, {"best_epoch": 2}, {"a": Source(300)}, LEARNER, TUNING)
    assert torch.equal(before.network[1].weight, result.model.network[1].weight)
    assert result.settings["tuned_on"] is None


@pytest.mark.parametrize(("recording", "spans"), [("first", []), ("second", [[100.0, 400.0]]), ("third", None)])
def test_only_time_after_the_tuning_span_is_scored(recording, spans):
    settings = {"tuned_on": {"recording": "second", "until_seconds": 100.0, "before": ["first"]}}
    text = spans_text([(None, settings)], recording, 400.0)
    assert text == ({} if spans is None else {"scored_spans": json.dumps(spans)})


def test_a_model_that_was_not_tuned_is_scored_on_everything():
    assert spans_text([(None, {"tuned_on": None}), (None, {})], "a", 10.0) == {}
