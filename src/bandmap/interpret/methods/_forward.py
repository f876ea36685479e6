"""Shared code of interpretations: a model's output for the class of each window, in batches. Not a plugin."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bandmap.interpret.context import Context
from bandmap.vocabulary.plugins import did_you_mean

Target = int | NDArray[np.integer]
"""The explained class: one for all windows, or one for each."""

Exchanged = tuple[NDArray[np.floating], NDArray[np.floating]]
"""Parts of a window, and what takes their place."""


def targets_of(target: Target, n_windows: int) -> NDArray[np.int64]:
    """Return the class of each window, shape (windows,).

    Raises
    ------
    ValueError
        If the number of classes does not match the windows, or a window has no class (-1).
    """
    targets = np.asarray(target, dtype=np.int64)
    if targets.shape not in ((), (n_windows,)):
        raise ValueError(f"{targets.size} classes for {n_windows} windows; give one class, or one per window")
    if (targets < 0).any():
        raise ValueError("a window without a class (-1) cannot be explained; leave it out")
    return np.broadcast_to(targets, n_windows).copy()


def class_logit(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the logit of each row's class, shape (batch,); a single column is the logit of class 1 against class 0."""
    _check_targets(logits, targets)
    if logits.shape[1] == 1:
        return logits[:, 0] * (2 * targets - 1)
    return logits.gather(1, targets[:, None])[:, 0]


def class_log_odds(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the log odds of each row's class against all others, shape (batch,)."""
    own = class_logit(logits, targets)
    if logits.shape[1] == 1:
        return own
    others = logits.scatter(1, targets[:, None], -torch.inf)
    return own - torch.logsumexp(others, dim=1)


def class_probability(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the probability of each row's class, shape (batch,)."""
    return torch.sigmoid(class_log_odds(logits, targets))


_SCALES = {"log_odds": class_log_odds, "probability": class_probability}


@contextmanager
def evaluating(model: nn.Module) -> Iterator[nn.Module]:
    """Set a model to evaluation mode, and restore the mode of every module afterwards."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield model
    finally:
        for module, mode in modes.items():
            module.training = mode


def on_device(windows: NDArray[np.floating], device: str) -> Tensor:
    """Return a copy of windows for a forward pass; time-frequency windows have channels last, which is faster."""
    copy = torch.tensor(windows, dtype=torch.float32, device=device)
    return copy.contiguous(memory_format=torch.channels_last) if copy.ndim == 4 else copy


def losses(
    model: nn.Module,
    starts: NDArray[np.float32],
    which: NDArray[np.int64],
    parts: Callable[[int], Exchanged],
    weights: NDArray[np.floating],
    targets: NDArray[np.int64],
    *,
    scale: str,
    context: Context,
) -> NDArray[np.float64]:
    """Return the decrease of a model's output when parts of groups of channels are exchanged.

    For a window x, group g and part p: output(x) - output(x with part p exchanged in group g). All groups and parts of
    a window are created on the device, and one forward pass processes those of several windows.

    Parameters
    ----------
    model : nn.Module
    starts : ndarray of float32, shape (windows, channels[, frequencies], times)
    which : ndarray of int, shape (comparisons,)
        The window of each comparison.
    parts : callable
        `parts(k)` returns the parts of the window of the k-th comparison and what takes their place, each of shape
        (parts, channels[, frequencies], times).
    weights : ndarray, shape (groups, channels)
        Exchanged share of each channel, see `mixing`.
    targets : ndarray of int, shape (comparisons,)
        The class of each comparison.
    scale : {"log_odds", "probability"}
    context : Context
        Its `device` and `batch_size` are used.

    Returns
    -------
    ndarray of float64, shape (comparisons, groups, parts)
    """
    if scale not in _SCALES:
        raise ValueError(f"scale: {did_you_mean(scale, _SCALES)}")
    n_parts = len(parts(0)[0]) if len(which) else 1
    variants = len(weights) * n_parts
    if not variants:
        return np.zeros((len(which), len(weights), n_parts))
    shape = (len(weights), 1, -1, *[1] * (starts.ndim - 2))  # (groups, 1, channels, 1[, 1])
    lost, taken = (
        torch.tensor(side, dtype=torch.float32, device=context.device).reshape(shape)
        for side in mixing(weights, context)
    )

    def exchanged(k: int) -> Tensor:
        start = on_device(starts[which[k], None], context.device)  # (1, channels, ...)
        own, other = (on_device(side, context.device) for side in parts(k))
        return torch.addcmul(torch.addcmul(start, taken, other), lost, own, value=-1).flatten(0, 1)

    used, position = np.unique(which, return_inverse=True)
    plain = (
        on_device(starts[used[k : k + context.batch_size]], context.device)
        for k in range(0, len(used), context.batch_size)
    )
    before = _scored(_logits(model, plain, context)[position], targets, scale)
    at_once = max(1, context.batch_size // variants)
    batches = (
        torch.cat([exchanged(k) for k in range(first, min(first + at_once, len(which)))])
        for first in range(0, len(which), at_once)
    )
    after = outputs_of(model, batches, np.repeat(targets, variants), scale=scale, context=context)
    return np.asarray(before[:, None, None] - after.reshape(len(which), len(weights), n_parts))


def mixing(weights: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return what a part of a window loses, and what it takes of another part, where a share of it is exchanged.

    Of log power, a share w is exchanged as x + w (y - x). Two raw signals are independent, so that their mean has half
    their power, which no recording has: they are mixed as sqrt(1 - w) x + sqrt(w) y, which has the power
    (1 - w) |x|^2 + w |y|^2.

    Parameters
    ----------
    weights : ndarray
        Exchanged shares, 0 to 1.
    context : Context
        Has no frequencies if its windows are raw signals.

    Returns
    -------
    lost, taken : ndarray, the same shape
        The result is x - lost x + taken y.
    """
    if context.frequencies_hz:
        return weights, weights
    shares = np.clip(weights, 0.0, 1.0)
    return 1 - np.sqrt(1 - shares), np.sqrt(shares)


def outputs_of(
    model: nn.Module, batches: Iterable[Tensor], targets: NDArray[np.int64], *, scale: str, context: Context
) -> NDArray[np.float64]:
    """Return a model's output for the class of each window of some batches, shape (windows,).

    Parameters
    ----------
    model : nn.Module
    batches : iterable of Tensor, each of shape (windows, channels[, frequencies], times)
        On the context's device; batches larger than its `batch_size` are split.
    targets : ndarray of int, shape (windows of all batches,)
    scale : {"log_odds", "probability"}
    context : Context
    """
    return _scored(_logits(model, batches, context), targets, scale)


def _logits(model: nn.Module, batches: Iterable[Tensor], context: Context) -> Tensor:
    with evaluating(model), torch.inference_mode():
        model.to(context.device)
        parts = [model(part).double().cpu() for batch in batches for part in torch.split(batch, context.batch_size)]
    return torch.cat(parts) if parts else torch.zeros(0, 1)


def _scored(logits: Tensor, targets: NDArray[np.int64], scale: str) -> NDArray[np.float64]:
    return np.asarray(_SCALES[scale](logits, torch.from_numpy(targets)).numpy(), dtype=np.float64)


def _check_targets(logits: Tensor, targets: Tensor) -> None:
    classes = max(2, logits.shape[1])
    if targets.numel() and int(targets.max()) >= classes:
        raise ValueError(f"there is no class {int(targets.max())}: the model has {classes}, counted from 0")
