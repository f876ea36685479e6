"""The context of an interpretation besides model and windows: axes, and interictal windows for comparison."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.atlas import Atlas

BASELINE_SECONDS = 60.0
"""Time before a seizure in which its baseline is searched (six segments of ten seconds as published)."""

NONE = -1
"""Index that marks a missing baseline."""


@dataclass(frozen=True)
class Context:
    """The context of the windows to interpret.

    Attributes
    ----------
    atlas : Atlas
    channels : tuple of str
        Names of the windows' channels.
    frequencies_hz : tuple of float
        Frequencies of the windows' rows; empty for raw signals.
    rate_hz : float
        Frames (or samples) per second; for raw signals it determines the frequencies of a window.
    baseline : ndarray of float32, shape (windows, channels[, frequencies], times)
        For every window, the quiet interictal window of the same subject that replaces it.
    background : ndarray of float32, shape (backgrounds, channels[, frequencies], times)
        Some interictal windows of the same subject, at least one.
    device : str
        Device of the model ("cpu", "cuda").
    batch_size : int
        Windows per forward pass; affects speed and memory, not results.
    seed : int
        Of everything random in an interpretation.
    edges_hz : tuple of float
        Where the windows' rows begin and end; empty for raw signal and for rows of one frequency each.
    others : ndarray of float32, shape (others, channels[, frequencies], times)
        Some interictal windows of another subject; none by default.
    """

    atlas: Atlas
    channels: tuple[str, ...]
    frequencies_hz: tuple[float, ...]
    rate_hz: float
    baseline: NDArray[np.float32]
    background: NDArray[np.float32]
    device: str = "cpu"
    batch_size: int = 64
    seed: int = 0
    edges_hz: tuple[float, ...] = ()
    others: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def __post_init__(self) -> None:
        shape = (len(self.channels), *([len(self.frequencies_hz)] if self.frequencies_hz else []))
        for name in ("baseline", "background", "others"):
            array = getattr(self, name)
            if name == "others" and not len(array):
                continue
            if array.ndim != len(shape) + 2 or array.shape[1:-1] != shape:
                raise ValueError(f"{name} of shape {array.shape} does not fit channels and frequencies {shape}")
        if not len(self.background):
            raise ValueError("an interpretation needs at least one background window; use `fallback_window`")


class Noted(NamedTuple):
    """The importance of windows, with additional results of the method.

    Attributes
    ----------
    values : ndarray of float32, shape (windows, *axes)
    notes : mapping of str to ndarray, shape (windows,)
        For example the error of each result.
    """

    values: NDArray[np.float32]
    notes: Mapping[str, NDArray[np.floating]]

    @classmethod
    def of(cls, result: "Noted | NDArray[np.float32]") -> "Noted":
        """Create it from the result of an interpretation, with or without notes."""
        return result if isinstance(result, cls) else cls(np.asarray(result), {})

    @classmethod
    def mean(cls, results: Sequence["Noted"]) -> "Noted":
        """Return the mean of the results of several models for the same windows."""
        if len(results) == 1:
            return results[0]
        values = np.mean([result.values for result in results], axis=0, dtype=np.float64)
        notes = {name: np.mean([result.notes[name] for result in results], axis=0) for name in results[0].notes}
        return cls(np.asarray(values, dtype=np.float32), notes)


def total_power(windows: NDArray[np.float32], *, log_power: bool) -> NDArray[np.float64]:
    """Return the power of every window, to find the quietest.

    Parameters
    ----------
    windows : ndarray of float32, shape (windows, ...)
        Log10 power (any reference), or raw signals in microvolts.
    log_power : bool
        Whether the windows contain log10 power; else their squares are summed.

    Returns
    -------
    ndarray of float64, shape (windows,)
        Sum of linear power over channels, frequencies and times (as published, the baseline is the window with the
        lowest sum).
    """
    linear: Callable[[NDArray[np.float64]], NDArray[np.float64]] = partial(np.power, 10.0) if log_power else np.square
    return np.array([linear(window.astype(np.float64)).sum() for window in windows], dtype=np.float64)


def quiet_baselines(
    before_seconds: Sequence[float] | NDArray[np.floating],
    candidate_seconds: Sequence[float] | NDArray[np.floating],
    candidate_power: Sequence[float] | NDArray[np.floating],
    *,
    length_seconds: float,
    within_seconds: float = BASELINE_SECONDS,
) -> NDArray[np.int64]:
    """Choose for every window the interictal window that replaces it.

    This is the quietest window that is entirely within the minute before. If there is none (the seizure is at the start
    of the recording, or the guard time of another seizure covers the minute), it is the quietest candidate of the
    subject.

    Parameters
    ----------
    before_seconds : sequence of float, shape (windows,)
        Onset of each window's seizure, in seconds of its recording; the start of the window itself without a seizure.
    candidate_seconds : sequence of float, shape (candidates,)
        Starts of interictal windows of the same subject; NaN for windows of other recordings, which are used as a
        fallback only.
    candidate_power : sequence of float, shape (candidates,)
        Result of `total_power`.
    length_seconds : float
        Duration of a window.
    within_seconds : float
        Duration of the search before the onset.

    Returns
    -------
    ndarray of int64, shape (windows,)
        Indices of candidates; `NONE` (-1) if the subject has no candidate, in which case use `fallback_window`.
    """
    before = np.asarray(before_seconds, dtype=float)[:, None]
    starts = np.asarray(candidate_seconds, dtype=float)[None, :]
    power = np.asarray(candidate_power, dtype=float)
    if not power.size:
        return np.full(len(before), NONE)
    near = (starts >= before - within_seconds) & (starts + length_seconds <= before)
    nearest = np.where(near, power, np.inf).argmin(axis=1)
    return np.where(near.any(axis=1), nearest, power.argmin()).astype(np.int64)


def fallback_window(mean: NDArray[np.floating], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the baseline for a subject without interictal windows: the mean of the training data, constant in time.

    Parameters
    ----------
    mean : ndarray
        The mean of the model's normalization, which broadcasts to `shape` (per channel and frequency).
    shape : tuple of int
        Of one window: (channels[, frequencies], times).

    Returns
    -------
    ndarray of float32, shape `shape`
    """
    return np.broadcast_to(mean, shape).astype(np.float32)
