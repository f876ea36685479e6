"""Band occlusion: which cell a model listens to, on power and on raw signal, and how background stands in."""

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.interpret.context import Context, Noted
from bandmap.interpret.methods import _bands, band_occlusion, integrated_gradients
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


POWER = Context(ATLAS, BIPOLAR18, FREQUENCIES, 2.0, drawn(5, 8), drawn(5, 8))
SIGNAL = Context(ATLAS, BIPOLAR18, (), RATE_HZ, drawn(N_SAMPLES), drawn(N_SAMPLES))


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
def test_it_names_the_cell_of_raw_signal_that_a_model_listens_to(frequency_hz, band, view):
    windows = drawn(N_SAMPLES)
    windows[:, BIPOLAR18.index("T3-T5")] += 5 * np.sin(2 * np.pi * frequency_hz * SECONDS).astype(np.float32)
    result = attribute(Listening("T3-T5", frequency_hz), windows, SIGNAL, view=view)
    assert {np.unravel_index(matrix.argmax(), matrix.shape) for matrix in result} == {(1, band)}


def test_phases_are_drawn_by_the_seed_alone():
    model, windows = Listening("T3-T5", 20), drawn(N_SAMPLES)
    first, again = (attribute(model, windows, SIGNAL) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = Context(ATLAS, BIPOLAR18, (), RATE_HZ, SIGNAL.baseline, SIGNAL.background, seed=1)
    assert not np.allclose(
        attribute(model, windows, other, view="deletion"), attribute(model, windows, SIGNAL, view="deletion")
    )


@pytest.mark.parametrize("context", [POWER, SIGNAL], ids=["power", "signal"])
def test_a_band_without_a_frequency_or_a_region_without_a_channel_is_zero(context):
    windows = context.baseline
    model = nn.Sequential(nn.Flatten(), nn.LazyLinear(1))
    model(torch.from_numpy(windows))
    result = attribute(model, windows, context)
    assert result[:, :2, :2].all()
    np.testing.assert_allclose(result[:, 2], 0, atol=1e-6)
    np.testing.assert_allclose(result[:, :, 2], 0, atol=1e-6)


def test_successive_windows_meet_all_backgrounds():
    model = nn.Sequential(nn.Flatten(), nn.Linear(18 * 5 * 8, 1))
    same = np.repeat(POWER.baseline[:1], 3, axis=0)
    every, one = (attribute(model, same, POWER, backgrounds=n) for n in (3, 1))
    assert not np.allclose(one[0], one[1])
    np.testing.assert_allclose(one.mean(axis=0), every[0], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"view": "delete"}, "view: .*'deletion'"), ({"share": "hole"}, "'whole'"), ({"size": "rot"}, "'root'")],
)
def test_it_says_what_is_wrong_with_its_settings(options, message):
    with pytest.raises(ValueError, match=message):
        attribute(Listening("T3-T5", 20), SIGNAL.baseline, SIGNAL, **options)


def test_bands_and_the_rest_share_the_power_of_a_signal():
    signals = drawn(N_SAMPLES)
    parts = _bands.components(signals, ATLAS, RATE_HZ)
    rest = signals - parts.sum(axis=1)
    powers = np.square(parts).sum(axis=(1, 3)) + np.square(rest).sum(axis=2)
    np.testing.assert_allclose(powers, np.square(signals).sum(axis=2), rtol=1e-4)


def test_taking_out_a_band_shifts_no_phase_of_what_stays():
    envelope = np.exp(-((SECONDS - 2) ** 2) / 0.5)
    kept, gone = (envelope * np.sin(2 * np.pi * hertz * SECONDS + 1) for hertz in (20.3, 6.1))
    theta = _bands.components((kept + gone)[None], ATLAS, RATE_HZ)[0, 0]
    np.testing.assert_allclose(kept + gone - theta, kept, atol=0.01)


def test_drift_that_is_cut_off_at_the_edges_does_not_leak_into_fast_bands():
    drift = np.linspace(-100, 100, N_SAMPLES)[None]
    beta = _bands.components(drift, ATLAS, RATE_HZ)[1]
    spectrum = np.fft.rfft(drift)
    hertz = np.fft.rfftfreq(N_SAMPLES, 1 / RATE_HZ)
    by_fourier = np.fft.irfft(np.where((hertz >= 14) & (hertz < 30), spectrum, 0))
    assert np.abs(beta).max() < 0.05 * np.abs(by_fourier).max()


def test_surrogates_have_the_power_of_their_bands_other_phases_and_the_same_correlations():
    signals = drawn(N_SAMPLES)
    signals[:, 1] = signals[:, 0]
    own = _bands.components(signals, ATLAS, RATE_HZ)
    turned = _bands.surrogate_components(signals, ATLAS, RATE_HZ, seed=0)
    np.testing.assert_allclose(np.square(turned).sum(axis=-1), np.square(own).sum(axis=-1), rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(turned[:, :, 1], turned[:, :, 0])
    correlations = [np.corrcoef(own[w, b, 0], turned[w, b, 0])[0, 1] for w in range(3) for b in range(2)]
    assert np.abs(correlations).max() < 0.7
    np.testing.assert_allclose(_bands.components(turned[:, 1], ATLAS, RATE_HZ)[:, 1], turned[:, 1], atol=1e-4)


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
