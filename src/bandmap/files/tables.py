"""Tables of results: tab-separated text on disk, typed pandas DataFrames in the code."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from bandmap.files.whole import whole_file
from bandmap.vocabulary.tables import Column, Schema, TableError

MISSING = "n/a"
REMEDY = "delete it and run snakemake again"

_NUMBERS = {"integer": r"-?\d+", "float": r"-?(\d+(\.\d+)?(e[+-]?\d+)?|inf)"}
_TRUTH = {"1": True, "0": False}


def write_table(path: str | Path, rows: pd.DataFrame | Sequence[Mapping[str, object]], schema: Schema) -> None:
    """Write a table atomically, with floats of six significant digits, missing values as `n/a` (BIDS).

    Raises
    ------
    TableError
        If columns or values do not match the schema.
    """
    frame = schema.frame(rows)
    for column in schema.columns:
        if column.kind == "boolean":
            frame[column.name] = frame[column.name].astype("Int64")
    with whole_file(path) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as file:
        frame.to_csv(file, sep="\t", index=False, lineterminator="\n", na_rep=MISSING, float_format="%.6g")


def read_table(path: str | Path, schema: Schema) -> pd.DataFrame:
    """Read a table.

    Returns
    -------
    DataFrame
        Table with the columns and types of the schema; `n/a` is a missing value.

    Raises
    ------
    TableError
        If a column or a cell does not match the schema; the message gives file, column, row and remedy.
    """
    try:
        texts = _texts(path)
        schema.check_names(texts.columns)
        return schema.frame(
            pd.DataFrame({column.name: _typed(texts[column.name], column) for column in schema.columns})
        )
    except TableError as error:
        raise TableError(f"{path}: {error}; {REMEDY}") from None


def _texts(path: str | Path) -> pd.DataFrame:
    with Path(path).open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file, delimiter="\t"))
    header = lines.pop(0) if lines else []
    for number, line in enumerate(lines, start=1):
        if len(line) != len(header):
            raise TableError(f"row {number} has {len(line)} cells, the header {len(header)}")
    return pd.DataFrame(lines, columns=pd.Index(header), dtype="str")


def _typed(texts: pd.Series, column: Column) -> pd.Series:
    cells = texts.mask(texts == MISSING)
    if column.kind in _NUMBERS:
        wrong = cells.notna() & ~cells.str.fullmatch(_NUMBERS[column.kind]).astype(bool)
        column.refuse(cells, wrong, "is not a number" if column.kind == "float" else "is not an integer")
    if column.kind == "boolean":
        column.refuse(cells, cells.notna() & ~cells.isin(_TRUTH), "is neither 1 nor 0")
        return cells.map(_TRUTH).astype("boolean")
    if column.kind == "text":
        return cells
    return cells.astype("Int64") if column.kind == "integer" else cells.astype("float64")
