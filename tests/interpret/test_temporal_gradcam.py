"""Temporal Grad-CAM: the blocks of a glepnet, the scales of an eegwavenet."""

import numpy as np
import pytest
import torch

from bandmap.interpret.context import Context
from bandmap.interpret.methods import temporal_gradcam
from bandmap.train import fitting
from bandmap.train.models import eegwavenet, glepnet, lightseizurenet
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.network import Normalized

SHAPE = (4, 512)
WINDOWS = np.random.default_rng(0).standard_normal((2, *SHAPE)).astype(np.float32)
CONTEXT = Context(Atlas.of({}, {}), tuple("abcd"), (), 128.0, WINDOWS, WINDOWS)


def network(plugin, **hyperparameters):
    with fitting.seeded(0):
        return Normalized(plugin.build(SHAPE, 2, **hyperparameters), torch.zeros(4, 1), torch.ones(4, 1))


def attribute(model, **options):
    return temporal_gradcam.attribute(model, WINDOWS, 1, context=CONTEXT, **options)


def test_all_encoder_blocks_of_a_glepnet_are_the_default():
    model = network(glepnet, depth=3)
    blocks = [attribute(model, layer=f"blocks.{k}") for k in range(3)]
    together = attribute(model)
    np.testing.assert_allclose(together, np.mean(blocks, axis=0), rtol=1e-5, atol=1e-9)
    assert together.any()
    assert not any(np.allclose(together, block) for block in blocks)


def test_scales_of_an_eegwavenet_are_brought_to_one_length():
    assert attribute(network(eegwavenet), layer="branches.*").shape == (2, 512)


def test_a_layer_that_reads_each_channel_by_itself_is_refused():
    with pytest.raises(ValueError, match="returns 8 maps for 2 windows"):
        attribute(network(lightseizurenet), layer="features")


def test_power_is_refused():
    with pytest.raises(ValueError, match="choose gradcam"):
        temporal_gradcam.attribute(network(glepnet), WINDOWS[:, :, None], 1, context=CONTEXT)
