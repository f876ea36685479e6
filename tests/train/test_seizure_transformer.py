"""SeizureTransformer against its publication."""

import pytest
import torch

from bandmap.train.models import seizure_transformer
from bandmap.train.models.seizure_transformer import build

TINY = seizure_transformer.EXAMPLE_HYPERPARAMETERS


@pytest.fixture(scope="module")
def published():
    with torch.device("meta"):  # no memory
        return build((19, 60 * 256), 2)


def counted(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_published_number_of_parameters_counts_one_layer_that_is_never_used(published):
    assert counted(published) + counted(published.transformer.layers[0]) == 41_001_281


def test_the_parts_have_the_sizes_that_the_publication_states(published):
    assert [layer.weight.shape[::2] for layer in published.encoder] == [(32, 11), (64, 9), (128, 7), (256, 7), (512, 5)]
    assert [layer.weight.shape[::2] for layer in published.decoder] == [(512, 3), (256, 5), (128, 5), (64, 7), (32, 7)]
    assert [block.layers[4].weight.shape[2] for block in published.blocks] == [3, 3, 3, 3, 2, 3, 2]
    layer = published.transformer.layers[0]
    assert (len(published.transformer.layers), layer.self_attn.num_heads, layer.linear1.out_features) == (8, 4, 2048)


@pytest.mark.parametrize("n_channels", [18, 19])
@pytest.mark.parametrize("n_samples", [256, 250, 251, 37])
def test_every_sample_gets_an_answer_in_either_montage(n_channels, n_samples):
    found = build((n_channels, n_samples), 2, **TINY).eval()(torch.randn(2, n_channels, n_samples))
    assert found.shape == (2, 1, n_samples)
    assert found.isfinite().all()


def test_the_transformer_carries_what_is_far_away():
    model = build((2, 4096), 2, **TINY).eval()
    windows = torch.zeros(1, 2, 4096, requires_grad=True)
    model(windows)[0, 0, 0].backward()
    assert (windows.grad[0, :, -64:].abs() > 0).any()  # no path of convolutions is that long


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"widths": []}, "give 1 to 7"),
        ({"heads": 3}, "3 heads do not divide"),
        ({"widths": [8] * 7}, "is too short for 7"),
    ],
)
def test_impossible_sizes_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        build((18, 100), 2, **{**TINY, **changed})
