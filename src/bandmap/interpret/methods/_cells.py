"""Windows with several cells exchanged at once. Not a plugin."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Exchanged, mixing, on_device


def with_exchanged_cells(
    start: NDArray[np.float32],
    bands: Exchanged,
    masks: NDArray[np.bool_],
    weights: NDArray[np.floating],
    context: Context,
) -> Iterator[Tensor]:
    """Yield variants of a window in which cells are exchanged, as the input of a model.

    Parameters
    ----------
    start : ndarray of float32, shape (channels[, frequencies], times)
        The window.
    bands : pair of ndarray, each of shape (bands, channels[, frequencies], times)
        Its bands, and those that take their place.
    masks : ndarray of bool, shape (variants, regions, bands)
        The cells that are exchanged in each variant.
    weights : ndarray, shape (regions, channels)
        Share of each channel in each region. A channel of two regions is exchanged by the sum of its shares, at most 1.
    context : Context

    Yields
    ------
    Tensor, shape (variants, channels[, frequencies], times)
        On the context's device, at most `batch_size` variants at a time.
    """
    sides = mixing(np.minimum(np.einsum("vrb,rc->vcb", masks, weights), 1.0), context)
    lost, taken = (torch.tensor(side, dtype=torch.float32, device=context.device) for side in sides)
    own, other = (torch.tensor(side, dtype=torch.float32, device=context.device) for side in bands)
    beginning, added = on_device(start[None], context.device), "vcb,bc...->vc..."
    for k in range(0, len(masks), context.batch_size):
        some = slice(k, k + context.batch_size)
        yield beginning + torch.einsum(added, taken[some], other) - torch.einsum(added, lost[some], own)
