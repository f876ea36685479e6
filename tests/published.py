"""The recipe by which the published code was given weights and inputs, so that its numbers can be had again."""

import os
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from bandmap.train.models import cwt_resnet18, eegwavenet, freqcut_vit, seq_freqcut_vit

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


def sizes(config, *names):
    return {name: config[name] for name in names if name in config}


def resnet(shape, config, rows):
    """The configuration leaves out the width; the first layer's parameters tell it."""
    return cwt_resnet18.build(shape, config.get("n_classes", 2), width=rows[0]["shape"][0])


def vit(shape, config, _rows):
    rows, seconds = config.get("patch", (4, 1))
    hyperparameters = sizes(config, "dim", "depth", "heads", "dim_head", "mlp_dim")
    return freqcut_vit.build(shape, config["n_classes"], **hyperparameters, patch_rows=rows, patch_seconds=seconds)


def sequence_vit(shape, config, rows):
    """The configuration leaves out the sizes of the second transformer; its parameters tell them."""
    shapes = {row["name"]: row["shape"] for row in rows}
    return seq_freqcut_vit.build(
        shape,
        config["n_classes"],
        **sizes(config, "dim", "depth", "heads", "dim_head", "mlp_dim"),
        epochs=config["seq_len"],
        sequence_dim=shapes["seq_trans.pos_embedding"][-1],
        sequence_depth=sum(name.startswith("seq_trans.") and name.endswith("to_qkv.weight") for name in shapes),
    )


BUILDERS = {
    "cwt_resnet18": resnet,
    "eegwavenet": lambda shape, config, _rows: eegwavenet.build(shape, config["n_classes"]),
    "freqcut_vit": vit,
    "seq_freqcut_vit": sequence_vit,
}


def build(shape, reference):
    """Return the model of a file's configuration, with the recipe's weights, for windows of a shape."""
    rows = reference["parameters"]
    return fill(BUILDERS[reference["system"]](shape, reference["config"], rows), rows)
