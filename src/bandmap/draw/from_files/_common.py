"""Shared code of the figures of recordings and of models."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bandmap.aggregate import rank_one_share
from bandmap.draw.cells import Matrix, count_of, matrix_of_rows
from bandmap.draw.panels import Panel
from bandmap.files.rows import as_text, read_rows
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import UNITS

Row = Mapping[str, str]
Focus = Mapping[tuple[str, str, str], tuple[str, str]]
"""Data set, subject and class -> planted region and band."""

Person = tuple[str, str]

UnitMatrices = Callable[[Sequence[Row], Sequence[str], Sequence[str], Sequence[str], Atlas], pd.DataFrame]
"""`unit_matrices` of a file of `bandmap.aggregate.from_files`."""


@dataclass(frozen=True)
class RecordingFiles:
    """The input files of the figures of one recording.

    Attributes
    ----------
    recording, array, probabilities, reference, detected : str
    maps, channels, over_time : sequence of str
        Attribution over time and frequency, over channels, and over channels and time; at most one of each.
    attributed : mapping of str to str
        Interpretation -> attribution, for all interpretations of matrices.
    matrices : mapping of str to sequence of str
        Title -> the one or two interpretations of a matrix, the joint matrix first.
    """

    recording: str
    array: str
    probabilities: str
    reference: str
    detected: str
    maps: Sequence[str]
    channels: Sequence[str]
    over_time: Sequence[str]
    attributed: Mapping[str, str]
    matrices: Mapping[str, Sequence[str]]

    def tables(self, unit_matrices: UnitMatrices, row: Row, atlas: Atlas) -> dict[str, list[dict[str, str]]]:
        """Return title -> rows of the recording's matrices, as the cohort's table has them."""
        found = {
            title: unit_matrices([row], [self.attributed[m] for m in methods], [self.reference], [self.detected], atlas)
            for title, methods in self.matrices.items()
        }
        return {title: _as_text(table) for title, table in found.items()}


def _as_text(table: pd.DataFrame) -> list[dict[str, str]]:
    values = table.astype(object).where(table.notna(), None)
    return as_text([dict(zip(UNITS.names, row, strict=True)) for row in values.itertuples(index=False)], UNITS.names)


class TaskPictures(Protocol):
    """The interface of the file of a task."""

    def cohort_panels(self, rows: Sequence[Row], title: str) -> list[Panel]:
        """Return the panels of the cohort's matrices of one method."""

    def subject_panels(self, matrices: "Matrices", person: Person) -> list[Panel]:
        """Return the panels of one subject's matrices."""

    def truth_class(self, row: Row) -> str:
        """Return the class of a row of the truth."""

    def score_figures(self, card: "Card") -> tuple[Figure, Figure]:
        """Return the figures of the scores of subjects, and of their details."""

    def overview_figure(self, cards: Sequence["Card"]) -> Figure:
        """Return one figure of all scored models and baselines."""


@dataclass(frozen=True)
class Card:
    """The scores of one model or baseline.

    Attributes
    ----------
    name : str
    rows : sequence of mapping
        At least one row per subject.
    summary : mapping
        Scores over subjects.
    details : sequence of mapping
        Rows of the table of details; empty if there is none.
    """

    name: str
    rows: Sequence[Row]
    summary: Mapping[str, Any]
    details: Sequence[Row]

    @classmethod
    def read(cls, name: str, table: str) -> "Card":
        """Read a table of scores with its summary and, if they exist, its details."""
        path = Path(table)
        details = path.with_name(f"{path.stem}_details.tsv")
        summary = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return cls(name, read_rows(path), summary, read_rows(details) if details.exists() else [])


@dataclass(frozen=True)
class Matrices:
    """Tables of subjects' matrices.

    Attributes
    ----------
    titles : mapping of str to str
        Matrix -> its title, the joint one first.
    rows : mapping of str to sequence of mapping
        Matrix -> all rows of its table.
    focus : mapping
        The planted regions and bands.
    """

    titles: Mapping[str, str]
    rows: Mapping[str, Sequence[Row]]
    focus: Focus

    @property
    def both(self) -> list[str]:
        """Matrices with both regions and bands; others have one row or one column, named "all"."""
        return [name for name, rows in self.rows.items() if not any("all" in (r["region"], r["band"]) for r in rows)]

    def axes_of(self, name: str) -> tuple[list[str], list[str]]:
        """Return the regions and bands of a matrix."""
        rows = self.rows[name]
        return list(dict.fromkeys(row["region"] for row in rows)), list(dict.fromkeys(row["band"] for row in rows))

    def of(self, name: str, person: Person, label: str, outcome: str, part: str, title: str) -> Matrix:
        """Return one matrix of a subject; all cells are empty if there is none."""
        wanted = (*person, label, outcome, part)
        columns = ("dataset", "subject", "class", "outcome", "part")
        mine = [row for row in self.rows[name] if tuple(row[column] for column in columns) == wanted]
        regions, bands = self.axes_of(name)
        of = "recordings" if outcome in ("right", "wrong") else "seizures"
        return matrix_of(
            mine,
            title,
            unit_of(self.titles[name]),
            regions=regions,
            bands=bands,
            counted="n_units",
            n_of=of,
            planted=self.focus.get((*person, label)),
        )


def matrix_of(
    rows: Sequence[Row],
    title: str,
    unit: str,
    *,
    counted: str,
    n_of: str,
    regions: Sequence[str] = (),
    bands: Sequence[str] = (),
    planted: tuple[str, str] | None = None,
) -> Matrix:
    """Return the matrix of a seizure or subject from its rows, without the spread of its cells."""
    columns = ("region", "band", "importance", "interpolated", "masked")
    plain = [{name: row[name] for name in columns} for row in rows]
    bare = matrix_of_rows(plain, regions=regions, bands=bands)
    return matrix_of_rows(
        plain,
        regions=regions,
        bands=bands,
        title=title,
        unit=unit,
        n=count_of(rows, counted),
        n_of=n_of,
        rank_one_share=share_of(bare),
        planted=planted,
    )


def kinds_of(rows: Iterable[Row], kinds: Mapping[str, tuple[str, str, str]]) -> dict[str, list[Row]]:
    """Return title -> rows with its (class, outcome, part), without titles that have no rows."""
    rows = list(rows)
    found = {
        title: [row for row in rows if (row["class"], row["outcome"], row["part"]) == kind]
        for title, kind in kinds.items()
    }
    return {title: chosen for title, chosen in found.items() if chosen}


def cohort_matrix(rows: Sequence[Row], title: str) -> Matrix:
    """Return rows of the cohort's table as a matrix with intervals and p."""
    return matrix_of_rows(rows, title=title, unit="share of a subject's total", n=count_of(rows, "n_subjects"))


def unit_of(title: str) -> str:
    """Return the unit of a matrix as text."""
    return "change of log odds" if title.startswith("joint") else "importance"


def share_of(matrix: Matrix) -> float | None:
    """Return the share that rank one explains; None if a cell has no value."""
    usable = matrix.values.size > 0 and np.isfinite(matrix.values).all() and matrix.values.any()
    return rank_one_share(matrix.values) if usable else None
