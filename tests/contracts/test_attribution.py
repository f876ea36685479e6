"""The axioms of interpretation: exact on a linear model, blind to what the model ignores, sensitive to weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from bandmap import plugins
from bandmap.atlas import BIPOLAR18, Atlas
from bandmap.context import Context

METHODS = plugins.available("bandmap.attribution")
ATLAS = Atlas.of(
    {
        "frontal": ["Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8"],
        "central": ["C3", "Cz", "C4"],
        "parieto-occipital": ["P3", "Pz", "P4", "O1", "O2"],
        "temporal-left": ["T3", "T5"],
        "temporal-right": ["T4", "T6"],
    },
    {"delta": [1, 4], "theta": [4, 8], "alpha": [8, 14], "beta": [14, 30], "gamma": [30, 40]},
)
FREQUENCIES = (2.0, 3.0, 5.0, 7.0, 9.0, 12.0, 20.0, 25.0, 32.0, 36.0)
SHAPE = (len(BIPOLAR18), len(FREQUENCIES), 8)
SIZES = {"region": 5, "band": 5, "channel": len(BIPOLAR18), "frequency": len(FREQUENCIES), "time": 8}
RANDOM = np.random.default_rng(0)
WINDOWS = RANDOM.standard_normal((3, *SHAPE)).astype(np.float32)
CONTEXT = Context(
    ATLAS,
    BIPOLAR18,
    FREQUENCIES,
    2.0,
    baseline=RANDOM.standard_normal((3, *SHAPE)).astype(np.float32),
    background=RANDOM.standard_normal((3, *SHAPE)).astype(np.float32),
    batch_size=16,
)


class Linear(nn.Module):
    """The log odds are a weighted sum of the window."""

    def __init__(self, weights, columns=1):
        super().__init__()
        self.weights = nn.Parameter(torch.as_tensor(weights, dtype=torch.float32))
        self.columns = columns

    def forward(self, windows):
        odds = (windows * self.weights).sum(dim=(1, 2, 3))[:, None] + 0.3
        return odds if self.columns == 1 else torch.cat([-odds / 2, odds / 2], dim=1)


def network(seed=0, columns=1):
    """Return a small convolutional network with batch norm and dropout, random but fixed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return _sequential(columns)


def _sequential(columns):
    layers = {
        "conv1": nn.Conv2d(SHAPE[0], 6, 3, padding=1),
        "bn1": nn.BatchNorm2d(6),
        "relu": nn.ReLU(inplace=True),
        "layer2": nn.Conv2d(6, 8, 3, stride=2, padding=1),
        "relu2": nn.ReLU(inplace=True),
        "pool": nn.AdaptiveAvgPool2d(1),
        "flat": nn.Flatten(),
        "drop": nn.Dropout(0.5),
        "fc": nn.Linear(8, columns),
    }
    model = nn.Sequential()
    for name, layer in layers.items():
        model.add_module(name, layer)
    return model


def attribute(method, model, *, windows=WINDOWS, context=CONTEXT, target=1, **options):
    return plugins.load("bandmap.attribution", method).attribute(model, windows, target, context=context, **options)


@pytest.mark.parametrize("method", METHODS)
def test_the_result_has_the_declared_axes_and_is_finite(method):
    axes = plugins.constant("bandmap.attribution", method, "AXES")
    result = attribute(method, network())
    assert result.shape == (len(WINDOWS), *(SIZES[axis] for axis in axes))
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert np.abs(result).max() > 0


@pytest.mark.parametrize("method", METHODS)
def test_no_windows_give_no_results(method):
    context = replace(CONTEXT, baseline=CONTEXT.baseline[:0])
    assert len(attribute(method, network(), windows=WINDOWS[:0], context=context)) == 0


@pytest.mark.parametrize("method", METHODS)
def test_inputs_are_not_modified(method):
    arrays = (WINDOWS, CONTEXT.baseline, CONTEXT.background)
    before = [array.copy() for array in arrays]
    attribute(method, network())
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("method", METHODS)
def test_the_model_is_left_as_it_was(method):
    model = network().train()
    model.bn1.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    attribute(method, model)
    assert model.training
    assert not model.bn1.training
    assert all(parameter.grad is None for parameter in model.parameters())
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


