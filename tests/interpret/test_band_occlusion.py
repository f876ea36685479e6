"""Band occlusion: which cell a model listens to, on power and on raw signal, and how background stands in."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.interpret.context import Context, Noted
from bandmap.interpret.methods import _bands, band_occlusion, integrated_gradients, region_occlusion
from bandmap.interpret.methods._forward import mixing
from bandmap.interpret.methods._replacements import REPLACEMENTS, stand_ins
from bandmap.represent.timefrequency import row_edges, row_frequencies
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.montages import BIPOLAR18

ATLAS = Atlas.of(
    {"frontal": ["Fp1", "Fp2", "F7", "F8"], "temporal-left": ["T3", "T5"], "nowhere": ["AFz"]},
    {"theta": [4, 8], "beta": [14, 30], "high": [200, 300]},
)
RATE_HZ, N_SAMPLES = 128.0, 512
SECONDS = np.arange(N_SAMPLES) / RATE_HZ
RANDOM = np.random.default_rng(0)
FREQUENCIES = (2.0, 5.0, 7.0, 20.0, 25.0)


def drawn(*shape):
    return RANDOM.standard_normal((3, 18, *shape)).astype(np.float32)


POWER = Context(ATLAS, BIPOLAR18, FREQUENCIES, 2.0, drawn(5, 8), drawn(5, 8), others=drawn(5, 8) + 1)
SIGNAL = Context(ATLAS, BIPOLAR18, (), RATE_HZ, drawn(N_SAMPLES), drawn(N_SAMPLES), others=3 * drawn(N_SAMPLES))
both_kinds = pytest.mark.parametrize("context", [POWER, SIGNAL], ids=["power", "signal"])


class Listening(nn.Module):
    """The log odds are the mean power of a rhythm in one derivation."""

    def __init__(self, derivation, frequency_hz):
        super().__init__()
        self.channel = BIPOLAR18.index(derivation)
        wave = np.exp(2j * np.pi * frequency_hz * SECONDS) / len(SECONDS)
        self.register_buffer("wave", torch.from_numpy(np.stack([wave.real, wave.imag]).astype(np.float32)))

    def forward(self, windows):
        return (windows[:, self.channel] @ self.wave.T).square().sum(dim=1, keepdim=True)


def attribute(model, windows, context, **options):
    return band_occlusion.attribute(model, windows, 1, context=context, **options)


@pytest.mark.parametrize(("frequency_hz", "band"), [(6, 0), (20, 1)])
@pytest.mark.parametrize("view", ["both", "deletion", "insertion"])
def test_the_largest_cell_of_raw_signal_is_the_one_that_the_model_uses(frequency_hz, band, view):
    windows = drawn(N_SAMPLES)
    windows[:, BIPOLAR18.index("T3-T5")] += 5 * np.sin(2 * np.pi * frequency_hz * SECONDS).astype(np.float32)
    result = attribute(Listening("T3-T5", frequency_hz), windows, SIGNAL, view=view)
    assert {np.unravel_index(matrix.argmax(), matrix.shape) for matrix in result} == {(1, band)}


@both_kinds
@pytest.mark.parametrize("replacement", ["phase_randomized", "noise"])
def test_phases_and_noise_are_drawn_by_the_seed_alone(context, replacement):
    first, again, other = (stand_ins(replace(context, seed=seed), replacement) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other, atol=0.1)


@both_kinds
def test_a_band_without_a_frequency_or_a_region_without_a_channel_is_exactly_zero(context):
    torch.manual_seed(0)
    windows = context.baseline
    model = nn.Sequential(nn.Flatten(), nn.Linear(windows[0].size, 1))
    result = attribute(model, windows, context)
    assert result[:, :2, :2].all()
    assert not result[:, 2].any()
    assert not result[:, :, 2].any()


@both_kinds
def test_other_replacements_give_other_maps_with_the_same_cell_on_top(context):
    """A model hears one derivation's beta, and the window has much of it."""
    windows, channel = drawn(*context.background.shape[2:]), BIPOLAR18.index("T3-T5")
    if context is SIGNAL:
        windows[:, channel] += 9 * np.sin(2 * np.pi * 20 * SECONDS).astype(np.float32)
        model = Listening("T3-T5", 20)
    else:
        windows[:, channel, 3] += 9
        model = Row(channel, 3)
    maps = [attribute(model, windows, context, replacement=name) for name in REPLACEMENTS]
    assert {np.unravel_index(found.mean(axis=0).argmax(), found.shape[1:]) for found in maps} == {(1, 1)}
    assert all(not np.allclose(one, other) for one, other in itertools.combinations(maps, 2))


