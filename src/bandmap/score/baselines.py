"""Baselines that a model must exceed: an always-on detector, and a detector based on line length."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bandmap.score.detection import Predicted, Threshold, choose_threshold
from bandmap.score.scored import Scored
from bandmap.vocabulary.recording import Event

if TYPE_CHECKING:
    from bandmap.represent.timefrequency import Samples

BACKGROUND_SECONDS = 300.0
"""Duration of the past with which a window is compared."""

LINE_LENGTH_GRID = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
"""Thresholds of the rank: seizures are rare, so good thresholds are close to 1."""

_FIRST_SECONDS = 60.0
_BLOCK_SECONDS = 300.0
_QUANTILES = 10_001


def always_on(recordings: Iterable[Scored]) -> list[Scored]:
    """Return recordings with one detection from start to end."""
    return [
        replace(
            recording,
            hypothesis=(Event(0, recording.predicted.duration_seconds, "sz"),),
            predicted=replace(recording.predicted, probabilities=np.ones_like(recording.predicted.probabilities)),
        )
        for recording in recordings
    ]


@dataclass(frozen=True)
class LineLengths:
    """Line length of a recording relative to its past.

    Attributes
    ----------
    ratios : ndarray of float64, shape (windows,)
        Above 0; 1 is normal.
    centres_seconds : ndarray of float64, shape (windows,)
        Middle of each window from the start of the recording; windows that overlap masked time are left out.
    step_seconds, duration_seconds : float
        Time between windows, and duration of the recording.
    """

    ratios: NDArray[np.float64]
    centres_seconds: NDArray[np.float64]
    step_seconds: float
    duration_seconds: float


def measured(
    microvolts: "Samples",
    rate_hz: float,
    *,
    length_seconds: float,
    step_seconds: float,
    background_seconds: float = BACKGROUND_SECONDS,
) -> LineLengths:
    """Measure a recording for the line-length detector.

    Parameters
    ----------
    microvolts : array of float, shape (channels, samples), microvolts
        An array, or a data set of a file, read in slices; NaN where time is masked.
    rate_hz, length_seconds, step_seconds, background_seconds : float
        As in `line_length` and `against_past`.
    """
    lengths = line_length(microvolts, rate_hz, length_seconds=length_seconds, step_seconds=step_seconds)
    ratios = against_past(lengths, step_seconds=step_seconds, background_seconds=background_seconds)
    kept = ~np.isnan(ratios)
    centres = np.arange(len(lengths), dtype=np.float64) * step_seconds + length_seconds / 2
    return LineLengths(ratios[kept], centres[kept], step_seconds, microvolts.shape[1] / rate_hz)


def line_length(
    microvolts: "Samples", rate_hz: float, *, length_seconds: float, step_seconds: float
) -> NDArray[np.float64]:
    """Return the line length of windows, the sum of |x[k] - x[k - 1]| (Esteller et al. 2001, eq. 4).

    Parameters
    ----------
    microvolts : array of float, shape (channels, samples), microvolts
        An array, or a data set of a file, read five minutes at a time; NaN where time is masked.
    rate_hz : float
    length_seconds, step_seconds : float
        Length of a window and step between windows; whole numbers of samples.

    Returns
    -------
    ndarray of float64, shape (windows,), microvolts per second
        Median over channels; windows start every step from 0 s on. A channel that is flat throughout a window counts as
        absent. NaN where time is masked or every channel is absent.

    Raises
    ------
    ValueError
        If a window or a step is not a whole number of samples.
    """
    length = _whole(length_seconds, rate_hz, "length_seconds")
    step = _whole(step_seconds, rate_hz, "step_seconds")
    count = max(0, (microvolts.shape[1] - length) // step + 1)
    found = np.empty(count)
    for first, last in _blocks(count, max(1, int(_BLOCK_SECONDS * rate_hz) // step)):
        block = np.asarray(microvolts[:, first * step : (last - 1) * step + length], dtype=np.float64)
        found[first:last] = _block_line_length(block, length, step) / length_seconds
    return found


def _blocks(count: int, size: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, size):
        yield first, min(first + size, count)


def _block_line_length(block: NDArray[np.float64], length: int, step: int) -> NDArray[np.float64]:
    changes = np.abs(np.diff(block, axis=1))
    masked: NDArray[np.bool_] = np.isnan(changes)
    changes[masked] = 0
    sums, gaps = (
        _window_sums(changes, length, step),
        _window_sums(np.any(masked, axis=0, keepdims=True), length, step)[0],
    )
    flat = ~_window_sums(changes > 0, length, step).astype(bool)
    sums[flat] = np.nan
    # nanmedian warns about windows without a channel; they are removed before.
    usable = (gaps == 0) & ~flat.all(axis=0)
    found = np.full(len(gaps), np.nan)
    found[usable] = np.nanmedian(sums[:, usable], axis=0)
    return found


def _window_sums(values: NDArray[np.generic], length: int, step: int) -> NDArray[np.float64]:
    """Return sums over the differences within each window, shape (rows, windows)."""
    before = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, dtype=np.float64, out=before[:, 1:])
    starts = np.arange(0, values.shape[1] + 2 - length, step)
    return np.asarray(before[:, starts + length - 1] - before[:, starts])


def against_past(
    lengths: NDArray[np.float64], *, step_seconds: float, background_seconds: float = BACKGROUND_SECONDS
) -> NDArray[np.float64]:
    """Return line lengths divided by the running median of the previous windows in the same recording.

    It needs no labels and only past data, except at the start and after masked time of at least `background_seconds`,
    where windows with less than a minute of past are compared with the first minute.

    Parameters
    ----------
    lengths : ndarray of float, shape (windows,)
        Result of `line_length`; NaN stays NaN and does not count as past.
    step_seconds : float
        Time between windows.
    background_seconds : float
        Duration of the past, at least a minute.

    Returns
    -------
    ndarray of float64, shape (windows,)
    """
    import pandas as pd

    if background_seconds < _FIRST_SECONDS:
        raise ValueError(f"background_seconds is {background_seconds}; give at least {_FIRST_SECONDS:g}")
    first = max(1, min(round(_FIRST_SECONDS / step_seconds), int(np.count_nonzero(~np.isnan(lengths)))))
    past = pd.Series(lengths).rolling(max(1, round(background_seconds / step_seconds)), min_periods=first)
    usual = past.median().bfill().ffill().to_numpy()
    return np.asarray(lengths / np.concatenate((usual[:1], usual[:-1])))


@dataclass(frozen=True)
class LineLengthDetector:
    """A detector of unusual line length.

    Attributes
    ----------
    quantiles : ndarray of float64, shape (quantiles,)
        Quantiles of the ratios of the training windows, ascending.
    threshold : Threshold
        Threshold of the rank.
    """

    quantiles: NDArray[np.float64]
    threshold: Threshold

    def predict(self, lengths: LineLengths) -> Predicted:
        """Return as "probability" the share of training windows with a ratio not above that of the window.

        It is in [0, 1], as post-processing and curves require; it is a rank, so its calibration error is meaningless.
        """
        return _ranked(self.quantiles, lengths)


def fit_line_length(
    training: Sequence[tuple[LineLengths, Sequence[Event]]],
    *,
    threshold: float | None = None,
    smooth_seconds: float = 0,
    opening_seconds: float = 0,
    merge_seconds: float = 0,
    minimum_seconds: float = 0,
    grid: Sequence[float] = LINE_LENGTH_GRID,
) -> LineLengthDetector:
    """Choose quantiles and threshold of the line-length detector.

    Parameters
    ----------
    training : sequence of (LineLengths, reference events)
        Recordings of a fold's training and validation subjects, never of its test subjects.
    threshold : float, optional
        The one that the settings fix for models; it does not count here.
    smooth_seconds, opening_seconds, merge_seconds, minimum_seconds, grid
        As in `choose_threshold`.

    Raises
    ------
    ValueError
        If the recordings have no window.
    """
    ratios = np.concatenate([np.empty(0), *(lengths.ratios for lengths, _ in training)])
    if not len(ratios):
        raise ValueError("there is no window to learn the usual line length from; use recordings longer than a window")
    quantiles = np.quantile(ratios, np.linspace(0, 1, _QUANTILES))
    chosen = choose_threshold(
        [(_ranked(quantiles, lengths), events) for lengths, events in training],
        smooth_seconds=smooth_seconds,
        opening_seconds=opening_seconds,
        merge_seconds=merge_seconds,
        minimum_seconds=minimum_seconds,
        grid=grid,
    )
    return LineLengthDetector(quantiles, chosen)


def _ranked(quantiles: NDArray[np.float64], lengths: LineLengths) -> Predicted:
    ranks = np.searchsorted(quantiles, lengths.ratios, side="right") / len(quantiles)
    return Predicted(ranks, lengths.centres_seconds, lengths.step_seconds, lengths.duration_seconds)


def _whole(seconds: float, rate_hz: float, name: str) -> int:
    samples = round(seconds * rate_hz)
    if samples < 1 or abs(samples - seconds * rate_hz) > 1e-6:
        raise ValueError(f"{name} of {seconds} s is not a whole number of samples at {rate_hz:g} Hz")
    return samples
