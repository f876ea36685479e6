"""The GlepNet-style network: local and global in every block, and blocks that Grad-CAM can name."""

import pytest
import torch

from bandmap.interpret.methods._layers import find_layer
from bandmap.train import fitting
from bandmap.train.models import glepnet
from bandmap.vocabulary.network import Normalized

SHAPE = (18, 512)


def network(**hyperparameters):
    with fitting.seeded(0):
        return glepnet.build(SHAPE, 2, **hyperparameters).eval()


def windows(n=2):
    return torch.randn((n, *SHAPE), generator=torch.Generator().manual_seed(1))


def tokens_that_matter(block, token, n_tokens=64):
    """Return the input tokens that an output token of a block depends on."""
    maps = torch.randn((1, 32, n_tokens), generator=torch.Generator().manual_seed(2)).requires_grad_()
    # The square, because the norm at the end of a block makes the plain sum a constant.
    block(maps)[:, :, token].square()[:, 0].sum().backward()
    return maps.grad.abs().sum((0, 1)).nonzero().ravel().tolist()


def silence(linear):
    torch.nn.init.zeros_(linear.weight)
    torch.nn.init.zeros_(linear.bias)


@pytest.mark.parametrize("k", range(3))
def test_a_block_reads_all_tokens_by_attention_and_its_neighbours_by_convolution(k):
    block = network(depth=3).blocks[k]
    assert tokens_that_matter(block, 30) == list(range(64))
    silence(block.attention.to_out[0])
    assert tokens_that_matter(block, 30) == list(range(30 - 7, 30 + 8))
    silence(block.convolution.pointwise)
    assert tokens_that_matter(block, 30) == [30]


def test_attention_and_convolution_alternate():
    order = []
    model = network(depth=3)
    for k, block in enumerate(model.blocks):
        for name in ("attention", "convolution"):
            getattr(block, name).register_forward_hook(lambda *_, what=(k, name): order.append(what))
    model(windows())
    assert order == [(k, name) for k in range(3) for name in ("attention", "convolution")]


@pytest.mark.parametrize("k", range(3))
def test_gradcam_finds_a_block_by_its_number_and_gets_features_first(k):
    model = Normalized(network(depth=3), torch.zeros(18, 1), torch.ones(18, 1))
    kept = []
    find_layer(model, f"blocks.{k}").register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    (gradient,) = torch.autograd.grad(model(windows())[:, 0].sum(), kept)
    assert kept[0].shape == gradient.shape == (2, 32, SHAPE[1] // 8)
    assert gradient.abs().sum() > 0


def test_attention_weights_are_seen_with_their_gradient():
    model = network()
    kept = []
    model.blocks[0].attention.attend.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    (gradient,) = torch.autograd.grad(model(windows()).sum(), kept)
    assert kept[0].shape == (2, 4, 64, 64)
    torch.testing.assert_close(kept[0].sum(-1), torch.ones(2, 4, 64))
    assert gradient.abs().sum() > 0


def test_a_seizure_is_detected_in_any_channel():
    values = windows()
    torch.testing.assert_close(network()(values.flip(1)), network()(values))


def test_a_window_of_one_token_is_refused():
    with pytest.raises(ValueError, match="15 samples is shorter"):
        glepnet.build((18, 15), 2)


@pytest.mark.parametrize("hyperparameters", [{"width": 30}, {"kernel_tokens": 4}])
def test_a_width_not_divisible_by_heads_or_an_even_kernel_is_refused(hyperparameters):
    with pytest.raises(ValueError, match="multiple of heads"):
        network(**hyperparameters)
