"""Augmentation: changes of training windows that do not affect their class, to learn more from few subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bandmap.vocabulary.montages import mirrored
from bandmap.vocabulary.plugins import did_you_mean

_GAIN_NODES = 5  # of the piecewise linear gain over frequency, as coarse as bands


@dataclass(frozen=True)
class Augmentation:
    """The amounts of augmentation; zero turns a change off.

    Attributes
    ----------
    mirror : float
        Probability that left and right are swapped (published for the CWT ResNet-18).
    channel_shuffle : float
        Probability that all channels are shuffled, so that the location of a seizure does not matter (Saeed et al.
        2021; its use here is ours).
    time_flip : float
        Probability that a window is reversed in time (published for the CWT ResNet-18).
    gain_decades : float
        Standard deviation of the random gains of a channel, of all channels and of each broad frequency range, in
        log10 of power: amplitudes differ between subjects (ours).
    frequency_shift_rows : int
        Maximum number of rows by which a window's deviation from the mean spectrum is shifted: the frequencies of
        rhythms also differ between subjects (ours; time-frequency windows only).
    time_stretch : float
        Maximum stretch or compression of time, as a natural logarithm, for the same reason (ours; raw signals only).
    masked_rows, masked_frames : int
        Maximum number of adjacent rows and frames that are replaced by the mean (SpecAugment, Park et al. 2019;
        published; time-frequency windows only).
    mixup_alpha : float
        Both parameters of the beta distribution of the share with which the windows of a batch, and their classes, are
        mixed with a permutation of the batch (MixUp, Zhang et al. 2018; 1 in the published code).
    """

    mirror: float = 0.0
    channel_shuffle: float = 0.0
    time_flip: float = 0.0
    gain_decades: float = 0.0
    frequency_shift_rows: int = 0
    time_stretch: float = 0.0
    masked_rows: int = 0
    masked_frames: int = 0
    mixup_alpha: float = 0.0

    def __post_init__(self) -> None:
        if not all(0 <= chance <= 1 for chance in (self.mirror, self.channel_shuffle, self.time_flip)):
            raise ValueError("training: augmentation: mirror, channel_shuffle and time_flip must be from 0 to 1")
        shifts = (self.gain_decades, self.frequency_shift_rows, self.time_stretch)
        if min(*shifts, self.masked_rows, self.masked_frames, self.mixup_alpha) < 0:
            raise ValueError("training: augmentation: amounts must be at least 0")

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Augmentation":
        """Create it from the section `training: augmentation` of the settings."""
        for name in settings:
            if name not in cls.__dataclass_fields__:
                raise ValueError(f"training: augmentation: {did_you_mean(name, cls.__dataclass_fields__)}")
        return cls(**settings)


class Augmenter:
    """Augments batches of windows.

    Parameters
    ----------
    amounts : Augmentation
    channels : sequence of str
        Names of the windows' channels, which determine left and right.
    mean : tensor, shape (channels, frequencies, 1) or (channels, 1)
        Mean of the training windows.
    seed : int
    """

    def __init__(self, amounts: Augmentation, channels: Sequence[str], mean: torch.Tensor, seed: int) -> None:
        self.amounts = amounts
        self.order = torch.tensor(mirrored(channels))
        self.mean = mean
        self.generator = torch.Generator().manual_seed(seed)
        self.mixing = np.random.default_rng(seed)  # torch cannot draw from a beta distribution with a generator

    def __call__(self, windows: torch.Tensor, answers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return augmented copies of windows, and of the classes of their answers.

        Parameters
        ----------
        windows : tensor, shape (batch, channels[, frequencies], times)
        answers : tensor of int64, shape (batch, answers)
            They move with the time of their window.
        """
        amounts = self.amounts
        if amounts.mirror or amounts.channel_shuffle:
            windows = self._rearranged(windows)
        if amounts.time_flip:
            chosen = torch.where(self._chance(amounts.time_flip, len(windows)))[0].to(windows.device)
            windows, answers = (
                each.index_copy(0, chosen, each.index_select(0, chosen).flip(-1)) for each in (windows, answers)
            )
        if windows.ndim == 4:
            return self._in_time_and_frequency(windows), answers
        if amounts.time_stretch:
            windows, answers = self._stretched(windows, answers)
        if not amounts.gain_decades:
            return windows, answers
        return windows * 10 ** (self._gain(len(windows), windows.shape[1]) / 2).to(windows.device), answers

    def mixed(self, windows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None, float]:
        """Return windows mixed with partners of the same batch.

        Returns
        -------
        windows : tensor
            share x windows + (1 - share) x windows[partners].
        partners : tensor of int64, shape (batch,), or None
            Windows whose classes are mixed in with 1 - share; None if nothing is mixed.
        share : float
            One value per batch, as published.
        """
        if not self.amounts.mixup_alpha:
            return windows, None, 1.0
        share = float(self.mixing.beta(self.amounts.mixup_alpha, self.amounts.mixup_alpha))
        partners = torch.from_numpy(self.mixing.permutation(len(windows))).to(windows.device)
        return share * windows + (1 - share) * windows[partners], partners, share

    def state(self) -> dict[str, Any]:
        """Return the state of the random numbers."""
        return {"windows": self.generator.get_state(), "mixing": self.mixing.bit_generator.state}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore a state of the random numbers."""
        self.generator.set_state(state["windows"])
        self.mixing.bit_generator.state = state["mixing"]

    def _in_time_and_frequency(self, windows: torch.Tensor) -> torch.Tensor:
        amounts = self.amounts
        rows, frames = windows.shape[2:]
        mean = self.mean.to(windows.device)[None]
        if amounts.frequency_shift_rows:
            windows = self._shifted(windows - mean).add_(mean)
        if amounts.gain_decades:
            own = self._gain(len(windows), windows.shape[1])[..., None].to(windows.device)
            windows = (windows + own).add_(self._tilt(len(windows), rows).to(windows.device))
        if amounts.masked_rows:
            hidden = self._stretch(len(windows), rows, amounts.masked_rows)[:, None, :, None]
            windows = torch.where(hidden.to(windows.device), mean, windows)
        if amounts.masked_frames:
            hidden = self._stretch(len(windows), frames, amounts.masked_frames)[:, None, None, :]
            windows = torch.where(hidden.to(windows.device), mean, windows)
        return windows

    def _rearranged(self, windows: torch.Tensor) -> torch.Tensor:
        """Swap left and right of some windows, and shuffle all channels of some."""
        count, channels = windows.shape[:2]
        order = torch.arange(channels).expand(count, -1)
        if self.amounts.mirror:
            order = torch.where(self._chance(self.amounts.mirror, count)[:, None], self.order, order)
        if self.amounts.channel_shuffle:
            shuffled = order.gather(1, torch.rand(count, channels, generator=self.generator).argsort(dim=1))
            order = torch.where(self._chance(self.amounts.channel_shuffle, count)[:, None], shuffled, order)
        rows = (order + channels * torch.arange(count)[:, None]).flatten().to(windows.device)
        return windows.flatten(0, 1).index_select(0, rows).reshape(windows.shape)

    def _stretched(self, windows: torch.Tensor, answers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Stretch or compress the time of signals around their centre; they are mirrored beyond their ends."""
        speed = ((2 * torch.rand(len(windows), 1, generator=self.generator) - 1) * self.amounts.time_stretch).exp()
        place = speed * torch.linspace(-1, 1, windows.shape[-1])  # -1 is the first sample, 1 the last
        grid = torch.stack([place, torch.zeros_like(place)], dim=-1)[:, None].to(windows)
        images = windows[:, :, None]  # one row high, because the library samples images
        sampled = torch.nn.functional.grid_sample(images, grid, padding_mode="reflection", align_corners=True)
        n_answers = answers.shape[1]
        middles = speed * (2 * torch.arange(n_answers) + 1 - n_answers) / n_answers
        inside = 1 - (1 - middles.abs()).abs()  # mirrored beyond the ends, as the signals are
        places = ((inside * middles.sign() + 1) / 2 * n_answers).long().clamp(0, n_answers - 1)
        return sampled[:, :, 0], answers.gather(1, places.to(answers.device))

    def _chance(self, chance: float, count: int) -> torch.Tensor:
        """Return a random choice among `count` windows, bool."""
        return torch.rand(count, generator=self.generator) < chance

    def _gain(self, count: int, channels: int) -> torch.Tensor:
        """Return the log10 gain of every channel, with the common gain, shape (batch, channels, 1)."""
        own = torch.randn(count, channels, 1, generator=self.generator)
        return (own + torch.randn(count, 1, 1, generator=self.generator)) * self.amounts.gain_decades

    def _tilt(self, count: int, rows: int) -> torch.Tensor:
        """Return a smooth log10 gain over frequency, shape (batch, 1, rows, 1)."""
        nodes = torch.randn(count, 1, _GAIN_NODES, generator=self.generator) * self.amounts.gain_decades
        return torch.nn.functional.interpolate(nodes, size=rows, mode="linear", align_corners=True)[..., None]

    def _shifted(self, departures: torch.Tensor) -> torch.Tensor:
        """Shift rows up or down; rows that become empty are set to the mean."""
        most, rows = self.amounts.frequency_shift_rows, departures.shape[2]
        count, channels = departures.shape[:2]
        shift = torch.randint(-most, most + 1, (count, 1), generator=self.generator)
        source = torch.arange(rows)[None] - shift
        inside = ((source >= 0) & (source < rows))[:, None, :, None].to(departures.device)
        # Whole rows are copied: several times as fast as gathering their values one by one.
        first = rows * torch.arange(count * channels).reshape(count, channels, 1)
        places = (first + source.clamp(0, rows - 1)[:, None]).flatten().to(departures.device)
        moved = departures.flatten(0, 2).index_select(0, places).reshape(departures.shape)
        return moved.mul_(inside)

    def _stretch(self, count: int, size: int, most: int) -> torch.Tensor:
        """Return a random range of at most `most` adjacent elements for every window, bool, shape (batch, size)."""
        length = torch.randint(0, min(most, size) + 1, (count, 1), generator=self.generator)
        first = (torch.rand(count, 1, generator=self.generator) * (size - length + 1)).long()
        place = torch.arange(size)[None]
        return (place >= first) & (place < first + length)
