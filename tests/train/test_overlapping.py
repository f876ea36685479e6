"""Windows that overlap share their work, with the probabilities that they have one by one."""

import numpy as np
import pytest
import torch
from made_windows import WindowReader

from bandmap.train.models import eegwavenet, glepnet
from bandmap.train.prediction import predict, predict_overlapping
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.windows import RecordingWindows, WindowSet

LENGTH, STEP = 448, 64


class Source(WindowReader):
    """A recording in memory that counts what is read."""

    def __init__(self, n_frames):
        self.signals = np.random.default_rng(1).normal(size=(3, n_frames)).astype(np.float32)
        self.read = 0

    def windows(self, starts, length):
        self.read += len(starts) * length
        read = [self.signals[:, start : start + length] for start in starts]
        return np.array(read, np.float32).reshape(len(starts), 3, length)


def normalized(network):
    torch.manual_seed(1)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    return Normalized(network, torch.randn(3, 1), torch.rand(3, 1) + 1).eval()


def cut(starts, n_frames=4096):
    starts = np.array(starts, dtype=np.int64)
    return RecordingWindows(Source(n_frames), starts, np.zeros((len(starts), 1), np.int64), LENGTH)


@pytest.mark.parametrize(
    "starts",
    [range(0, 3600, STEP), [0, 64, 128, 640, 704, 2048], [64], []],
    ids=["all of it", "with gaps", "one", "none"],
)
@pytest.mark.parametrize("batch_size", [4, 256])
def test_a_stretch_gives_the_probabilities_of_its_windows(starts, batch_size):
    model, windows = normalized(eegwavenet.build((3, LENGTH), 2)), cut(list(starts))
    one_by_one = predict(model, WindowSet([windows]), batch_size=256, device="cpu")
    found = predict_overlapping(model, windows, STEP, batch_size=batch_size, device="cpu")
    np.testing.assert_allclose(found, one_by_one, atol=2e-6)


def test_every_sample_of_a_stretch_is_read_once():
    windows = cut(range(0, 3600, STEP))
    assert (
        predict_overlapping(
            normalized(eegwavenet.build((3, LENGTH), 2)), windows, STEP, batch_size=256, device="cpu"
        ).std()
        > 0
    )
    assert windows.source.read == windows.starts[-1] + LENGTH


@pytest.mark.parametrize(
    ("network", "step"),
    [
        (eegwavenet.build((3, LENGTH), 2), 32),  # the scales of the windows contain different samples
        (eegwavenet.build((3, LENGTH), 2), LENGTH),  # nothing overlaps
        (glepnet.build((3, LENGTH), 2), STEP),  # its attention looks at the whole window
    ],
)
def test_windows_without_common_work_are_left_to_others(network, step):
    assert predict_overlapping(normalized(network), cut([0]), step, batch_size=4, device="cpu") is None
