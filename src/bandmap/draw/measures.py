"""The figure of scores of several models: means over subjects with intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bandmap.draw.scores import Score
from bandmap.draw.style import COLUMN_INCHES, room_for, say_empty, shortened, styled
from bandmap.vocabulary.colours import BLUE, VERMILION

_PER_LINE = 4


@styled
def measure_figure(models: Mapping[str, Sequence[Score]]) -> Figure:
    """Draw a panel per score with a row per model: dots are means, bars are intervals.

    Parameters
    ----------
    models : mapping
        Model -> its scores, which are the same for all models, in the same order.
    """
    measures = [score.name for score in next(iter(models.values()), ())]
    if not measures:
        figure = Figure(figsize=(COLUMN_INCHES, 1))
        say_empty(figure.add_subplot(), "no model was scored")
        return figure
    lines, names = -(-len(measures) // _PER_LINE), [shortened(name) for name in models]
    line_inches = 0.24 * len(names) + 0.62
    figure = Figure(figsize=(COLUMN_INCHES, line_inches * lines + 0.1))
    height, left = figure.get_figheight(), room_for(names)
    width = (COLUMN_INCHES - left - 0.15) / _PER_LINE
    for place, measure in enumerate(measures):
        line, column = divmod(place, _PER_LINE)
        y = (height - (line + 1) * line_inches + 0.28) / height
        box = ((left + column * width) / COLUMN_INCHES, y, (width - 0.3) / COLUMN_INCHES, 0.24 * len(names) / height)
        axes = figure.add_axes(box)
        _draw(axes, [scores[place] for scores in models.values()])
        axes.set_title(measure, fontsize=8, pad=3)
        axes.set_yticks(range(len(names)), names if not column else [""] * len(names))
    return figure


def _draw(axes: Axes, scores: Sequence[Score]) -> None:
    rows = np.arange(len(scores))
    axes.hlines(rows, [score.low for score in scores], [score.high for score in scores], color=BLUE, linewidth=2)
    axes.plot([score.mean for score in scores], rows, "o", color=VERMILION, markersize=4.5, clip_on=False)
    lowest = min([0.0, *(score.low for score in scores if np.isfinite(score.low))])
    axes.set(xlim=(lowest, 1), ylim=(len(scores) - 0.4, -0.6))
    axes.grid(axis="x", color="0.92", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.locator_params(axis="x", nbins=3)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
