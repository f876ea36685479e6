"""What `training` offers for rare events: background where the model is wrong, equal recordings, averaged epochs."""

import numpy as np
import pytest
import torch
from test_training_settings import Arrays, recipe
from torch import nn

from bandmap.train import fitting
from bandmap.train.averaging import mean_of, renormalize
from bandmap.train.drawing import epoch_windows
from bandmap.train.optimization import errors_of
from bandmap.train.sampling import draw


class Recordings(Arrays):
    """Windows of several recordings; `sizes` are their background windows, after ten of seizures in the first."""

    def __init__(self, *sizes):
        super().__init__([1] * 10 + [0] * sum(sizes))
        self.recordings = np.concatenate([np.zeros(10, int), np.repeat(np.arange(len(sizes)), sizes)])
        self.taken = []

    def take(self, indices):
        self.taken.extend(indices)
        return super().take(indices)


def background(train, errors=(), **changed):
    """Return how often each window was drawn in 200 epochs."""
    generator, counts = np.random.default_rng(1), np.zeros(len(train))
    for _ in range(200):
        chosen = epoch_windows(train, recipe(background_per_seizure=2, **changed), errors, generator)
        assert len(np.unique(chosen)) == len(chosen) == 30
        assert set(range(10)) < set(chosen)
        counts[chosen] += 1
    return np.where(train.labels == 0, counts, 0)


def test_without_the_settings_an_epoch_is_what_it_was():
    train = Recordings(40, 40)
    for seed in range(5):
        found = epoch_windows(train, recipe(background_per_seizure=2), (), np.random.default_rng(seed))
        np.testing.assert_array_equal(found, draw(train.labels, 2, np.random.default_rng(seed)))


def test_background_comes_from_all_recordings_equally_however_long_they_are():
    train = Recordings(400, 40)
    of = {equal: background(train, equal_background=equal) for equal in (False, True)}
    share = {equal: counts[train.recordings == 1].sum() / counts.sum() for equal, counts in of.items()}
    assert share[False] == pytest.approx(1 / 11, abs=0.02)
    assert share[True] == pytest.approx(1 / 2, abs=0.06)


def test_hard_examples_are_drawn_by_how_wrong_they_were_and_no_recording_dominates():
    train, errors = Recordings(200, 200), np.full(410, np.nan)
    errors[10:30] = 0.9  # twenty hard windows of the first recording,
    errors[210:212] = 0.3  # and two of the second, on which the model is less wrong
    errors[30:50] = 0
    counts = background(train, errors, hard_examples=0.2)
    assert counts[10:30].sum() + counts[210:212].sum() >= 200 * 4
    assert counts[210:212].mean() > 5 * counts[10:30].mean()  # two windows stand for their recording
    assert counts[30:50].mean() == pytest.approx(counts[212:].mean(), rel=0.4)
    assert counts[10:30].mean() > 1.5 * counts[30:50].mean()


def test_training_draws_again_what_it_gets_wrong():
    train = Recordings(60, 60)
    odd = np.array([15, 25, 75, 85])
    train.values[:10] += 3  # other background is easy
    train.values[odd] = train.values[:4]  # background that is like seizures cannot be learnt
    often = {}
    for share in (0, 0.5):
        build = lambda shape, n_classes: nn.Sequential(nn.Flatten(), nn.Linear(32, 1))  # noqa: E731
        model = fitting.new_model(build, train, n_classes=2, seed=1)
        train.taken = []
        settings = recipe(background_per_seizure=2, hard_examples=share, epochs=60, patience=60)
        fitting.fit(model, train, Arrays([0, 1] * 8), settings, seed=1, device="cpu")
        counts = np.bincount(train.taken, minlength=len(train))
        often[share] = counts[odd].mean() / np.delete(counts, [*range(10), *odd]).mean()
    # Of ten draws on average, the mean of four windows has a standard deviation of 15 %.
    assert often[0] == pytest.approx(1, abs=0.45)
    assert often[0.5] > 1.45


def test_an_error_is_one_minus_the_probability_of_the_class():
    logits = torch.tensor([[0.0], [0.0], [20.0], [-20.0], [20.0], [20.0]])
    classes = torch.tensor([[0, 1], [1, 0], [0, 0]])
    torch.testing.assert_close(errors_of(logits, classes), torch.tensor([0.5, 0.0, 1.0]), atol=1e-6, rtol=0)


def test_hard_examples_with_balanced_drawing_are_refused():
    with pytest.raises(ValueError, match="set 'drawing: all'"):
        recipe(hard_examples=0.5, drawing="balanced")


@pytest.mark.parametrize("setting", [{"hard_examples": 0.5}, {"equal_background": True}])
def test_a_choice_of_background_is_refused_where_all_of_it_is_taken(setting):
    with pytest.raises(ValueError, match="set background_per_seizure, because null takes all of it"):
        recipe(**setting, background_per_seizure=None)


def noisy(averaged_epochs, **changed):
    """Train at a constant high rate, at which every epoch ends somewhere else about the optimum."""
    train, validation = Arrays([0, 1] * 100, seed=3), Arrays([0, 1] * 100, seed=4)
    for windows in (train, validation):
        windows.values -= 0.9 * windows.labels[:, None, None]
    build = lambda shape, n_classes: nn.Sequential(nn.Flatten(), nn.BatchNorm1d(32), nn.Linear(32, 1))  # noqa: E731
    model = fitting.new_model(build, train, n_classes=2, seed=1)
    how = {"epochs": 12, "patience": 12, "learning_rate": 0.05, "schedule": "constant", "warm_up": 0, **changed}
    settings = recipe(averaged_epochs=averaged_epochs, **how)
    return model, fitting.fit(model, train, validation, settings, seed=1, device="cpu"), validation


def loss_of(model, windows):
    with torch.inference_mode():
        logits = model(torch.from_numpy(windows.values))[:, 0]
    return float(nn.functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(windows.labels).float()))


def test_averaged_epochs_have_a_lower_validation_loss_than_the_best_one():
    (best, alone, validation), (mean, several, _) = noisy(1), noisy(4)
    assert alone.history == several.history
    assert alone.averaged == []
    assert len(several.averaged) == 4
    assert several.best_epoch in several.averaged
    assert loss_of(best, validation) == pytest.approx(min(row["validation_loss"] for row in alone.history), rel=1e-4)
    assert loss_of(mean, validation) < loss_of(best, validation)


def test_a_mean_that_is_worse_than_the_best_epoch_is_not_taken():
    falling = {"epochs": 3, "learning_rate": 0.002, "weight_decay": 0}  # every epoch is better than the one before
    (best, _, validation), (mean, several, _) = noisy(1, **falling), noisy(3, **falling)
    assert several.averaged == []
    assert loss_of(mean, validation) == loss_of(best, validation)


def test_a_mean_of_weights_measures_its_batch_norm_anew_and_keeps_whole_numbers():
    norms = [nn.BatchNorm1d(2, affine=False) for _ in range(2)]
    norms[1].running_var.fill_(9)
    norms[0].num_batches_tracked.fill_(3)
    state = mean_of([norm.state_dict() for norm in norms])
    assert state["running_var"].tolist() == [5, 5]
    assert state["num_batches_tracked"] == 3
    values = torch.randn(64, 2, generator=torch.Generator().manual_seed(0)) * 2 + 5
    norms[0].load_state_dict(state)
    renormalize(norms[0], values.split(32))
    torch.testing.assert_close(norms[0].running_mean, values.mean(0))
