"""Band interaction: the sign of what two cells do together, on models that are known."""

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods import band_interaction
from bandmap.vocabulary.atlas import Atlas

ATLAS = Atlas.of(
    {"front": ["F3"], "back": ["O1"], "nowhere": ["AFz"]}, {"theta": [4, 8], "beta": [14, 30], "high": [90, 99]}
)
CHANNELS, N_SAMPLES, RATE_HZ = ("F3", "O1"), 256, 64.0
A, B = (0, 0), (1, 1)
"""front theta, back beta"""


class Gate(nn.Module):
    """Log odds are a function of the power of A and of B: 1 in the seizure, 0 in the background."""

    def __init__(self, gate, *, raw):
        super().__init__()
        self.gate, self.raw = gate, raw

    def forward(self, windows):
        if self.raw:
            spectrum = torch.fft.rfft(windows).abs().square() * 4 / N_SAMPLES**2
            hertz = torch.fft.rfftfreq(N_SAMPLES, 1 / RATE_HZ)
            one, two = spectrum[:, 0, (hertz >= 4) & (hertz < 8)].sum(1), spectrum[:, 1, hertz >= 14].sum(1)
        else:
            one, two = windows[:, 0, 0].mean(-1), windows[:, 1, 1].mean(-1)
        return self.gate(one, two)[:, None]


GATES = {
    "and": (lambda a, b: a * b, 1.0),
    "or": (lambda a, b: a + b - a * b, -1.0),
    "sum": (lambda a, b: a + b, 0.0),
    "suppressor": (lambda a, b: a * (1 - b), -1.0),
}


def setting(*, raw):
    if raw:
        seconds = np.arange(N_SAMPLES) / RATE_HZ
        window = np.stack([np.sin(2 * np.pi * 6 * seconds), np.sin(2 * np.pi * 20 * seconds)])[None].astype(np.float32)
        quiet = np.zeros_like(window)
        return window, Context(ATLAS, CHANNELS, (), RATE_HZ, quiet, quiet)
    window, quiet = np.ones((1, 2, 2, 4), np.float32), np.zeros((1, 2, 2, 4), np.float32)
    return window, Context(ATLAS, CHANNELS, (6.0, 20.0), 4.0, quiet, quiet)


@pytest.mark.parametrize("raw", [False, True], ids=["power", "signal"])
@pytest.mark.parametrize("view", ["deletion", "insertion", "both"])
@pytest.mark.parametrize("gate", GATES)
def test_the_sign_says_how_two_cells_depend_on_each_other(gate, view, raw):
    function, expected = GATES[gate]
    window, context = setting(raw=raw)
    (found,) = band_interaction.attribute(Gate(function, raw=raw), window, 1, context=context, view=view)
    assert found[*A, *B] == pytest.approx(expected, abs=0.05)
    np.testing.assert_array_equal(found, found.transpose(2, 3, 0, 1))
    rest = found.copy()
    rest[*A, *B] = rest[*B, *A] = 0
    np.testing.assert_allclose(rest, 0, atol=0.05)
    assert not found[2].any()
    assert not found[:, 2].any()


def test_an_atlas_without_a_cell_has_no_pairs():
    window, context = setting(raw=False)
    alone = Context(
        Atlas.of({"front": ["F3"]}, {"theta": [4, 8]}), CHANNELS, (6.0, 20.0), 4.0, *[context.background] * 2
    )
    found = band_interaction.attribute(Gate(GATES["and"][0], raw=False), window, 1, context=alone)
    assert found.shape == (1, 1, 1, 1, 1)
    assert not found.any()


def test_whole_derivations_between_two_regions_are_exchanged_once():
    """Exchanged twice, twice the difference would be taken off."""
    atlas = Atlas.of({"front": ["F3"], "back": ["O1"]}, {"theta": [4, 8]})
    window, quiet = np.full((1, 1, 1, 4), 3.0, np.float32), np.ones((1, 1, 1, 4), np.float32)
    context = Context(atlas, ("F3-O1",), (6.0,), 4.0, quiet, quiet)
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    (found,) = band_interaction.attribute(model, window, 1, context=context, share="whole", view="deletion")
    assert found[0, 0, 1, 0] == pytest.approx(3 - 1 - 1 + 1)
