"""Conversion of a recording to one montage: names, derivations, interpolation, filter, resampling, quality."""

from collections.abc import Sequence

import numpy as np

from bandmap.harmonize.stream import Stream
from bandmap.vocabulary.recording import Event, RawRecording, Recording


def harmonize(
    raw: RawRecording,
    events: Sequence[Event],
    *,
    montage: str,
    rate_hz: float,
    high_pass_hz: float,
    low_pass_hz: float,
    notch_hz: Sequence[float],
    low_pass: str = "fir",
) -> tuple[Recording, list[dict[str, object]]]:
    """Convert a recording to one montage, one rate and one pass band in memory; `Stream` needs less memory.

    Parameters
    ----------
    raw : RawRecording
    events : sequence of Event
        Events of the recording; they are clipped at its end.
    montage : str
        "bipolar18", "referential19" (common average) or "sleep2".
    rate_hz : float
        Samples per second of the result.
    high_pass_hz, low_pass_hz : float
        Edges of the pass band of a zero-phase FIR filter.
    notch_hz : sequence of float
        Line frequencies to remove.
    low_pass : str
        "fir", or "butterworth": of order 4, forward and backward, without a high pass and notches, as published
        programs use it.

    Returns
    -------
    Recording
        float32 microvolts.
    list of dict
        Quality: a row per channel, keys as in `quality.COLUMNS`.

    Raises
    ------
    MontageError
        If the recording cannot be converted to the montage; the message gives the reason and an alternative.
    RecordingError
        If an event is outside the recording.
    """
    stream = Stream(
        raw,
        events,
        montage=montage,
        rate_hz=rate_hz,
        high_pass_hz=high_pass_hz,
        low_pass_hz=low_pass_hz,
        notch_hz=notch_hz,
        low_pass=low_pass,
    )
    microvolts = np.empty((len(stream.channels), stream.n_samples), np.float32)
    start = 0
    for block in stream.blocks():
        microvolts[:, start : start + block.shape[1]] = block
        start += block.shape[1]
    recording = Recording(
        microvolts,
        stream.rate_hz,
        stream.channels,
        stream.events,
        stream.masked_channels,
        stream.interpolated_channels,
    )
    return recording, stream.quality()
