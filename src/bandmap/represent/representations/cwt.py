"""Log wavelet power of the continuous recording: Morlet wavelets as in MNE, others as in PyWavelets.

`n_cycles: frequency` (as published) makes every wavelet 0.159 s wide (standard deviation), which is effectively a
short-time Fourier transform with a Gaussian window. Its power is band-limited: 16 frames a second determine every
sample to 3e-4, and a grid of 0.4 Hz every frequency to 1e-3. The published 391 linear frequencies contain as much
information as 98 of them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from bandmap.vocabulary.frames import Extent
from bandmap.vocabulary.plugins import did_you_mean

if TYPE_CHECKING:
    from bandmap.represent.timefrequency import Bank, Samples
    from bandmap.vocabulary.representation import Representation

_FAMILIES = ("morlet", "cgau", "cmor", "fbsp", "gaus", "mexh", "morl", "shan")


def check(  # noqa: PLR0913 - the options in config.yaml
    rate_hz: float,
    *,
    low_hz: float = 1.0,
    high_hz: float = 40.0,
    frequencies: int = 40,
    spacing: str = "logarithmic",
    wavelet: str = "morlet",
    n_cycles: float | str = "frequency",
    frame_rate_hz: float = 16.0,
    pooling: str = "point",
    dtype: str = "float32",
    device: str = "cpu",
) -> Extent:
    """Raise an error at plan time for invalid options; every message gives value, bound and remedy.

    Parameters
    ----------
    rate_hz : float
        Sampling rate of the harmonized signals. The options are those of `transform`.

    Returns
    -------
    Extent
        Frame rate, first and last frequency.
    """
    if not 0 < low_hz <= high_hz:
        raise ValueError(f"low_hz {low_hz:g} and high_hz {high_hz:g}; give 0 < low_hz <= high_hz")
    if high_hz > rate_hz / 2:
        raise ValueError(f"high_hz {high_hz:g} is above half the rate of {rate_hz:g} Hz; lower it or raise rate_hz")
    if frequencies < 1 or (frequencies > 1) != (high_hz > low_hz):
        raise ValueError(
            f"{frequencies} frequencies from {low_hz:g} to {high_hz:g} Hz; give at least 2 frequencies of a range"
        )
    if not (n_cycles == "frequency" or (isinstance(n_cycles, (int, float)) and n_cycles > 0)):
        raise ValueError(f"n_cycles '{n_cycles}'; give frequency or a positive number")
    _check_frame_rate(rate_hz, frame_rate_hz)
    _check_choices(spacing=spacing, pooling=pooling, dtype=dtype, device=device)
    family = wavelet.rstrip("0123456789.-")
    if family not in _FAMILIES:
        raise ValueError(f"wavelet '{wavelet}': {did_you_mean(family, _FAMILIES)}")
    return Extent(float(frame_rate_hz), low_hz, high_hz)


def _check_frame_rate(rate_hz: float, frame_rate_hz: float) -> None:
    if not 0 < frame_rate_hz <= rate_hz:
        raise ValueError(f"frame_rate_hz {frame_rate_hz:g}; give more than 0 and at most the rate of {rate_hz:g} Hz")
    if not _has_simple_ratio(rate_hz, frame_rate_hz):
        whole, divided = float(max(1, round(frame_rate_hz))), rate_hz / round(rate_hz / frame_rate_hz)
        near = whole if _has_simple_ratio(rate_hz, whole) else divided
        raise ValueError(
            f"frame_rate_hz {frame_rate_hz:g} has no ratio of small whole numbers to the rate of {rate_hz:g} Hz; "
            f"give {near:.12g}"
        )


def _has_simple_ratio(rate_hz: float, frame_rate_hz: float) -> bool:
    """Return the condition of `timefrequency.plan.samples_per_frame`, which planning cannot import because of numpy."""
    ratio = Fraction(rate_hz / frame_rate_hz).limit_denominator(1000)
    return abs(float(ratio) * frame_rate_hz - rate_hz) <= 1e-9 * rate_hz


def _check_choices(**chosen: str) -> None:
    possible = {
        "spacing": ("linear", "logarithmic"),
        "pooling": ("point", "mean"),
        "dtype": ("float32", "float16", "uint8"),
        "device": ("cpu", "cuda", "auto"),
    }
    for option, value in chosen.items():
        if value not in possible[option]:
            raise ValueError(f"{option} '{value}'; give {' or '.join(possible[option])}")


def transform(  # noqa: PLR0913 - as above
    microvolts: Samples,
    rate_hz: float,
    *,
    low_hz: float = 1.0,
    high_hz: float = 40.0,
    frequencies: int = 40,
    spacing: str = "logarithmic",
    wavelet: str = "morlet",
    n_cycles: float | str = "frequency",
    frame_rate_hz: float = 16.0,
    pooling: str = "point",
    dtype: str = "float32",
    device: str = "cpu",
) -> Representation:
    """Return log10 of wavelet power, which is computed block by block when the values are read.

    Parameters
    ----------
    microvolts : array-like of float32, shape (channels, samples)
        NaN where time is masked. Anything that supports `microvolts[:, start:stop]`: an array, or a data set in a file.
    rate_hz : float
        Samples per second.
    low_hz : float
        Lowest frequency, in Hz.
    high_hz : float
        Highest frequency, in Hz.
    frequencies : int
        Number of frequencies.
    spacing : str
        "linear" or "logarithmic".
    wavelet : str
        "morlet", or a continuous wavelet of PyWavelets with its parameters ("cmor1.5-1.0", "mexh", "gaus4" ...).
    n_cycles : float or "frequency"
        Cycles per wavelet ("morlet" only). "frequency" gives all wavelets the same length (a standard deviation of
        0.159 s), a Gaussian short-time Fourier transform. A number gives a constant quality factor.
    frame_rate_hz : float
        Frames per second.
    pooling : str
        "point": the power at each frame. "mean": its mean around the frame, weighted by a raised cosine that ends at
        the adjacent frames.
    dtype : str
        "float32", "float16" or "uint8" (steps of 0.4 dB above the floor).
    device : str
        "cpu", "cuda" or "auto" (a GPU if there is one): the device that computes the power. The default is the CPU,
        regardless of the device of the models, because importing torch takes longer than transforming an hour.

    Returns
    -------
    Representation
        values of shape (frames, channels, frequencies): log10 of uV^2, at least log10 of `timefrequency.coding.FLOOR`.

    Raises
    ------
    RecordingError
        If the longest wavelet is longer than the recording.
    ValueError
        If `check` rejects the options, or if `device` is "cuda" and there is no GPU.
    """
    from bandmap.represent import timefrequency as tf
    from bandmap.vocabulary.representation import Representation

    about = {
        "low_hz": low_hz,
        "high_hz": high_hz,
        "frequencies": frequencies,
        "spacing": spacing,
        "wavelet": wavelet,
        "n_cycles": n_cycles,
        "frame_rate_hz": frame_rate_hz,
        "pooling": pooling,
        "dtype": dtype,
    }
    check(rate_hz, **about, device=device)  # type: ignore[arg-type]
    centres = tf.centre_frequencies(low_hz, high_hz, frequencies, spacing)
    if wavelet == "morlet":
        bank = tf.morlet_bank(centres, tf.cycles(centres, n_cycles), rate_hz)
    else:
        bank = tf.library_bank(centres, wavelet, rate_hz)
    _check_length(microvolts.shape[1] / rate_hz, bank)
    plan = tf.plan_blocks(bank, frame_rate_hz, pooling=pooling)
    coding = tf.coding_of(dtype)
    return Representation(
        values=tf.log_power(microvolts, plan, coding, device=device),
        frame_rate_hz=float(frame_rate_hz),
        frequencies_hz=bank.frequencies_hz,
        unit="log10 uV^2",
        valid=tf.valid_frames(microvolts, plan),
        scale=coding.scale,
        offset=coding.offset,
        attributes={"representation": "cwt", "floor": coding.floor, **about},
    )


def _check_length(seconds: float, bank: Bank) -> None:
    from bandmap.vocabulary.recording import RecordingError

    longest = 2 * bank.reach_seconds
    if 0 < seconds < longest:
        raise RecordingError(
            f"the recording lasts {seconds:g} s, less than the longest wavelet ({longest:.3g} s): raise low_hz, lower "
            "n_cycles or leave the recording out"
        )
