"""Figures of region x band matrices: single, side by side, of the cohort, and many small ones."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from bandmap.draw.cells import Matrix, column_of, count_of, matrix_of_table
from bandmap.draw.style import COLUMN_INCHES, SIGNED_MAP, greatest, say_empty, styled
from bandmap.vocabulary.colours import BLACK

__all__ = [
    "Matrix",
    "add_colour_bar",
    "column_of",
    "count_of",
    "draw_large",
    "draw_matrix",
    "flags_line",
    "large_inches",
    "matrix_figure",
    "matrix_of_table",
    "notes_on",
    "planted_figure",
]

_SIGNIFICANT = 0.05
_MARKS = {"interpolated": ("^", "△"), "masked": ("x", "×")}
_MEANING = {"interpolated": "interpolated", "masked": "without data"}


def _text_of(value: float, greatest_value: float) -> str:
    if not np.isfinite(value):
        return "–"
    power_of_ten = int(np.floor(np.log10(greatest_value)))
    if not -3 <= power_of_ten < 5:
        return f"{value:.0e}"
    decimals = max(1 - power_of_ten, 0) + (power_of_ten in (0, 1))
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def _cell_text(matrix: Matrix, row: int, column: int, limit: float) -> str:
    text = _text_of(matrix.values[row, column], limit)
    if matrix.p is not None and matrix.p[row, column] < _SIGNIFICANT:
        text += " *"
    if matrix.low is not None and matrix.high is not None and np.isfinite(matrix.low[row, column]):
        text += f"\n{_text_of(matrix.low[row, column], limit)} … {_text_of(matrix.high[row, column], limit)}"
    return text


def _is_dark(value: float, limit: float) -> bool:
    return bool(np.isfinite(value) and abs(value) > 0.62 * limit)


def _write_cells(axes: Axes, matrix: Matrix, limit: float, size: float) -> None:
    for (row, column), value in np.ndenumerate(matrix.values):
        colour = "white" if _is_dark(value, limit) else BLACK
        text = _cell_text(matrix, row, column, limit)
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=size, linespacing=1.5)


def _frame(axes: Axes, matrix: Matrix) -> None:
    if matrix.planted and matrix.planted[0] in matrix.regions and matrix.planted[1] in matrix.bands:
        row, column = matrix.regions.index(matrix.planted[0]), matrix.bands.index(matrix.planted[1])
        axes.add_patch(
            Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, color=BLACK, linewidth=2, clip_on=False, zorder=5)
        )


def _mark(axes: Axes, matrix: Matrix, limit: float, size: float) -> None:
    """Mark cells with interpolated channels by a triangle on the left, with masked ones by a cross on the right."""
    for kind, cells in matrix.flagged.items():
        across = 0.40 if kind == "masked" else -0.40
        for row, column in np.argwhere(cells):
            value = matrix.values[row, column]
            colour = "white" if _is_dark(value, limit) else BLACK
            place = (column + across, row - 0.34)
            axes.plot(*place, _MARKS[kind][0], ms=size, mec=colour, mew=0.8, mfc="none", clip_on=False)


def draw_matrix(
    axes: Axes, matrix: Matrix, *, text_size: float | None = 7.5, limit: float | None = None
) -> AxesImage | None:
    """Draw a matrix with the values of its cells and colours that are centred on 0.

    Parameters
    ----------
    axes : Axes
    matrix : Matrix
    text_size : float or None
        Font size of the numbers in the cells in points; None writes none.
    limit : float, optional
        Half the range of the colours; by default the maximum magnitude of the matrix.

    Returns
    -------
    AxesImage or None
        For a colour bar; None for a matrix without cells.
    """
    axes.set_title(matrix.title)
    if not matrix.values.size:
        say_empty(axes, "no matrix")
        return None
    limit = greatest(matrix.values) if limit is None else limit
    axes.set_facecolor("0.88")
    image = axes.imshow(matrix.values, cmap=SIGNED_MAP, vmin=-limit, vmax=limit, aspect="auto")
    axes.set_xticks(range(len(matrix.bands)), matrix.bands)
    axes.set_yticks(range(len(matrix.regions)), matrix.regions)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(len(matrix.bands) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(matrix.regions) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="minor", length=0)
    if text_size is not None:
        _write_cells(axes, matrix, limit, text_size)
    _mark(axes, matrix, limit, 2.5 if text_size is None or text_size < 6 else 3.5)
    _frame(axes, matrix)
    return image


def notes_on(matrix: Matrix) -> list[str]:
    """Return the lines below a matrix: its n, the share that rank one explains, and the meaning of marks."""
    of = matrix.n_of.removesuffix("s") if matrix.n == 1 else matrix.n_of
    count = " to ".join(map(str, matrix.n)) if isinstance(matrix.n, tuple) else matrix.n
    facts = [] if matrix.n is None else [f"n = {count} {of}"]
    if matrix.rank_one_share is not None:
        facts.append(f"rank one: {100 * matrix.rank_one_share:.0f} %")
    marks = [_interval_text(matrix.low)] if matrix.low is not None else []
    if matrix.p is not None:
        marks.append(f"*: p < {_SIGNIFICANT}")
    if matrix.planted:
        marks.append("frame: planted")
    return [line for line in ("; ".join(facts), "; ".join(marks), *flags_line([matrix])) if line]


def _interval_text(low: NDArray[np.float64]) -> str:
    return "below each value: its interval" if np.isfinite(low).any() else "too few subjects for intervals"


def flags_line(matrices: Sequence[Matrix]) -> list[str]:
    """Return the line with the meaning of the marks of channels, for those in the matrices."""
    kinds = [kind for kind in _MARKS if any(kind in matrix.flagged for matrix in matrices)]
    return ["; ".join(f"{_MARKS[kind][1]}: {_MEANING[kind]}" for kind in kinds)] if kinds else []


def add_colour_bar(figure: FigureBase, axes: Axes, image: AxesImage | None, label: str) -> None:
    """Draw a colour bar with its unit, or hide its axes without an image."""
    if image is None:
        axes.set_axis_off()
        return
    bar = figure.colorbar(image, cax=axes)
    bar.outline.set_visible(False)
    bar.set_label(label, fontsize=7)
    axes.tick_params(labelsize=7, length=2)
    low, high = image.get_clim()
    values: NDArray[np.float64] = np.ma.filled(np.ma.asarray(image.get_array(), dtype=float), np.nan)
    if low == -high and not (values < 0).any():
        axes.set_ylim(0, high)


@styled
def matrix_figure(matrices: Sequence[Matrix]) -> Figure:
    """Draw matrices, each with its own colour bar: the joint one beside the published product.

    Parameters
    ----------
    matrices : sequence of Matrix
        Matrices with the same regions, drawn side by side, or below each other if they have intervals.
    """
    figure = Figure(figsize=(COLUMN_INCHES, large_inches(matrices)))
    draw_large(figure, matrices)
    return figure


def _is_stacked(matrices: Sequence[Matrix]) -> bool:
    return any(matrix.low is not None for matrix in matrices)


def _row_inches(matrices: Sequence[Matrix]) -> float:
    return (3.05 if _is_stacked(matrices) else 2.85) + 0.14 * len(flags_line(matrices))


def large_inches(matrices: Sequence[Matrix]) -> float:
    """Return the height of `draw_large` in inches."""
    return _row_inches(matrices) * (max(len(matrices), 1) if _is_stacked(matrices) else 1)


def draw_large(figure: FigureBase, matrices: Sequence[Matrix]) -> None:
    """Draw matrices like `matrix_figure` into a figure, or a part of one, of their height."""
    height, row_inches = large_inches(matrices), _row_inches(matrices)
    columns = 1 if _is_stacked(matrices) else max(len(matrices), 1)
    left, gap, bar = 1.15, 0.72, 0.1
    width = (COLUMN_INCHES - left - (gap + 0.08 + bar) * columns) / columns
    inner = row_inches - 0.14 * len(flags_line(matrices)) - 1.12
    for place, matrix in enumerate(matrices):
        row, column = divmod(place, columns)
        x, top = left + column * (width + 0.08 + bar + gap), 1 - (row * row_inches + 0.35) / height
        box = (x / COLUMN_INCHES, top - inner / height, width / COLUMN_INCHES, inner / height)
        axes = figure.add_axes(box)
        image = draw_matrix(axes, matrix, text_size=6.5 if columns > 2 else 7.5)
        if column:
            axes.set_yticklabels([])
        bar_box = ((x + width + 0.08) / COLUMN_INCHES, box[1], bar / COLUMN_INCHES, box[3])
        add_colour_bar(figure, figure.add_axes(bar_box), image, matrix.unit)
        note = "\n".join(notes_on(matrix))
        figure.text(box[0], box[1] - 0.32 / height, note, fontsize=7.5, color="0.35", va="top", linespacing=1.35)


@styled
def planted_figure(matrices: Sequence[Matrix]) -> Figure:
    """Draw one small matrix per subject, its planted cell framed and its largest cell dotted.

    Parameters
    ----------
    matrices : sequence of Matrix
        One per subject, with the subject as title.
    """
    columns = 5
    n_rows = max(-(-len(matrices) // columns), 1)
    height = 1.3 * n_rows + 1.15
    figure = Figure(figsize=(COLUMN_INCHES, height))
    grid = figure.add_gridspec(
        n_rows, columns, left=0.155, right=0.985, bottom=0.85 / height, top=1 - 0.3 / height, wspace=0.12, hspace=0.36
    )
    for place, matrix in enumerate(matrices):
        axes = figure.add_subplot(grid[place // columns, place % columns])
        draw_matrix(axes, matrix, text_size=None)
        right = matrix.top is not None and matrix.top == matrix.planted
        axes.set_title(f"{matrix.title}{' ✓' if right else ''}", fontsize=8, pad=3)
        if matrix.top is not None:
            top = matrix.bands.index(matrix.top[1]), matrix.regions.index(matrix.top[0])
            axes.plot(*top, marker="o", markersize=5, color="white", markeredgecolor=BLACK, markeredgewidth=0.8)
        if place % columns:
            axes.set_yticklabels([])
        if place + columns < len(matrices):
            axes.set_xticklabels([])
        axes.tick_params(axis="x", labelrotation=90)
    note = "frame: planted cell; dot: largest cell; ✓: both are the same; red: importance above 0 (separate scales)"
    note = "\n".join([note, "; ".join(flags_line(matrices))]) if flags_line(matrices) else note
    figure.text(0.155, 0.1 / height, note if matrices else "no subject has a planted focus", fontsize=7.5, color="0.35")
    return figure
