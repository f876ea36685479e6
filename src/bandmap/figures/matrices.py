"""Region x band matrices: one, two side by side, the cohort's, and many small ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from bandmap.figures.style import BLACK, COLUMN_INCHES, SIGNED_MAP, greatest, number_of, say_empty, styled

_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Matrix:
    """A region x band matrix and what to write beside it.

    Attributes
    ----------
    values : ndarray of float64, shape (regions, bands)
        NaN where there is no value.
    regions, bands : tuple of str
    title : str
    unit : str
        What the numbers are ("change of log odds").
    low, high, p : ndarray of float64, shape (regions, bands), optional
        Interval and p value of each cell.
    n : int, optional
        Over how many (seizures, subjects) the matrix is a mean; `n_of` says of what.
    rank_one_share : float, optional
        Share of the matrix's sum of squares that the best product of a region and a band profile explains.
    planted : tuple of str, optional
        Region and band that the simulation planted; framed.
    """

    values: NDArray[np.float64]
    regions: tuple[str, ...]
    bands: tuple[str, ...]
    title: str = ""
    unit: str = "importance"
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    p: NDArray[np.float64] | None = None
    n: int | None = None
    n_of: str = "subjects"
    rank_one_share: float | None = None
    planted: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.regions), len(self.bands)):
            raise ValueError(f"{len(self.regions)} regions x {len(self.bands)} bands is not {self.values.shape}")

    @property
    def top(self) -> tuple[str, str] | None:
        """Region and band of the largest cell; None where no cell has a value."""
        if not np.isfinite(self.values).any():
            return None
        row, column = np.unravel_index(np.nanargmax(self.values), self.values.shape)
        return self.regions[row], self.bands[column]


def _unique(rows: Sequence[Mapping[str, object]], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(row[column]) for row in rows))


def column_of(
    rows: Sequence[Mapping[str, object]], column: str, regions: Sequence[str], bands: Sequence[str]
) -> NDArray[np.float64]:
    """Return one column of a long table as a matrix, NaN for cells that have no row.

    Raises
    ------
    ValueError
        If two rows describe the same cell: the caller has not selected one matrix.
    """
    cells = {(str(row["region"]), str(row["band"])): number_of(row.get(column, "n/a")) for row in rows}
    if len(cells) != len(rows):
        raise ValueError(f"{len(rows)} rows describe {len(cells)} cells; select the rows of one matrix")
    return np.array([[cells.get((region, band), np.nan) for band in bands] for region in regions], dtype=float)


def matrix_of_rows(
    rows: Sequence[Mapping[str, object]],
    *,
    regions: Sequence[str] = (),
    bands: Sequence[str] = (),
    title: str = "",
    unit: str = "importance",
    n: int | None = None,
    n_of: str = "subjects",
    rank_one_share: float | None = None,
    planted: tuple[str, str] | None = None,
) -> Matrix:
    """Make a matrix of the rows of a long table (region, band, importance; if there: low, high, p).

    Parameters
    ----------
    rows : sequence of mapping
        As `store.tables.read_table` gives them, or with numbers; one row per cell.
    regions, bands : sequence of str
        The order of rows and columns; by default the order in which the table names them.
    title, unit, n, n_of, rank_one_share, planted
        See `Matrix`.
    """
    regions, bands = tuple(regions) or _unique(rows, "region"), tuple(bands) or _unique(rows, "band")
    extra = {name: column_of(rows, name, regions, bands) for name in ("low", "high", "p") if rows and name in rows[0]}
    values = column_of(rows, "importance", regions, bands)
    return Matrix(
        values, regions, bands, title, unit, extra.get("low"), extra.get("high"), extra.get("p"), n, n_of,
        rank_one_share, planted,
    )  # fmt: skip


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


def _write_cells(axes: Axes, matrix: Matrix, limit: float, size: float) -> None:
    for (row, column), value in np.ndenumerate(matrix.values):
        colour = "white" if np.isfinite(value) and abs(value) > 0.62 * limit else BLACK
        text = _cell_text(matrix, row, column, limit)
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=size, linespacing=1.5)


def _frame(axes: Axes, matrix: Matrix) -> None:
    if matrix.planted and matrix.planted[0] in matrix.regions and matrix.planted[1] in matrix.bands:
        row, column = matrix.regions.index(matrix.planted[0]), matrix.bands.index(matrix.planted[1])
        axes.add_patch(
            Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, color=BLACK, linewidth=2, clip_on=False, zorder=5)
        )


def draw_matrix(axes: Axes, matrix: Matrix, *, text_size: float | None = 7.5) -> AxesImage | None:
    """Draw a matrix with its cells' values; the colours are centred on 0.

    Parameters
    ----------
    axes : Axes
    matrix : Matrix
    text_size : float or None
        Points of the numbers in the cells; None writes none.

    Returns
    -------
    AxesImage or None
        What a colour bar needs; None for a matrix without cells.
    """
    axes.set_title(matrix.title)
    if not matrix.values.size:
        say_empty(axes, "no matrix")
        return None
    limit = greatest(matrix.values)
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
    _frame(axes, matrix)
    return image


def notes_on(matrix: Matrix) -> list[str]:
    """Return the lines below a matrix: over how many it is, the share that rank one explains, what marks mean."""
    of = matrix.n_of.removesuffix("s") if matrix.n == 1 else matrix.n_of
    facts = [] if matrix.n is None else [f"n = {matrix.n} {of}"]
    if matrix.rank_one_share is not None:
        facts.append(f"rank one: {100 * matrix.rank_one_share:.0f} %")
    marks = ["below each value: its interval"] if matrix.low is not None else []
    if matrix.p is not None:
        marks.append(f"*: p < {_SIGNIFICANT}")
    if matrix.planted:
        marks.append("frame: planted")
    return [line for line in ("; ".join(facts), "; ".join(marks)) if line]


def add_colour_bar(figure: Figure, axes: Axes, image: AxesImage | None, label: str) -> None:
    """Put a colour bar with its unit into axes of its own, or hide them where there is no picture."""
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
        With the same regions. They stand side by side; below each other if they have intervals to write.
    """
    stacked = any(matrix.low is not None for matrix in matrices)
    count = max(len(matrices), 1)
    columns, n_rows = (1, count) if stacked else (count, 1)
    row_inches = 3.05 if stacked else 2.85
    height = row_inches * n_rows
    figure = Figure(figsize=(COLUMN_INCHES, height))
    left, gap, bar = 1.15, 0.72, 0.1
    width = (COLUMN_INCHES - left - (gap + 0.08 + bar) * columns) / columns
    for place, matrix in enumerate(matrices):
        row, column = divmod(place, columns)
        x, top = left + column * (width + 0.08 + bar + gap), 1 - (row * row_inches + 0.35) / height
        box = (
            x / COLUMN_INCHES,
            top - (row_inches - 1.12) / height,
            width / COLUMN_INCHES,
            (row_inches - 1.12) / height,
        )
        axes = figure.add_axes(box)
        image = draw_matrix(axes, matrix, text_size=6.5 if columns > 2 else 7.5)
        if column:
            axes.set_yticklabels([])
        bar_box = ((x + width + 0.08) / COLUMN_INCHES, box[1], bar / COLUMN_INCHES, box[3])
        add_colour_bar(figure, figure.add_axes(bar_box), image, matrix.unit)
        note = "\n".join(notes_on(matrix))
        figure.text(box[0], box[1] - 0.32 / height, note, fontsize=7.5, color="0.35", va="top", linespacing=1.35)
    return figure


@styled
def planted_figure(matrices: Sequence[Matrix]) -> Figure:
    """Draw one small matrix per subject, its planted cell framed and its largest cell dotted.

    Parameters
    ----------
    matrices : sequence of Matrix
        One per subject, the subject as title.
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
    note = "frame: planted cell; dot: largest cell; ✓: the same; red: importance above 0, each matrix on its own scale"
    figure.text(0.155, 0.1 / height, note if matrices else "no subject has a planted focus", fontsize=7.5, color="0.35")
    return figure
