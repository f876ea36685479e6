"""Tables with coloured cells: region x band matrices, agreement, confusion."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from bandmap.aggregate.levels import KIND
from bandmap.report.sentences import counted_noun
from bandmap.report.tables import interval_text, number_of, records, short_number

Row = Mapping[str, Any]

_SIGNIFICANT = 0.05
_SMALLEST, _LARGEST = -3, 5
_STRONGEST = 100
_MARKS = {"interpolated": "△", "masked": "×"}
_MEANING = {"interpolated": "with interpolated channels", "masked": "with channels without data"}


@dataclass(frozen=True)
class HeatCell:
    """One cell.

    Attributes
    ----------
    text : str
        The rounded value.
    about : str
        All details as text, shown when the reader points at the cell or reaches it by keyboard.
    strength : int
        Strength of the colour, 0 to 100.
    sign : {"hot", "cold", ""}
    small : str
        A second line, such as an interval.
    framed : bool
        Whether it is the planted cell.
    marks : str
        Symbols for interpolated and masked channels.
    """

    text: str
    about: str
    strength: int = 0
    sign: str = ""
    small: str = ""
    framed: bool = False
    marks: str = ""


@dataclass(frozen=True)
class Heat:
    """A coloured table: title, names of columns (vertical if `tall`), named rows of cells, and a line below."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    note: str = ""
    tall: bool = False


@dataclass(frozen=True)
class Kind:
    """The selection of one matrix from a table of matrices, and its title."""

    title: str
    label: str
    outcome: str
    part: str = "whole"

    def rows(self, table: pd.DataFrame) -> Sequence[Row]:
        """Return the rows of this matrix."""
        return records(table[(table[KIND] == [self.label, self.outcome, self.part]).all(axis=1)])


@dataclass(frozen=True)
class Group:
    """Matrices side by side under one title; groups with `aside` are shown on demand."""

    title: str
    kinds: tuple[Kind, ...]
    aside: bool = False


@dataclass(frozen=True)
class Annotation:
    """Annotations of matrices besides their values.

    Attributes
    ----------
    counted : str
        Column of the count, such as n_subjects.
    unit : str
        Name of the counted units, in the singular.
    interval : str
        Meaning of low and high: "interval" or "spread".
    planted, rank_one : mapping
        Class -> region and band; class -> share that rank one explains.
    """

    counted: str
    unit: str
    interval: str = "interval"
    planted: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    rank_one: Mapping[str, float] = field(default_factory=dict)


def heats_of(group: Group, table: pd.DataFrame, annotation: Annotation) -> list[Heat]:
    """Return the matrices of a group with any value, on a common colour scale."""
    found = [(kind, kind.rows(table)) for kind in group.kinds]
    known = [(kind, chosen) for kind, chosen in found if any(_value(row, "importance") is not None for row in chosen)]
    scale = Scale(greatest(_value(row, "importance") for _, chosen in known for row in chosen))
    return [_matrix(kind, chosen, annotation, scale) for kind, chosen in known]


def greatest(values: Iterable[float | None]) -> float:
    """Return the maximum magnitude, or 1 if all values are 0."""
    return max((abs(value) for value in values if value is not None), default=0.0) or 1.0


@dataclass(frozen=True)
class Scale:
    """The common scale of colours and decimals of adjacent matrices.

    Attributes
    ----------
    limit : float
        The maximum magnitude.
    """

    limit: float

    @property
    def power(self) -> int:
        """Power of ten by which values are divided; 0 unless they are very small or very large."""
        power = math.floor(math.log10(self.limit))
        return 0 if _SMALLEST <= power < _LARGEST else power

    def text(self, value: float) -> str:
        """Return a value with the common decimals."""
        power = math.floor(math.log10(self.limit)) - self.power
        decimals = max(1 - power, 0) + (power in (0, 1))
        return f"{round(value / 10**self.power, decimals) + 0.0:.{decimals}f}".replace("-", "−")

    @property
    def note(self) -> str:
        """The note below, if values are divided."""
        return f"values × 10^{self.power}".replace("-", "−") if self.power else ""