class Row(nn.Module):
    """The log odds are the largest power of one row of one channel."""

    def __init__(self, channel, row):
        super().__init__()
        self.place = channel, row

    def forward(self, windows):
        return windows[:, *self.place].amax(dim=1, keepdim=True)


def test_a_missing_background_of_another_subject_is_refused():
    without = replace(POWER, others=np.zeros(0, np.float32))
    with pytest.raises(ValueError, match="other_subject needs windows of another subject"):
        attribute(Row(0, 0), POWER.baseline, without, replacement="other_subject")
    with pytest.raises(ValueError, match="others of shape"):
        replace(POWER, others=POWER.others[:, :3])


@pytest.mark.parametrize("replacement", ["phase_randomized", "noise"])
def test_a_replacement_of_power_has_the_mean_and_variance_of_every_row(replacement):
    background = np.cumsum(RANDOM.standard_normal((2, 18, 5, 300)), axis=-1).astype(np.float32) + 7
    found = stand_ins(replace(POWER, background=background), replacement)
    assert found.dtype == np.float32
    for moment in (np.mean, np.std):
        np.testing.assert_allclose(moment(found, axis=-1), moment(background, axis=-1), rtol=1e-3)
    assert np.median(np.abs(rowwise(np.corrcoef, found, background))) < 0.6
    smooth = {name: np.mean(rowwise(lambda row, _: np.corrcoef(row[1:], row[:-1]), of, of)) for name, of in
              (("found", found), ("background", background))}  # fmt: skip
    assert smooth["background"] > 0.9
    assert (smooth["found"] > 0.9) == (replacement == "phase_randomized")


def rowwise(correlate, one, other):
    rows = zip(one.reshape(-1, one.shape[-1]), other.reshape(-1, one.shape[-1]), strict=True)
    return [correlate(a, b)[0, 1] for a, b in rows]


@pytest.mark.parametrize("replacement", ["phase_randomized", "noise"])
def test_a_replacement_of_raw_signal_has_only_the_power_of_every_band(replacement):
    background = SIGNAL.background.copy()
    background[:, 1] = background[:, 0]
    found = stand_ins(replace(SIGNAL, background=background), replacement)
    own, new = (_bands.components(signals, ATLAS, RATE_HZ) for signals in (background, found))
    np.testing.assert_allclose(np.square(new).sum(axis=-1), np.square(own).sum(axis=-1), rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(found - new.sum(axis=1), background - own.sum(axis=1), atol=1e-4)
    correlations = [np.corrcoef(own[w, b, 0], new[w, b, 0])[0, 1] for w in range(3) for b in range(2)]
    assert np.abs(correlations).max() < 0.7
    together = np.corrcoef(new[0, 1, 0], new[0, 1, 1])[0, 1]
    assert together == pytest.approx(1) if replacement == "phase_randomized" else abs(together) < 0.5


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_a_mixture_of_raw_signals_keeps_their_power(share):
    one, other = RANDOM.standard_normal((2, 100_000))
    lost, taken = mixing(np.array(share), SIGNAL)
    assert np.square(one - lost * one + taken * other).mean() == pytest.approx(1, rel=0.02)
    assert mixing(np.array(share), POWER) == (share, share)


@pytest.mark.parametrize("method", [band_occlusion, region_occlusion])
def test_a_half_replaced_derivation_has_the_same_power(method):
    """F7-T3 is half frontal: a mean of both halves has half the power, so that a model of power would lose half."""
    atlas = Atlas.of({"frontal": ["F7"]}, {"all": [0.01, 64]})
    own, quiet = (4 * RANDOM.standard_normal((40, 1, N_SAMPLES)).astype(np.float32) for _ in range(2))
    context = Context(atlas, ("F7-T3",), (), RATE_HZ, baseline=quiet, background=quiet)
    loss = method.attribute(
        Power(), own, 1, context=context, **({"view": "deletion"} if method is band_occlusion else {})
    )
    assert loss.mean() == pytest.approx(0, abs=1)  # of 16; half of a sum of halves would lose 8


class Power(nn.Module):
    def forward(self, windows):
        return windows.square().mean(dim=(1, 2))[:, None]


def test_by_the_root_of_rows_no_cell_is_favoured_by_its_size_where_nothing_is_learnt():
    """Random weights and random windows: 6.5 derivations and 16 rows win without a divisor, and not with it."""
    atlas = Atlas.of(
        {"frontal": ["Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8"], "temporal-left": ["T3", "T5"], "central": ["Cz"]},
        {"delta": [1, 4], "beta": [14, 30]},
    )
    generator = np.random.default_rng(1)
    windows, background = generator.standard_normal((2, 20, 18, 30, 1)).astype(np.float32)
    context = Context(atlas, BIPOLAR18, tuple(np.arange(1.0, 31)), 1.0, background, background)

    def largest(size):
        """Return how often each cell is the largest: frontal delta, beta, then temporal, central."""
        found = []
        for seed in range(20):
            model = nn.Sequential(nn.Flatten(), nn.Linear(18 * 30, 1))
            nn.init.normal_(model[1].weight, generator=torch.Generator().manual_seed(seed))
            found.append(np.abs(attribute(model, windows, context, size=size, backgrounds=1)).reshape(20, -1))
        return np.bincount(np.concatenate(found).argmax(axis=1), minlength=6) / 400

    assert largest("none")[1] > 0.4
    assert np.abs(largest("rows") - 1 / 6).max() < 0.1


def test_successive_windows_use_all_backgrounds():
    model = nn.Sequential(nn.Flatten(), nn.Linear(18 * 5 * 8, 1))
    same = np.repeat(POWER.baseline[:1], 3, axis=0)
    every, one = (attribute(model, same, POWER, backgrounds=n) for n in (3, 1))
    assert not np.allclose(one[0], one[1])
    np.testing.assert_allclose(one.mean(axis=0), every[0], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"view": "delete"}, "view: .*'deletion'"),
        ({"share": "hole"}, "'whole'"),
        ({"size": "rot"}, "'root'"),
        ({"replacement": "nose"}, "'noise'"),
    ],
)
def test_an_invalid_setting_is_named_in_the_error(options, message):
    with pytest.raises(ValueError, match=message):
        attribute(Listening("T3-T5", 20), SIGNAL.baseline, SIGNAL, **options)


