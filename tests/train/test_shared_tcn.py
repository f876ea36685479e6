"""The shared TCN: one set of filters for all channels, and answers that see a minute."""

import pytest
import torch

from bandmap.train import fitting
from bandmap.train.models.shared_tcn import build

SHAPE = (18, 56, 120)


def network(**hyperparameters):
    with fitting.seeded(0):
        return build(SHAPE, 2, **hyperparameters).eval()


def windows(n=2):
    return torch.randn((n, *SHAPE), generator=torch.Generator().manual_seed(1))


def test_it_has_the_parameters_that_docs_count():
    assert sum(p.numel() for p in network().parameters()) == 79_993


def test_the_place_of_a_channel_does_not_matter():
    given, order = windows(), torch.randperm(18, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        torch.testing.assert_close(network()(given[:, order]), network()(given))


def test_it_reads_any_number_of_channels_and_frames():
    with torch.no_grad():
        assert network()(windows()[:, :3, :, :75]).shape == (2, 1, 75)


def test_an_answer_sees_more_than_half_of_a_minute():
    given = windows(1).requires_grad_()
    network()(given)[0, 0, 60].backward()
    seen = given.grad.abs().sum((0, 1, 2)).nonzero().ravel()
    assert seen.max() - seen.min() > 60  # frames of half a second


@pytest.mark.parametrize("options", [{"width": 6}, {"width": 0}, {"dropout": 1.0}])
def test_sizes_that_do_not_work_are_refused(options):
    with pytest.raises(ValueError, match=r"shared_tcn: width .* must be a multiple of 4"):
        network(**options)


def test_raw_signals_are_refused():
    with pytest.raises(ValueError, match="shared_tcn"):
        build((18, 512), 2)
