"""Compiled steps of training."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from bandmap.train import fitting
from bandmap.train.recipe import Recipe

RECIPE = Recipe(
    epochs=2, batch_size=8, learning_rate=0.01, weight_decay=0.01, patience=2, background_per_seizure=None, compile=True
)


class Made:
    """Windows of two classes, one of which has a larger mean."""

    def __init__(self, n):
        self.answers = (np.arange(n) % 2)[:, None]
        self.labels = self.answers[:, 0]
        self.recordings = np.zeros(n, np.int64)
        noise = np.random.default_rng(n).standard_normal((n, 3, 16))
        self.values = (noise + self.labels[:, None, None]).astype(np.float32)

    def __len__(self):
        return len(self.labels)

    def take(self, indices):
        return self.values[indices]


def trained(recipe):
    with fitting.seeded(0):
        model = nn.Sequential(nn.Flatten(), nn.Linear(48, 4), nn.ELU(), nn.Linear(4, 1))
    return model, fitting.fit(model, Made(21), Made(8), recipe, seed=1, device="cpu")


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
def test_a_compiled_training_is_the_same_but_for_the_last_digits(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    plain, _ = trained(replace(RECIPE, compile=False))
    model, fitted = trained(RECIPE)
    assert list(tmp_path.rglob("*.cpp")), "nothing was compiled"
    assert [row["epoch"] for row in fitted.history] == [1, 2]
    assert model.state_dict().keys() == plain.state_dict().keys()
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], value, rtol=1e-4, atol=1e-5)


def test_without_a_compiler_it_is_refused_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(ValueError, match="needs a C\\+\\+ compiler; install g\\+\\+, or set 'compile: false'"):
        trained(RECIPE)
