"""Quality flags per channel and second as a bit field: one byte stores up to eight flags."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NOT_BAD = ("interpolated",)
"""Flags that do not make a second bad: an interpolated electrode is a valid signal."""


def packed(flags: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.uint8]:
    """Return flags as uint8 of the same shape; bit k is the k-th flag."""
    if len(flags) > 8:
        raise ValueError(f"{len(flags)} flags ({', '.join(flags)}) do not fit the eight bits of a byte")
    return np.asarray(sum((np.uint8(1 << bit) * flag for bit, flag in enumerate(flags.values())), start=np.uint8(0)))


def unpacked(field: NDArray[np.uint8], bits: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Return name -> flags of the field's shape, in the order of `bits`."""
    return {str(name): field & (1 << bit) > 0 for bit, name in enumerate(bits)}


def bad_share(field: NDArray[np.uint8], bits: Sequence[str]) -> NDArray[np.float32]:
    """Return the share of channels with any flag but `NOT_BAD`, 0 to 1, of a field of shape (seconds, channels)."""
    counted = sum(1 << bit for bit, name in enumerate(bits) if name not in NOT_BAD)
    return np.asarray((field & counted > 0).mean(axis=1), np.float32)
