"""Log power density of whole seconds in rows of 1 Hz up to 32 Hz, the input of the frequency-cut transformer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandmap.vocabulary.frames import Extent

if TYPE_CHECKING:
    from bandmap.represent.timefrequency import Samples
    from bandmap.vocabulary.representation import Representation


def check(rate_hz: float, *, frequency_cut: bool = True, dtype: str = "float32") -> Extent:
    """Raise an error at plan time for invalid options, which are those of `transform`; otherwise return the extent."""
    if rate_hz < 64 or rate_hz != round(rate_hz):
        raise ValueError(
            f"rows up to 32 Hz and segments of 1 s need a whole rate of at least 64 Hz, not {rate_hz:g} Hz"
        )
    if dtype not in ("float32", "float16", "uint8"):
        raise ValueError(f"dtype '{dtype}'; give float32, float16 or uint8")
    if not isinstance(frequency_cut, bool):
        raise ValueError(f"frequency_cut '{frequency_cut}'; give true or false")  # noqa: TRY004 - a setting, not a bug
    return Extent(1.0, 0.0, 32.0)


def transform(
    microvolts: Samples, rate_hz: float, *, frequency_cut: bool = True, dtype: str = "float32"
) -> Representation:
    """Return log10 of power density of every whole second.

    Parameters
    ----------
    microvolts : array-like of float32, shape (channels, samples)
        NaN where time is masked.
    rate_hz : float
        Samples per second, a whole number.
    frequency_cut : bool
        Whether each four rows above 16 Hz are averaged: 20 rows instead of 32.
    dtype : str
        "float32", "float16" or "uint8" (steps of 0.4 dB).

    Returns
    -------
    Representation
        values of shape (seconds, channels, rows): log10 of uV^2/Hz; frame k is the second that starts at k seconds.
    """
    import numpy as np

    from bandmap.represent import timefrequency as tf
    from bandmap.vocabulary.representation import Representation

    check(rate_hz, frequency_cut=frequency_cut, dtype=dtype)
    coding = tf.coding_of(dtype, tf.DENSITY_FLOOR)
    values = tf.LogSpectrogram(microvolts, round(rate_hz), frequency_cut, coding)
    n_frames = values.shape[0]
    unmasked = tf.unmasked_samples(microvolts)[: n_frames * values.rate].reshape(n_frames, values.rate)
    return Representation(
        values=values,
        frame_rate_hz=1.0,
        frequencies_hz=tf.row_frequencies(cut=frequency_cut),
        unit="log10 uV^2/Hz",
        valid=np.logical_and.reduce(unmasked, axis=1),
        scale=coding.scale,
        offset=coding.offset,
        attributes={
            "representation": "spectrogram",
            "segment_seconds": 1,
            "edges_hz": list(tf.row_edges(cut=frequency_cut)),
            "frequency_cut": frequency_cut,
            "dtype": dtype,
            "floor": coding.floor,
        },
    )
