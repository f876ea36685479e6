"""Figures of the tests of maps: similarity with fresh weights, curves and gains of deletion and insertion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bandmap.draw.style import COLUMN_INCHES, LINE_COLOURS, LINE_MARKERS, say_empty, shortened, styled
from bandmap.vocabulary.colours import BLUE, GREY, VERMILION

_VIEWS = {"deletion": VERMILION, "insertion": BLUE}
_PER_LINE = 4
_CASCADE_INCHES, _LINE_INCHES, _LEGEND_INCHES, _GAINS_INCHES = 2.0, 1.55, 0.2, 2.3
_LEFT = 0.62


@dataclass(frozen=True)
class Trace:
    """The curves of one map; means over subjects.

    Attributes
    ----------
    name : str
    cascade : mapping of str to float
        Part with fresh weights that is closest to the input -> similarity to the map of the trained model.
    curves : mapping of (str, str) to ndarray
        View (deletion, insertion) and order (order, random) -> log odds at equally spaced shares of cells, 0 to 1.
    gains : mapping of (str, str) to float
        View and what takes the place of cells -> gain over random order, in log odds.
    """

    name: str
    cascade: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[tuple[str, str], NDArray[np.float64]] = field(default_factory=dict)
    gains: Mapping[tuple[str, str], float] = field(default_factory=dict)


def traces_of_table(table: pd.DataFrame) -> list[Trace]:
    """Create traces from a table with the columns method, test, level, step and mean."""
    traces = []
    for name, mine in table.groupby("method", sort=False):
        weights = mine[mine["test"] == "weights"]
        cascade = dict(zip(weights["level"], weights["mean"], strict=True))
        curves = {
            (view, str(level)): steps["mean"].to_numpy()
            for view in _VIEWS
            for level, steps in mine[mine["test"] == f"{view}_curve"].groupby("level", sort=False)
        }
        replaced = mine[mine["test"].isin([*_VIEWS]) & ~mine["level"].isin(["order", "random", "gain"])]
        gains = dict(zip(zip(replaced["test"], replaced["level"], strict=True), replaced["mean"], strict=True))
        if cascade or curves:
            traces.append(Trace(str(name), cascade, curves, gains))
    return traces


@styled
def faithfulness_figure(traces: Sequence[Trace]) -> Figure:
    """Draw the similarity of maps as weights are replaced, below it curves and gains of deletion and insertion.

    Parameters
    ----------
    traces : sequence of Trace
        Means over subjects.
    """
    if not traces:
        figure = Figure(figsize=(COLUMN_INCHES, 1))
        say_empty(figure.add_subplot(), "no maps were tested")
        return figure
    curved = [trace for trace in traces if trace.curves]
    lines, legend = -(-len(curved) // _PER_LINE), _LEGEND_INCHES * -(-len(traces) // 3)
    compared = len({replacement for trace in traces for _, replacement in trace.gains}) > 1
    height = _CASCADE_INCHES + legend + _LINE_INCHES * lines + (0.35 if curved else 0.0)
    height += _GAINS_INCHES if compared else 0.0
    figure = Figure(figsize=(COLUMN_INCHES, height))
    axes = figure.add_axes(_box(_LEFT, 0.25 + legend, COLUMN_INCHES - _LEFT - 0.15, 1.3, height))
    _draw_cascade(axes, traces)
    figure.legend(
        *axes.get_legend_handles_labels(), ncols=3, loc="upper left",
        bbox_to_anchor=((_LEFT - 0.1) / COLUMN_INCHES, 1 - 0.2 / height),
    )  # fmt: skip
    figure.text(0.02, 1 - 0.12 / height, "Fresh weights, from the output to the input", fontsize=9, fontweight="bold")
    if curved:
        _draw_curves(figure, curved, _CASCADE_INCHES + legend, height)
    if compared:
        _draw_gains(figure, traces, height - _GAINS_INCHES, height)
    return figure


def _box(left: float, top: float, width: float, inches: float, height: float) -> tuple[float, float, float, float]:
    """Return a position that is given in inches from the left and from the top."""
    return left / COLUMN_INCHES, 1 - (top + inches) / height, width / COLUMN_INCHES, inches / height


def _draw_cascade(axes: Axes, traces: Sequence[Trace]) -> None:
    parts = list(dict.fromkeys(part for trace in traces for part in trace.cascade))
    ticks = ["trained", *parts]
    for place, trace in enumerate(traces):
        values = [1.0, *(trace.cascade.get(part, np.nan) for part in parts)]
        axes.plot(range(len(ticks)), values, label=shortened(trace.name), clip_on=False, **_line(place))
    axes.axhline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    lowest = min([0.0, *(value for trace in traces for value in trace.cascade.values() if np.isfinite(value))])
    names = [f"from {part} on" if 1 < place < len(parts) else part for place, part in enumerate(ticks)]
    axes.set_xticks(range(len(ticks)), names)
    axes.set(ylim=(lowest - 0.05, 1.02), xlim=(-0.1, len(ticks) - 0.9), ylabel="similarity (Spearman)")


def _draw_curves(figure: Figure, traces: Sequence[Trace], top: float, height: float) -> None:
    title = "Log odds while cells are exchanged: in the order of the map, and (dashed) in random order"
    figure.text(0.02, 1 - (top + 0.1) / height, title, fontsize=9, fontweight="bold")
    width = (COLUMN_INCHES - _LEFT - 0.1) / _PER_LINE
    for place, trace in enumerate(traces):
        line, column = divmod(place, _PER_LINE)
        left, first = _LEFT + column * width, top + 0.53 + line * _LINE_INCHES
        axes = figure.add_axes(_box(left, first, width - 0.32, _LINE_INCHES - 0.6, height))
        for (view, order), values in trace.curves.items():
            shares = np.linspace(0, 100, len(values))
            dashed = (0, (3, 2)) if order == "random" else "-"
            label = f"{view}" if order == "order" else None
            axes.plot(shares, values, color=_VIEWS[view], linestyle=dashed, linewidth=1.2, label=label)
        axes.set_title(shortened(trace.name), fontsize=7.5, fontweight="normal", pad=3)
        axes.set(xlim=(0, 100), xticks=[0, 50, 100])
        axes.locator_params(axis="y", nbins=4)
        axes.tick_params(labelsize=6.5)
        if not column:
            axes.set_ylabel("log odds", fontsize=7.5)
        if place + _PER_LINE >= len(traces):
            axes.set_xlabel("cells exchanged (%)", fontsize=7.5)
        if not place:
            beside = ((_LEFT - 0.1) / COLUMN_INCHES, 1 - (top + 0.13) / height)
            figure.legend(*axes.get_legend_handles_labels(), ncols=2, loc="upper left", bbox_to_anchor=beside)


def _line(place: int) -> dict[str, Any]:
    """Return how the line of a map is drawn, by its place among the maps."""
    style, colour = ("-", (0, (4, 1.5)))[place // len(LINE_COLOURS) % 2], LINE_COLOURS[place % len(LINE_COLOURS)]
    marker = LINE_MARKERS[place % len(LINE_MARKERS)]
    return {"color": colour, "linestyle": style, "marker": marker, "markersize": 4, "linewidth": 1.2}


def _draw_gains(figure: Figure, traces: Sequence[Trace], top: float, height: float) -> None:
    """Draw the gain of every map by what takes the place of cells; lines that cross change their ranks."""
    title = "Gain over random order by what takes the place of cells (colours as above)"
    figure.text(0.02, 1 - (top + 0.15) / height, title, fontsize=9, fontweight="bold")
    replacements = list(dict.fromkeys(replacement for trace in traces for _, replacement in trace.gains))
    width = (COLUMN_INCHES - _LEFT - 0.1) / len(_VIEWS)
    for column, view in enumerate(_VIEWS):
        axes = figure.add_axes(_box(_LEFT + column * width, top + 0.5, width - 0.4, _GAINS_INCHES - 1.1, height))
        for place, trace in enumerate(traces):
            values = [trace.gains.get((view, replacement), np.nan) for replacement in replacements]
            if np.isfinite(values).any():
                axes.plot(range(len(values)), values, clip_on=False, **_line(place))
        axes.axhline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        axes.set_xticks(range(len(replacements)), [name.replace("_", "\n") for name in replacements], fontsize=6.5)
        axes.set_title(view, fontsize=7.5, fontweight="normal", pad=3)
        if not column:
            axes.set_ylabel("gain (log odds)", fontsize=7.5)
