"""The figure of a confusion matrix."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bandmap.draw.style import COLUMN_INCHES, say_empty, styled
from bandmap.vocabulary.colours import BLACK

_SHARES = "Blues"


@styled
def confusion_figure(counts: NDArray[np.integer], classes: Sequence[str]) -> Figure:
    """Draw a confusion matrix with counts, coloured by the share of each row.

    Parameters
    ----------
    counts : ndarray of int, shape (classes, classes)
        Reference in rows, prediction in columns.
    classes : sequence of str
    """
    figure = Figure(figsize=(COLUMN_INCHES, 3.1))
    if not counts.sum():
        say_empty(figure.add_subplot(), "no epoch was scored")
        return figure
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    axes = figure.add_axes((0.13, 0.15, 0.74, 0.8))
    image = axes.imshow(shares, cmap=_SHARES, vmin=0, vmax=1, aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.6 else BLACK
        text = f"{count}\n{100 * shares[row, column]:.0f} %"
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7.5, linespacing=1.4)
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(
        range(len(classes)), [f"{name} ({total})" for name, total in zip(classes, totals[:, 0], strict=True)]
    )
    axes.set(xlabel="predicted", ylabel="reference (epochs)")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, cax=figure.add_axes((0.895, 0.15, 0.018, 0.8)))
    bar.outline.set_visible(False)
    bar.set_label("share of the reference's epochs", fontsize=7)
    return figure
