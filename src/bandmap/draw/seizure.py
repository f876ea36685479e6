"""The figure of one seizure: recording, prediction, and importance over channels, time and frequency."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure, FigureBase
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from bandmap.draw.matrices import Matrix, add_colour_bar, draw_large, large_inches
from bandmap.draw.overlay import ChannelImportance, draw_behind, draw_heads, head_spans, heads_inches
from bandmap.draw.style import COLUMN_INCHES, POWER_MAP, SIGNED_MAP, styled
from bandmap.draw.traces import draw_traces
from bandmap.vocabulary.colours import BLUE, GREY, ORANGE, VERMILION
from bandmap.vocabulary.recording import Event

_LEFT, _RIGHT = 0.125, 0.87
_TITLE_INCHES, _BELOW_INCHES = 0.36, 0.54
"""Space above the rows over time, and below them for the labels of the axis."""

_BEYOND_SECONDS = 60.0
"""Margin of probabilities on both sides of the segment, so that an SVG file does not contain a whole day."""

_NEAREST_TICKS = 0.11
"""Minimum distance of frequency ticks as a share of the axis; closer ticks are left out."""


NOTHING = ChannelImportance(np.zeros((0, 0)), 1.0, 0.0)
"""Channel importance if no method provides it."""


@dataclass(frozen=True)
class SeizureView:
    """The content of the figure of one seizure: a segment of a recording with the seizure.

    Attributes
    ----------
    title : str
    channels : tuple of str
    microvolts : ndarray of float32, shape (channels, samples)
        The segment, NaN where masked.
    rate_hz : float
    start_seconds : float
        Start of the segment in the recording; all other times are also relative to the recording.
    onset_seconds, offset_seconds : float
        Times of the event; its onset is the zero of the time axis.
    reference : tuple of Event or None
        Annotated events; None if nobody has annotated the recording.
    predicted : tuple of Event
    probability_seconds, probability : ndarray, shape (windows,)
        Centre of each window, and the model's probability of a seizure.
    threshold : float
    frequencies_hz : tuple of float
    frame_rate_hz : float
    power : ndarray, shape (frequencies, frames)
        log10 of power (uV^2) of `power_of` in the segment.
    power_of : str
        The channel of the power, or "mean of channels".
    importance : ndarray, shape (frequencies, frames)
        Time-frequency importance in the segment, NaN where no window was explained.
    channel_importance : ChannelImportance
        Channel importance in the segment.
    matrices : tuple of Matrix
        The joint matrix and the published product of this seizure; one or two.
    band_edges_hz : mapping of str to tuple of float
        Band -> lower and upper edge, marked in the time-frequency maps.
    importance_name : str
        Name of the method ("Grad-CAM at layer2").
    """

    title: str
    channels: tuple[str, ...]
    microvolts: NDArray[np.float32]
    rate_hz: float
    start_seconds: float
    onset_seconds: float
    offset_seconds: float
    reference: tuple[Event, ...] | None = ()
    predicted: tuple[Event, ...] = ()
    probability_seconds: NDArray[np.floating] = field(default_factory=lambda: np.zeros(0))
    probability: NDArray[np.floating] = field(default_factory=lambda: np.zeros(0))
    threshold: float = 0.5
    frequencies_hz: tuple[float, ...] = ()
    frame_rate_hz: float = 1.0
    power: NDArray[np.floating] = field(default_factory=lambda: np.zeros((0, 0)))
    power_of: str = "mean of channels"
    importance: NDArray[np.floating] = field(default_factory=lambda: np.zeros((0, 0)))
    channel_importance: ChannelImportance = field(default_factory=lambda: NOTHING)
    matrices: tuple[Matrix, ...] = ()
    band_edges_hz: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    importance_name: str = "Grad-CAM"

    @property
    def marked(self) -> tuple[Event, ...]:
        """The events that are marked in all rows: the annotated ones, or else the predicted ones."""
        return self.predicted if self.reference is None else self.reference

    @property
    def limits(self) -> tuple[float, float]:
        """First and last second of the segment, relative to the onset."""
        first = self.start_seconds - self.onset_seconds
        return first, first + max(self.microvolts.shape[1], 1) / self.rate_hz


def _shade(axes: Axes, view: SeizureView) -> None:
    for event in view.marked:
        axes.axvspan(
            event.onset - view.onset_seconds, event.offset - view.onset_seconds, color=ORANGE, alpha=0.16, linewidth=0
        )


def _mark_events(axes: Axes, view: SeizureView) -> None:
    for event in view.marked:
        for moment in (event.onset, event.offset):
            axes.axvline(moment - view.onset_seconds, color=ORANGE, linewidth=1.1, linestyle=(0, (3, 2)))


def _draw_bars(_figure: FigureBase, axes: Axes, view: SeizureView) -> None:
    rows = {"predicted": (view.predicted, BLUE)}
    if view.reference is not None:
        rows["reference"] = (view.reference, VERMILION)
    for height, (events, colour) in enumerate(rows.values()):
        spans = [(event.onset - view.onset_seconds, event.duration) for event in events]
        axes.broken_barh(spans, (height - 0.32, 0.64), color=colour, linewidth=0)
    axes.set(ylim=(-0.6, len(rows) - 0.4), yticks=range(len(rows)), yticklabels=list(rows))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _draw_probability(_figure: FigureBase, axes: Axes, view: SeizureView) -> None:
    _shade(axes, view)
    seconds, (first, last) = view.probability_seconds - view.onset_seconds, view.limits
    shown = (seconds >= first - _BEYOND_SECONDS) & (seconds <= last + _BEYOND_SECONDS)
    axes.plot(seconds[shown], view.probability[shown], color=BLUE, linewidth=1.2)
    axes.axhline(view.threshold, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.text(
        1.012, view.threshold, f"threshold\n{view.threshold:.2f}", transform=axes.get_yaxis_transform(), va="center",
        fontsize=7, color="0.35",
    )  # fmt: skip
    axes.set(ylim=(-0.04, 1.04), yticks=[0, 0.5, 1], ylabel="probability\nof seizure")


def _referred(view: SeizureView) -> tuple[NDArray[np.float64], str]:
    """Return power in decibels relative to each frequency before the seizure, or unchanged if there is none."""
    power = np.asarray(view.power, dtype=float)
    before = power[:, : max(int((view.onset_seconds - view.start_seconds) * view.frame_rate_hz), 0)]
    if before.shape[1] < view.frame_rate_hz or not np.isfinite(before).any(axis=1).all():
        return power, "power\n(log10 µV²)"
    return 10 * (power - np.nanmedian(before, axis=1, keepdims=True)), "power (dB above\nbefore onset)"


def _mark_bands(axes: Axes, view: SeizureView) -> None:
    edges = sorted({edge for pair in view.band_edges_hz.values() for edge in pair}) or list(view.frequencies_hz[::8])
    inside = [edge for edge in edges if view.frequencies_hz[0] <= edge <= view.frequencies_hz[-1]]
    places = np.interp(inside, view.frequencies_hz, np.arange(len(view.frequencies_hz)))
    ticks: dict[float, str] = {}
    for edge, place in zip(inside, places, strict=True):
        if not ticks or place - max(ticks) >= _NEAREST_TICKS * len(view.frequencies_hz):
            ticks[float(place)] = f"{edge:g}"
        axes.axhline(place, color="white", linewidth=0.5, alpha=0.6)
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.set_ylabel("frequency (Hz)")


def _draw_map(
    axes: Axes, view: SeizureView, values: NDArray[np.floating], colours: str, limits: tuple[float, float]
) -> AxesImage:
    first = view.start_seconds - view.onset_seconds
    extent = (first, first + values.shape[1] / view.frame_rate_hz, -0.5, values.shape[0] - 0.5)
    axes.set_facecolor("0.88")
    image = axes.imshow(
        values, origin="lower", aspect="auto", extent=extent, cmap=colours, vmin=limits[0], vmax=limits[1],
        interpolation="nearest",
    )  # fmt: skip
    _mark_bands(axes, view)
    _mark_events(axes, view)
    return image


def _usual_range(values: NDArray[np.floating]) -> tuple[float, float]:
    low, high = np.nanpercentile(values, (2, 98)) if np.isfinite(values).any() else (0.0, 1.0)
    return float(low), float(max(high, low + 1e-9))


def _beside(figure: FigureBase, axes: Axes) -> Axes:
    box = axes.get_position()
    return figure.add_axes((box.x1 + 0.012, box.y0, 0.013, box.height))


def _draw_power(figure: FigureBase, axes: Axes, view: SeizureView) -> None:
    axes.set_title(f"Power, {view.power_of}")
    values, label = _referred(view)
    add_colour_bar(figure, _beside(figure, axes), _draw_map(axes, view, values, POWER_MAP, _usual_range(values)), label)


def _draw_importance(figure: FigureBase, axes: Axes, view: SeizureView) -> None:
    axes.set_title(f"Importance in time and frequency: {view.importance_name}")
    limit = max(abs(edge) for edge in _usual_range(view.importance))
    image = _draw_map(axes, view, view.importance, SIGNED_MAP, (-limit, limit))
    add_colour_bar(figure, _beside(figure, axes), image, "importance")


def _draw_traces(figure: FigureBase, axes: Axes, view: SeizureView) -> None:
    draw_traces(axes, view.microvolts, view.rate_hz, view.channels, first_second=view.limits[0])
    colours = draw_behind(axes, view.channel_importance, view.channels, zero_seconds=view.onset_seconds)
    if colours is None:
        _shade(axes, view)
    else:  # shading would interfere with the colours of importance
        _mark_events(axes, view)
        box = axes.get_position()
        bar = figure.add_axes((box.x1 + 0.012, box.y0 + 0.02, 0.013, 0.3 * box.height))
        figure.colorbar(ScalarMappable(colours.norm, SIGNED_MAP), cax=bar).outline.set_visible(False)
        bar.set_ylabel("importance of\nchannels", fontsize=7)
        bar.tick_params(labelsize=7, length=2)
        if not (view.channel_importance.values < 0).any():
            bar.set_ylim(bottom=0)


_Row = tuple[Callable[[FigureBase, Axes, SeizureView], None], float, float]
"""Function that draws a row over time, the space above it and its height in inches."""


def _rows(view: SeizureView) -> list[_Row]:
    """Return the rows that have data."""
    rows: list[_Row] = [(_draw_traces, 0, 4.1), (_draw_bars, 0.04, 0.36), (_draw_probability, 0.14, 0.6)]
    if np.isfinite(view.power).any():
        rows.append((_draw_power, 0.32, 0.95))
    if np.isfinite(view.importance).any():
        rows.append((_draw_importance, 0.29, 0.95))
    return rows


def _draw_in_time(figure: FigureBase, view: SeizureView, rows: Sequence[_Row], height: float) -> None:
    bottom = _TITLE_INCHES
    for draw, gap, inches in rows:
        bottom += gap + inches
        axes = figure.add_axes((_LEFT, 1 - bottom / height, _RIGHT - _LEFT, inches / height))
        draw(figure, axes, view)
        is_last = draw is rows[-1][0]
        axes.set_xlim(view.limits)
        axes.tick_params(labelbottom=is_last)
        if draw in (_draw_traces, _draw_bars):
            axes.tick_params(axis="x", length=0)
        if is_last:
            axes.set_xlabel("time from onset (s)")


@styled
def seizure_figure(view: SeizureView) -> Figure:
    """Draw one seizure: traces, reference and prediction, probability, power, importance, scalp maps and matrices.

    The importance of channels is shown behind their traces, and on a head for every ten seconds of the event. Parts
    without data are left out.
    """
    rows, spans = _rows(view), head_spans(view.onset_seconds, view.offset_seconds)
    in_time = _TITLE_INCHES + sum(gap + inches for _, gap, inches in rows) + _BELOW_INCHES
    above = in_time + (heads_inches(len(spans)) if view.channel_importance.is_known else 0)
    below = large_inches(view.matrices[:2]) if view.matrices else 0
    figure = Figure(figsize=(COLUMN_INCHES, above + below))
    heights = [above, below] if below else [above]
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    parts[0].text(0.02, 1 - 0.2 / above, view.title, fontsize=10, fontweight="bold", va="center")
    _draw_in_time(parts[0], view, rows, above)
    if view.channel_importance.is_known:
        draw_heads(
            parts[0],
            view.channel_importance,
            view.channels,
            spans,
            zero_seconds=view.onset_seconds,
            top=in_time,
            height=above,
        )
    if below:
        draw_large(parts[1], view.matrices[:2])
    return figure
