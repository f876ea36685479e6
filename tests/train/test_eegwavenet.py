"""EEGWaveNet: its halvings, and the windows it cannot take."""

import pytest
import torch
from torch.nn import functional

from bandmap.train import fitting
from bandmap.train.models import eegwavenet


def gradients(model, windows):
    for parameter in model.parameters():
        parameter.grad = None
    model(windows)[:, 1].sum().backward()
    return [parameter.grad for parameter in model.parameters()]


@pytest.mark.parametrize("n_samples", [512, 1023])
def test_the_formula_for_a_compiler_has_the_same_output_and_gradients(monkeypatch, n_samples):
    with fitting.seeded(0):
        model, windows = eegwavenet.build((18, n_samples), 2).double(), torch.randn(4, 18, n_samples).double()
    plainly = model(windows), gradients(model, windows)
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    monkeypatch.delattr(eegwavenet, "_BlockSums")
    torch.testing.assert_close((model(windows), gradients(model, windows)), plainly)


@pytest.mark.parametrize("n_samples", [1024, 513, 2])
def test_a_halving_is_the_grouped_convolution_that_it_replaces(n_samples):
    with fitting.seeded(0):
        halving, signals = eegwavenet.Halving(21), torch.randn(3, 21, n_samples)
    published = functional.conv1d(signals, halving.weight, halving.bias, stride=2, groups=21)
    torch.testing.assert_close(halving(signals), published)


def test_448_samples_are_the_shortest_window_and_shorter_ones_are_refused_with_a_remedy():
    assert eegwavenet.build((18, 448), 2).eval()(torch.zeros(1, 18, 448)).shape == (1, 2)
    with pytest.raises(
        ValueError, match=r"447 samples is too short for 5 scales, which need 448; raise windows"
    ) as caught:
        eegwavenet.build((18, 447), 2)
    assert "\n" not in str(caught.value)


def test_fewer_scales_take_a_second_at_256_hz():
    assert eegwavenet.build((18, 256), 2, scales=4).eval()(torch.zeros(1, 18, 256)).isfinite().all()


def test_no_scales_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        eegwavenet.build((18, 1024), 2, scales=0)


def test_the_two_columns_are_log_probabilities():
    with fitting.seeded(0):
        model, windows = eegwavenet.build((18, 512), 2).eval(), torch.randn(4, 18, 512)
    torch.testing.assert_close(model(windows).exp().sum(1), torch.ones(4))
