"""Power over time and frequency around an event: the input of the model, or else wavelets of the recording."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bandmap.files.represented import RepresentedRecording
from bandmap.represent.representations import cwt
from bandmap.vocabulary.recording import Recording, RecordingError

FRAMES_PER_SECOND = 16.0
"""Of wavelet power, or the next rate that the recording's own is a multiple of."""

_MARGIN_SECONDS = 2.0
"""Transformed on both sides of the span and cut off, since the longest wavelet reaches so far."""


@dataclass(frozen=True)
class Power:
    """Power of a span of a recording.

    Attributes
    ----------
    values : ndarray, shape (frequencies, frames)
        log10 of power (uV^2), NaN where time is masked.
    frequencies_hz : tuple of float
    frame_rate_hz : float
    """

    values: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    frequencies_hz: tuple[float, ...] = ()
    frame_rate_hz: float = 1.0


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
