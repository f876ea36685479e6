"""What comes after the training itself: a second look at mistakes, and pruning step by step."""

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.train import fitting
from bandmap.train.models import lightseizurenet
from bandmap.train.phases import phases, prunable, repeated
from bandmap.train.prediction import mistakes
from bandmap.train.recipe import Recipe
from bandmap.vocabulary.network import Normalized

SETTINGS = {
    "epochs": 2,
    "batch_size": 8,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "patience": 5,
    "background_per_seizure": None,
}


class Arrays:
    """Signals of three channels in memory; `taken` keeps the indices that were asked for."""

    def __init__(self, seed, n=24):
        self.labels = (np.arange(n) % 3 == 0).astype(np.int64)
        self.values = np.random.default_rng(seed).normal(0, 1, (n, 3, 64)).astype(np.float32)
        self.values[self.labels == 1] *= 2
        self.taken = []

    @property
    def answers(self):
        return self.labels[:, None]

    def __len__(self):
        return len(self.labels)

    def take(self, indices):
        self.taken.append(np.asarray(indices))
        return self.values[indices]


def recipe(**changed):
    return Recipe(**{**SETTINGS, **changed})


def light(shape, n_classes):
    return lightseizurenet.build(shape, n_classes, width=2, pruning_steps=2)


def fit(build, train=None, **changed):
    train = train or Arrays(1)
    model = fitting.new_model(build, train, n_classes=2, seed=1)
    train.taken.clear()
    return model, fitting.fit(model, train, Arrays(2), recipe(**changed), seed=1, device="cpu")


def silent(_shape, _n_classes):
    """Return a network that says 0.5 less a bit, whatever it sees: every seizure is missed."""
    network = nn.Sequential(nn.Flatten(), nn.Linear(192, 1))
    nn.init.zeros_(network[1].weight)
    nn.init.constant_(network[1].bias, -0.1)
    return network


def kept(model):
    return [layer.kept.float().mean().item() for layer in model.modules() if hasattr(layer, "kept")]


def test_a_light_network_is_pruned_to_its_share_by_the_training_loop():
    model, result = fit(light)
    assert [row["phase"] for row in result.history] == ["train", "train", "prune", "prune"]
    assert kept(model)[1:] == [0.5, 0.5, 0.5]
    assert result.best_epoch == 4


def test_no_pruning_epochs_prune_nothing():
    model, result = fit(light, pruning_epochs=0)
    assert {row["phase"] for row in result.history} == {"train"}
    assert kept(model) == [1.0] * 4


def test_a_model_without_pruning_shares_is_trained_only():
    assert [phase.name for phase in phases(recipe(), nn.Linear(2, 1))] == ["train"]


def test_a_network_is_found_inside_its_normalization_and_a_prunable_layer_is_not_a_network():
    network = light((3, 64), 2)
    assert prunable(Normalized(network, torch.zeros(3, 1), torch.ones(3, 1))) is network
    assert prunable(network.features) is None


def test_every_phase_begins_with_the_best_weights_of_the_one_before():
    # A learning rate of next to nothing: what a later phase ends with is what the first one ended with.
    model, result = fit(light, epochs=3, learning_rate=1e-12)
    one, _ = fit(light, epochs=1, learning_rate=1e-12, pruning_epochs=0)
    torch.testing.assert_close(model.network.ecam.weight, one.network.ecam.weight)
    assert result.best_epoch > 3


def test_tuning_has_a_lower_learning_rate_than_training():
    _, result = fit(light, schedule="constant", warm_up=0, fine_tuning_rate=0.25)
    rates = [row["learning_rate"] for row in result.history]
    assert rates == [0.01, 0.01, 0.0025, 0.0025]


def test_patience_counts_from_the_beginning_of_each_phase():
    _, result = fit(light, epochs=3, pruning_epochs=3, patience=1, learning_rate=1e-12)
    assert [row["phase"] for row in result.history].count("prune") >= 4


def test_the_second_phase_adds_the_mistakes_of_the_first():
    train = Arrays(1)
    _, result = fit(silent, train, epochs=1, error_aware_epochs=1, learning_rate=1e-12, batch_size=64)
    first, _looked_at, second = (np.sort(taken) for taken in train.taken)
    missed = np.flatnonzero(train.labels)
    assert [row["phase"] for row in result.history] == ["train", "error_aware"]
    np.testing.assert_array_equal(first, np.arange(24))
    np.testing.assert_array_equal(second, np.sort(np.concatenate([np.arange(24), missed])))


def test_without_error_aware_epochs_there_is_one_phase():
    train = Arrays(1)
    fit(silent, train, epochs=1, batch_size=64)
    assert len(train.taken) == 1


def test_mistakes_of_one_class_are_added_up_to_a_limit_and_redrawn():
    labels = np.array([0] * 20 + [1] * 5)
    generator = np.random.default_rng(0)
    first, second = (repeated(np.arange(25), labels, 10, generator) for _ in range(2))
    assert len(first) == 10 + 5
    assert set(range(20, 25)) < set(first.tolist())
    assert set(first.tolist()) != set(second.tolist())


def test_without_mistakes_nothing_is_added():
    assert repeated(np.empty(0, dtype=np.int64), np.array([0, 1]), 5, np.random.default_rng(0)).size == 0


@pytest.mark.parametrize(
    ("found", "labels"),
    [([0.9, 0.9, 0.1, 0.1], [1, 0, 1, 0]), ([[0.1, 0.9], [0.4, 0.6], [0.8, 0.2], [1, 0]], [1, 0, 1, 0])],
)
def test_false_alarms_and_misses_are_mistakes(found, labels):
    assert mistakes(np.array(found), np.array(labels)[:, None]).tolist() == [1, 2]


def test_a_window_without_a_class_is_not_a_mistake():
    assert mistakes(np.array([0.9, 0.9]), np.array([-1, 0])[:, None]).tolist() == [1]
