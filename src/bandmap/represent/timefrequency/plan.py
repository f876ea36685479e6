"""Plan from a block of signal to frames: the bins that each wavelet reads, and how they fold to the frame rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from bandmap.represent.timefrequency.groups import Group, Row, crop, group_rows
from bandmap.represent.timefrequency.wavelets import Bank

_BLOCK_SECONDS = 32  # long compared with the overlap, short enough for a core's cache
_OVERLAPS = 5  # minimum ratio of a block to the overlap at its ends


@dataclass(frozen=True)
class Plan:
    """Blocks of a record and the operations on each block.

    Attributes
    ----------
    n_samples, n_points : int
        Samples and points of power in a block, including its overlaps. Both span the same time.
    overlap_frames : int
        Frames at each end of a block that the adjacent blocks provide.
    points_per_frame : int
        1 for point samples; more if power is pooled.
    samples_per_frame : Fraction
    groups : tuple of Group
    """

    n_samples: int
    n_points: int
    overlap_frames: int
    points_per_frame: int
    samples_per_frame: Fraction
    groups: tuple[Group, ...]

    @property
    def new_frames(self) -> int:
        """Number of frames that only this block provides."""
        return self.n_points // self.points_per_frame - 2 * self.overlap_frames

    @cached_property
    def mirrored_bins(self) -> int:
        """Number of bins below zero frequency (and above half the rate) that a wavelet reads."""
        pieces = [piece for group in self.groups for piece in group.pieces]
        beyond = max(piece.end_bin for piece in pieces) - self.n_samples // 2 - 1
        below = -min(piece.first_bin for piece in pieces)
        return int(max(0, beyond, below))

    @property
    def margin_points(self) -> int:
        """Number of points at each end of a block that no frame reads; pooling reads those of one more frame."""
        return self.points_per_frame * (self.overlap_frames - (self.points_per_frame > 1))

    def frames_of(self, n_samples: int) -> int:
        """Return the number of frames that start within a number of samples."""
        return -int(-n_samples // self.samples_per_frame)


def samples_per_frame(rate_hz: float, frame_rate_hz: float) -> Fraction:
    """Return the exact ratio of two rates.

    Raises
    ------
    ValueError
        If their ratio is not one of small integers, so that no block contains whole numbers of both.
    """
    ratio = Fraction(rate_hz / frame_rate_hz).limit_denominator(1000)
    if abs(float(ratio) * frame_rate_hz - rate_hz) > 1e-9 * rate_hz or ratio <= 0:
        raise ValueError(f"{frame_rate_hz:g} frames and {rate_hz:g} samples a second have no simple ratio")
    return ratio


def plan_blocks(bank: Bank, frame_rate_hz: float, *, pooling: str = "point") -> Plan:
    """Choose the length of blocks and precompute the effect of every wavelet on a block's spectrum.

    Parameters
    ----------
    bank : Bank
    frame_rate_hz : float
    pooling : str
        "point" takes the power at each frame; "mean" pools as many points per frame as its fastest changes require.
    """
    ratio = samples_per_frame(bank.rate_hz, frame_rate_hz)
    step = ratio.denominator  # blocks start at whole samples
    reach = bank.reach_seconds * frame_rate_hz + (pooling == "mean")
    overlap = math.ceil(reach / step) * step
    least = max(_BLOCK_SECONDS * frame_rate_hz, 2 * _OVERLAPS * overlap)
    n_frames = step * 2 ** math.ceil(math.log2(least / step))
    n_samples = int(n_frames * ratio)
    rows = [crop(wavelet.response(n_samples) / n_samples) for wavelet in bank.wavelets]
    points_per_frame = _points_per_frame(rows, n_frames, n_samples) if pooling == "mean" else 1
    groups = group_rows(rows, n_frames * points_per_frame)
    return Plan(n_samples, n_frames * points_per_frame, overlap, points_per_frame, ratio, groups)


def _points_per_frame(rows: Sequence[Row], n_frames: int, n_samples: int) -> int:
    """Return the sampling of power that pooling needs to avoid aliasing.

    The widest response limits how fast power changes; pooling keeps frequencies below the frame rate.
    """
    widest = max(np.ptp(np.flatnonzero(np.abs(row.response) > 0.01 * np.abs(row.response).max())) for row in rows)
    return min(math.ceil(widest / n_frames) + 1, max(2, n_samples // n_frames))
