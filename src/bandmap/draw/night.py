"""The figure of one night: stages of scorer and model, probabilities, power, and a matrix per stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.patches import Patch
from numpy.typing import NDArray

from bandmap.draw.cells import Matrix
from bandmap.draw.matrices import add_colour_bar
from bandmap.draw.panels import Panel, draw_small
from bandmap.draw.style import COLUMN_INCHES, POWER_MAP, say_empty, styled
from bandmap.vocabulary.colours import BLACK, STAGES, VERMILION
from bandmap.vocabulary.recording import SleepStage

_HEIGHTS = {stage: place for place, stage in enumerate(STAGES)}
_ROWS_INCHES = ((0.5, 0.95), (1.78, 0.95), (2.86, 0.14), (3.34, 0.95), (4.62, 1.0))
"""Top and height of the two hypnograms, the differences, the probabilities, and the power."""

_TIME_INCHES, _LEFT, _RIGHT = 6.1, 0.125, 0.87
_HOURS_FROM = 7200.0


@dataclass(frozen=True)
class NightView:
    """The content of the figure of one night.

    Attributes
    ----------
    title : str
    centres_seconds : ndarray of float64, shape (epochs,)
        Middle of each epoch from the start of the recording, ascending.
    epoch_seconds : float
    reference : ndarray of int, shape (epochs,)
        Stages of the scorer in the order of `SleepStage`; -1 for epochs without a stage.
    probabilities : ndarray of float, shape (epochs, 5)
    frequencies_hz : tuple of float
    power : ndarray, shape (frequencies, epochs)
        Mean over each epoch and over channels; empty if there is none.
    power_unit : str
    matrices : tuple of Matrix
        One per stage.
    matrices_title : str
    band_edges_hz : mapping of str to tuple of float
        Band -> lower and upper edge, marked in the map of power.
    """

    title: str
    centres_seconds: NDArray[np.float64]
    epoch_seconds: float
    reference: NDArray[np.integer]
    probabilities: NDArray[np.floating]
    frequencies_hz: tuple[float, ...] = ()
    power: NDArray[np.floating] = field(default_factory=lambda: np.zeros((0, 0)))
    power_unit: str = "log10 µV²/Hz"
    matrices: tuple[Matrix, ...] = ()
    matrices_title: str = ""
    band_edges_hz: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def found(self) -> NDArray[np.int64]:
        """The most probable stage of each epoch."""
        return self.probabilities.argmax(axis=1) if len(self.probabilities) else np.zeros(0, np.int64)

    @property
    def time_unit(self) -> tuple[float, str]:
        """The unit of the time axis in seconds, and its name."""
        last = float(self.centres_seconds[-1]) if len(self.centres_seconds) else 0.0
        return (3600.0, "hours") if last >= _HOURS_FROM else (60.0, "minutes")

    @property
    def edges(self) -> NDArray[np.float64]:
        """Start and end of each epoch on the time axis, shape (epochs, 2)."""
        half = self.epoch_seconds / 2
        return np.stack([self.centres_seconds - half, self.centres_seconds + half], axis=1) / self.time_unit[0]


@styled
def night_figure(view: NightView) -> Figure:
    """Draw one night."""
    panel = Panel(view.matrices, view.matrices_title)
    heights = [_TIME_INCHES, panel.inches] if panel.is_small else [_TIME_INCHES]
    figure = Figure(figsize=(COLUMN_INCHES, sum(heights)))
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _draw_in_time(parts[0], view)
    if panel.is_small:
        draw_small(parts[1], panel)
    return figure


def _draw_in_time(figure: FigureBase, view: NightView) -> None:
    figure.text(0.02, 1 - 0.16 / _TIME_INCHES, view.title, fontsize=10, fontweight="bold", va="center")
    rows = [
        figure.add_axes((_LEFT, 1 - (top + height) / _TIME_INCHES, _RIGHT - _LEFT, height / _TIME_INCHES))
        for top, height in _ROWS_INCHES
    ]
    if not len(view.centres_seconds):
        for axes in rows[1:]:
            axes.set_axis_off()
        say_empty(rows[0], "no epoch was staged")
        return
    _draw_hypnogram(rows[0], view, view.reference, "Scorer")
    _draw_hypnogram(rows[1], view, view.found, "Model")
    _draw_differences(rows[2], view)
    _draw_probabilities(rows[3], view)
    _draw_power(figure, rows[4], view)
    for axes in rows:
        axes.set_xlim(view.edges[0, 0], view.edges[-1, 1])
        axes.tick_params(labelbottom=axes is rows[4])
    rows[4].set_xlabel(f"time from the start of the recording ({view.time_unit[1]})")


def _draw_hypnogram(axes: Axes, view: NightView, stages: NDArray[np.integer], title: str) -> None:
    """Draw a step line of the stages with thick REM and gaps for time without a stage."""
    heights = np.array([_HEIGHTS[SleepStage(stage).name] if stage >= 0 else np.nan for stage in stages])
    begins, ends = view.edges.T
    gap = np.append(begins[1:] - ends[:-1] > 0.5 * view.epoch_seconds / view.time_unit[0], True)
    x = np.stack([begins, ends, ends], axis=1).ravel()
    y = np.stack([heights, heights, np.where(gap, np.nan, heights)], axis=1).ravel()
    axes.plot(x, y, color=BLACK, linewidth=0.9)
    axes.plot(x, np.where(y == _HEIGHTS["REM"], y, np.nan), color=VERMILION, linewidth=3.2, solid_capstyle="butt")
    axes.set(ylim=(len(_HEIGHTS) - 0.6, -0.4), yticks=list(_HEIGHTS.values()), yticklabels=list(_HEIGHTS))
    axes.grid(axis="y", color="0.92", linewidth=0.6)
    axes.set_title(title, pad=3)
    axes.tick_params(axis="y", length=0)


def _draw_differences(axes: Axes, view: NightView) -> None:
    wrong = (view.reference >= 0) & (view.reference != view.found)
    unscored = view.reference < 0
    for chosen, colour in ((wrong, VERMILION), (unscored, "0.8")):
        spans = [(begin, end - begin) for begin, end in view.edges[chosen]]
        axes.broken_barh(spans, (0, 1), color=colour, linewidth=0)
    axes.set(ylim=(0, 1), yticks=[0.5], yticklabels=["differs"])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    scored = int((view.reference >= 0).sum())
    share = f"{100 * int(wrong.sum()) / scored:.0f} %" if scored else "–"
    axes.text(1.012, 0.5, f"{share} of epochs\n(grey: unscored)", fontsize=6.5, va="center", transform=axes.transAxes)


def _draw_probabilities(axes: Axes, view: NightView) -> None:
    begins, ends = view.edges.T
    below = np.zeros(len(begins))
    for stage in reversed(STAGES):
        share = view.probabilities[:, SleepStage[stage]].astype(float)
        axes.bar(
            begins, share, ends - begins, below, align="edge", color=STAGES[stage], linewidth=0, rasterized=True
        )  # as an image within the SVG file, because a night has thousands of bars
        below = below + share
    axes.set(ylim=(0, 1), yticks=[0, 0.5, 1], ylabel="probability")
    marks = [Patch(color=colour, label=stage) for stage, colour in STAGES.items()]
    axes.legend(handles=marks, loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=0.9, fontsize=7)
    axes.set_title("Probability of each stage (hypnodensity)", pad=3)


def _draw_power(figure: FigureBase, axes: Axes, view: NightView) -> None:
    axes.set_title("Power, mean of channels", pad=3)
    if not np.isfinite(view.power).any():
        say_empty(axes, "the model does not use time-frequency maps")
        return
    low, high = np.nanpercentile(view.power, (2, 98))
    first, last = view.edges[0, 0], view.edges[-1, 1]
    columns = round((last - first) * view.time_unit[0] / view.epoch_seconds)
    places = np.clip(
        ((view.edges[:, 0] - first) * view.time_unit[0] / view.epoch_seconds).round().astype(int), 0, columns - 1
    )
    shown = np.full((len(view.power), columns), np.nan)
    shown[:, places] = view.power
    extent = (first, last, -0.5, len(view.power) - 0.5)
    axes.set_facecolor("0.88")
    image = axes.imshow(
        shown, origin="lower", aspect="auto", extent=extent, cmap=POWER_MAP, vmin=low, vmax=max(high, low + 1e-9)
    )
    edges = sorted({edge for pair in view.band_edges_hz.values() for edge in pair})
    inside = [edge for edge in edges if view.frequencies_hz[0] <= edge <= view.frequencies_hz[-1]]
    at = np.interp(inside, view.frequencies_hz, np.arange(len(view.frequencies_hz)))
    axes.set_yticks(at, [f"{edge:g}" for edge in inside])
    axes.set_ylabel("frequency (Hz)")
    box = axes.get_position()
    add_colour_bar(figure, figure.add_axes((box.x1 + 0.012, box.y0, 0.013, box.height)), image, view.power_unit)
