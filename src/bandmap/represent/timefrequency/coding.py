"""How log power becomes the numbers of a file."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-3
"""Least power in uV^2, that of silence: below the rounding noise of an EDF file with steps of 0.1 uV (2e-3)."""

STEP = 0.04
"""Between two uint8 values, in log10 power: 0.4 dB, so that 256 steps reach from the floor to 10^7.2 uV^2."""


@dataclass(frozen=True)
class Coding:
    """What is written for a power.

    Attributes
    ----------
    dtype : numpy dtype
        float32 and float16 hold log10 power itself, uint8 the steps above the floor.
    floor : float
        Least power; less is written as this.
    scale, offset : float
        log10 power is `number * scale + offset`.
    """

    dtype: np.dtype[Any]
    floor: float = FLOOR
    scale: float = 1.0
    offset: float = 0.0

    @property
    def highest(self) -> float:
        """Greatest power in uV^2 that can be written."""
        return 10 ** (255 * self.scale + self.offset) if self.dtype == np.uint8 else float(np.finfo(np.float32).max)

    def encode(self, power: NDArray[np.float32], out: NDArray[Any]) -> None:
        """Write the numbers of `power` (in uV^2, which is overwritten) to `out`, of the same shape."""
        np.clip(power, np.float32(self.floor), np.float32(self.highest), out=power)
        np.log10(power, out=power)
        if self.dtype == np.uint8:
            power *= np.float32(1 / self.scale)
            power += np.float32(0.5 - self.offset / self.scale)
        np.copyto(out, power, casting="unsafe")


def coding_of(dtype: str, floor: float = FLOOR) -> Coding:
    """Return how log power is written as float32, float16 or uint8."""
    if dtype == "uint8":
        return Coding(np.dtype(np.uint8), floor, STEP, math.log10(floor))
    return Coding(np.dtype(dtype), floor)
