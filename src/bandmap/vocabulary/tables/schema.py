"""Schemas of tables: the columns and their types, units and values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "integer", "float", "boolean"]

_DTYPES = {"text": "str", "integer": "int64", "float": "float64", "boolean": "boolean"}


class TableError(ValueError):
    """A table does not match its schema; the message gives column, row and problem."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name : str
    kind : {"text", "integer", "float", "boolean"}
    meaning : str
        Explanation for readers of the table.
    unit : str
        Such as "s"; empty if there is none.
    optional : bool
        Whether values may be missing (`n/a`).
    values : tuple of str
        All allowed values; any value if empty.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    optional: bool = False
    values: tuple[str, ...] = ()

    @property
    def dtype(self) -> str:
        """Type of the column in pandas."""
        return "Int64" if self.kind == "integer" and self.optional else _DTYPES[self.kind]

    def check(self, cells: "pd.Series") -> None:
        """Raise an error for a missing required value, and for a value that is not in `values`.

        Raises
        ------
        TableError
            If a cell is wrong; the message gives the first one.
        """
        if not self.optional:
            self.refuse(cells, cells.isna(), "has no value")
        if self.values:
            self.refuse(cells, cells.notna() & ~cells.isin(self.values), f"is not one of {', '.join(self.values)}")

    def refuse(self, cells: "pd.Series", wrong: "pd.Series[bool]", problem: str) -> None:
        """Raise a `TableError` for the first wrong cell, if there is any."""
        if wrong.any():
            place = int(wrong.to_numpy().argmax())
            text = "" if cells.isna().iloc[place] else f" '{cells.iloc[place]}'"
            raise TableError(f"column '{self.name}', row {place + 1}:{text} {problem}")


@dataclass(frozen=True)
class Schema:
    """One kind of table.

    Attributes
    ----------
    title : str
        Title for readers.
    path : str
        Path of such tables, relative to `results`.
    about : str
        Description of a row.
    columns : tuple of Column
        Columns in the order of the file.
    """

    title: str
    path: str
    about: str
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    def check_names(self, names: Iterable[str]) -> None:
        """Raise an error unless these are the columns.

        Raises
        ------
        TableError
            If a column is missing, unknown or duplicate.
        """
        given = list(names)
        if lacking := [name for name in self.names if name not in given]:
            raise TableError(f"the column '{lacking[0]}' is missing")
        if unknown := [name for name in given if name not in self.names]:
            raise TableError(f"there is no column '{unknown[0]}' in a table of {self.title.lower()}")
        if len(given) > len(self.names):
            raise TableError("a column is duplicate")

    def frame(self, rows: "pd.DataFrame | Sequence[Mapping[str, object]]" = ()) -> "pd.DataFrame":
        """Return rows as a typed table with sorted columns; None and NaN are missing values.

        Parameters
        ----------
        rows : DataFrame or sequence of mapping
            With all columns in any order; an empty table if left out.

        Raises
        ------
        TableError
            If the columns or the values do not match the schema.
        """
        import pandas as pd

        given = (
            rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), columns=None if rows else self.names)
        )
        self.check_names(given.columns)
        for column in self.columns:
            column.check(given[column.name])
        frame = given[list(self.names)].astype({column.name: column.dtype for column in self.columns})
        return frame.reset_index(drop=True)

    def joined(self, frames: "Iterable[pd.DataFrame]") -> "pd.DataFrame":
        """Return the concatenation of tables of this kind; an empty table if there are none."""
        import pandas as pd

        return pd.concat([self.frame(), *frames], ignore_index=True)
