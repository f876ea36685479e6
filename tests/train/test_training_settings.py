"""Every setting of `training` does what it says."""

import threading

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch import nn

from bandmap.train import fitting
from bandmap.train.feeding import batches
from bandmap.train.optimization import Objective, optimizer_of, schedule_of
from bandmap.train.recipe import Recipe
from bandmap.train.sampling import class_weights, draw, draw_balanced
from bandmap.vocabulary import logits

SETTINGS = {
    "epochs": 2,
    "batch_size": 8,
    "learning_rate": 0.01,
    "weight_decay": 0.1,
    "patience": 5,
    "background_per_seizure": None,
}


class Arrays:
    """Signals of two channels in memory."""

    def __init__(self, labels, seed=0):
        self.labels = np.asarray(labels)
        self.values = np.random.default_rng(seed).normal(0, 1, (len(self.labels), 2, 16)).astype(np.float32)
        self.values += self.labels[:, None, None]

    @property
    def answers(self):
        return self.labels[:, None]

    def __len__(self):
        return len(self.labels)

    def take(self, indices):
        return self.values[indices]


class Counting(Arrays):
    """Keeps the indices that were asked for."""

    def __init__(self, labels):
        super().__init__(labels)
        self.taken = []

    def take(self, indices):
        self.taken.append(indices)
        return super().take(indices)


def recipe(**changed):
    return Recipe(**{**SETTINGS, **changed})


def build(_shape, n_classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(32, 1 if n_classes == 2 else n_classes))


def fit(train=None, n_classes=2, **changed):
    train = train or Arrays([0, 1] * 12)
    model = fitting.new_model(build, train, n_classes=n_classes, seed=1)
    return model, fitting.fit(model, train, Arrays(train.labels, seed=1), recipe(**changed), seed=1, device="cpu")


def rates(**changed):
    settings = recipe(**changed)
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.01)
    schedule = schedule_of(settings, optimizer, rate=0.01, steps=40)
    found = []
    for _ in range(40):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return np.array(found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"optimizer": "adamm"},
        {"schedule": "linear"},
        {"precision": "16"},
        {"class_weights": "balancd"},
        {"drawing": "some"},
        {"warm_up": 1.0},
        {"learning_rate": 0},
        {"gradient_norm": 0.0},
        {"fine_tuning_rate": 0},
        {"pruning_epochs": -1},
        {"error_aware_epochs": -1},
        {"weight_decay": -0.1},
        {"hard_examples": 1.0},
        {"averaged_epochs": 0},
    ],
)
def test_settings_out_of_range_are_refused_in_one_line_that_names_them(wrong):
    with pytest.raises(ValueError, match=rf"training: .*{next(iter(wrong))}") as caught:
        recipe(**wrong)
    assert "\n" not in str(caught.value)


def test_a_recipe_has_the_options_of_the_settings_and_a_misspelt_one_is_named():
    assert Recipe.of({**SETTINGS, "augmentation": {"mirror": 0.5}}) == recipe()
    with pytest.raises(ValueError, match="Did you mean 'patience'"):
        Recipe.of({**SETTINGS, "patiense": 3})


@pytest.mark.parametrize(("name", "kind"), [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW)])
def test_the_optimizer_is_the_one_named(name, kind):
    made = optimizer_of(recipe(optimizer=name), [nn.Parameter(torch.zeros(1))], rate=0.5)
    assert type(made) is kind
    assert (made.defaults["lr"], made.defaults["weight_decay"]) == (0.5, 0.1)


def test_a_cosine_rises_in_the_warm_up_and_falls_to_nearly_zero():
    found = rates(schedule="cosine", warm_up=0.25)
    assert found.argmax() == 10
    assert found[10] == pytest.approx(0.01)
    assert (np.diff(found)[:10] > 0).all()
    assert (np.diff(found)[10:] < 0).all()
    assert 0 < found[-1] < 1e-4


def test_a_constant_rate_stays_after_its_warm_up():
    found = rates(schedule="constant", warm_up=0.1)
    np.testing.assert_allclose(found, [0.002, 0.004, 0.006, 0.008, *[0.01] * 36])


def test_without_a_warm_up_every_schedule_begins_near_its_highest():
    for schedule in ("one_cycle", "cosine", "constant"):
        assert rates(schedule=schedule, warm_up=0)[0] == pytest.approx(0.01, rel=2e-2)


