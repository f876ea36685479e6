"""EEG traces in clinical order: chains of derivations from left to right, negative up, on one scale."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bandmap.vocabulary.colours import BLACK, GREY
from bandmap.vocabulary.montages import clinical_order

_SCALES_MICROVOLTS = tuple(factor * power for power in (1, 10, 100, 1000) for factor in (5, 7, 10, 15, 20, 30))
_MOST_POINTS = 2000
_GAP_OF_CHAINS = 0.6
_HIGHEST_ROWS = 1.5
"""Number of rows at which a trace is clipped, so that an artifact does not cover the page."""

_LOUD_PERCENT, _LOUD_CHANNELS_PERCENT, _LOUD_ROWS = 98, 85, 0.6
"""In 85 % of the channels, 98 % of the samples are within 0.6 rows of the line."""

_LINE_POINTS, _THINNEST_POINTS, _CROWDED_SECONDS = 0.45, 0.2, 40.0
"""Line width of traces, its minimum, and the duration from which lines get thinner, so that they form no black band."""


def rows_of(channels: Sequence[str]) -> list[tuple[int, float]]:
    """Return (index into `channels`, position on the axis) of every trace from the top, with gaps between chains."""
    order = clinical_order(channels)
    chains = [chain for chain, _ in order]
    return [
        (index, row + _GAP_OF_CHAINS * len({c for c in chains if c < chain}))
        for row, (chain, index) in enumerate(order)
    ]


def scale_of(microvolts: NDArray[np.floating]) -> float:
    """Return the microvolts of one row: a round number with which the loud parts of most traces fit their row."""
    if not np.isfinite(microvolts).any():
        return 100.0
    loud = [np.percentile(np.abs(x[np.isfinite(x)]), _LOUD_PERCENT) for x in microvolts if np.isfinite(x).any()]
    wanted = float(np.percentile(loud, _LOUD_CHANNELS_PERCENT)) / _LOUD_ROWS
    return float(next((scale for scale in _SCALES_MICROVOLTS if scale >= wanted), _SCALES_MICROVOLTS[-1]))


def envelope(trace: NDArray[np.floating], rate_hz: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return seconds and values to draw: minimum and maximum per pixel if there are more samples than pixels.

    Parameters
    ----------
    trace : ndarray, shape (samples,)
    rate_hz : float

    Returns
    -------
    tuple of ndarray, shape (points,)
    """
    step = 2 * len(trace) // _MOST_POINTS
    if step < 3:
        return np.arange(len(trace)) / rate_hz, np.asarray(trace, dtype=float)
    bins = np.asarray(trace[: len(trace) // step * step], dtype=float).reshape(-1, step)
    points = np.column_stack([bins.min(axis=1), bins.max(axis=1)]).ravel()
    return (np.arange(len(points)) + 0.5) * step / 2 / rate_hz, points


def _draw_scale(axes: Axes, scale: float, *, is_cut: bool) -> None:
    transform = axes.get_yaxis_transform()
    limit = f"\ncut at\n±{_HIGHEST_ROWS * scale:g} µV" if is_cut else ""
    axes.plot([1.012, 1.012], [-0.5, 0.5], color=BLACK, linewidth=1.2, transform=transform, clip_on=False)
    axes.text(1.022, -0.5, f"{scale:g} µV\nneg. up{limit}", fontsize=7, va="top", transform=transform)


def draw_traces(
    axes: Axes, microvolts: NDArray[np.floating], rate_hz: float, channels: Sequence[str], *, first_second: float
) -> None:
    """Draw one trace per channel in clinical order, all with the same scale and clipped to a few rows.

    Parameters
    ----------
    axes : Axes
    microvolts : ndarray, shape (channels, samples)
        NaN leaves a gap.
    rate_hz : float
    channels : sequence of str
    first_second : float
        Time of the first sample on the axis.
    """
    scale = scale_of(microvolts)
    crowded = microvolts.shape[1] / rate_hz / _CROWDED_SECONDS
    width = max(_LINE_POINTS / max(crowded, 1.0), _THINNEST_POINTS)
    rows = rows_of(channels)
    for index, height in rows:
        seconds, values = envelope(microvolts[index], rate_hz)
        # The axis points down, so that negative values are above the line.
        drawn = height + np.clip(values / scale, -_HIGHEST_ROWS, _HIGHEST_ROWS)
        # As an image within an SVG file, because tens of thousands of points make it large and slow.
        axes.plot(first_second + seconds, drawn, color=BLACK, linewidth=width, rasterized=True)
    axes.set_yticks([height for _, height in rows], [channels[index] for index, _ in rows])
    axes.set_ylim((rows[-1][1] if rows else 0) + 1, -1)
    axes.tick_params(axis="y", length=0, labelsize=7)
    axes.spines[:].set_visible(False)
    axes.axvline(0, color=GREY, linewidth=0.6)
    _draw_scale(axes, scale, is_cut=bool((np.abs(microvolts) > _HIGHEST_ROWS * scale).any()))
