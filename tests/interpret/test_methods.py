"""The axioms of interpretation: exact on a linear model, blind to what the model ignores, sensitive to weights."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.interpret.context import Context, Noted
from bandmap.interpret.methods import _bands
from bandmap.train.models import freqcut_vit, lightseizurenet, seq_freqcut_vit
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.montages import BIPOLAR18, mirrored

METHODS = plugins.available("bandmap.interpret.methods")
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
REGION_MIRRORED = [0, 1, 2, 4, 3]
RANDOM = np.random.default_rng(0)
WINDOWS = 3


@dataclass(frozen=True)
class Setting:
    """Windows of one shape and what they are compared with."""

    windows: np.ndarray
    context: Context

    @classmethod
    def of(cls, channels, frequencies, n_times, rate_hz):
        shape = (len(channels), *([len(frequencies)] if frequencies else []), n_times)
        drawn = [RANDOM.standard_normal((WINDOWS, *shape)).astype(np.float32) for _ in range(3)]
        context = Context(
            ATLAS, channels, frequencies, rate_hz, baseline=drawn[1], background=drawn[2], batch_size=16, seed=3
        )
        return cls(drawn[0], context)

    def size(self, axis):
        lengths = {
            "region": 5,
            "band": 5,
            "with_region": 5,
            "with_band": 5,
            "channel": self.windows.shape[1],
            "frequency": self.windows.shape[2],
        }
        lengths |= {
            "time": self.windows.shape[-1],
            "second": int(np.ceil(self.windows.shape[-1] / self.context.rate_hz)),
        }
        return lengths[axis]


POWER = Setting.of(BIPOLAR18, (2.0, 3.0, 5.0, 7.0, 9.0, 12.0, 20.0, 25.0, 32.0, 36.0), 8, 2.0)
SIGNAL = Setting.of(BIPOLAR18, (), 128, 64.0)
EPOCHS = Setting.of(("C3", "C4"), tuple(np.arange(20) + 0.5), 6, 1.0)
SEQUENCES = Setting.of(("C3", "C4"), tuple(np.arange(20) + 0.5), 18, 1.0)


def seeded(build):
    """Make a network with random weights that are the same each time."""

    def network(seed=0, columns=1):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return build(columns)

    return network


def small(convolution, pool, normalization):
    """Return a small convolutional network with batch norm, in-place ReLU and dropout."""
    blocks = nn.Sequential(convolution(6, 8, 3, stride=2, padding=1))
    layers = {"conv1": convolution(len(BIPOLAR18), 6, 3, padding=1), "bn1": normalization(6)}
    layers |= {"relu": nn.ReLU(inplace=True), "layer2": blocks, "relu2": nn.ReLU(inplace=True)}
    return layers | {"pool": pool(1), "flat": nn.Flatten(), "drop": nn.Dropout(0.5)}


def convolutional(axes, columns):
    if axes == 2:
        layers = small(nn.Conv2d, nn.AdaptiveAvgPool2d, nn.BatchNorm2d)
    else:
        layers = small(nn.Conv1d, nn.AdaptiveAvgPool1d, nn.BatchNorm1d)
    model = nn.Sequential()
    for name, layer in layers.items():
        model.add_module({"layer2": "blocks"}.get(name, name) if axes == 1 else name, layer)
    model.add_module("fc", nn.Linear(8, columns))
    return model


def per_channel(columns):
    return lightseizurenet.build(SIGNAL.windows.shape[1:], max(2, columns), width=4)


SMALL_VIT = {"dim": 16, "depth": 2, "heads": 2, "dim_head": 8, "mlp_dim": 16}


def vit(columns):
    return freqcut_vit.build(EPOCHS.windows.shape[1:], max(2, columns), **SMALL_VIT)


def sequence_vit(columns):
    sizes = {**SMALL_VIT, "sequence_dim": 16, "sequence_depth": 2}
    return seq_freqcut_vit.build(SEQUENCES.windows.shape[1:], max(2, columns), **sizes)


NETWORKS = {
    "power": (POWER, seeded(partial(convolutional, 2)), {"time_frequency_maps", "rescale_rule"}),
    "signal": (SIGNAL, seeded(partial(convolutional, 1)), {"time_maps", "rescale_rule"}),
    "per channel": (SIGNAL, seeded(per_channel), {"ecam", "rescale_rule"}),
    "epochs": (EPOCHS, seeded(vit), {"attention"}),
    "sequences": (SEQUENCES, seeded(sequence_vit), {"attention"}),
}
"""Setting, network, and what it offers to interpretations."""


def needs(method):
    return set(plugins.constant("bandmap.interpret.methods", method, "NEEDS"))


SLOW = {"band_interaction"}
"""On two networks only: hundreds of passes for every window."""
CASES = [
    (method, name)
    for method in METHODS
    for name in NETWORKS
    if needs(method) <= NETWORKS[name][2] and (method not in SLOW or name in ("power", "signal"))
]
each_case = pytest.mark.parametrize(("method", "name"), CASES, ids=lambda value: value.replace(" ", "_"))


def explain(method, model, setting, *, target=1, **options):
    plugin = plugins.load("bandmap.interpret.methods", method)
    return Noted.of(plugin.attribute(model, setting.windows, target, context=setting.context, **options))


def attribute(method, model, setting, **options):
    return explain(method, model, setting, **options).values


def with_context(setting, **changes):
    return Setting(setting.windows, replace(setting.context, **changes))


def some_windows(setting, chosen):
    return Setting(setting.windows[chosen], replace(setting.context, baseline=setting.context.baseline[chosen]))


def test_every_interpretation_is_tested_with_a_network():
    assert {method for method, _ in CASES} == set(METHODS)


@each_case
def test_the_result_has_the_declared_axes_and_is_finite(method, name):
    setting, network, _ = NETWORKS[name]
    axes = plugins.constant("bandmap.interpret.methods", method, "AXES")
    result, notes = explain(method, network(), setting)
    assert result.shape == (WINDOWS, *(setting.size(axis) for axis in axes))
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert np.abs(result).max() > 0
    assert all(note.shape == (WINDOWS,) and np.isfinite(note).all() for note in notes.values())


@each_case
def test_regions_and_bands_outside_the_axes_are_not_read(method, name):
    setting, network, _ = NETWORKS[name]
    axes = plugins.constant("bandmap.interpret.methods", method, "AXES")
    known = Atlas(ATLAS.regions if "region" in axes else {}, ATLAS.bands_hz if "band" in axes else {})
    found = attribute(method, network(), with_context(setting, atlas=known))
    np.testing.assert_array_equal(found, attribute(method, network(), setting))


@each_case
def test_no_windows_give_no_results(method, name):
    setting, network, _ = NETWORKS[name]
    assert len(attribute(method, network(), some_windows(setting, slice(0)))) == 0


@each_case
def test_inputs_are_not_modified(method, name):
    setting, network, _ = NETWORKS[name]
    arrays = (setting.windows, setting.context.baseline, setting.context.background)
    before = [array.copy() for array in arrays]
    attribute(method, network(), setting)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@each_case
def test_the_model_is_not_modified(method, name):
    setting, network, _ = NETWORKS[name]
    model = network().train()
    first = next(model.children()).eval()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    attribute(method, model, setting)
    assert model.training
    assert not first.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(module._forward_hooks for module in model.modules())
    for key, value in model.state_dict().items():
        torch.testing.assert_close(value, before[key], rtol=0, atol=0)


@each_case
def test_batch_size_does_not_change_the_result(method, name):
    setting, network, _ = NETWORKS[name]
    whole = attribute(method, network(), with_context(setting, batch_size=1000))
    single = attribute(method, network(), with_context(setting, batch_size=1))
    np.testing.assert_allclose(whole, single, rtol=1e-3, atol=1e-6)


@each_case
def test_a_window_does_not_depend_on_its_neighbours(method, name):
    setting, network, _ = NETWORKS[name]
    setting = with_context(setting, background=setting.context.background[:1])
    together = attribute(method, network(), setting)
    alone = attribute(method, network(), some_windows(setting, slice(1, 2)))
    np.testing.assert_allclose(together[1:2], alone, rtol=1e-3, atol=1e-6)


@each_case
def test_each_window_can_have_its_own_class(method, name):
    setting, network, _ = NETWORKS[name]
    setting = with_context(setting, background=setting.context.background[:1])
    targets = np.array([2, 0, 1])
    together = attribute(method, network(columns=3), setting, target=targets)
    apart = [attribute(method, network(columns=3), setting, target=int(k))[i] for i, k in enumerate(targets)]
    np.testing.assert_allclose(together, apart, rtol=1e-3, atol=1e-6)


@each_case
def test_classes_for_another_number_of_windows_or_none_are_refused(method, name):
    setting, network, _ = NETWORKS[name]
    for targets, message in (([1, 0], "2 classes for 3 windows"), ([1, -1, 0], r"without a class \(-1\)")):
        with pytest.raises(ValueError, match=message):
            attribute(method, network(), setting, target=np.array(targets))


@each_case
def test_a_class_that_the_model_does_not_have_is_refused(method, name):
    setting, network, _ = NETWORKS[name]
    with pytest.raises(ValueError, match="no class 3: the model has 3"):
        attribute(method, network(columns=3), setting, target=3)


@each_case
def test_the_map_changes_when_weights_are_shuffled(method, name):
    setting, network, _ = NETWORKS[name]
    model = network()
    before = attribute(method, model, setting)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            order = torch.randperm(parameter.numel(), generator=generator)
            parameter.copy_(parameter.flatten()[order].reshape(parameter.shape))
    after = attribute(method, model, setting)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] < 0.9


def make_symmetric(model, channels):
    """Let the first weights see no difference between left and right; those of lightseizurenet never do."""
    images = mirrored(channels)
    for name, parameter in model.named_parameters():
        if name == "conv1.weight":
            parameter.data = (parameter.data + parameter.data[:, images]) / 2
        if name.endswith("embed.weight") and parameter.shape[1] % len(channels) == 0 and "sequence" not in name:
            by_channel = parameter.data.unflatten(1, (-1, len(channels)))
            parameter.data = ((by_channel + by_channel[..., images]) / 2).flatten(1)
    return model.eval()


def flipped(values, axes, images):
    """Let left and right change places along the axes that know them."""
    images = {"region": REGION_MIRRORED, "with_region": REGION_MIRRORED, "channel": images}
    for place, axis in enumerate(axes):
        values = np.take(values, images[axis], axis=place) if axis in images else values
    return values


@each_case
def test_mirrored_windows_give_the_mirrored_map_of_a_symmetric_model(method, name):
    setting, network, _ = NETWORKS[name]
    context = setting.context
    turn = partial(flipped, images=mirrored(context.channels))
    both = ("window", "channel")
    turned = Setting(
        turn(setting.windows, both),
        replace(context, baseline=turn(context.baseline, both), background=turn(context.background, both)),
    )
    assert not np.array_equal(turned.windows, setting.windows)
    model = make_symmetric(network(), context.channels)
    axes = plugins.constant("bandmap.interpret.methods", method, "AXES")
    expected = turn(attribute(method, model, setting), ("window", *axes))
    np.testing.assert_allclose(attribute(method, model, turned), expected, rtol=2e-3, atol=2e-6)


@pytest.mark.parametrize("name", ["power", "signal"])
@pytest.mark.parametrize("method", [method for method in METHODS if not needs(method)] + ["gradcam"])
def test_two_columns_give_the_same_map_as_their_difference(method, name):
    setting, network, offers = NETWORKS[name]
    if not needs(method) <= offers:
        return
    two, one = network(columns=2), network()
    one.load_state_dict(
        {**two.state_dict(), "fc.weight": two.fc.weight.diff(dim=0), "fc.bias": two.fc.bias.diff(dim=0)}
    )
    if method == "gradcam":  # of one logit, not of the odds
        with torch.no_grad():
            two.fc.weight[0].zero_()
            one.fc.weight.copy_(two.fc.weight[1:])
    result = attribute(method, two, setting)
    np.testing.assert_allclose(result, attribute(method, one, setting), rtol=1e-3, atol=1e-6)


class Linear(nn.Module):
    """The log odds are a weighted sum of the window."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(torch.as_tensor(weights, dtype=torch.float32))

    def forward(self, windows):
        return (windows * self.weights).flatten(1).sum(dim=1)[:, None] + 0.3


