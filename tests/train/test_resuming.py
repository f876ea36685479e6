"""A training that was killed goes on as if nothing had happened, or begins anew and says why."""

import logging

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.files.checkpoint import CheckpointFile
from bandmap.train import fitting
from bandmap.train.augmentation import Augmentation, Augmenter
from bandmap.train.recipe import Recipe

CHANNELS = ("Fp1-F3", "Fp2-F4")
SETTINGS = {
    "epochs": 3,
    "batch_size": 8,
    "learning_rate": 0.02,
    "weight_decay": 0.01,
    "patience": 3,
    "background_per_seizure": 2,
    "error_aware_epochs": 2,
    "class_weights": "balanced",
    "hard_examples": 0.5,
    "averaged_epochs": 2,
}


class KilledError(Exception):
    """The power went out."""


class Arrays:
    """Windows in memory; the `last`th batch asked for never comes."""

    def __init__(self, seed, last=None):
        generator = np.random.default_rng(seed)
        self.labels = (np.arange(32) < 8).astype(np.int64)
        self.values = generator.normal(0, 1, (32, 2, 4, 8)).astype(np.float32)
        self.values[self.labels == 1, 1] += 0.5
        self.left = last
        self.recordings = np.arange(32) % 3

    @property
    def answers(self):
        return self.labels[:, None]

    def __len__(self):
        return len(self.labels)

    def take(self, indices):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise KilledError
        return self.values[indices]


class Net(nn.Module):
    """Dropout, a batch norm and weights that can be pruned: all that has a state."""

    pruning_shares = (0.25, 0.5)

    def __init__(self):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(64, 8), nn.BatchNorm1d(8), nn.Linear(8, 1)
        self.register_buffer("kept", torch.ones(8, dtype=torch.bool))

    def prune(self, share):
        strength = self.first.weight.detach().abs().sum(1) * self.kept
        self.kept[strength.argsort()[: round(8 * share)]] = False

    def forward(self, windows):
        hidden = nn.functional.dropout(torch.relu(self.norm(self.first(windows.flatten(1)))), 0.2, self.training)
        return self.last(hidden * self.kept)


def fit(path, *, last=None, seed=1, **changed):
    """Train; `last` is how many batches there are before the power goes out."""
    train, validation = Arrays(1), Arrays(2)
    model = fitting.new_model(lambda _shape, _n: Net(), train, n_classes=2, seed=seed)
    train.left = last
    amounts = Augmentation(mirror=0.5, gain_decades=0.1, masked_rows=2, mixup_alpha=0.5)
    result = fitting.fit(
        model,
        train,
        validation,
        Recipe(**{**SETTINGS, **changed}),
        seed=seed,
        device="cpu",
        augment=Augmenter(amounts, CHANNELS, model.mean, seed),
        checkpoint=CheckpointFile(path) if path else None,
    )
    return model, result


def assert_same(one, other):
    (model, result), (same_model, same_result) = one, other
    assert result.history == same_result.history
    assert result.best_epoch == same_result.best_epoch
    assert all(torch.equal(v, same_model.state_dict()[name]) for name, v in model.state_dict().items())


@pytest.mark.parametrize(
    "last", [4, 7, 11, 15, 22], ids=["2nd epoch", "3rd epoch", "looking", "error-aware", "pruning"]
)
def test_a_killed_training_resumes_to_the_same_weights_as_an_uninterrupted_one(tmp_path, last):
    path = tmp_path / "checkpoint.pt"
    with pytest.raises(KilledError):
        fit(path, last=last)
    assert path.exists()
    assert_same(fit(path), fit(None))


def test_a_training_killed_twice_resumes_twice(tmp_path):
    for _ in range(2):
        with pytest.raises(KilledError):
            fit(tmp_path / "checkpoint.pt", last=6)
    assert_same(fit(tmp_path / "checkpoint.pt"), fit(None))


def test_a_completed_training_takes_no_further_step(tmp_path):
    done = fit(tmp_path / "checkpoint.pt")
    assert_same(fit(tmp_path / "checkpoint.pt", last=0), done)


def test_a_resumed_training_counts_the_time_before_the_kill(tmp_path):
    fit(tmp_path / "checkpoint.pt")
    state = CheckpointFile(tmp_path / "checkpoint.pt").read()
    state["progress"]["seconds"] += 1000
    CheckpointFile(tmp_path / "checkpoint.pt").write(state)
    _, result = fit(tmp_path / "checkpoint.pt")
    assert result.resources["seconds"] > 1000


@pytest.mark.parametrize("schedule", ["one_cycle", "cosine", "constant"])
@pytest.mark.parametrize("optimizer", ["adamw", "adam"])
def test_every_optimizer_and_schedule_resumes_exactly(tmp_path, optimizer, schedule):
    changed = {"optimizer": optimizer, "schedule": schedule, "epochs": 2, "error_aware_epochs": 0}
    with pytest.raises(KilledError):
        fit(tmp_path / "checkpoint.pt", last=4, **changed)
    assert_same(fit(tmp_path / "checkpoint.pt", **changed), fit(None, **changed))


@pytest.mark.parametrize("changed", [{"learning_rate": 0.01}, {"seed": 2}, {"epochs": 4}])
def test_a_state_of_another_training_is_ignored_with_a_warning(tmp_path, caplog, changed):
    path = tmp_path / "checkpoint.pt"
    fit(path)
    with caplog.at_level(logging.WARNING):
        other = fit(path, **changed)
    assert f"{path} belongs to other settings, data or another model: training starts from the beginning" in caplog.text
    assert_same(other, fit(None, **changed))


def test_a_damaged_state_is_ignored_with_a_warning(tmp_path, caplog):
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(b"half of a st")
    with caplog.at_level(logging.WARNING):
        assert CheckpointFile(path).read() is None
    assert f"{path}: not a training state" in caplog.text


def test_a_checkpoint_is_complete_and_contains_no_code(tmp_path):
    fit(tmp_path / "checkpoint.pt")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state["progress"]["history"][-1]["phase"] == "prune"


def test_a_removed_checkpoint_is_gone_and_removing_a_missing_one_is_not_an_error(tmp_path):
    file = CheckpointFile(tmp_path / "checkpoint.pt")
    file.write({"a": 1})
    for _ in range(2):
        file.remove()
    assert file.read() is None