@pytest.mark.parametrize("steps", range(1, 8))
def test_a_phase_can_have_a_single_step(steps):
    optimizer = torch.optim.AdamW([nn.Parameter(torch.zeros(1))], lr=0.01)
    schedule = schedule_of(recipe(), optimizer, rate=0.01, steps=steps)
    for _ in range(steps):
        optimizer.step()
        schedule.step()
    assert schedule.get_last_lr()[0] < 1e-6


def test_balanced_weights_equal_those_of_scikit_learn():
    labels = np.array([0] * 6 + [1] * 3 + [2])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(class_weights(labels, 3).numpy(), expected, rtol=1e-6)


def test_a_class_without_windows_has_a_finite_weight():
    assert class_weights(np.array([0, 0, 2]), 3).tolist() == [0.5, 1.0, 1.0]


@pytest.mark.parametrize("columns", [1, 2])
def test_a_weighted_loss_is_the_mean_of_windows_times_the_weight_of_their_class(columns):
    generator = torch.Generator().manual_seed(0)
    logits, classes = torch.randn(6, columns, generator=generator), torch.tensor([0, 1, 1, 0, 0, 0])
    weights = torch.tensor([0.5, 3.0])
    each = torch.stack([Objective(None)(logits[k : k + 1], classes[k : k + 1]) for k in range(6)])
    torch.testing.assert_close(Objective(weights)(logits, classes), (each * weights[classes]).mean())


def test_balanced_weights_lift_the_rare_class():
    train = Arrays([0] * 22 + [1] * 2)
    train.values[:] = 1.0  # nothing to go by but how often
    rare = [
        fitting.predict(fit(train, epochs=40, patience=40, class_weights=how)[0], train, batch_size=8, device="cpu")
        for how in ("none", "balanced")
    ]
    assert rare[0].max() < 0.4
    assert rare[1].max() > 0.4


@pytest.mark.parametrize("columns", [1, 3])
def test_the_loss_of_mixed_windows_is_the_cross_entropy_to_mixed_classes(columns):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(5, columns, generator=generator)
    classes, partners = torch.tensor([0, 1, 1, 0, columns - 1]), torch.tensor([4, 3, 0, 1, 2])
    n_classes = max(2, columns)
    soft = 0.3 * nn.functional.one_hot(classes, n_classes) + 0.7 * nn.functional.one_hot(classes[partners], n_classes)
    if columns == 1:
        expected = nn.functional.binary_cross_entropy_with_logits(logits[:, 0], soft[:, 1])
    else:
        expected = nn.functional.cross_entropy(logits, soft)
    torch.testing.assert_close(Objective(None).mixed(logits, classes, classes[partners], 0.3), expected)


def test_a_balanced_epoch_has_as_many_windows_of_every_class_as_of_the_rarest():
    labels = np.array([0] * 20 + [1] * 4 + [2] * 9 + [-1] * 5)
    generator = np.random.default_rng(0)
    first, second = draw_balanced(labels, generator), draw_balanced(labels, generator)
    assert np.bincount(labels[first]).tolist() == [4, 4, 4]
    assert len(set(first.tolist())) == 12
    assert set(first.tolist()) != set(second.tolist())
    assert (np.diff(draw_balanced(labels, None)) > 0).all()


def test_a_balanced_training_sees_balanced_epochs():
    train = Counting([0] * 20 + [1] * 4 + [2] * 9)
    fit(train, n_classes=3, drawing="balanced", batch_size=64, epochs=1)
    assert np.bincount(train.labels[train.taken[-1]]).tolist() == [4, 4, 4]


def test_a_window_without_a_class_is_never_trained_on():
    train = Counting([0, 1, 2, -1] * 6)
    fit(train, n_classes=3, batch_size=64, epochs=1)
    assert sorted(train.labels[train.taken[-1]]) == [0] * 6 + [1] * 6 + [2] * 6
    assert sorted(draw(np.array([0, -1, 1]), None, None)) == [0, 2]


def test_background_is_thinned_for_seizures_and_no_class_of_stages():
    train = Counting([0] * 20 + [1] * 2 + [2] * 2)
    fit(train, n_classes=3, background_per_seizure=1, batch_size=64, epochs=1)
    assert len(train.taken[-1]) == 24


