"""Tables as tab-separated text, the format of all results that are not arrays."""

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bandmap.files.whole import whole_file


def write_table(path: str | Path, rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Write rows under a header; floats with six significant digits, None as `n/a` (BIDS)."""
    with whole_file(path) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, delimiter="\t", lineterminator="\n", extrasaction="raise")
        writer.writeheader()
        writer.writerows(as_text(rows, columns))


def as_text(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> list[dict[str, str]]:
    """Return rows as `read_table` would, had they been written."""
    return [{name: _text(row[name]) for name in columns} for row in rows]


def read_table(path: str | Path) -> list[dict[str, str]]:
    """Read rows as text; numbers are the caller's to convert."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def read_tables(paths: Sequence[str | Path]) -> list[list[dict[str, str]]]:
    """Read many tables."""
    return [read_table(path) for path in paths]


def in_order(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts names as people do, by their numbers: run-2 before run-10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def number(text: str) -> float:
    """Return a table's number; `n/a` is NaN."""
    return float("nan") if text == "n/a" else float(text)


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "n/a"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