@pytest.mark.parametrize("method", METHODS)
def test_batch_size_does_not_change_the_result(method):
    whole = attribute(method, network(), context=replace(CONTEXT, batch_size=1000))
    single = attribute(method, network(), context=replace(CONTEXT, batch_size=1))
    np.testing.assert_allclose(whole, single, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_window_does_not_depend_on_its_neighbours(method):
    context = replace(CONTEXT, background=CONTEXT.background[:1])
    together = attribute(method, network(), context=context)
    alone = attribute(method, network(), windows=WINDOWS[1:2], context=replace(context, baseline=CONTEXT.baseline[1:2]))
    np.testing.assert_allclose(together[1:2], alone, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_the_map_changes_when_weights_are_shuffled(method):
    model = network()
    before = attribute(method, model)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            order = torch.randperm(parameter.numel(), generator=generator)
            parameter.copy_(parameter.flatten()[order].reshape(parameter.shape))
    after = attribute(method, model)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] < 0.9


@pytest.mark.parametrize("method", METHODS)
def test_two_columns_say_the_same_as_their_difference(method):
    two = network(columns=2)
    one = network()
    one.load_state_dict(
        {**two.state_dict(), "fc.weight": two.fc.weight.diff(dim=0), "fc.bias": two.fc.bias.diff(dim=0)}
    )
    if method == "gradcam":  # of one logit, not of the odds
        with torch.no_grad():
            two.fc.weight[0].zero_()
            one.fc.weight.copy_(two.fc.weight[1:])
    np.testing.assert_allclose(attribute(method, two), attribute(method, one), rtol=1e-4, atol=1e-6)


def test_occlusion_is_exact_on_a_linear_model():
    weights = RANDOM.standard_normal(SHAPE) / 10
    expected = np.abs((weights * (WINDOWS - CONTEXT.baseline)).sum(axis=(2, 3)))
    result = attribute("occlusion", Linear(weights), scale="log_odds")
    np.testing.assert_allclose(result, expected, rtol=1e-3, atol=1e-5)


def test_occlusion_changes_the_probability_by_one_channel_at_a_time():
    weights = RANDOM.standard_normal(SHAPE) / 10

    def probability(windows):
        return 1 / (1 + np.exp(-((weights * windows).sum(axis=(1, 2, 3)) + 0.3)))

    occluded = WINDOWS.copy()
    occluded[:, 4] = CONTEXT.baseline[:, 4]
    expected = np.abs(probability(WINDOWS) - probability(occluded))
    np.testing.assert_allclose(attribute("occlusion", Linear(weights))[:, 4], expected, rtol=1e-3, atol=1e-6)


def test_occlusion_of_an_ignored_channel_is_zero():
    weights = RANDOM.standard_normal(SHAPE)
    weights[[3, 11]] = 0
    result = attribute("occlusion", Linear(weights), scale="log_odds")
    np.testing.assert_allclose(result[:, [3, 11]], 0, atol=1e-6)
    assert (np.delete(result, [3, 11], axis=1) > 0).all()


def test_gradcam_is_exact_where_the_layer_is_pooled_and_weighted():
    model = nn.Sequential()
    model.add_module("layer", nn.Conv2d(SHAPE[0], 4, 1))
    model.add_module("pool", nn.AdaptiveAvgPool2d(1))
    model.add_module("flat", nn.Flatten())
    model.add_module("fc", nn.Linear(4, 1))
    with torch.no_grad():
        features = model.layer(torch.from_numpy(WINDOWS))
        weighted = (model.fc.weight[0][:, None, None] * features).sum(dim=1) / (SHAPE[1] * SHAPE[2])
    result = attribute("gradcam", model, layer="layer")
    np.testing.assert_allclose(result, torch.relu(weighted).numpy(), rtol=1e-4, atol=1e-7)


def test_gradcam_sees_what_a_layer_gave_before_the_next_changes_it_in_place():
    model = network().eval()
    with torch.no_grad():
        raw = model.layer2(model.relu(model.bn1(model.conv1(torch.from_numpy(WINDOWS)))))
    assert raw.min() < 0
    apart = network().eval()
    apart.relu2 = nn.ReLU(inplace=False)
    np.testing.assert_array_equal(attribute("gradcam", model), attribute("gradcam", apart))


def test_gradcam_minmax_erases_magnitude_and_none_keeps_it():
    louder = network()
    with torch.no_grad():
        louder.fc.weight *= 3
    np.testing.assert_allclose(3 * attribute("gradcam", network()), attribute("gradcam", louder), rtol=1e-4)
    scaled = attribute("gradcam", louder, normalize="minmax")
    np.testing.assert_allclose(scaled, attribute("gradcam", network(), normalize="minmax"), atol=1e-5)
    assert scaled.min() == 0
    assert scaled.max() == pytest.approx(1)


def test_gradcam_of_a_flat_map_is_zero_after_minmax():
    silent = network()
    with torch.no_grad():
        silent.fc.weight.zero_()
    assert not attribute("gradcam", silent, normalize="minmax").any()


def test_gradcam_finds_a_layer_within_a_wrapper():
    wrapped = nn.Module()
    wrapped.add_module("network", network())
    wrapped.forward = wrapped.network.forward
    np.testing.assert_array_equal(attribute("gradcam", wrapped), attribute("gradcam", network()))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layer": "layr2"}, "there is no 'layr2'. Did you mean 'layer2'"),
        ({"layer": "xyz"}, "There are: bn1, conv1, drop"),
        ({"layer": "fc"}, "layer 'fc' gives"),
        ({"normalize": "minmx"}, "Did you mean 'minmax'"),
    ],
)
def test_gradcam_says_what_is_wrong_with_its_settings(options, message):
    with pytest.raises(ValueError, match=message):
        attribute("gradcam", network(), **options)