def test_bands_and_the_rest_share_the_power_of_a_signal():
    signals = drawn(N_SAMPLES)
    parts = _bands.components(signals, ATLAS, RATE_HZ)
    rest = signals - parts.sum(axis=1)
    powers = np.square(parts).sum(axis=(1, 3)) + np.square(rest).sum(axis=2)
    np.testing.assert_allclose(powers, np.square(signals).sum(axis=2), rtol=1e-4)


def test_removing_a_band_shifts_no_phase_of_the_rest():
    envelope = np.exp(-((SECONDS - 2) ** 2) / 0.5)
    kept, gone = (envelope * np.sin(2 * np.pi * hertz * SECONDS + 1) for hertz in (20.3, 6.1))
    theta = _bands.components((kept + gone)[None], ATLAS, RATE_HZ)[0, 0]
    np.testing.assert_allclose(kept + gone - theta, kept, atol=0.01)


def test_drift_at_the_edges_does_not_leak_into_fast_bands():
    drift = np.linspace(-100, 100, N_SAMPLES)[None]
    beta = _bands.components(drift, ATLAS, RATE_HZ)[1]
    spectrum = np.fft.rfft(drift)
    hertz = np.fft.rfftfreq(N_SAMPLES, 1 / RATE_HZ)
    by_fourier = np.fft.irfft(np.where((hertz >= 14) & (hertz < 30), spectrum, 0))
    assert np.abs(beta).max() < 0.05 * np.abs(by_fourier).max()


@pytest.mark.parametrize(
    "method", [band_occlusion, integrated_gradients], ids=["band_occlusion", "integrated_gradients"]
)
def test_a_row_that_two_bands_share_counts_to_each_by_its_share_of_hertz(method):
    """A model that hears rows of 24 to 28 and 28 to 32 Hz alike: 1.5 rows lie in beta, and too little in gamma."""
    atlas = Atlas.of({"all": ["C3", "C4"]}, {"alpha": [8, 14], "beta": [14, 30], "gamma": [30, 40]})
    windows, quiet = np.ones((2, 2, 20, 3), "f4"), np.zeros((2, 2, 20, 3), "f4")
    rows = {"frequencies_hz": row_frequencies(cut=True), "edges_hz": row_edges(cut=True)}
    context = Context(atlas, ("C3", "C4"), rate_hz=1.0, baseline=quiet, background=quiet, **rows)
    model = nn.Sequential(nn.Flatten(), nn.Linear(2 * 20 * 3, 1, bias=False))
    with torch.no_grad():
        model[1].weight[:] = 0
        model[1].weight.view(2, 20, 3)[:, 18:] = 1 / 6
    found = Noted.of(method.attribute(model, windows, 1, context=context)).values.sum(axis=1)
    assert found == pytest.approx(np.tile([0, 1.5, 0], (2, 1)), abs=1e-5)
