"""What occlusions share: quiet channels, and how much of a derivation belongs to a region. Not a plugin."""

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Target, losses, targets_of
from bandmap.vocabulary.plugins import did_you_mean

SHARES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {"whole": np.ceil, "weighted": np.array}
"""How much of a derivation with one end in a region is exchanged: all of it, or half of the difference."""


def check_choices(method: str, **options: tuple[str, Collection[str]]) -> None:
    """Raise ValueError for an option whose value is not among the possible ones; `options` gives both of each."""
    for name, (value, possible) in options.items():
        if value not in possible:
            raise ValueError(f"{method}: {name}: {did_you_mean(value, possible)}")


def losses_without(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    groups: NDArray[np.floating],
    *,
    scale: str,
    context: Context,
) -> NDArray[np.float64]:
    """Return what a model's answer loses when a group of channels is replaced by that of the window's baseline.

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
        lambda k: (context.baseline[k] - windows[k])[None],
        groups,
        targets_of(target, len(windows)),
        scale=scale,
        context=context,
    )
    return change[:, :, 0]