each_kind = pytest.mark.parametrize("setting", [POWER, SIGNAL], ids=["power", "signal"])
close = partial(np.testing.assert_allclose, rtol=1e-3, atol=1e-4)


def random_weights(setting):
    return RANDOM.standard_normal(setting.windows.shape[1:]).astype(np.float32) / 10


def per_channel_sum(weights, differences):
    """Return what a linear model makes of differences, shape (windows[, bands], channels)."""
    products = weights * differences
    return products.reshape(*products.shape[: products.ndim - weights.ndim + 1], -1).sum(axis=-1)


def in_bands(setting, values):
    """Return the parts of windows in each band, shape (windows, bands, channels, ...)."""
    if setting is SIGNAL:
        return _bands.components(values, ATLAS, setting.context.rate_hz)
    members = ATLAS.band_members(setting.context.frequencies_hz)
    return np.einsum("ncft,bf->nbcft", values, members)


def shares(kind):
    weights = ATLAS.region_weights(BIPOLAR18)
    return (weights > 0).astype(float) if kind == "whole" else weights


@each_kind
def test_occlusion_is_exact_on_a_linear_model(setting):
    weights = random_weights(setting)
    expected = np.abs(per_channel_sum(weights, setting.windows - setting.context.baseline))
    close(attribute("occlusion", Linear(weights), setting, scale="log_odds"), expected)


