"""Time and frequency of a representation, as planning knows them; imports nothing heavy."""

from typing import NamedTuple

FRAME_TOLERANCE = 1e-6
"""Of a frame: seconds in tables have few digits."""


class Extent(NamedTuple):
    """Frames per second of a representation, and the frequencies between which it tells of power, in Hz."""

    frame_rate_hz: float
    low_hz: float
    high_hz: float


def whole_frames(seconds: float, frame_rate_hz: float, name: str) -> int:
    """Return a duration in frames.

    Raises
    ------
    ValueError
        If it is not a whole number of at least one: "length_seconds of 4.03 s is not a whole number of frames at 16 Hz;
        use a multiple of 0.0625 s, such as 4".
    """
    frames = round(seconds * frame_rate_hz)
    if frames < 1 or abs(frames - seconds * frame_rate_hz) > FRAME_TOLERANCE:
        raise ValueError(
            f"{name} of {seconds:g} s is not a whole number of frames at {frame_rate_hz:g} Hz; "
            f"use a multiple of {1 / frame_rate_hz:.6g} s, such as {max(frames, 1) / frame_rate_hz:.6g}"
        )
    return frames
