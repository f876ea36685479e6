"""Time and frequency of a representation, as planning knows them; imports nothing heavy."""

from collections.abc import Mapping
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


def answers_of(windows: Mapping[str, float]) -> tuple[int, float]:
    """Return how many answers a window has, and the seconds from one answer to the next.

    Parameters
    ----------
    windows : mapping
        Section `windows` of the settings. Without `answer_seconds`, a window has one answer about all of its time, and
        the next answer is that of the next window.

    Raises
    ------
    ValueError
        If a window or the step is not a whole number of answers.
    """
    seconds = windows.get("answer_seconds")
    if seconds is None:
        return 1, windows["step_seconds"]
    for name in ("length_seconds", "step_seconds"):
        answers = windows[name] / seconds
        if abs(answers - round(answers)) > FRAME_TOLERANCE or answers < 1:
            raise ValueError(
                f"{name} of {windows[name]:g} s is not a whole number of answers of {seconds:g} s; use a multiple of "
                f"answer_seconds, such as {max(1, round(answers)) * seconds:g}"
            )
    count = round(windows["length_seconds"] / seconds)
    return count, windows["step_seconds"] if count == 1 else seconds
