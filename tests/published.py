"""The recipe by which the published code was given weights and inputs, so that its numbers can be had again."""

import os
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

FOLDER = Path(os.environ.get("BANDMAP_REFERENCE", Path(__file__).parents[2] / "shared" / "reference"))

needs_reference = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no folder {FOLDER}")

RTOL, ATOL = 1e-4, 1e-5


def wave(name, shape):
    return np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)


def values(name, shape, kind):
    match kind:
        case "he":
            return wave(name, shape) * np.sqrt(2 / np.prod(shape[1:]))
        case "he_fiftieth":
            return wave(name, shape) * np.sqrt(2 / np.prod(shape[1:])) * 0.02
        case "one_plus_tenth":
            return 1 + 0.1 * np.abs(wave(name, shape))
        case "tenth":
            return 0.1 * wave(name, shape)
    raise ValueError(kind)


def fill(model, parameters):
    """Give the model the recipe's weights, parameter by parameter, in the order of registration."""
    own = [value for value in model.state_dict().values() if value.is_floating_point()]
    assert [list(value.shape) for value in own] == [row["shape"] for row in parameters]
    with torch.no_grad():
        for value, row in zip(own, parameters, strict=True):
            value.copy_(torch.from_numpy(values(row["name"], row["shape"], row["kind"])))
    return model.eval()
