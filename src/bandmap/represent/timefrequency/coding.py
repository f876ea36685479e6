"""Coding of log power as numbers in a file."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-3
"""Minimum power in uV^2, for silence: below the rounding noise of an EDF file with steps of 0.1 uV (2e-3)."""

STEP = 0.04
"""Step between uint8 values in log10 power: 0.4 dB, so that 256 steps range from the floor to 10^7.2 uV^2."""


@dataclass(frozen=True)
class Coding:
    """Conversion of power to the numbers in a file.

    Attributes
    ----------
    dtype : numpy dtype
        float32 and float16 store log10 power itself, uint8 the number of steps above the floor.
    floor : float
        Minimum power; lower power is written as this.
    scale, offset : float
        log10 power is `number * scale + offset`.
    """

    dtype: np.dtype[Any]
    floor: float = FLOOR
    scale: float = 1.0
    offset: float = 0.0

    @property
    def highest(self) -> float:
        """Maximum power in uV^2 that can be written."""
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
    """Return the coding of log power as float32, float16 or uint8."""
    if dtype == "uint8":
        return Coding(np.dtype(np.uint8), floor, STEP, math.log10(floor))
    return Coding(np.dtype(dtype), floor)
