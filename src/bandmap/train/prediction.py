"""Predictions of a model for windows."""

from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bandmap.train._device import channels_last
from bandmap.train.feeding import batches
from bandmap.train.sampling import Windows
from bandmap.vocabulary import logits as outputs
from bandmap.vocabulary.device import device_of
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.windows import RecordingWindows


def predict(model: nn.Module, windows: Windows, *, batch_size: int, device: str) -> NDArray[np.float32]:
    """Return the class probabilities of each answer, computed in evaluation mode and float32.

    Parameters
    ----------
    model : Module
        Takes (batch, *shape) and returns logits (`bandmap.vocabulary.logits`), one column for two classes, or one per
        class. It ends on the CPU.
    windows : Windows
    batch_size : int
        Affects speed and memory, not results.
    device : str
        "auto" (CUDA if there is one), "cpu" or "cuda".

    Returns
    -------
    ndarray of float32
        For two classes the probability of class 1 (seizure), shape (windows * answers,), window by window; for more the
        probability of each, shape (windows * answers, classes). Without windows, the shape is (0,).
    """
    place = device_of(device)
    found = predict_on(model.to(place), windows, batch_size=batch_size, device=place)
    model.cpu()
    return found


def predict_on(model: nn.Module, windows: Windows, *, batch_size: int, device: torch.device) -> NDArray[np.float32]:
    """Return the same as `predict`, for a model that is on the device and stays there."""
    model.eval()
    every, n_answers = np.arange(len(windows)), windows.answers.shape[1]
    dealt = (every[first : first + batch_size] for first in range(0, len(windows), batch_size))
    with torch.inference_mode():
        given = (
            outputs.by_answer(model(channels_last(batch)), n_answers) for batch, _ in batches(windows, dealt, device)
        )
        found = [_probabilities(logits).cpu() for logits in given]
    return torch.cat(found).float().numpy() if found else np.empty(0, dtype=np.float32)


def predict_overlapping(
    model: nn.Module, cut: RecordingWindows, step: int, *, batch_size: int, device: str
) -> NDArray[np.float32] | None:
    """Return the same as `predict` for windows that overlap, if the network can share the work of their overlap.

    Parameters
    ----------
    model : Normalized
        Its network may have `takes_stretches` and `of_stretch`, as `bandmap.train.models.eegwavenet` has.
    cut : RecordingWindows
    step : int
        Frames between adjacent windows.
    batch_size : int
        Windows of a stretch at a time.
    device : str

    Returns
    -------
    ndarray of float32 or None
        None if the network cannot.
    """
    network: Any = getattr(model, "network", None)
    if (
        step >= cut.length
        or cut.answers.shape[1] > 1
        or not hasattr(network, "of_stretch")
        or not network.takes_stretches(step)
    ):
        return None
    place, found = device_of(device), []
    whole = cast("Normalized", model.eval().to(place))
    with torch.inference_mode():
        for run in np.split(cut.starts, np.flatnonzero(np.diff(cut.starts) != step) + 1):
            for first in range(0, len(run), batch_size):
                starts = run[first : first + batch_size]
                samples = int(starts[-1] - starts[0]) + cut.length
                signals = torch.from_numpy(cut.source.windows(starts[:1], samples)).to(place)
                logits = network.of_stretch(whole.normalized(signals), length=cut.length, step=step)
                found.append(_probabilities(logits).cpu())
    model.cpu()
    return torch.cat(found).float().numpy() if found else np.empty(0, dtype=np.float32)


def mistakes(found: NDArray[np.float32], answers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ascending indices of windows with an answer whose class is not the most probable.

    Parameters
    ----------
    found : ndarray of float32, shape (windows * answers[, classes])
        Result of `predict`; more than 0.5 is class 1 of two.
    answers : ndarray of int64, shape (windows, answers)
        Classes; answers without one (-1) are never wrong.
    """
    predicted = (found > 0.5).astype(np.int64) if found.ndim == 1 else found.argmax(axis=1)
    return np.flatnonzero(((answers >= 0) & (predicted.reshape(answers.shape) != answers)).any(axis=1))


def _probabilities(logits: torch.Tensor) -> torch.Tensor:
    return outputs.probabilities(logits) if logits.shape[1] <= 2 else outputs.class_probabilities(logits)