def test_more_than_two_classes_are_predicted_by_a_row_of_probabilities():
    windows = Arrays([0, 1, 2] * 8)
    model, _ = fit(windows, n_classes=3)
    found = fitting.predict(model, windows, batch_size=5, device="cpu")
    assert found.shape == (24, 3)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-6)
    with torch.inference_mode():
        logits = model(torch.from_numpy(windows.values))
    np.testing.assert_allclose(found, logits.softmax(1).numpy(), rtol=1e-5)


def test_two_columns_of_two_classes_are_predicted_by_the_second():
    model, windows = nn.Sequential(nn.Flatten(), nn.Linear(32, 2)), Arrays([0, 1])
    with torch.inference_mode():
        logits = model(torch.from_numpy(windows.values))
    found = fitting.predict(model, windows, batch_size=5, device="cpu")
    np.testing.assert_allclose(found, logits.softmax(1)[:, 1].numpy(), rtol=1e-5)


def test_no_windows_have_no_predictions():
    assert fitting.predict(nn.Linear(1, 1), Arrays([]), batch_size=5, device="cpu").shape == (0,)


def test_without_a_gradient_norm_gradients_are_unchanged():
    (clipped, _), (same, _), (free, _) = (fit(gradient_norm=norm) for norm in (1e-6, 1e6, None))
    assert torch.equal(same.network[1].weight, free.network[1].weight)
    assert not torch.equal(clipped.network[1].weight, free.network[1].weight)


def test_bfloat16_trains_to_nearly_the_same_losses():
    losses = {precision: fit(precision=precision)[1].history for precision in ("32-true", "bf16-mixed")}
    single, half = ([row["training_loss"] for row in rows] for rows in losses.values())
    assert single != half
    assert half == pytest.approx(single, rel=0.02)


def test_bfloat16_does_not_round_windows_before_they_are_normalized():
    far = Arrays([0, 1] * 12)
    far.values += 1000  # in bfloat16, 1000 and 1003 are the same number
    _, result = fit(far, precision="bf16-mixed", epochs=20, patience=20)
    assert result.history[-1]["training_loss"] < 0.4


@pytest.mark.parametrize(("has", "taken"), [("avx512_bf16", "bf16-mixed"), ("avx2", "32-true")])
def test_precision_follows_the_instructions_of_the_processor_and_the_results_say_so(monkeypatch, caplog, has, taken):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {has: True})
    caplog.set_level("INFO")
    (chosen, found), (fixed, given) = (fit(precision=precision) for precision in ("auto", taken))
    assert found.resources["precision"] == given.resources["precision"] == taken
    assert f"precision: auto takes {taken}" in caplog.text
    assert torch.equal(chosen.network[1].weight, fixed.network[1].weight)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_float16_on_a_cpu_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match="16-mixed needs a GPU; set 'precision: bf16-mixed'"):
        fit(precision="16-mixed")


def test_windows_per_second_count_training_only():
    _, result = fit()
    assert result.resources["windows_per_second"] > 2 * 24 / result.resources["seconds"]


class Announced(Arrays):
    """Says when its second batch is asked for."""

    def __init__(self):
        super().__init__([0, 1, 0, 1])
        self.asked = threading.Event()

    def take(self, indices):
        if 2 in indices:
            self.asked.set()
        return super().take(indices)


def test_the_next_batch_is_read_during_the_current_one():
    windows = Announced()
    feed = batches(windows, [np.array([0, 1]), np.array([2, 3])], torch.device("cpu"))
    values, classes = next(feed)
    assert windows.asked.wait(timeout=600)
    np.testing.assert_array_equal(values.numpy(), windows.values[:2])
    assert classes.tolist() == [[0], [1]]
    assert [classes.tolist() for _, classes in feed] == [[[0], [1]]]


def test_batches_have_the_requested_order():
    windows = Arrays(np.arange(12))
    chosen = [np.array([3, 1]), np.array([2]), np.array([7, 5, 0])]
    found = [classes.ravel().tolist() for _, classes in batches(windows, chosen, torch.device("cpu"))]
    assert found == [[3, 1], [2], [7, 5, 0]]


def test_an_unreadable_window_raises_in_the_calling_thread():
    with pytest.raises(IndexError):
        list(batches(Arrays([0, 1]), [np.array([5])], torch.device("cpu")))


def test_probabilities_of_classes_need_a_column_for_each():
    with pytest.raises(ValueError, match=r"\(4, 1\) do not have one column per class"):
        logits.class_probabilities(torch.zeros(4, 1))
