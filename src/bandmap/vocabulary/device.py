"""The device that networks run on, and memory management on the CPU."""

import ctypes
from functools import cache

import torch

_MMAP_MAX, _TRIM_THRESHOLD = -4, -1  # parameters of glibc's mallopt (malloc.h)
_KEPT_BYTES = 2**31 - 1  # of freed memory at the end of the heap: the maximum int


def device_of(device: str) -> torch.device:
    """Return the device for a setting.

    Parameters
    ----------
    device : str
        "auto" (CUDA if there is one), "cpu" or "cuda".

    Returns
    -------
    torch.device
        For the CPU, freed memory is kept for reuse from now on.

    Raises
    ------
    ValueError
        If CUDA is requested and not available.
    """
    place = {"auto": "cuda" if torch.cuda.is_available() else "cpu"}.get(device, device)
    if place == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: cuda is not available; set 'device: auto' or 'cpu'")
    if place == "cpu":
        _keep_freed_memory()
    return torch.device(place)


@cache
def _keep_freed_memory() -> None:
    """Configure the C library to reuse freed memory instead of returning it to the system.

    Otherwise every large tensor gets new pages, which the system clears first: this takes a third of a training step of
    lightseizurenet, and three quarters of its predictions in batches of 256. Only glibc supports this.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
