"""The harmonized signal itself: a frame is a sample.

`pre_emphasis` subtracts a share of the previous sample. The power of EEG falls with frequency (about 1/f^1.7), so in
the signal itself slow waves are ten times as large as a gamma rhythm. At 256 samples a second, a pre-emphasis of 0.95
raises 40 Hz relative to 2 Hz by a factor of 13 and makes all bands of the background about equally large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandmap.vocabulary.frames import Extent

if TYPE_CHECKING:
    from bandmap.represent.timefrequency import Samples
    from bandmap.vocabulary.representation import Representation


def check(rate_hz: float, *, pre_emphasis: float = 0) -> Extent:
    """Raise an error at plan time for invalid options; otherwise return the extent."""
    if rate_hz <= 0:
        raise ValueError(f"rate_hz {rate_hz:g}; give more than 0")
    if not 0 <= pre_emphasis <= 1:
        raise ValueError(f"pre_emphasis {pre_emphasis:g}; give a share from 0 (the signal itself) to 1")
    return Extent(rate_hz, 0.0, rate_hz / 2)


def transform(microvolts: Samples, rate_hz: float, *, pre_emphasis: float = 0) -> Representation:
    """Return the signal, time first; masked samples are zero and invalid.

    Parameters
    ----------
    microvolts : array-like of float32, shape (channels, samples)
        NaN where time is masked.
    rate_hz : float
        Samples per second.
    pre_emphasis : float
        Share of the previous sample that is subtracted, 0 to 1: x[t] - pre_emphasis x[t - 1].

    Returns
    -------
    Representation
        values of shape (samples, channels) in uV, at `rate_hz` frames per second, without frequencies.
    """
    from bandmap.represent.timefrequency import SignalFrames, unmasked_samples
    from bandmap.vocabulary.representation import Representation

    check(rate_hz, pre_emphasis=pre_emphasis)
    return Representation(
        values=SignalFrames(microvolts, pre_emphasis),
        frame_rate_hz=rate_hz,
        frequencies_hz=(),
        unit="uV",
        valid=unmasked_samples(microvolts),
        attributes={"representation": "signal", "pre_emphasis": pre_emphasis},
    )
