"""One fold: what it sees, what it leaves out, and what several folds say together."""

from dataclasses import replace

import numpy as np
import pytest
from made_windows import WindowReader

from bandmap.score.events import sample_scores
from bandmap.train import fold
from bandmap.train.ensemble import validated_together
from bandmap.train.fitting import fit
from bandmap.train.fold import Learner, cut_recording, predict_each, train_fold
from bandmap.train.tasks import Prediction, seizure
from bandmap.vocabulary.recording import Event

CUTTING = {
    "length_seconds": 8,
    "step_seconds": 1,
    "training_step_seconds": 1,
    "seizure_overlap": 0.5,
    "most_bad_share": 1,
}
RECIPE = {
    "epochs": 2,
    "batch_size": 32,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "patience": 5,
    "background_per_seizure": 2,
    "augmentation": {},
}
MODEL = {"kind": "lightseizurenet", "options": {"width": 2, "pruned_share": 0.0}}
RATE = 64


class Source(WindowReader):
    """Two minutes of two channels, stronger in a seizure; the first half minute is flagged."""

    frame_rate_hz = float(RATE)
    channels = ("C3-P3", "C4-P4")
    frequencies_hz = ()

    def __init__(self, seed):
        self.n_frames = 120 * RATE
        self.attributes = {"duration_seconds": 120.4}
        self.valid = np.ones(self.n_frames, bool)
        self.bad = np.where(np.arange(self.n_frames) < 30 * RATE, 0.75, 0.0).astype(np.float32)
        self.events = (Event(60, 90, "sz"),)
        self.values = np.random.default_rng(seed).normal(size=(2, self.n_frames)).astype(np.float32)
        self.values[:, 60 * RATE : 90 * RATE] *= 5

    def windows(self, starts, length):
        return (
            np.stack([self.values[:, s : s + length] for s in starts])
            if len(starts)
            else np.zeros((0, 2, length), "f4")
        )


def learner(**changed):
    return Learner(seizure, {**CUTTING, **changed}, RECIPE, 1, "cpu")


@pytest.fixture(scope="module")
def trained():
    return train_fold([Source(1)], [Source(2)], MODEL, learner())


def test_shuffled_labels_are_permuted_and_no_validation_window_is_used(monkeypatch):
    seen = []

    def watched(model, train, validation, *rest, **options):
        seen.append((train, validation))
        return fit(model, train, validation, *rest, **options)

    monkeypatch.setattr(fold, "fit", watched)
    shuffled = train_fold([Source(1), Source(4)], [Source(2)], MODEL, replace(learner(), shuffled=True))
    (train, validation), labels = seen[0], cut_recording(Source(1), seizure, CUTTING).labels
    for part in train.parts:
        assert sorted(part.labels) == sorted(labels)
        assert 0.1 < np.mean(part.labels != labels) < 0.9
    assert not np.array_equal(train.parts[0].labels, train.parts[1].labels)
    assert len(validation) == 0
    assert {row["windows"] for row in shuffled.windows if row["role"] == "validation"} == {0}
    assert shuffled.validation == []


def counts(made):
    return {(row["role"], row["class"]): (row["windows"], row["excluded"]) for row in made.windows}


def test_windows_of_bad_quality_are_left_out_of_training_and_counted(trained):
    strict = train_fold([Source(1)], [Source(2)], MODEL, learner(most_bad_share=0.5))
    used, none = counts(trained)["train", "background"]
    kept, excluded = counts(strict)["train", "background"]
    assert none == 0
    # A window of eight seconds whose share of flagged channels is above one half lies by two thirds in the half minute.
    assert (kept, excluded) == (used - 25, 25)
    assert counts(strict)["train", "seizure"] == counts(trained)["train", "seizure"]


def test_every_window_of_a_test_recording_is_predicted_at_any_quality(trained):
    prediction = Prediction.mean(predict_each([(trained.model, trained.settings)], Source(3), seizure, device="cpu"))
    assert len(prediction.probabilities) == 113
    assert prediction.duration_seconds == 120.4


def test_an_ensemble_predicts_the_mean_of_its_members(trained):
    other = train_fold([Source(4)], [Source(2)], MODEL, learner())
    members = [(one.model, one.settings) for one in (trained, other)]
    alone = [one.probabilities for one in predict_each(members, Source(3), seizure, device="cpu")]
    together = Prediction.mean(predict_each(members, Source(3), seizure, device="cpu"))
    np.testing.assert_allclose(together.probabilities, np.mean(alone, axis=0), rtol=1e-6)


def test_a_fold_returns_predictions_for_every_window_of_its_validation_recordings(trained):
    ((predicted, events),) = trained.validation
    alone = Prediction.mean(predict_each([(trained.model, trained.settings)], Source(2), seizure, device="cpu"))
    np.testing.assert_array_equal(predicted.probabilities, alone.probabilities)
    assert (len(predicted.labels), predicted.duration_seconds, events) == (113, 120.4, (Event(60, 90, "sz"),))


def predictions(probabilities):
    """Return what a file of validation recordings holds of one, with a seizure in the middle, and its events."""
    n = len(probabilities)
    columns = {"probabilities": np.asarray(probabilities, "f4"), "labels": np.zeros(n, np.int64)}
    columns |= {"centres_seconds": np.arange(n) + 0.5, "step_seconds": 1.0, "duration_seconds": float(n)}
    return columns, (Event(n // 2, n // 2 + 40, "sz"),)


def test_a_validation_recording_of_several_folds_counts_once_with_the_mean_of_their_models():
    files = [[predictions([0.2] * 100), predictions([0.4] * 100)], [predictions([0.8] * 100)]]
    found = validated_together(files, [["sim/a", "sim/b"], ["sim/b"]])
    assert [prediction.probabilities[0] for prediction, _ in found] == pytest.approx([0.2, 0.6])
    assert [events for _, events in found] == [(Event(50, 90, "sz"),)] * 2


def test_folds_with_other_recordings_than_named_are_refused():
    with pytest.raises(ValueError, match="argument 2 is longer"):
        validated_together([[predictions([0.2] * 100)]], [["sim/a", "sim/b"]])


def test_an_ensemble_of_differently_calibrated_models_scores_better_with_its_own_threshold():
    how, generator = {"smooth_seconds": 5, "minimum_seconds": 10}, np.random.default_rng(1)
    ring = [[f"sim/{fold}", f"sim/{(fold + 1) % 5}"] for fold in range(5)]
    own, median = [], []
    for _ in range(12):
        sureness = generator.normal(0, 2, 5)

        def shifted(shift):
            logits = np.where((np.arange(600) >= 300) & (np.arange(600) < 340), 3, -3) + generator.normal(size=600)
            return predictions(1 / (1 + np.exp(-logits - shift)))

        files = [[shifted(shift), shifted(shift)] for shift in sureness]
        together = seizure.decide(validated_together(files, ring), how)
        alone = [seizure.decide(validated_together([files[fold]], [ring[fold]]), how) for fold in range(5)]
        middle = {"threshold": float(np.median([decision["threshold"] for decision in alone]))}
        new, events = validated_together([[shifted(shift)] for shift in sureness], [["sim/new"]] * 5)[0]
        for scores, decision in ((own, together), (median, middle)):
            scores.append(np.nan_to_num(sample_scores(events, seizure.found(new, decision, how)[0], 600.0).f1))
    assert np.mean(own) > 0.9
    assert np.mean(own) - np.mean(median) > 0.1
