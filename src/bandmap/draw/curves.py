"""Curves of sensitivity against false alarms per day, for all detectors in one figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter
from numpy.typing import NDArray

from bandmap.draw.style import COLUMN_INCHES, LINE_COLOURS, LINE_MARKERS, say_empty, shortened, styled
from bandmap.vocabulary.colours import GREY

_STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1, 1.5)))


@dataclass(frozen=True)
class Curve:
    """The curve of one detector.

    Attributes
    ----------
    name : str
    false_alarms_per_day, sensitivity : ndarray of float64, shape (thresholds,)
        Means over subjects; NaN where undefined. Empty for a detector without a threshold.
    chosen : tuple of float
        False alarms per day and sensitivity at the chosen threshold; NaN if unknown.
    is_floor : bool
        Whether it is a baseline, which is drawn grey.
    """

    name: str
    false_alarms_per_day: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    chosen: tuple[float, float] = (float("nan"), float("nan"))
    is_floor: bool = False


@styled
def curve_figure(curves: Sequence[Curve]) -> Figure:
    """Draw curves on a logarithmic axis of false alarms, with zero at its left edge.

    Parameters
    ----------
    curves : sequence of Curve
    """
    rows = -(-len(curves) // 3)
    figure = Figure(figsize=(COLUMN_INCHES, 3.2 + 0.2 * rows))
    height = figure.get_figheight()
    points = np.array([x for curve in curves for x in (*curve.false_alarms_per_day, curve.chosen[0])])
    positive = points[np.isfinite(points) & (points > 0)]
    if not np.isfinite(points).any():
        say_empty(figure.add_subplot(), "no detector was scored")
        return figure
    zero = 10 ** np.floor(np.log10(positive.min() / 2)) if positive.size else 0.1
    axes = figure.add_axes((0.085, 0.45 / height, 0.88, (height - 0.65 - 0.2 * rows) / height))
    for place, curve in enumerate(curves):
        _draw(axes, curve, place, float(zero))
    _label(axes, float(zero), float(positive.max()) if positive.size else 10.0)
    figure.legend(
        *axes.get_legend_handles_labels(), ncols=3, loc="upper left", bbox_to_anchor=(0.075, 1.0), handlelength=2.6
    )
    return figure


def _draw(axes: Axes, curve: Curve, place: int, zero: float) -> None:
    colour = GREY if curve.is_floor else LINE_COLOURS[place % len(LINE_COLOURS)]
    line = _STYLES[place // len(LINE_COLOURS) % len(_STYLES)] if not curve.is_floor else (0, (3, 2))
    marker = LINE_MARKERS[place % len(LINE_MARKERS)]
    known = np.isfinite(curve.false_alarms_per_day) & np.isfinite(curve.sensitivity)
    x, y = np.maximum(curve.false_alarms_per_day[known], zero), curve.sensitivity[known]
    axes.plot(x, y, color=colour, linestyle=line, linewidth=1.4, zorder=2)
    # The legend uses the line of the chosen threshold, so that one entry shows colour, line style and mark.
    axes.plot(
        [max(curve.chosen[0], zero)], [curve.chosen[1]], color=colour, linestyle=line, marker=marker, markersize=6.5,
        clip_on=False, zorder=3, label=shortened(curve.name),
    )  # fmt: skip


def _label(axes: Axes, zero: float, greatest: float) -> None:
    last = 10 ** np.ceil(np.log10(max(greatest, zero * 10)))
    axes.set(xscale="log", xlim=(zero, last), ylim=(-0.02, 1.02), ylabel="sensitivity (events)")
    ticks = 10.0 ** np.arange(np.log10(zero), np.log10(last) + 0.5)
    axes.xaxis.set_major_locator(FixedLocator(ticks.tolist()))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: "0" if value <= zero * 1.01 else f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("false alarms per day (logarithmic; mean over subjects)")
    axes.grid(color="0.92", linewidth=0.6)
    axes.set_axisbelow(True)
