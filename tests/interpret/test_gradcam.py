"""Grad-CAM: which layers, at what scale, and what is said of settings that cannot be."""

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods import gradcam
from bandmap.vocabulary.atlas import Atlas

SHAPE = (4, 10, 8)
RANDOM = np.random.default_rng(0)
WINDOWS = RANDOM.standard_normal((3, *SHAPE)).astype(np.float32)
CONTEXT = Context(Atlas.of({}, {}), tuple("abcd"), tuple(range(1, 11)), 2.0, WINDOWS, WINDOWS)


def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = {
            "conv1": nn.Conv2d(4, 6, 3, padding=1),
            "bn1": nn.BatchNorm2d(6),
            "relu": nn.ReLU(inplace=True),
            "layer2": nn.Sequential(nn.Conv2d(6, 8, 3, stride=2, padding=1), nn.Conv2d(8, 8, 3, padding=1)),
            "relu2": nn.ReLU(inplace=True),
            "pool": nn.AdaptiveAvgPool2d(1),
            "flat": nn.Flatten(),
            "fc": nn.Linear(8, 1),
        }
        model = nn.Sequential()
        for name, layer in layers.items():
            model.add_module(name, layer)
        return model.eval()


def attribute(model, windows=WINDOWS, **options):
    return gradcam.attribute(model, windows, 1, context=CONTEXT, **options)


def test_gradcam_sees_the_output_of_a_layer_before_an_in_place_change():
    model, apart = network(), network()
    with torch.no_grad():
        raw = model.layer2(model.relu(model.bn1(model.conv1(torch.from_numpy(WINDOWS)))))
    assert raw.min() < 0
    apart.relu2 = nn.ReLU(inplace=False)
    np.testing.assert_array_equal(attribute(model), attribute(apart))


def test_minmax_erases_magnitude_and_none_keeps_it():
    louder = network()
    with torch.no_grad():
        louder.fc.weight *= 3
    np.testing.assert_allclose(3 * attribute(network()), attribute(louder), rtol=1e-4)
    scaled = attribute(louder, normalize="minmax")
    np.testing.assert_allclose(scaled, attribute(network(), normalize="minmax"), atol=1e-5)
    assert scaled.min() == 0
    assert scaled.max() == pytest.approx(1)


def test_a_flat_map_is_zero_after_minmax():
    silent = network()
    with torch.no_grad():
        silent.fc.weight.zero_()
    assert not attribute(silent, normalize="minmax").any()


def test_gradcam_finds_a_layer_within_a_wrapper():
    wrapped = nn.Module()
    wrapped.add_module("network", network())
    wrapped.forward = wrapped.network.forward
    np.testing.assert_array_equal(attribute(wrapped), attribute(network()))


def test_gradcam_averages_several_layers():
    apart = [attribute(network(), layer=layer) for layer in ("layer2.0", "layer2.1")]
    assert not np.allclose(*apart)
    for layer in ("layer2.*", ["layer2.0", "layer2.1"]):
        np.testing.assert_allclose(attribute(network(), layer=layer), np.mean(apart, axis=0), rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layer": "layr2"}, "there is no 'layr2'. Did you mean 'layer2'"),
        ({"layer": "layr2.*"}, "there is no 'layr2.*'. Did you mean 'layer2"),
        ({"layer": "xyz"}, "There are: bn1, conv1, fc, flat"),
        ({"layer": "fc"}, "layer: 'fc' has 0 axes after features instead of 2"),
        ({"normalize": "minmx"}, "Did you mean 'minmax'"),
        ({"windows": WINDOWS[:, :, 0]}, "choose temporal_gradcam"),
    ],
)
def test_an_invalid_setting_is_named_in_the_error(options, message):
    with pytest.raises(ValueError, match=message):
        attribute(network(), **options)
