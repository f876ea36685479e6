"""The figure of training: the losses of every fold per epoch."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from bandmap.draw.style import BLUE, COLUMN_INCHES, GREY, VERMILION, number_of, say_empty, styled

_LOSSES = (("training_loss", "training", GREY), ("validation_loss", "validation", BLUE))


def _numbers(rows: Sequence[Mapping[str, object]], column: str) -> NDArray[np.float64]:
    return np.array([number_of(row.get(column, "n/a")) for row in rows], dtype=float)


def _draw_fold(axes: Axes, fold: str, rows: Sequence[Mapping[str, object]]) -> None:
    epochs = _numbers(rows, "epoch")
    for column, _, colour in _LOSSES:
        axes.plot(epochs, _numbers(rows, column), color=colour, linewidth=1.2, marker=".", markersize=3)
    validation = _numbers(rows, "validation_loss")
    deciding = validation if np.isfinite(validation).any() else _numbers(rows, "training_loss")
    last = [row.get("phase") == rows[-1].get("phase") for row in rows]  # a phase starts from the previous best epoch
    deciding = np.where(last, deciding, np.nan)
    if np.isfinite(deciding).any():
        best = int(np.nanargmin(deciding))
        axes.plot(epochs[best], deciding[best], marker="o", markersize=5.5, color="none", markeredgecolor=VERMILION)
    axes.set_title(fold, fontsize=8, fontweight="normal", pad=3)


def _top(histories: Mapping[str, Sequence[Mapping[str, object]]]) -> float:
    """Return the upper limit of all axes: the maximum loss, unless a diverging epoch would hide the others."""
    losses = np.concatenate([_numbers(rows, column) for rows in histories.values() for column, _, _ in _LOSSES])
    losses = losses[np.isfinite(losses)]
    return float(min(losses.max(), 4 * np.median(losses)) * 1.08) if losses.size and losses.max() > 0 else 1.0


@styled
def training_figure(histories: Mapping[str, Sequence[Mapping[str, object]]]) -> Figure:
    """Draw the training and validation loss of every fold on common axes, with a ring at the kept epoch.

    Parameters
    ----------
    histories : mapping of str to sequence of mapping
        Fold -> rows with the columns epoch, training_loss and validation_loss.
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
    for place, (fold, rows) in enumerate(histories.items()):
        axes = figure.add_subplot(grid[place // columns, place % columns])
        _draw_fold(axes, fold, rows)
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
