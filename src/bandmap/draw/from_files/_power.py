"""Power over time and frequency of an event or a night: the input of the model, or else power of the recording."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bandmap.files.represented import RepresentedRecording
from bandmap.represent.representations import cwt, spectrogram
from bandmap.vocabulary.recording import Recording, RecordingError

FRAMES_PER_SECOND = 16.0
"""Of wavelet power, or the next rate that the recording's own is a multiple of."""

_EPOCHS_AT_ONCE = 64

_MARGIN_SECONDS = 2.0
"""Transformed on both sides of the span and cut off, since the longest wavelet reaches so far."""


@dataclass(frozen=True)
class Power:
    """Power of a span of a recording.

    Attributes
    ----------
    values : ndarray, shape (frequencies, frames)
        In `unit`, NaN where time is masked.
    frequencies_hz : tuple of float
    frame_rate_hz : float
    unit : str
    """

    values: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    frequencies_hz: tuple[float, ...] = ()
    frame_rate_hz: float = 1.0
    unit: str = "log10 uV^2"


def power_of(
    recording: Recording,
    source: RepresentedRecording,
    span: tuple[float, float],
    channel: int | None,
    bands_hz: Mapping[str, tuple[float, float]],
) -> Power:
    """Return the power that the model reads, or that of the recording's wavelets if the model reads signals.

    Parameters
    ----------
    recording : Recording
        Harmonized; only the span is read.
    source : RepresentedRecording
        The input of the model.
    span : tuple of float
        First and last second.
    channel : int or None
        Whose power; None for the mean of all channels.
    bands_hz : mapping of str to tuple of float
        The frequencies of wavelets go from their lowest to their highest edge, in steps of 1 Hz.

    Returns
    -------
    Power
        Without values where the span is shorter than the longest wavelet.
    """
    if not source.frequencies_hz:
        return _of_wavelets(recording, span, channel, bands_hz)
    rate_hz = source.frame_rate_hz
    first, last = round(span[0] * rate_hz), min(round(span[1] * rate_hz), source.n_frames)
    if last <= first:
        return Power()
    window = source.windows(np.array([first]), last - first)[0].astype(np.float64)
    return Power(window.mean(axis=0) if channel is None else window[channel], source.frequencies_hz, rate_hz)


def power_of_epochs(
    recording: Recording, source: RepresentedRecording, centres_seconds: NDArray[np.float64], epoch_seconds: float
) -> Power:
    """Return the mean power of all channels in every epoch of a night.

    Parameters
    ----------
    recording : Recording
        Harmonized; read only if the model reads signals, a few epochs at a time.
    source : RepresentedRecording
        The input of the model.
    centres_seconds : ndarray of float64, shape (epochs,)
    epoch_seconds : float

    Returns
    -------
    Power
        A column for each epoch: what the model reads, or the rows of the `spectrogram` representation if it reads
        signals. Without values where there is no epoch, or a recording is sampled too slowly for these rows.
    """
    if not len(centres_seconds):
        return Power()
    begins = centres_seconds - epoch_seconds / 2
    if source.frequencies_hz:
        rate_hz = source.frame_rate_hz
        length = max(round(epoch_seconds * rate_hz), 1)
        starts = np.clip(np.round(begins * rate_hz).astype(np.int64), 0, source.n_frames - length)
        means = [
            source.windows(starts[first : first + _EPOCHS_AT_ONCE], length).mean(axis=(1, 3), dtype=np.float64)
            for first in range(0, len(starts), _EPOCHS_AT_ONCE)
        ]
        unit = str(source.attributes["unit"])
        return Power(np.concatenate(means).T, source.frequencies_hz, 1 / epoch_seconds, unit)
    try:
        found = [_of_seconds(recording, begin, epoch_seconds) for begin in begins]
    except ValueError:
        return Power()
    values = np.stack([of.values[:, 0] for of in found], axis=1)
    return Power(values, found[0].frequencies_hz, 1 / epoch_seconds, found[0].unit)


def _of_seconds(recording: Recording, begin: float, seconds: float) -> Power:
    """Return the mean power of the unmasked channels in the whole seconds of an epoch, a single column."""
    rate_hz = recording.rate_hz
    samples = slice(round(begin * rate_hz), round((begin + seconds) * rate_hz))
    kept = [name not in recording.masked_channels for name in recording.channels]
    found = spectrogram.transform(recording.microvolts[:, samples], rate_hz)
    column = np.full((len(found.frequencies_hz), 1), np.nan)
    if any(kept) and found.valid.any():
        column[:, 0] = found.array()[found.valid][:, kept].mean(axis=(0, 1), dtype=np.float64)
    return Power(column, found.frequencies_hz, found.frame_rate_hz, found.unit)


def _of_wavelets(
    recording: Recording, span: tuple[float, float], channel: int | None, bands_hz: Mapping[str, tuple[float, float]]
) -> Power:
    rate_hz = recording.rate_hz
    begin = max(span[0] - _MARGIN_SECONDS, 0.0)
    samples = slice(round(begin * rate_hz), round((span[1] + _MARGIN_SECONDS) * rate_hz))
    kept = [i for i, name in enumerate(recording.channels) if name not in recording.masked_channels]
    microvolts = recording.microvolts[:, samples][kept if channel is None else [channel]]
    low_hz = max(min((low for low, _ in bands_hz.values()), default=1.0), 1.0)
    high_hz = min(max((high for _, high in bands_hz.values()), default=40.0), rate_hz / 2)
    try:
        found = cwt.transform(
            microvolts,
            rate_hz,
            low_hz=low_hz,
            high_hz=high_hz,
            frequencies=round(high_hz - low_hz) + 1,
            spacing="linear",
            frame_rate_hz=rate_hz / max(round(rate_hz / FRAMES_PER_SECOND), 1),
        )
    except RecordingError:
        return Power()
    values = np.where(found.valid[:, None], found.array().mean(axis=1), np.nan).T
    first = round((span[0] - begin) * found.frame_rate_hz)
    count = round((span[1] - span[0]) * found.frame_rate_hz)
    return Power(values[:, first : first + count].astype(np.float64), found.frequencies_hz, found.frame_rate_hz)
