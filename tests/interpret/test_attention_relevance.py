"""Attention relevance: every layer counts, patches lie where they belong, epochs follow each other."""

import numpy as np
import pytest
import torch

from bandmap.interpret.context import Context
from bandmap.interpret.methods import attention_relevance
from bandmap.train import fitting
from bandmap.train.models import freqcut_vit, glepnet, seq_freqcut_vit
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.network import Normalized

SIZES = {"dim": 16, "depth": 3, "heads": 2, "dim_head": 8, "mlp_dim": 16}
RANDOM = np.random.default_rng(0)


def windows(seconds):
    return RANDOM.standard_normal((2, 2, 20, seconds)).astype(np.float32)


def attribute(model, values, target=1):
    context = Context(Atlas.of({}, {}), ("C3", "C4"), tuple(range(20)), 1.0, values, values)
    return attention_relevance.attribute(model, values, target, context=context)


def vit(seconds=6, **hyperparameters):
    with fitting.seeded(0):
        return freqcut_vit.build((2, 20, seconds), 5, **(SIZES | hyperparameters))


def sequence(epochs=3):
    with fitting.seeded(0):
        sizes = {**SIZES, "sequence_dim": 16, "sequence_depth": 2}
        return seq_freqcut_vit.build((2, 20, 4 * epochs), 5, **sizes, epochs=epochs)


def attention(layers, model, values, target=1):
    """Return weights and gradients of some layers, as numpy, by hooks of this file's own."""
    kept = []
    hooks = [
        layer.attention.attend.register_forward_hook(lambda _m, _i, output: kept.append(output)) for layer in layers
    ]
    gradients = torch.autograd.grad(model(torch.from_numpy(values))[:, target].sum(), kept)
    for hook in hooks:
        hook.remove()
    return [(weight.detach().numpy(), gradient.numpy()) for weight, gradient in zip(kept, gradients, strict=True)]


def rolled(layers):
    """Return the class token's row after all layers, by the equations."""
    relevance = np.eye(layers[0][0].shape[-1])
    for weight, gradient in layers:
        relevance = relevance + np.maximum(weight * gradient, 0).mean(axis=1) @ relevance
    return relevance[:, 0, 1:]


def test_every_layer_counts():
    model, values = vit().eval(), windows(6)
    layers = attention(model.encoder.layers, model, values)
    found = attribute(model, values)[:, ::4].reshape(2, -1)
    np.testing.assert_allclose(found, rolled(layers), rtol=1e-4, atol=1e-8)
    assert not np.allclose(found, rolled(layers[:1]), rtol=1e-2)


@pytest.mark.parametrize(("rows", "seconds"), [(4, 1), (5, 2)])
def test_a_patch_covers_its_rows_and_seconds(rows, seconds):
    result = attribute(vit(patch_rows=rows, patch_seconds=seconds), windows(6))
    patches = result.reshape(2, 20 // rows, rows, 6 // seconds, seconds)
    assert (patches == patches[:, :, :1, :, :1]).all()
    assert len(np.unique(result[0])) == 20 // rows * 6 // seconds


def test_the_relevance_of_an_epoch_is_distributed_over_its_patches():
    model, values = sequence().eval(), windows(12)
    by_epoch = rolled(attention(model.sequence.layers, model, values))  # (windows, epochs)
    by_patch = rolled(attention(model.epoch.layers, model, values)).reshape(2, 3, 5, 4)
    expected = (by_epoch[:, :, None, None] * by_patch).transpose(0, 2, 1, 3).reshape(2, 5, 12)
    np.testing.assert_allclose(attribute(model, values)[:, ::4], expected, rtol=1e-4, atol=1e-9)


def test_an_epoch_that_the_sequence_does_not_read_has_no_relevance():
    model = sequence().eval()
    mask = torch.tensor([1.0, 1.0, 0.0, 1.0])  # class token, then epochs
    for layer in model.sequence.layers:
        layer.attention.attend.register_forward_hook(lambda _m, _i, weights: weights * mask, prepend=True)
    result = attribute(model, windows(12))
    assert not result[:, :, 4:8].any()
    assert result[:, :, :4].any()


def test_a_wrapper_makes_no_difference():
    model, values = vit(), windows(6)
    wrapped = Normalized(model, torch.zeros(2, 20, 1), torch.ones(2, 20, 1))
    np.testing.assert_array_equal(attribute(wrapped, values), attribute(model, values))


def test_a_model_without_patches_is_refused():
    with fitting.seeded(0):
        model = glepnet.build((2, 512), 2)
    with pytest.raises(ValueError, match="choose freqcut_vit or seq_freqcut_vit"):
        attribute(model, windows(6))