@each_kind
@pytest.mark.parametrize("share", ["whole", "weighted"])
def test_region_occlusion_is_exact_on_a_linear_model(setting, share):
    weights, share_of = random_weights(setting), shares(share)
    lost, taken = (1 - np.sqrt(1 - share_of), np.sqrt(share_of)) if setting is SIGNAL else (share_of, share_of)
    own, quiet = (per_channel_sum(weights, values) for values in (setting.windows, setting.context.baseline))
    close(attribute("region_occlusion", Linear(weights), setting, share=share), own @ lost.T - quiet @ taken.T)


OPTIONS = [
    {"view": view, "share": share, "size": size}
    for view in ("both", "deletion", "insertion")
    for share in ("whole", "weighted")
    for size in ("rows", "root", "channels", "none")
]


@each_kind
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options.values()))
def test_band_occlusion_is_exact_on_a_linear_model(setting, options):
    weights = random_weights(setting)
    own, background = (
        per_channel_sum(weights, in_bands(setting, values)) for values in (setting.windows, setting.context.background)
    )  # (windows, bands, channels)
    background = background.mean(axis=0, keepdims=True)
    share = shares(options["share"])
    # Half of a derivation of raw signal is mixed by the roots of its shares.
    lost, taken = (1 - np.sqrt(1 - share), np.sqrt(share)) if setting is SIGNAL else (share, share)
    views = {
        "deletion": np.einsum("nbc,rc->nrb", own, lost) - np.einsum("nbc,rc->nrb", background, taken),
        "insertion": np.einsum("nbc,rc->nrb", own, taken) - np.einsum("nbc,rc->nrb", background, lost),
    }
    chosen = list(views.values()) if options["view"] == "both" else [views[options["view"]]]
    channels, rows = share.sum(axis=1)[:, None], [1.0] * 5 if setting is SIGNAL else [2.0, 2, 2, 2, 2]
    divisors = {"rows": np.sqrt(channels * rows), "root": np.sqrt(channels), "channels": channels, "none": 1.0}
    expected = np.mean(chosen, axis=0) / divisors[options["size"]]
    close(attribute("band_occlusion", Linear(weights), setting, backgrounds=3, **options), expected)


