"""The figure of training: the losses of every fold per epoch."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bandmap.draw.style import COLUMN_INCHES, say_empty, styled
from bandmap.vocabulary.colours import BLUE, GREY, VERMILION

_LOSSES = (("training_loss", "training", GREY), ("validation_loss", "validation", BLUE))


def _draw_fold(axes: Axes, fold: str, history: pd.DataFrame) -> None:
    for column, _, colour in _LOSSES:
        axes.plot(history["epoch"], history[column], color=colour, linewidth=1.2, marker=".", markersize=3)
    deciding = history["validation_loss" if history["validation_loss"].notna().any() else "training_loss"]
    last = history["phase"] == history["phase"].iloc[-1:].squeeze()  # a phase begins with the best of the one before
    if deciding[last].notna().any():
        best = int(deciding.where(last).argmin())
        place = history["epoch"].iloc[best], deciding.iloc[best]
        axes.plot(*place, marker="o", markersize=5.5, color="none", markeredgecolor=VERMILION)
    axes.set_title(fold, fontsize=8, fontweight="normal", pad=3)


def _top(histories: Mapping[str, pd.DataFrame]) -> float:
    """Return the upper limit of all axes: the maximum loss, unless a diverging epoch would hide the others."""
    losses = pd.concat([history[column] for history in histories.values() for column, _, _ in _LOSSES]).dropna()
    return float(min(losses.max(), 4 * losses.median()) * 1.08) if len(losses) and losses.max() > 0 else 1.0


@styled
def training_figure(histories: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the training and validation loss of every fold on common axes, with a ring at the kept epoch.

    Parameters
    ----------
    histories : mapping of str to DataFrame
        Fold -> table of `tables.HISTORY`.
    """
    columns = 5
    n_rows = max(-(-len(histories) // columns), 1)
    height = 1.15 * n_rows + 0.95
    figure = Figure(figsize=(COLUMN_INCHES, height))
    if not histories:
        say_empty(figure.add_subplot(), "no fold was trained")
        return figure
    grid = figure.add_gridspec(
        n_rows, columns, left=0.08, right=0.985, bottom=0.5 / height, top=1 - 0.55 / height, wspace=0.12, hspace=0.34
    )
    top = _top(histories)
    for place, (fold, history) in enumerate(histories.items()):
        axes = figure.add_subplot(grid[place // columns, place % columns])
        _draw_fold(axes, fold, history)
        axes.set_ylim(0, top)
        axes.locator_params(axis="x", integer=True, nbins=4)
        axes.tick_params(labelleft=place % columns == 0, labelbottom=place + columns >= len(histories))
    figure.supxlabel("epoch", fontsize=8, y=0.08 / height)
    figure.supylabel("mean loss (cross-entropy)", fontsize=8, x=0.008)
    marks = [Line2D([], [], color=colour, label=label) for _, label, colour in _LOSSES]
    marks.append(
        Line2D(
            [],
            [],
            marker="o",
            linestyle="",
            color="none",
            markeredgecolor=VERMILION,
            label="kept: lowest validation loss of the last phase",
        )
    )
    figure.legend(handles=marks, ncols=3, loc="upper left", bbox_to_anchor=(0.07, 1.0), borderaxespad=0.3)
    return figure