@pytest.mark.parametrize("method", ["occlusion", "band_occlusion"])
def test_a_misspelt_scale_gets_a_hint(method):
    with pytest.raises(ValueError, match="Did you mean 'log_odds'"):
        attribute(method, network(), scale="logodds")


OPTIONS = [
    {"view": view, "share": share, "size": size}
    for view in ("both", "deletion", "insertion")
    for share in ("whole", "weighted")
    for size in ("root", "channels", "none")
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options.values()))
def test_band_occlusion_is_exact_on_a_linear_model(options):
    weights = RANDOM.standard_normal(SHAPE) / 10
    share = ATLAS.region_weights(BIPOLAR18)
    if options["share"] == "whole":
        share = (share > 0).astype(float)
    divisor = {"root": np.sqrt(share.sum(axis=1)), "channels": share.sum(axis=1), "none": np.ones(5)}[options["size"]]
    difference = weights * (WINDOWS - CONTEXT.background.mean(axis=0))
    members = ATLAS.band_members(FREQUENCIES)
    expected = np.einsum("ncft,rc,bf->nrb", difference, share, members) / divisor[:, None]
    result = attribute("band_occlusion", Linear(weights), backgrounds=3, **options)
    np.testing.assert_allclose(result, expected, rtol=1e-3, atol=1e-4)


def test_band_occlusion_of_an_ignored_band_or_region_is_zero():
    weights = RANDOM.standard_normal(SHAPE)
    weights[:, 2:4] = 0  # theta
    weights[ATLAS.region_weights(BIPOLAR18)[4] > 0] = 0  # temporal-right
    result = attribute("band_occlusion", Linear(weights))
    np.testing.assert_allclose(result[:, :, 1], 0, atol=1e-4)
    np.testing.assert_allclose(result[:, 4, :], 0, atol=1e-4)
    assert (np.abs(result[:, :4, [0, 2, 3, 4]]) > 1e-3).all()


def test_band_occlusion_names_the_cell_that_a_model_listens_to():
    listened = np.zeros(SHAPE)
    listened[BIPOLAR18.index("T3-T5"), 6:8] = 0.1  # temporal-left, beta
    windows = WINDOWS + np.float32(5) * (listened > 0)
    result = attribute("band_occlusion", Linear(listened.astype(np.float32)), windows=windows.astype(np.float32))
    assert {np.unravel_index(matrix.argmax(), matrix.shape) for matrix in result} == {(3, 3)}


def test_band_occlusion_of_a_band_without_a_frequency_or_a_region_without_a_channel_is_zero():
    atlas = Atlas.of({"frontal": ["Fp1"], "nowhere": ["AFz"]}, {"theta": [4, 8], "high": [60, 80]})
    result = attribute("band_occlusion", network(), context=replace(CONTEXT, atlas=atlas))
    assert result[:, 0, 0].all()
    np.testing.assert_allclose(result[:, 1], 0, atol=1e-6)
    np.testing.assert_allclose(result[:, :, 1], 0, atol=1e-6)


def test_band_occlusion_meets_all_backgrounds_over_successive_windows():
    same = np.repeat(WINDOWS[:1], 3, axis=0)
    every = attribute("band_occlusion", network(), windows=same, backgrounds=3)
    one = attribute("band_occlusion", network(), windows=same, backgrounds=1)
    assert not np.allclose(one[0], one[1])
    np.testing.assert_allclose(one.mean(axis=0), every[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"view": "delete"}, "view: .*'deletion'"), ({"share": "hole"}, "'whole'"), ({"size": "rot"}, "'root'")],
)
def test_band_occlusion_says_what_is_wrong_with_its_settings(options, message):
    with pytest.raises(ValueError, match=message):
        attribute("band_occlusion", network(), **options)


def test_band_occlusion_refuses_raw_signal():
    with pytest.raises(ValueError, match="time-frequency representation"):
        attribute("band_occlusion", network(), windows=WINDOWS[:, :, 0])
