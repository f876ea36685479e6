"""What occlusions share: comparisons, quiet channels, and the share of a derivation in a region. Not a plugin."""

from collections.abc import Callable, Collection, Mapping

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Target, losses, targets_of
from bandmap.vocabulary.plugins import did_you_mean

SHARES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {"whole": np.ceil, "weighted": np.array}
"""How much of a derivation with one end in a region is exchanged: all of it, or half."""


def check_choices(method: str, given: Mapping[str, str], possible: Mapping[str, Collection[str]]) -> None:
    """Raise ValueError for an option whose value is not among the possible ones of this option."""
    for name, value in given.items():
        if value not in possible[name]:
            raise ValueError(f"{method}: {name}: {did_you_mean(value, possible[name])}")


def comparisons(n_windows: int, n_others: int, per_window: int) -> NDArray[np.int64]:
    """Return (window, other window) of every comparison, sorted by window, shape (comparisons, 2)."""
    per_window = min(per_window, n_others)
    window = np.repeat(np.arange(n_windows), per_window)
    return np.stack([window, np.arange(n_windows * per_window) % n_others], axis=1)


def mean_of_windows(values: NDArray[np.float64], pairs: NDArray[np.int64], n_windows: int) -> NDArray[np.float64]:
    """Return the mean over the comparisons of each window, which all have equally many; shape (windows, ...)."""
    if not n_windows:
        return values
    return np.asarray(values.reshape(n_windows, len(pairs) // n_windows, *values.shape[1:]).mean(axis=1))


def losses_without(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    groups: NDArray[np.floating],
    *,
    scale: str,
    context: Context,
) -> NDArray[np.float64]:
    """Return how much a model's output decreases when a group of channels is replaced by that of the window's baseline.

    Parameters
    ----------
    model, windows, target, scale, context
        As for `losses` and `targets_of`.
    groups : ndarray, shape (groups, channels)
        Share of each channel that is replaced.

    Returns
    -------
    ndarray of float64, shape (windows, groups)
    """
    change = losses(
        model,
        windows,
        np.arange(len(windows)),
        lambda k: (windows[k, None], context.baseline[k, None]),
        groups,
        targets_of(target, len(windows)),
        scale=scale,
        context=context,
    )
    return change[:, :, 0]
