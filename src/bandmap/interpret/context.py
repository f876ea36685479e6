"""What an interpretation needs besides model and windows: the axes, and interictal windows to compare with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.atlas import Atlas

BASELINE_SECONDS = 60.0
"""How long before a seizure its baseline is looked for (six segments of ten seconds as published)."""

NONE = -1
"""The index of a baseline that does not exist."""


@dataclass(frozen=True)
class Context:
    """The surroundings of the windows to interpret.

    Attributes
    ----------
    atlas : Atlas
    channels : tuple of str
        Names of the windows' channels.
    frequencies_hz : tuple of float
        Frequencies of the windows' rows; empty for raw signal.
    rate_hz : float
        Frames (or samples) per second; of raw signal it says which frequencies a window holds.
    baseline : ndarray of float32, shape (windows, channels[, frequencies], times)
        For every window the quiet interictal window of the same subject that replaces it.
    background : ndarray of float32, shape (backgrounds, channels[, frequencies], times)
        Some interictal windows of the same subject, at least one.
    device : str
        Where the model runs ("cpu", "cuda").
    batch_size : int
        Windows per forward pass; changes speed and memory, not results.
    seed : int
        Of everything random in an interpretation.
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

    def __post_init__(self) -> None:
        shape = (len(self.channels), *([len(self.frequencies_hz)] if self.frequencies_hz else []))
        for name in ("baseline", "background"):
            array = getattr(self, name)
            if array.ndim != len(shape) + 2 or array.shape[1:-1] != shape:
                raise ValueError(f"{name} of shape {array.shape} does not fit channels and frequencies {shape}")
        if not len(self.background):
            raise ValueError("an interpretation needs at least one background window; give `fallback_window`'s")


class Noted(NamedTuple):
    """The importance of windows, and what each window's is to be read with.

    Attributes
    ----------
    values : ndarray of float32, shape (windows, *axes)
    notes : mapping of str to ndarray, shape (windows,)
        Such as the error of each result.
    """

    values: NDArray[np.float32]
    notes: Mapping[str, NDArray[np.floating]]

    @classmethod
    def of(cls, result: "Noted | NDArray[np.float32]") -> "Noted":
        """Make one of what an interpretation gave, with notes or without."""
        return result if isinstance(result, cls) else cls(np.asarray(result), {})

    @classmethod
    def mean(cls, results: Sequence["Noted"]) -> "Noted":
        """Return the mean over what several models say of the same windows."""
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
        Log10 power (any reference), or raw signal in microvolts.
    log_power : bool
        Whether the windows hold log10 power; else their squares are summed.

    Returns
    -------
    ndarray of float64, shape (windows,)
        Sum of linear power over channels, frequencies and times (published: the baseline is the least of these).
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

    The quietest that lies wholly in the minute before; if there is none (the seizure opens the recording, or the
    guard around another seizure covers the minute), the quietest of all candidates of the subject.

    Parameters
    ----------
    before_seconds : sequence of float, shape (windows,)
        Onset of each window's seizure, in seconds of its recording; the window's own start where there is no seizure.
    candidate_seconds : sequence of float, shape (candidates,)
        Starts of interictal windows of the same subject; NaN for those of the subject's other recordings, which
        serve as a fallback only.
    candidate_power : sequence of float, shape (candidates,)
        Of `total_power`.
    length_seconds : float
        Duration of a window.
    within_seconds : float
        How far before to look.

    Returns
    -------
    ndarray of int64, shape (windows,)
        Indices of candidates; `NONE` (-1) where the subject has no candidate: use `fallback_window` there.
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
    """Return the baseline of a subject without any interictal window: the training data's mean, constant in time.

    Parameters
    ----------
    mean : ndarray
        The model's normalization, anything that broadcasts to `shape` (per channel and frequency).
    shape : tuple of int
        Of one window: (channels[, frequencies], times).

    Returns
    -------
    ndarray of float32, shape `shape`
    """
    return np.broadcast_to(mean, shape).astype(np.float32)
