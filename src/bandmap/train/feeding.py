"""Transfer of batches to the device: a thread fetches the next batch while the current one is used."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray

from bandmap.train.sampling import Windows

_AHEAD = 1  # batches fetched in advance: more would only take memory


def batches(
    windows: Windows, chosen: Iterable[NDArray[np.int64]], device: torch.device
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield windows and the classes of their answers, batch by batch, on a device.

    Parameters
    ----------
    windows : Windows
        Source of the batches, which one thread reads in order.
    chosen : iterable of ndarray of int64
        Indices of the windows of each batch.
    device : torch.device

    Yields
    ------
    windows : tensor of float32, shape (batch, channels[, frequencies], times)
    classes : tensor of int64, shape (batch, answers)
    """
    ahead: deque[Future[tuple[torch.Tensor, torch.Tensor]]] = deque()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="windows") as fetcher:
        for indices in chosen:
            ahead.append(fetcher.submit(_fetched, windows, indices, pinned=device.type == "cuda"))
            if len(ahead) > _AHEAD:
                yield _moved(ahead.popleft(), device)
        while ahead:
            yield _moved(ahead.popleft(), device)


def _fetched(windows: Windows, indices: NDArray[np.int64], *, pinned: bool) -> tuple[torch.Tensor, torch.Tensor]:
    values, classes = torch.from_numpy(windows.take(indices)), torch.from_numpy(windows.answers[indices])
    return (values.pin_memory(), classes.pin_memory()) if pinned else (values, classes)


def _moved(
    fetched: "Future[tuple[torch.Tensor, torch.Tensor]]", device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    values, classes = fetched.result()
    return values.to(device, non_blocking=True), classes.to(device, non_blocking=True)
