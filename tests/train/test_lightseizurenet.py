"""The light network: what a channel adds to the logit, what a decision costs, what pruning takes out."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from bandmap.train import fitting
from bandmap.train.models import lightseizurenet

CHANNELS, SAMPLES = 21, 1024  # 4 s at 256 Hz of the paper's channels
SHARED = pytest.mark.parametrize("shared", [True, False], ids=["shared", "separate"])


def network(*, n_classes=2, seed=0, **hyperparameters):
    with fitting.seeded(seed):
        return lightseizurenet.build((CHANNELS, SAMPLES), n_classes, **hyperparameters).eval()


def windows(n=2):
    return torch.randn((n, CHANNELS, SAMPLES), generator=torch.Generator().manual_seed(1))


def pruned(model):
    for share in model.pruning_shares:
        model.prune(share)
    return model


def multiplications(model, n_samples):
    """Count those of one decision on a window of so many samples; pruned kernels count nothing."""
    frames = n_samples
    total = model.bias.numel() * model.ecam.n_channels * model.ecam.n_features
    for layer in (layer for layer in model.features if isinstance(layer, lightseizurenet.PrunableConvolution)):
        frames //= layer.stride[0]
        total += int(layer.kept.sum()) * model.n_channels // model.branches * layer.kernel_size[0] * frames
        frames //= 2
    return total


@SHARED
@pytest.mark.parametrize("n_classes", [2, 3])
def test_class_activations_of_the_channels_sum_to_the_logit_less_the_bias(shared, n_classes):
    model = network(n_classes=n_classes, shared=shared)
    torch.nn.init.normal_(model.bias)
    seen = []
    model.ecam.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    with torch.inference_mode():
        found = model(windows())
    assert seen[0].shape == (2, 1 if n_classes == 2 else n_classes, CHANNELS)
    torch.testing.assert_close(seen[0].sum(-1), found - model.bias, rtol=0, atol=1e-5)


@SHARED
def test_the_class_activation_of_a_channel_depends_only_on_this_channel(shared):
    model, values = network(shared=shared), windows(1)
    seen = []
    model.ecam.register_forward_hook(lambda _module, _inputs, output: seen.append(output[0, 0]))
    with torch.inference_mode():
        model(values)
        values[:, 4] *= 3
        model(values)
    changed = (seen[0] - seen[1]).abs() > 1e-7
    assert changed.nonzero().ravel().tolist() == [4]


def test_shared_weights_detect_a_seizure_in_any_channel():
    with torch.inference_mode():
        torch.testing.assert_close(network()(windows().flip(1)), network()(windows()))
        assert not torch.allclose(network(shared=False)(windows().flip(1)), network(shared=False)(windows()))


@SHARED
def test_a_decision_takes_at_most_the_published_multiplications_before_and_after_pruning(shared):
    model = network(shared=shared)
    assert multiplications(model, SAMPLES) <= 6.2e6
    assert multiplications(pruned(model), SAMPLES) <= 3.7e6


@SHARED
@pytest.mark.parametrize("n_samples", [SAMPLES, 512, 1000])
def test_multiplications_are_those_that_torch_counts(shared, n_samples):
    model = network(shared=shared)
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        model(windows(1)[..., :n_samples])
    assert multiplications(model, n_samples) == counter.get_total_flops() / 2


@SHARED
def test_pruning_removes_the_weakest_kernels_equally_from_every_map(shared):
    model = network(shared=shared)
    model.prune(0.25)
    layer = model.features[4]
    kept, strength = layer.kept[:, :, 0], layer.weight.detach().abs().sum(2)
    assert (kept.sum(1) == 0.75 * kept.shape[1]).all()
    weakest_kept = strength.masked_fill(~kept, np.inf).amin(1)
    assert (weakest_kept >= strength.masked_fill(kept, 0).amax(1)).all()


def test_a_pruned_kernel_stays_zero_while_the_others_are_tuned():
    model = network()
    model.prune(0.25)
    before = model.features[8].kept.clone()
    optimizer = torch.optim.AdamW(model.train().parameters(), lr=0.05)
    for _ in range(3):
        optimizer.zero_grad()
        model(windows(4)).square().mean().backward()
        optimizer.step()
    model.prune(0.5)
    assert not (model.features[8].kept & ~before).any()


def test_the_weight_of_a_pruned_kernel_does_not_change_the_output():
    model = pruned(network())
    with torch.inference_mode():
        output = model(windows())
        for layer in (module for module in model.features if hasattr(module, "kept")):
            layer.weight[~layer.kept.expand_as(layer.weight)] = 1e3
        assert torch.equal(model(windows()), output)


def test_pruned_kernels_are_saved_with_the_weights():
    model, other = pruned(network()), network(seed=1)
    other.load_state_dict(model.state_dict())
    assert multiplications(other, SAMPLES) == multiplications(model, SAMPLES)
    torch.testing.assert_close(other(windows()), model(windows()))


def test_the_schedule_ascends_to_its_share_in_ever_smaller_steps():
    shares = lightseizurenet.pruning_schedule(0.5, steps=4)
    steps = np.diff((0, *shares))
    assert shares[-1] == 0.5
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()


def test_a_share_of_zero_prunes_in_no_steps():
    assert network(pruned_share=0).pruning_shares == ()


@pytest.mark.parametrize(("share", "steps"), [(1, 4), (-0.1, 4), (0.5, 0)])
def test_a_share_or_number_of_steps_out_of_range_is_refused(share, steps):
    with pytest.raises(ValueError, match="pruned_share"):
        lightseizurenet.build((CHANNELS, SAMPLES), 2, pruned_share=share, pruning_steps=steps)


def test_a_window_of_fewer_than_32_samples_is_refused_and_one_of_32_is_not():
    with pytest.raises(ValueError, match="31 samples is shorter than 32"):
        lightseizurenet.build((CHANNELS, 31), 2)
    assert lightseizurenet.build((CHANNELS, 32), 2).eval()(windows()[..., :32]).isfinite().all()
