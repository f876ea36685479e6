"""What the interpretations share: a model's answer for one class, and forward passes in batches. No plugin itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bandmap.logits import log_odds
from bandmap.plugins import did_you_mean


def class_logit(logits: Tensor, target: int) -> Tensor:
    """Return the logit of a class, shape (batch,); a single column is the logit of class 1 against class 0."""
    if logits.shape[1] == 1:
        return logits[:, 0] if target == 1 else -logits[:, 0]
    return logits[:, target]


def class_log_odds(logits: Tensor, target: int) -> Tensor:
    """Return the log odds of a class against all others, shape (batch,)."""
    if logits.shape[1] <= 2:
        return log_odds(logits) if target == 1 else -log_odds(logits)
    others = torch.cat([logits[:, :target], logits[:, target + 1 :]], dim=1)
    return logits[:, target] - torch.logsumexp(others, dim=1)


def class_probability(logits: Tensor, target: int) -> Tensor:
    """Return the probability of a class, shape (batch,)."""
    return torch.sigmoid(class_log_odds(logits, target))


_SCALES = {"log_odds": class_log_odds, "probability": class_probability}


@contextmanager
def evaluating(model: nn.Module) -> Iterator[nn.Module]:
    """Put a model into evaluation mode and give every module its mode back afterwards."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield model
    finally:
        for module, mode in modes.items():
            module.training = mode


def answers(
    model: nn.Module,
    window: Callable[[int], NDArray[np.float32]],
    n_windows: int,
    target: int,
    *,
    scale: str,
    device: str,
    batch_size: int,
) -> NDArray[np.float64]:
    """Return a model's answer for windows that are made one by one and pass the model in full batches.

    Parameters
    ----------
    model : nn.Module
    window : callable
        `window(k)` gives the k-th input, float32, shape (channels[, frequencies], times).
    n_windows : int
    target : int
        Index of the class.
    scale : str
        "log_odds" or "probability".
    device : str
    batch_size : int

    Returns
    -------
    ndarray of float64, shape (n_windows,)
    """
    if scale not in _SCALES:
        raise ValueError(f"scale: {did_you_mean(scale, _SCALES)}")
    parts = [np.zeros(0)]
    with evaluating(model), torch.inference_mode():
        model.to(device)
        for first in range(0, n_windows, batch_size):
            batch = np.stack([window(k) for k in range(first, min(first + batch_size, n_windows))])
            logits = model(torch.from_numpy(batch).to(device)).double()
            parts.append(_SCALES[scale](logits, target).cpu().numpy())
    return np.concatenate(parts)
