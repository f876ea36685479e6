"""Tables as rows of text without pandas, for the planner and for tables from other sources."""

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bandmap.files.whole import whole_file


def write_rows(path: str | Path, rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Write rows under a header; floats with six significant digits, None and NaN as `n/a` (BIDS)."""
    with whole_file(path) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, delimiter="\t", lineterminator="\n", extrasaction="raise")
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)


def read_rows(path: str | Path) -> list[dict[str, str]]:
    """Read rows as text."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def in_order(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts names by their numbers: run-2 before run-10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "n/a"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
