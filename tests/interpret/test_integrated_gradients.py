"""Integrated gradients: the gap closes with more steps, and notes of several models are averaged."""

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.interpret.context import Context, Noted
from bandmap.interpret.methods import integrated_gradients
from bandmap.vocabulary.atlas import Atlas

ATLAS = Atlas.of({"all": ["Fz", "Cz"]}, {"theta": [4, 8], "beta": [14, 30]})
RANDOM = np.random.default_rng(0)


def context(*shape, frequencies=()):
    drawn = RANDOM.standard_normal((4, 2, *shape)).astype(np.float32)
    return Context(ATLAS, ("Fz", "Cz"), frequencies, 64.0, drawn, drawn[:1], batch_size=8)


CONTEXTS = [context(64), context(3, 8, frequencies=(5.0, 20.0, 35.0))]
each_context = pytest.mark.parametrize("surroundings", CONTEXTS, ids=["signal", "power"])


def network(size, columns):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Flatten(), nn.Linear(size, 12), nn.Softplus(), nn.Linear(12, columns))


def explain(surroundings, *, steps, columns=1, target=1):
    windows = (3 * RANDOM.standard_normal(surroundings.baseline.shape)).astype(np.float32)
    model = network(windows[0].size, columns)
    noted = integrated_gradients.attribute(model, windows, target, context=surroundings, steps=steps)
    return model, windows, noted


@each_context
@pytest.mark.parametrize(("columns", "target"), [(1, 1), (5, 3)])
def test_shares_sum_to_the_change_of_the_log_odds(surroundings, columns, target):
    model, windows, (values, notes) = explain(surroundings, steps=16, columns=columns, target=target)

    def log_odds(batch):
        logits = model(torch.from_numpy(batch)).double()
        return (torch.logit(logits.softmax(1)[:, target]) if columns > 1 else logits[:, 0]).detach().numpy()

    change = log_odds(windows) - log_odds(surroundings.baseline)
    np.testing.assert_allclose(notes["log_odds_change"], change, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(values.sum(axis=(1, 2)) + notes["outside_bands"], change, rtol=1e-2, atol=1e-3)


@each_context
def test_more_steps_close_the_gap(surroundings):
    gaps = [np.abs(explain(surroundings, steps=steps)[2].notes["completeness_gap"]).max() for steps in (1, 24)]
    assert gaps[1] < gaps[0] / 20


def test_a_window_equal_to_its_baseline_has_no_importance():
    surroundings = CONTEXTS[0]
    model = network(surroundings.baseline[0].size, 1)
    noted = integrated_gradients.attribute(model, surroundings.baseline, 1, context=surroundings)
    assert not noted.values.any()


def test_no_steps_are_refused():
    with pytest.raises(ValueError, match="steps 0 must be at least 1"):
        explain(CONTEXTS[0], steps=0)


def test_results_of_several_models_are_averaged_with_their_notes():
    one, other = (Noted(np.full((2, 3), value, np.float32), {"gap": np.array([value, 0.0])}) for value in (1.0, 3.0))
    mean = Noted.mean([one, other])
    np.testing.assert_array_equal(mean.values, np.full((2, 3), 2, np.float32))
    np.testing.assert_array_equal(mean.notes["gap"], [2, 0])
    assert mean.values.dtype == np.float32
    assert Noted.mean([one]) is one


def test_a_result_without_notes_has_no_notes():
    values = np.zeros((2, 3), np.float32)
    assert Noted.of(values).values is values
    assert Noted.of(values).notes == {}
