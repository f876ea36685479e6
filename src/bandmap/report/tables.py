"""Conversion of rows to readable tables: titles with units, rounded numbers, values for sorting."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_UNITS = (("_seconds", " (s)"), ("_hz", " (Hz)"), ("_per_day", " per day"))
_TITLES = {
    "onset": "onset (s)",
    "offset": "offset (s)",
    "duration": "duration (s)",
    "n": "n",
    "p": "p",
    "low": "interval from",
    "high": "interval to",
    "auc": "AUC",
    "window_auroc": "AUROC of windows",
    "sd": "SD",
    "f1": "F1",
    "what": "what is named",
    "metric": "score",
    "model_a": "model A",
    "model_b": "model B",
    "mean_difference": "A − B",
    "p_holm": "p (Holm)",
    "spearman": "Spearman",
    "spearman_of_means": "Spearman of the means",
    "same_top": "same largest cell",
    "n_matrices": "of matrices",
    "peak_memory_mb": "peak memory (MB)",
    "windows_per_second": "windows per second",
    "excluded": "left out for quality",
    "reference_minutes": "scorer (min)",
    "predicted_minutes": "model (min)",
}


@dataclass(frozen=True)
class Cell:
    """The content of a cell, and the number by which it is sorted (None: by its text).

    Attributes
    ----------
    text : str
    value : float, optional
    link : str
        Anchor ("#scores") or page that the text leads to.
    note : str
        A second line, such as interval and n.
    """

    text: str
    value: float | None = None
    link: str = ""
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Titles of columns and rows of cells."""

    titles: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Title of every column, and whether it contains numbers."""
        return [
            (title, any(row[place].value is not None for row in self.rows)) for place, title in enumerate(self.titles)
        ]


def title_of(column: str) -> str:
    """Return the title of a column: "flat_seconds" becomes "flat (s)"."""
    if column in _TITLES:
        return _TITLES[column]
    for ending, unit in _UNITS:
        if column.endswith(ending):
            return column.removesuffix(ending).replace("_", " ") + unit
    return column.replace("_", " ")


def cell_of(value: object) -> Cell:
    """Return a value as a cell: rounded numbers, and a dash for unknown values."""
    if isinstance(value, Cell):
        return value
    if value is None or value in ("", "n/a") or (isinstance(value, float) and math.isnan(value)):
        return Cell("–")
    text = str(value)
    # Only text that looks like a number is one: float() would also accept a subject "1e5" or "nan".
    if not re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", text):
        return Cell(text)
    if re.fullmatch(r"0\d+", text):
        return Cell(text)
    return Cell(short_number(float(text)), float(text))


def short_number(value: float, *, digits: int = 3) -> str:
    """Return a number with few significant digits, one decimal from a hundred on, and integers unchanged."""
    if value == round(value) and abs(value) < 1e6:
        return f"{value:.0f}".replace("-", "−")
    text = f"{value:.1f}" if 100 <= abs(value) < 1e6 else f"{value:.{digits}g}"
    return text.replace("-", "−")


def spread_cell(facts: Mapping[str, object] | None) -> Cell:
    """Return a score over subjects (mean, low, high, n) as a cell: the mean, with interval and n below."""
    mean = cell_of((facts or {}).get("mean"))
    if facts is None or mean.value is None:
        return Cell("–")
    low, high, n = (cell_of(facts.get(name)) for name in ("low", "high", "n"))
    interval = f"{low.text} to {high.text}; " if low.value is not None else ""
    return Cell(mean.text, mean.value, note=f"{interval}n = {n.text}")


def table_of(rows: Iterable[Mapping[str, object]], columns: Sequence[str] = ()) -> Table:
    """Return rows as a table, by default with the columns of the first row.

    Parameters
    ----------
    rows : iterable of mapping
    columns : sequence of str
        Columns in order; missing values are shown as a dash.
    """
    rows = list(rows)
    names = list(columns) or list(rows[0] if rows else ())
    cells = tuple(tuple(cell_of(row.get(name)) for name in names) for row in rows)
    return Table(tuple(title_of(name) for name in names), cells)
