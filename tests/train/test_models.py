"""What every model keeps to, whoever wrote it."""

import importlib.util

import numpy as np
import pytest
import torch

from bandmap.files import weights
from bandmap.train import fitting
from bandmap.train.recipe import Recipe
from bandmap.vocabulary import logits, plugins
from bandmap.vocabulary.network import Normalized

PACKAGE = "bandmap.train.models"


class Kind:
    """A model plugin with the window, classes and hyperparameters that its file gives as an example."""

    def __init__(self, name):
        self.name = name
        self.shape = plugins.constant(PACKAGE, name, "EXAMPLE_SHAPE")
        self.hyperparameters = plugins.constant(PACKAGE, name, "EXAMPLE_HYPERPARAMETERS") or {}
        self.n_classes = plugins.constant(PACKAGE, name, "EXAMPLE_CLASSES") or 2

    def build(self, seed=0, n_classes=None):
        with fitting.seeded(seed):
            plugin = plugins.load(PACKAGE, self.name)
            return plugin.build(self.shape, n_classes or self.n_classes, **self.hyperparameters)

    def batch(self, n, seed=0):
        return torch.randn((n, *self.shape), generator=torch.Generator().manual_seed(seed))


@pytest.fixture(params=plugins.available(PACKAGE))
def kind(request):
    if request.param == "braindecode" and importlib.util.find_spec("braindecode") is None:
        pytest.skip("braindecode is not installed")
    return Kind(request.param)


def test_the_example_is_declared_with_known_hyperparameters(kind):
    assert kind.shape is not None
    assert set(kind.hyperparameters) <= set(plugins.keyword_arguments(PACKAGE, kind.name, "build"))


@pytest.mark.parametrize("n_classes", [2, 5])
def test_logits_have_one_row_a_window_and_one_column_a_class(kind, n_classes):
    columns = {2: {1, 2}}.get(n_classes, {n_classes})
    found = kind.build(n_classes=n_classes).eval()(kind.batch(3))
    assert found.shape[0] == 3
    assert found.shape[1] in columns
    assert found.isfinite().all()


def test_a_batch_of_one_is_a_batch(kind):
    assert logits.probabilities(logits.by_answer(kind.build(n_classes=2).eval()(kind.batch(1)), 1)).shape == (1,)


def test_a_model_gives_several_answers_exactly_if_it_offers_them(kind):
    found = kind.build().eval()(kind.batch(2))
    offers = plugins.constant(PACKAGE, kind.name, "OFFERS") or ()
    assert (found.ndim == 3) == ("dense_answers" in offers)
    if found.ndim == 3:
        assert logits.by_answer(found, 4).shape == (8, found.shape[1])


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(kind):
    first, same, other = (kind.build(seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def gradients(network, windows):
    """Return the gradients of all weights in bfloat16, while freed memory holds NaN."""
    network.to(memory_format=torch.channels_last).train()
    windows = windows.contiguous(memory_format=torch.channels_last)
    freed = [torch.full((10**power,), torch.nan) for power in range(1, 7) for _ in range(20)]
    del freed
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = network(windows)
    freed = [torch.full((10**power,), torch.nan) for power in range(1, 7) for _ in range(20)]
    del freed
    found.float().square().mean().backward()
    return [weight.grad for weight in network.parameters() if weight.grad is not None]


@pytest.mark.parametrize("n_times", [16, 8])
def test_no_gradient_of_narrow_windows_in_bfloat16_depends_on_what_freed_memory_holds(n_times):
    kind = Kind("cwt_resnet18")
    kind.shape = (18, 20, n_times)
    for seed in range(8):
        assert all(gradient.isfinite().all() for gradient in gradients(kind.build(seed), kind.batch(8, seed)))


def test_the_gradient_reaches_every_channel(kind):
    windows = kind.batch(2).requires_grad_()
    kind.build().eval()(windows)[:, 0].sum().backward()
    one_channel = (-1,) if len(kind.shape) == 2 else (-2, -1)  # samples, or frequencies and times
    assert (windows.grad.abs().sum((0, *one_channel)) > 0).all()


def test_the_output_of_a_window_does_not_depend_on_its_batch(kind):
    model, windows = kind.build().eval(), kind.batch(5)
    with torch.inference_mode():
        torch.testing.assert_close(model(windows)[3:4], model(windows[3:4]), rtol=1e-4, atol=1e-5)


def test_it_overfits_eight_windows(kind):
    windows, classes = kind.batch(8), torch.arange(8) % kind.n_classes
    model = kind.build().train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(100):
        loss = cross_entropy(logits.by_answer(model(windows), 1), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss < 0.05:
            break
    assert loss < 0.05


def cross_entropy(outputs, classes):
    if outputs.shape[1] == 1:
        return torch.nn.functional.binary_cross_entropy_with_logits(outputs[:, 0], classes.float())
    return torch.nn.functional.cross_entropy(outputs, classes)


def test_saved_equals_loaded(kind, tmp_path):
    size = (*kind.shape[:-1], 1)
    model = Normalized(kind.build(), torch.full(size, 0.5), torch.full(size, 2.0)).eval()
    settings = {
        "kind": kind.name,
        "shape": kind.shape,
        "n_classes": kind.n_classes,
        "hyperparameters": kind.hyperparameters,
    }
    weights.save(tmp_path / "weights.pt", model, settings)
    loaded, _ = weights.load(tmp_path / "weights.pt")
    with torch.inference_mode():
        assert torch.equal(loaded(kind.batch(2)), model(kind.batch(2)))


def test_it_exports_for_any_batch_size(kind):
    model = kind.build().eval()
    batch = torch.export.Dim("batch", min=1, max=1024)
    exported = torch.export.export(model, (kind.batch(2),), dynamic_shapes=({0: batch},)).module()
    torch.testing.assert_close(exported(kind.batch(3)), model(kind.batch(3)), rtol=1e-4, atol=1e-5)


def test_windows_with_other_axes_are_refused_by_name(kind):
    other = kind.shape[:1] + kind.shape[2:] if len(kind.shape) == 3 else (*kind.shape, 8)
    with pytest.raises(ValueError, match=kind.name):
        plugins.load(PACKAGE, kind.name).build(other, 2, **kind.hyperparameters)


class Arrays:
    """Twelve windows that fit in memory."""

    def __init__(self, kind, n_classes):
        self.values = kind.batch(12).numpy()
        self.labels = np.arange(12) % n_classes
        self.answers = self.labels[:, None]

    def __len__(self):
        return 12

    def take(self, indices):
        return self.values[indices]


RECIPE = {"epochs": 1, "batch_size": 6, "learning_rate": 1e-3, "weight_decay": 0.01, "patience": 1}


def new_model(kind, windows, n_classes):
    build = plugins.load(PACKAGE, kind.name).build
    return fitting.new_model(build, windows, n_classes=n_classes, seed=1, **kind.hyperparameters)


def test_it_fits_and_predicts_through_the_training_loop(kind):
    windows = Arrays(kind, 2)
    model = new_model(kind, windows, 2)
    fitting.fit(model, windows, windows, Recipe(**RECIPE, background_per_seizure=1), seed=1, device="cpu")
    assert fitting.predict(model, windows, batch_size=5, device="cpu").shape == (12,)


def test_the_training_loop_fits_every_class_of_its_task(kind):
    windows = Arrays(kind, kind.n_classes)
    model = new_model(kind, windows, kind.n_classes)
    recipe = Recipe(**RECIPE, background_per_seizure=None)
    fitted = fitting.fit(model, windows, windows, recipe, seed=1, device="cpu")
    assert np.isfinite(fitted.history[0]["validation_loss"])
