"""Rows to tables that people read: titles with units, short numbers, one order for sorting."""

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
}


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and the number it is sorted by (None: by its text); `link` is an anchor of the page."""

    text: str
    value: float | None = None
    link: str = ""


@dataclass(frozen=True)
class Table:
    """Titles of columns and rows of cells."""

    titles: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Title of every column, and whether it holds numbers."""
        return [
            (title, any(row[place].value is not None for row in self.rows)) for place, title in enumerate(self.titles)
        ]


def title_of(column: str) -> str:
    """Return a column's name for people: "flat_seconds" is "flat (s)"."""
    if column in _TITLES:
        return _TITLES[column]
    for ending, unit in _UNITS:
        if column.endswith(ending):
            return column.removesuffix(ending).replace("_", " ") + unit
    return column.replace("_", " ")


def cell_of(value: object) -> Cell:
    """Return a value as a cell: numbers short, what is not known as a dash."""
    if isinstance(value, Cell):
        return value
    if value is None or value in ("", "n/a") or (isinstance(value, float) and math.isnan(value)):
        return Cell("–")
    text = str(value)
    # Only what looks like a number in a table is one: a subject "1e5" or "nan" would pass float(), too.
    if not re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", text):
        return Cell(text)
    if re.fullmatch(r"0\d+", text):
        return Cell(text)
    return Cell(short_number(float(text)), float(text))


def short_number(value: float) -> str:
    """Return a number with at most three digits after its first, whole numbers whole."""
    if value == round(value) and abs(value) < 1e6:
        return f"{value:.0f}".replace("-", "−")
    text = f"{value:.1f}" if 100 <= abs(value) < 1e6 else f"{value:.3g}"
    return text.replace("-", "−")


def table_of(rows: Iterable[Mapping[str, object]], columns: Sequence[str] = ()) -> Table:
    """Return rows as a table, by default with the columns of the first row.

    Parameters
    ----------
    rows : iterable of mapping
    columns : sequence of str
        Which columns, in order; one that a row lacks is a dash.
    """
    rows = list(rows)
    names = list(columns) or list(rows[0] if rows else ())
    cells = tuple(tuple(cell_of(row.get(name)) for name in names) for row in rows)
    return Table(tuple(title_of(name) for name in names), cells)