@each_kind
def test_integrated_gradients_are_exact_on_a_linear_model_and_leave_no_gap(setting):
    weights = random_weights(setting)
    difference = setting.windows - setting.context.baseline
    result, notes = explain("integrated_gradients", Linear(weights), setting, steps=1)
    close(result, per_channel_sum(weights, in_bands(setting, difference)).swapaxes(1, 2))
    close(notes["completeness_gap"], 0)
    close(notes["log_odds_change"], (weights * difference).reshape(WINDOWS, -1).sum(axis=1))
    close(result.sum(axis=(1, 2)) + notes["outside_bands"], notes["log_odds_change"])


@each_kind
def test_deep_lift_is_exact_on_a_linear_model(setting):
    weights = random_weights(setting)
    difference = setting.windows - setting.context.baseline
    result, notes = explain("deep_lift", Linear(weights), setting)
    close(result, per_channel_sum(weights, in_bands(setting, difference)).swapaxes(1, 2))
    close(notes["completeness_gap"], 0)
    close(result.sum(axis=(1, 2)) + notes["outside_bands"], notes["log_odds_change"])


@pytest.mark.parametrize("kind", ["cwt_resnet18", "eegwavenet", "lightseizurenet"])
def test_contributions_of_deep_lift_add_up_to_the_change_of_every_model_that_it_works_with(kind):
    """Including adjacent layers without a linear one between, and maxima of pools that overlap."""
    plugin = plugins.load("bandmap.train.models", kind)
    build = partial(plugin.build, plugin.EXAMPLE_SHAPE, **plugin.EXAMPLE_HYPERPARAMETERS)
    model = seeded(lambda _: build(2))().eval()
    channels, *rows, n_times = plugin.EXAMPLE_SHAPE
    names, frequencies = tuple(f"channel {n}" for n in range(channels)), tuple(np.arange(*rows) + 0.5) if rows else ()
    notes = explain("deep_lift", model, Setting.of(names, frequencies, n_times, 64.0)).notes
    # Log odds near 1 are rounded to this; those of a network that has learned nothing change by little more.
    rounding = 2 * np.finfo(np.float32).eps
    assert np.abs(notes["completeness_gap"]).max() < 1e-3 * np.abs(notes["log_odds_change"]).mean() + rounding


