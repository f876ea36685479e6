"""Wavelet power with torch on a GPU: the same plan as on the CPU, with all channels of a block at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bandmap.represent.timefrequency.frames import LogPower, pooling_weights
from bandmap.represent.timefrequency.groups import Piece

_DTYPES = {"float32": torch.float32, "float16": torch.float16, "uint8": torch.uint8}


@dataclass
class TorchLogPower(LogPower):
    """Frames of log10 power that torch computes.

    Attributes
    ----------
    device : str
        "cuda" or "cpu".
    """

    device: str = "cuda"

    @cached_property
    def _tensors(self) -> list[tuple[list[tuple[Piece, torch.Tensor]], torch.Tensor | None]]:
        """Weights of pieces (one number per bin) and the mixing matrix of every group, on the device."""
        return [
            (
                [(piece, torch.from_numpy(_per_bin(piece)).to(self.device)) for piece in group.pieces],
                None if group.mix is None else torch.from_numpy(group.mix).to(self.device),
            )
            for group in self.plan.groups
        ]

    def _compute(self, block: NDArray[np.float32]) -> NDArray[Any]:
        plan = self.plan
        spectrum = self._mirrored(torch.fft.rfft(torch.from_numpy(np.ascontiguousarray(block)).to(self.device)))
        out = torch.empty((plan.new_frames, *self.shape[1:]), dtype=_DTYPES[self.dtype.name], device=self.device)
        for group, (pieces, mix) in zip(plan.groups, self._tensors, strict=True):
            bins = torch.cat([self._folded(spectrum, piece, weights) for piece, weights in pieces], dim=1)
            out[..., group.rows] = self._encoded(self._pooled(self._points(torch.fft.ifft(bins), mix)))
        frames: NDArray[Any] = out.cpu().numpy()
        return frames

    def _mirrored(self, half: torch.Tensor) -> torch.Tensor:
        n, last = self.plan.mirrored_bins, half.shape[1] - 1
        below, above = half[:, 1 : n + 1].flip(1).conj(), half[:, last - n : last].flip(1).conj()
        return torch.cat((below, half, above), dim=1)

    def _folded(self, spectrum: torch.Tensor, piece: Piece, weights: torch.Tensor) -> torch.Tensor:
        """Return weighted bins added modulo the number of points, shape (channels, shared, points)."""
        begin, end = (self.plan.mirrored_bins + at for at in (piece.first_bin, piece.end_bin))
        bins = spectrum[:, None, begin:end] * weights
        padded = torch.nn.functional.pad(bins, (0, -bins.shape[-1] % self.plan.n_points))
        return padded.reshape(*padded.shape[:2], -1, self.plan.n_points).sum(dim=-2)

    def _points(self, coefficients: torch.Tensor, mix: torch.Tensor | None) -> torch.Tensor:
        """Return power, shape (points, channels, rows)."""
        margin = self.plan.margin_points
        kept = torch.view_as_real(coefficients[..., margin : coefficients.shape[-1] - margin]).permute(2, 0, 3, 1)
        return (kept if mix is None else kept @ mix).square().sum(dim=2)

    def _pooled(self, power: torch.Tensor) -> torch.Tensor:
        step = self.plan.points_per_frame
        if step == 1:
            return power
        n_frames = len(power) // step - 2
        weights = pooling_weights(step).tolist()
        return torch.stack([w * power[1 + at :: step][:n_frames] for at, w in enumerate(weights)]).sum(dim=0)

    def _encoded(self, power: torch.Tensor) -> torch.Tensor:
        coding = self.coding
        values = power.clamp(coding.floor, coding.highest).log10()
        if self.dtype == np.uint8:
            return (values / coding.scale + (0.5 - coding.offset / coding.scale)).to(torch.uint8)
        return values.to(_DTYPES[self.dtype.name])


def _per_bin(piece: Piece) -> NDArray[Any]:
    """Return weights with one number for every bin."""
    return piece.weights if piece.weights.dtype == np.complex64 else np.ascontiguousarray(piece.weights[:, ::2])
