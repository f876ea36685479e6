"""How a block of signal becomes frames: which bins each wavelet reads and how they fold to the frame rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from bandmap.represent.timefrequency.groups import Group, Row, crop, group_rows
from bandmap.represent.timefrequency.wavelets import Bank

_BLOCK_SECONDS = 32  # long against the overlap, short enough for a group of wavelets to stay in a core's cache
_OVERLAPS = 5  # a block is at least so many times longer than what its ends lose


@dataclass(frozen=True)
class Plan:
    """Blocks of a record and what happens to each.

    Attributes
    ----------
    n_samples, n_points : int
        Of a block, its overlaps included: signal samples, and points of power. Both span the same time.
    overlap_frames : int
        At each end of a block that the neighbours provide.
    points_per_frame : int
        1 for point samples; more where power is pooled.
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
        """Frames of a block that no other block gives."""
        return self.n_points // self.points_per_frame - 2 * self.overlap_frames

    @cached_property
    def mirrored_bins(self) -> int:
        """Bins below zero frequency (and beyond half the rate) that some wavelet reads."""
        pieces = [piece for group in self.groups for piece in group.pieces]
        beyond = max(piece.end_bin for piece in pieces) - self.n_samples // 2 - 1
        below = -min(piece.first_bin for piece in pieces)
        return int(max(0, beyond, below))

    @property
    def margin_points(self) -> int:
        """Points at each end of a block that no frame reads; pooling reads those of one more frame."""
        return self.points_per_frame * (self.overlap_frames - (self.points_per_frame > 1))

    def frames_of(self, n_samples: int) -> int:
        """Return how many frames begin within so many samples."""
        return -int(-n_samples // self.samples_per_frame)


def samples_per_frame(rate_hz: float, frame_rate_hz: float) -> Fraction:
    """Return the exact ratio of two rates.

    Raises
    ------
    ValueError
        If they have no ratio of small whole numbers, so that no block holds whole numbers of both.
    """
    ratio = Fraction(rate_hz / frame_rate_hz).limit_denominator(1000)
    if abs(float(ratio) * frame_rate_hz - rate_hz) > 1e-9 * rate_hz or ratio <= 0:
        raise ValueError(f"{frame_rate_hz:g} frames and {rate_hz:g} samples a second have no simple ratio")
    return ratio


def plan_blocks(bank: Bank, frame_rate_hz: float, *, pooling: str = "point") -> Plan:
    """Choose the length of blocks and precompute what every wavelet does to a block's spectrum.

    Parameters
    ----------
    bank : Bank
    frame_rate_hz : float
    pooling : str
        "point" takes power at each frame; "mean" pools as many points around a frame as its fastest changes need.
    """
    ratio = samples_per_frame(bank.rate_hz, frame_rate_hz)
    step = ratio.denominator  # blocks begin on whole samples
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
    """Return how often power must be sampled so that what pooling removes does not fold into what it keeps.

    Power changes as fast as the widest response is wide; pooling keeps less than the frame rate.
    """
    widest = max(np.ptp(np.flatnonzero(np.abs(row.response) > 0.01 * np.abs(row.response).max())) for row in rows)
    return min(math.ceil(widest / n_frames) + 1, max(2, n_samples // n_frames))