def test_cells_of_a_linear_model_do_not_interact():
    weights = random_weights(POWER)
    close(attribute("band_interaction", Linear(weights), POWER), 0)


def linear_case(name, ignored):
    """Return what of a linear model's map must be zero because the model ignores channels or a band."""
    setting, weights = NETWORKS[name][0], random_weights(NETWORKS[name][0])
    if ignored == "channel":
        weights[[BIPOLAR18.index("T4-T6"), *np.flatnonzero(ATLAS.region_weights(BIPOLAR18)[4] > 0)]] = 0
    else:
        weights = weights - in_bands(setting, weights[None])[0, 1]  # theta
    return setting, weights


@pytest.mark.parametrize("name", ["power", "signal"])
@pytest.mark.parametrize(
    "method", ["occlusion", "region_occlusion", "band_occlusion", "integrated_gradients", "deep_lift"]
)
def test_ignored_channels_have_no_importance(method, name):
    setting, weights = linear_case(name, "channel")
    scale = {} if method in ("integrated_gradients", "deep_lift") else {"scale": "log_odds"}
    result = attribute(method, Linear(weights), setting, **scale)
    ignored = np.zeros(result.shape[1], dtype=bool)
    ignored[[4] if result.shape[1] == 5 else np.flatnonzero(ATLAS.region_weights(BIPOLAR18)[4] > 0)] = True
    close(result[:, ignored], 0)
    assert (np.abs(result[:, ~ignored]) > 1e-4).mean() > 0.9


@pytest.mark.parametrize("name", ["power", "signal"])
@pytest.mark.parametrize("method", ["band_occlusion", "integrated_gradients", "deep_lift"])
def test_an_ignored_band_has_no_importance(method, name):
    setting, weights = linear_case(name, "band")
    result = attribute(method, Linear(weights), setting)
    close(result[:, :, 1], 0)
    assert (np.abs(np.delete(result, 1, axis=2)) > 1e-3).mean() > 0.9


def pooled(convolution, pool):
    """Return a network whose logit is the mean over its map of weighted features."""
    model = nn.Sequential()
    for name, layer in {"layer": convolution(18, 4, 1), "pool": pool(1), "flat": nn.Flatten()}.items():
        model.add_module(name, layer)
    model.add_module("fc", nn.Linear(4, 1))
    return model


@pytest.mark.parametrize(
    ("method", "setting", "model"),
    [
        ("gradcam", POWER, pooled(nn.Conv2d, nn.AdaptiveAvgPool2d)),
        ("temporal_gradcam", SIGNAL, pooled(nn.Conv1d, nn.AdaptiveAvgPool1d)),
    ],
    ids=["gradcam", "temporal_gradcam"],
)
def test_gradcam_is_exact_where_the_layer_is_pooled_and_weighted(method, setting, model):
    with torch.no_grad():
        features = model.layer(torch.from_numpy(setting.windows))
        weighted = torch.einsum("f,nf...->n...", model.fc.weight[0], features) / features[0, 0].numel()
    result = attribute(method, model, setting, layer="layer")
    np.testing.assert_allclose(result, torch.relu(weighted).numpy(), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("target", [1, 0])
def test_ecam_sums_exactly_to_the_logit_less_the_bias(target):
    model = seeded(per_channel)().eval()
    with torch.no_grad():
        model.bias.fill_(0.7)
        logit = (model(torch.from_numpy(SIGNAL.windows))[:, 0] - model.bias).numpy()
    result = attribute("ecam", model, SIGNAL, target=target)
    np.testing.assert_allclose(result.sum(axis=(1, 2)), logit if target else -logit, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("method", ["occlusion", "region_occlusion", "band_occlusion"])
def test_a_misspelt_scale_gets_a_hint(method):
    with pytest.raises(ValueError, match="Did you mean 'log_odds'"):
        attribute(method, NETWORKS["power"][1](), POWER, scale="logodds")
