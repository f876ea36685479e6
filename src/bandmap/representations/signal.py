"""The harmonized signal itself: a frame is a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandmap.represented import Representation
    from bandmap.timefrequency import Samples


def check(rate_hz: float) -> None:
    """Refuse, at plan time, what cannot be made: a rate that is none."""
    if rate_hz <= 0:
        raise ValueError(f"rate_hz {rate_hz:g}; give more than 0")


def transform(microvolts: Samples, rate_hz: float) -> Representation:
    """Return the signal, time first; masked samples are zero and not valid.

    Parameters
    ----------
    microvolts : array-like of float32, shape (channels, samples)
        NaN where time is masked.
    rate_hz : float
        Samples per second.

    Returns
    -------
    Representation
        values of shape (samples, channels) in uV, at `rate_hz` frames per second, without frequencies.
    """
    from bandmap.represented import Representation
    from bandmap.timefrequency import SignalFrames, unmasked_samples

    check(rate_hz)
    return Representation(
        values=SignalFrames(microvolts),
        frame_rate_hz=rate_hz,
        frequencies_hz=(),
        unit="uV",
        valid=unmasked_samples(microvolts),
        attributes={"representation": "signal"},
    )
