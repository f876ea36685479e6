"""ECAM: shares of the logit by channel and second."""

import numpy as np
import pytest
import torch

from bandmap.interpret.context import Context
from bandmap.interpret.methods import ecam
from bandmap.train import fitting
from bandmap.train.models import glepnet, lightseizurenet
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.network import Normalized

RATE_HZ = 128.0
NAMES = tuple("abcd")


def network(n_samples=512, n_classes=2, **hyperparameters):
    with fitting.seeded(0):
        built = lightseizurenet.build((4, n_samples), n_classes, **hyperparameters)
        for module in built.modules():  # as if trained: running statistics are not those of fresh norms
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_()
        return Normalized(built, torch.zeros(4, 1), torch.full((4, 1), 2.0)).eval()


def windows(n_samples=512):
    return np.random.default_rng(0).standard_normal((3, 4, n_samples)).astype(np.float32)


def attribute(model, values, target=1):
    context = Context(Atlas.of({}, {}), NAMES, (), RATE_HZ, values, values)
    return ecam.attribute(model, values, target, context=context)


def logits(model, values):
    with torch.no_grad():
        return model(torch.from_numpy(values)).numpy()


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("n_samples", [512, 500, 130])
def test_it_sums_to_the_logit_less_the_bias(shared, n_samples):
    model, values = network(n_samples, shared=shared), windows(n_samples)
    with torch.no_grad():
        model.network.bias.fill_(-1.3)
    result = attribute(model, values)
    assert result.shape == (3, 4, -(-n_samples // 128))
    np.testing.assert_allclose(result.sum(axis=(1, 2)), logits(model, values)[:, 0] + 1.3, rtol=1e-4, atol=1e-6)


def test_it_sums_to_the_logit_of_each_windows_class():
    model, values = network(n_classes=3), windows()
    result = attribute(model, values, target=np.array([2, 0, 1]))
    expected = logits(model, values)[np.arange(3), [2, 0, 1]]
    np.testing.assert_allclose(result.sum(axis=(1, 2)), expected, rtol=1e-4, atol=1e-6)


def test_importance_for_seizure_is_the_negative_of_that_for_background():
    model, values = network(), windows()
    np.testing.assert_array_equal(attribute(model, values, 0), -attribute(model, values, 1))


def test_pruned_kernels_have_no_share():
    model, values = network(pruned_share=0.5), windows()
    before = attribute(model, values)
    model.network.prune(0.5)
    after = attribute(model, values)
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after.sum(axis=(1, 2)), logits(model, values)[:, 0], rtol=1e-4, atol=1e-6)


def test_a_channel_without_weight_in_the_head_has_no_share():
    model = network(shared=False)
    with torch.no_grad():
        model.network.ecam.weight[:, 2] = 0
    result = attribute(model, windows())
    assert not result[:, 2].any()
    assert result[:, [0, 1, 3]].all()


def test_a_burst_changes_its_own_channel_and_the_seconds_around_it_only():
    calm = np.zeros((1, 4, 1024), dtype=np.float32)
    burst = calm.copy()
    burst[0, 1, 256:384] = 5 * np.sin(np.arange(128))
    model = network(1024)
    change = attribute(model, burst) - attribute(model, calm)
    assert not change[0, [0, 2, 3]].any()
    assert change[0, 1, 2]
    assert not change[0, 1, 6:].any()


def test_a_model_without_activation_per_channel_is_refused():
    with fitting.seeded(0):
        model = glepnet.build((4, 512), 2)
    with pytest.raises(ValueError, match="choose lightseizurenet"):
        attribute(model, windows())