def tinted(value: float | None, limit: float) -> tuple[int, str]:
    """Return the strength of a cell's colour and its sign."""
    if not value:
        return 0, ""
    return round(_STRONGEST * min(abs(value) / limit, 1)), "hot" if value > 0 else "cold"


def grid(
    title: str,
    names: Sequence[str],
    columns: Sequence[str],
    cell: Callable[[str, str], HeatCell],
    *,
    note: str = "",
    tall: bool = False,
) -> Heat:
    """Return a table with the cells that a function returns for each row and column."""
    rows = tuple((name, tuple(cell(name, column) for column in columns)) for name in names)
    return Heat(title, tuple(columns), rows, note, tall)


def _matrix(kind: Kind, rows: Sequence[Row], annotation: Annotation, scale: Scale) -> Heat:
    by_place = {(str(row["region"]), str(row["band"])): row for row in rows}
    regions, bands = (list(dict.fromkeys(place[axis] for place in by_place)) for axis in (0, 1))
    planted = annotation.planted.get(kind.label)

    def cell(region: str, band: str) -> HeatCell:
        row = by_place.get((region, band), {})
        return _cell(row, f"{region}, {band}", annotation, scale, framed=(region, band) == planted)

    notes = [*_notes(kind, rows, annotation), scale.note]
    return grid(kind.title, regions, bands, cell, note="; ".join(note for note in notes if note))


def _cell(row: Row, name: str, annotation: Annotation, scale: Scale, *, framed: bool) -> HeatCell:
    value, p = _value(row, "importance"), _value(row, "p")
    if value is None:
        return HeatCell("–", f"{name}: no value", framed=framed)
    marks = "".join(mark for kind, mark in _MARKS.items() if _flagged(row, kind))
    text = scale.text(value) + (" *" if p is not None and p < _SIGNIFICANT else "")
    strength, sign = tinted(value, scale.limit)
    small = interval_text(_known(row, annotation), number=scale.text)
    return HeatCell(text, _about(row, name, value, annotation, framed=framed), strength, sign, small, framed, marks)


def _about(row: Row, name: str, value: float, annotation: Annotation, *, framed: bool) -> str:
    facts = [f"{name}: {short_number(value)}"]
    if interval := interval_text(_known(row, annotation), name=annotation.interval):
        facts.append(interval)
    n, p = _value(row, annotation.counted), _value(row, "p")
    facts += [] if n is None else [f"n = {counted_noun(round(n), annotation.unit)}"]
    facts += [] if p is None else [f"p = {short_number(p)}"]
    facts += [_MEANING[kind] for kind in _MARKS if _flagged(row, kind)]
    return "; ".join([*facts, "planted"] if framed else facts)


def _known(row: Row, annotation: Annotation) -> Row:
    """Return what says how sure the value is; nothing where it is of a single one."""
    return row if (_value(row, annotation.counted) or 0) > 1 else {}


def _notes(kind: Kind, rows: Sequence[Row], annotation: Annotation) -> list[str]:
    counts = [n for row in rows if (n := _value(row, annotation.counted))]  # an empty cell shows that it is empty
    least, most = (f"{edge(counts):.0f}" if counts else "0" for edge in (min, max))
    notes = [
        f"n = {counted_noun(int(most), annotation.unit) if least == most else f'{least} to {most} {annotation.unit}s'}"
    ]
    if kind.label in annotation.rank_one and kind.part == "whole":
        notes.append(f"rank one explains {100 * annotation.rank_one[kind.label]:.0f} %")
    if any((p := _value(row, "p")) is not None and p < _SIGNIFICANT for row in rows):
        notes.append(f"*: p < {_SIGNIFICANT}")
    if kind.label in annotation.planted:
        notes.append("frame: planted")
    return notes + [f"{_MARKS[of]}: {_MEANING[of]}" for of in _MARKS if any(_flagged(row, of) for row in rows)]


def _flagged(row: Row, kind: str) -> bool:
    return any((_value(row, column) or 0) > 0 for column in (kind, f"n_{kind}"))


def _value(row: Row, column: str) -> float | None:
    return number_of(row.get(column))
