"""Conversion of rows to readable tables: titles with units, rounded numbers, values for sorting."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

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
    """Return the title of a column: "flat_seconds" becomes "flat (s)"; what contains a space is a title already."""
    if column in _TITLES or " " in column:
        return _TITLES.get(column, column)
    for ending, unit in _UNITS:
        if column.endswith(ending):
            return column.removesuffix(ending).replace("_", " ") + unit
    return column.replace("_", " ")


def cell_of(value: object) -> Cell:
    """Return a value as a cell: rounded numbers, and a dash for unknown values."""
    if isinstance(value, Cell):
        return value
    if isinstance(value, list):
        return Cell(", ".join(cell_of(one).text for one in value))
    if isinstance(value, str):
        return Cell(value or "–")
    number = number_of(value)
    return Cell("–") if number is None else Cell(short_number(number), number)


def number_of(value: Any) -> float | None:
    """Return a number of a table; None if it is missing."""
    return None if value is None or pd.isna(value) else float(value)


def short_number(value: float, *, digits: int = 3) -> str:
    """Return a number with few significant digits, one decimal from a hundred on, and integers unchanged."""
    if value == round(value) and abs(value) < 1e6:
        return f"{value:.0f}".replace("-", "−")
    text = f"{value:.1f}" if 100 <= abs(value) < 1e6 else f"{value:.{digits}g}"
    return text.replace("-", "−")


def spread_cell(facts: Mapping[str, object] | None) -> Cell:
    """Return a score over subjects (mean, low, high, values, n) as a cell: the mean; below it its interval and n."""
    mean = cell_of((facts or {}).get("mean"))
    if facts is None or mean.value is None:
        return Cell("–")
    notes = [interval_text(facts), f"n = {cell_of(facts.get('n')).text}"]
    return Cell(mean.text, mean.value, note="; ".join(note for note in notes if note))


def interval_text(facts: Mapping[str, object], *, name: str = "", number: Callable[[float], str] | None = None) -> str:
    """Return an interval, or the values of subjects who are too few for one; empty where there is neither.

    Parameters
    ----------
    facts : mapping
        With low and high, and values: a list, or the text of a table.
    name : str
        What an interval is called; values are called "values" then.
    number : callable, optional
        Writes a number; `short_number` if left out.
    """
    write = number or short_number
    low, high = (number_of(facts.get(end)) for end in ("low", "high"))
    if low is not None and high is not None:
        return f"{name} {write(low)} to {write(high)}".strip()
    values = facts.get("values")
    several = values.split(", ") if isinstance(values, str) else values if isinstance(values, list) else []
    return f"{'values ' if name else ''}{', '.join(write(float(value)) for value in several)}" if several else ""


def table_of(rows: pd.DataFrame | Iterable[Mapping[str, object]], columns: Sequence[str] = ()) -> Table:
    """Return rows as a table, by default with the columns of the first row.

    Parameters
    ----------
    rows : DataFrame or iterable of mapping
    columns : sequence of str
        Columns in order; missing values are shown as a dash.
    """
    given = records(rows) if isinstance(rows, pd.DataFrame) else list(rows)
    names = list(columns) or list(given[0] if given else ())
    cells = tuple(tuple(cell_of(row.get(name)) for name in names) for row in given)
    return Table(tuple(title_of(name) for name in names), cells)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table one by one."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
