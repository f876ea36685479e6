"""Where networks run: the CPU or a GPU, and how memory is kept there."""

import ctypes
from functools import cache

import torch

_MMAP_MAX, _TRIM_THRESHOLD = -4, -1  # parameters of glibc's mallopt (malloc.h)
_KEPT_BYTES = 2**31 - 1  # of freed memory at the heap's end: as much as an int holds


def device_of(device: str) -> torch.device:
    """Return the device that a setting means.

    Parameters
    ----------
    device : str
        "auto" (CUDA if there is one), "cpu" or "cuda".

    Returns
    -------
    torch.device
        If it is the CPU, freed memory is from now on kept for what comes next.

    Raises
    ------
    ValueError
        If CUDA was asked for and there is none.
    """
    place = {"auto": "cuda" if torch.cuda.is_available() else "cpu"}.get(device, device)
    if place == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: cuda was asked for and there is none; set 'device: auto' or 'cpu'")
    if place == "cpu":
        _keep_freed_memory()
    return torch.device(place)


@cache
def _keep_freed_memory() -> None:
    """Ask the C library to use freed memory again instead of giving it back to the system.

    A large tensor otherwise gets fresh pages every time, which the system clears first: a third of a training step of
    lightseizurenet, three quarters of its answers in batches of 256. Only glibc can be asked.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
