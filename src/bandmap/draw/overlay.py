"""Importance of channels over time: behind the traces, and on a head for every ten seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import FigureBase
from numpy.typing import NDArray

from bandmap.draw.scalp import draw_scalp
from bandmap.draw.style import COLUMN_INCHES, SIGNED_MAP
from bandmap.draw.traces import rows_of

SCALP_SECONDS = 10.0
HEADS_PER_LINE = 8
MOST_HEADS = 16

_STRENGTH = 0.75
_USUAL_PERCENT = 99


@dataclass(frozen=True)
class ChannelImportance:
    """Importance of channels over a segment of time.

    Attributes
    ----------
    values : ndarray of float64, shape (channels, steps)
        NaN for time that was not explained.
    step_seconds : float
    start_seconds : float
        Time of the first step, from the start of the recording.
    name : str
        Name of the method.
    """

    values: NDArray[np.float64]
    step_seconds: float
    start_seconds: float
    name: str = ""

    @property
    def limit(self) -> float:
        """Half the range of the colours, which contains nearly all values."""
        known = np.abs(self.values[np.isfinite(self.values)])
        usual = float(np.percentile(known, _USUAL_PERCENT)) if known.size else 0.0
        return usual or (float(known.max()) if known.size and known.max() > 0 else 1.0)

    @property
    def is_known(self) -> bool:
        """Whether anything was explained."""
        return bool(np.isfinite(self.values).any())

    def mean(self, first_second: float, last_second: float) -> NDArray[np.float64]:
        """Return the mean over a span of the recording, shape (channels,); NaN if no part of it was explained."""
        middles = self.start_seconds + (np.arange(self.values.shape[1]) + 0.5) * self.step_seconds
        inside = self.values[:, (middles >= first_second) & (middles < last_second)]
        known = np.isfinite(inside)
        sums, counts = np.where(known, inside, 0.0).sum(axis=1), known.sum(axis=1)
        return np.asarray(np.divide(sums, counts, out=np.full(len(inside), np.nan), where=counts > 0))


def draw_behind(
    axes: Axes, importance: ChannelImportance, channels: Sequence[str], *, zero_seconds: float
) -> QuadMesh | None:
    """Colour the rows of `draw_traces` by the importance of their channels.

    Parameters
    ----------
    axes : Axes
    importance : ChannelImportance
    channels : sequence of str
        Channels of its rows.
    zero_seconds : float
        Zero of the time axis, from the start of the recording.

    Returns
    -------
    QuadMesh or None
        None if nothing was explained.
    """
    if not importance.is_known:
        return None
    places = rows_of(channels)
    edges = np.array([(height - 0.5, height + 0.5) for _, height in places]).ravel()
    # A row without a value between two channels is the gap between two chains.
    rows = np.full((len(edges) - 1, importance.values.shape[1]), np.nan)
    rows[::2] = importance.values[[index for index, _ in places]]
    times = importance.start_seconds - zero_seconds + np.arange(rows.shape[1] + 1) * importance.step_seconds
    limit = importance.limit
    return axes.pcolormesh(
        times, edges, rows, cmap=SIGNED_MAP, vmin=-limit, vmax=limit, alpha=_STRENGTH, linewidth=0, rasterized=True,
        zorder=0,
    )  # fmt: skip


def head_spans(onset: float, offset: float) -> list[tuple[float, float]]:
    """Return the spans of ten seconds of a seizure, the last one cut at its end, as many as have room.

    A last span of less than a second is left out, because it is not comparable with means of ten seconds.
    """
    begins = np.arange(onset, max(offset - 1, onset + 1e-6), SCALP_SECONDS)[:MOST_HEADS]
    return [(float(begin), float(min(begin + SCALP_SECONDS, offset))) for begin in begins]


def heads_inches(n_heads: int) -> float:
    """Return the height of `draw_heads`."""
    return 0.42 + 0.98 * max(-(-n_heads // HEADS_PER_LINE), 1)


def draw_heads(
    figure: FigureBase,
    importance: ChannelImportance,
    channels: Sequence[str],
    spans: Sequence[tuple[float, float]],
    *,
    zero_seconds: float,
    top: float,
    height: float,
) -> None:
    """Draw a head for every span, with a common colour scale.

    Parameters
    ----------
    figure : FigureBase
    importance : ChannelImportance
        Known somewhere.
    channels : sequence of str
    spans : sequence of tuple of float
        First and last second, from the start of the recording.
    zero_seconds : float
        Zero of the labels of the spans.
    top : float
        Inches from the top of the figure to the top of the title.
    height : float
        Height of the figure in inches.
    """
    title = f"Channels, ten seconds at a time: {importance.name}"
    figure.text(0.02, 1 - (top + 0.1) / height, title, fontsize=9, fontweight="bold", va="center")
    limit, width = importance.limit, (COLUMN_INCHES - 0.75) / HEADS_PER_LINE
    for place, (first, last) in enumerate(spans):
        line, column = divmod(place, HEADS_PER_LINE)
        below = top + 0.36 + line * 0.98 + 0.74
        box = ((0.1 + column * width) / COLUMN_INCHES, 1 - below / height, 0.95 * width / COLUMN_INCHES, 0.74 / height)
        axes = figure.add_axes(box)
        draw_scalp(axes, importance.mean(first, last), channels, limit=limit, points=48)
        text = f"{first - zero_seconds:.0f}–{last - zero_seconds:.0f} s"
        figure.text(box[0] + box[2] / 2, box[1] - 0.09 / height, text, fontsize=7, ha="center", va="center")
    right = 0.2 + min(len(spans), HEADS_PER_LINE) * width
    bar = figure.add_axes((right / COLUMN_INCHES, 1 - (top + 1.08) / height, 0.013, 0.68 / height))
    colours = ScalarMappable(Normalize(-limit, limit), SIGNED_MAP)
    figure.colorbar(colours, cax=bar).outline.set_visible(False)
    bar.tick_params(labelsize=7, length=2)
    bar.locator_params(axis="y", nbins=3)
    if not (importance.values < 0).any():
        bar.set_ylim(0, limit)


def stitch(
    values: NDArray[np.floating], starts: Sequence[int] | NDArray[np.integer], n_frames: int
) -> NDArray[np.float64]:
    """Combine the maps of overlapping windows in time, with their mean where they overlap.

    Parameters
    ----------
    values : ndarray, shape (windows, frequencies, frames of a window)
    starts : sequence of int, shape (windows,)
        First frame of each window, relative to the start of the segment; parts outside are cut off.
    n_frames : int
        Number of frames of the segment.

    Returns
    -------
    ndarray of float64, shape (frequencies, n_frames)
        NaN where there is no window.
    """
    total = np.zeros((values.shape[1], n_frames))
    count = np.zeros(n_frames)
    for window, start in zip(values, starts, strict=True):
        first, last = max(int(start), 0), min(int(start) + values.shape[2], n_frames)
        if first < last:
            total[:, first:last] += window[:, first - int(start) : last - int(start)]
            count[first:last] += 1
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
