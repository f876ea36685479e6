"""The loop: it learns, keeps the best epoch, repeats itself, and leaves no trace in the world."""

import logging
import math

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.train import fitting, sampling
from bandmap.train.recipe import Recipe
from bandmap.train.sampling import draw
from bandmap.vocabulary.tables import HISTORY, RESOURCES


class Arrays:
    """Windows in memory; `taken` keeps the indices that were asked for."""

    def __init__(self, values, labels):
        self.values, self.labels, self.taken = values.astype(np.float32), np.asarray(labels), []

    @property
    def answers(self):
        return self.labels[:, None]

    def __len__(self):
        return len(self.labels)

    def take(self, indices):
        self.taken.append(np.asarray(indices))
        return self.values[indices]


def cohort(n=48, *, seed=0, share=0.25):
    """Windows whose second channel is stronger in seizures."""
    generator = np.random.default_rng(seed)
    labels = (np.arange(n) < share * n).astype(np.int64)
    values = generator.normal(5, 3, (n, 2, 4, 8))
    values[labels == 1, 1] += 6
    return Arrays(values, labels)


class Tiny(nn.Module):
    """One hidden layer with dropout and a batch norm, so that modes and seeds matter."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1)
        )

    def forward(self, windows):
        return self.layers(windows)


def build(shape, n_classes):
    assert (shape, n_classes) == ((2, 4, 8), 2)
    return Tiny()


def recipe(**changed):
    settings = {
        "epochs": 6,
        "batch_size": 8,
        "learning_rate": 0.02,
        "weight_decay": 0.01,
        "patience": 6,
        "background_per_seizure": 2,
    }
    return Recipe(**{**settings, **changed})


def fitted(*, seed=1, train=None, validation=None, **changed):
    train, validation = train or cohort(), validation or cohort(seed=1)
    model = fitting.new_model(build, train, n_classes=2, seed=seed)
    return model, fitting.fit(model, train, validation, recipe(**changed), seed=seed, device="cpu")


def balanced_loss(model, windows, background_per_seizure=2):
    chosen = draw(windows.labels, background_per_seizure, None)
    with torch.inference_mode():
        logits = model(torch.from_numpy(windows.values[chosen]))[:, 0]
    return nn.functional.binary_cross_entropy_with_logits(
        logits, torch.from_numpy(windows.labels[chosen]).float()
    ).item()


def test_a_simple_difference_is_learnt():
    model, _ = fitted()
    unseen = cohort(seed=2)
    probabilities = fitting.predict(model, unseen, batch_size=7, device="cpu")
    assert probabilities.dtype == np.float32
    assert ((probabilities > 0.5) == unseen.labels).mean() > 0.95


def test_the_same_seed_gives_the_same_weights_and_history_and_another_seed_others():
    (one, first), (two, second), (other, _) = fitted(seed=3), fitted(seed=3), fitted(seed=4)
    assert first.history == second.history
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True))
    assert not torch.equal(one.network.layers[1].weight, other.network.layers[1].weight)


def test_global_random_state_is_left_alone():
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002 - what must not change
    fitted()
    assert torch.equal(torch.get_rng_state(), torch_before)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_before)  # noqa: NPY002


def test_the_model_ends_with_the_weights_of_the_best_epoch():
    turned = cohort(seed=1)
    turned.labels = 1 - turned.labels  # the more is learnt, the worse this validation gets
    model, result = fitted(validation=turned, epochs=5)
    losses = [row["validation_loss"] for row in result.history]
    assert result.best_epoch == 1 + int(np.argmin(losses)) < 5
    assert balanced_loss(model, turned) == pytest.approx(min(losses), rel=1e-4)
    assert not model.training


def test_training_ends_when_patience_is_used_up():
    turned = cohort(seed=1)
    turned.labels = 1 - turned.labels
    _, result = fitted(validation=turned, epochs=50, patience=3)
    assert len(result.history) == result.best_epoch + 3


def test_validation_leaves_no_trace_in_the_model():
    train, strange = cohort(), cohort(seed=1)
    strange.values = strange.values * 100  # batch norm in training mode would learn these
    (one, _), (two, _) = (
        fitted(train=train, validation=validation, epochs=1) for validation in (cohort(seed=1), strange)
    )
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True))


def test_the_validation_loss_is_a_mean_over_windows_for_any_batches():
    losses = []
    for batch_size in (5, 36):
        model = fitting.new_model(build, cohort(), n_classes=2, seed=1)
        still = recipe(epochs=1, batch_size=batch_size, learning_rate=1e-12)
        result = fitting.fit(model, cohort(), cohort(seed=1), still, seed=1, device="cpu")
        expected = balanced_loss(model, cohort(seed=1))
        assert result.history[0]["validation_loss"] == pytest.approx(expected, rel=1e-4)
        losses.append(expected)


def test_each_epoch_draws_new_background_and_has_every_seizure():
    train = cohort()
    model = fitting.new_model(build, train, n_classes=2, seed=1)
    train.taken.clear()
    fitting.fit(model, train, cohort(seed=1), recipe(epochs=2, batch_size=36), seed=1, device="cpu")
    first, second = (set(indices.tolist()) for indices in train.taken)
    assert first & set(range(12)) == second & set(range(12)) == set(range(12))
    assert len(first) == len(second) == 36
    assert first != second


def test_no_batch_has_a_single_window():
    train = cohort(n=36, share=1 / 3)  # 12 seizures and 24 background windows: 36 = 4 x 8 + 4
    model = fitting.new_model(build, train, n_classes=2, seed=1)
    train.taken.clear()
    fitting.fit(model, train, cohort(seed=1), recipe(epochs=1, batch_size=35), seed=1, device="cpu")
    assert sorted(len(indices) for indices in train.taken) == [18, 18]


def test_validation_without_seizures_warns_and_uses_the_training_loss(caplog):
    calm = cohort(seed=1, share=0)
    with caplog.at_level(logging.WARNING):
        _, result = fitted(validation=calm)
    assert "training loss chooses the best epoch" in caplog.text
    assert all(math.isnan(row["validation_loss"]) for row in result.history)
    losses = [row["training_loss"] for row in result.history]
    assert result.best_epoch == 1 + int(np.argmin(losses))


def test_a_background_share_above_the_available_takes_all():
    assert sorted(draw(np.array([1, 0, 0]), 10, np.random.default_rng(0))) == [0, 1, 2]


def test_without_a_share_every_window_of_every_class_is_seen_once():
    assert sorted(draw(np.array([2, 0, 1, 4]), None, np.random.default_rng(0))) == [0, 1, 2, 3]


def test_more_than_two_classes_are_learnt_by_cross_entropy():
    windows = cohort()
    windows.labels = np.arange(48) % 3
    windows.values[:, 0, 0, 0] = 50 * windows.labels
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    result = fitting.fit(
        model, windows, windows, recipe(background_per_seizure=None, epochs=30, patience=30), seed=1, device="cpu"
    )
    assert result.history[-1]["training_loss"] < 0.5 * result.history[0]["training_loss"]


def test_statistics_are_those_of_the_training_windows_per_channel_and_frequency():
    windows = cohort(n=30)
    mean, std = sampling.statistics(windows, batch_size=7)
    assert mean.shape == std.shape == (2, 4, 1)
    np.testing.assert_allclose(mean[..., 0], windows.values.mean(axis=(0, -1)), rtol=1e-5)
    np.testing.assert_allclose(std[..., 0], windows.values.std(axis=(0, -1)), rtol=1e-5)


def test_statistics_keep_their_digits_far_from_zero():
    windows = cohort(n=30)
    windows.values += 1e4
    np.testing.assert_allclose(sampling.statistics(windows)[1][..., 0], windows.values.std(axis=(0, -1)), rtol=1e-3)


def test_a_silent_channel_stays_finite():
    windows = cohort(n=12)
    windows.values[:, 0] = 0
    _, std = sampling.statistics(windows)
    assert (std[0] == 1).all()


def test_times_are_in_resources_and_not_in_the_history():
    _, result = fitted(epochs=2)
    assert [tuple(row) for row in result.history] == [HISTORY.names] * 2
    assert tuple(result.resources) == RESOURCES.names
    assert result.resources["epochs"] == 2
    assert result.resources["device"] == "cpu"
    assert result.resources["parameters"] == sum(p.numel() for p in Tiny().parameters())
    assert result.resources["seconds"] > 0


def test_the_learning_rate_rises_and_falls():
    _, result = fitted(epochs=10, patience=10)
    rates = [row["learning_rate"] for row in result.history]
    top = int(np.argmax(rates))
    assert 0 < top < 5
    assert rates[-1] < 0.1 * max(rates)


@pytest.mark.parametrize(
    ("train", "message"), [(cohort(n=0), "no training windows"), (cohort(share=0), "no training window is seizure")]
)
def test_training_without_windows_is_refused_with_a_remedy(train, message):
    with pytest.raises(ValueError, match=message):
        fitting.fit(Tiny(), train, cohort(), recipe(), seed=1, device="cpu")


def test_a_loss_of_nan_stops_training():
    broken = cohort()
    broken.values[0] = np.nan
    with pytest.raises(FloatingPointError, match="learning_rate"):
        fitting.fit(Tiny(), broken, cohort(), recipe(), seed=1, device="cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_missing_gpu_is_an_error():
    with pytest.raises(ValueError, match="device: cuda is not available"):
        fitting.predict(Tiny(), cohort(), batch_size=8, device="cuda")


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch_size": 0}, {"background_per_seizure": 0}])
def test_impossible_recipes_are_refused(wrong):
    with pytest.raises(ValueError, match="training:"):
        recipe(**wrong)
