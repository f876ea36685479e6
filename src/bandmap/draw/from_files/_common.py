"""Shared code of the figures of recordings and of models."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bandmap.aggregate import rank_one_share
from bandmap.aggregate.from_files import Units, unit_matrices
from bandmap.aggregate.levels import KIND
from bandmap.draw.cells import Axes, Matrix, axes_of, count_of, matrix_of_table
from bandmap.draw.panels import Panel
from bandmap.files.tables import read_table
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import ALL, DETAILS, SCORES

Row = Mapping[str, str]
Focus = Mapping[tuple[str, str, str], tuple[str, str]]
"""Data set, subject and class -> planted region and band."""

Person = tuple[str, str]


@dataclass(frozen=True)
class RecordingFiles:
    """The input files of the figures of one recording.

    Attributes
    ----------
    recording, array, probabilities, reference, detected : str
        `reference` is empty if nobody has annotated the recording; its detections are drawn then.
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

    def tables(self, task: Units, row: Row, atlas: Atlas) -> dict[str, pd.DataFrame]:
        """Return title -> the recording's matrices, a table of `tables.UNITS`; `task` as for `unit_matrices`."""
        events = [self.reference or self.detected], [self.detected]
        return {
            title: unit_matrices(task, [row], [self.attributed[m] for m in methods], *events, atlas)
            for title, methods in self.matrices.items()
        }


class TaskPictures(Protocol):
    """The interface of the file of a task."""

    TASK: str

    def cohort_panels(self, table: pd.DataFrame, title: str) -> list[Panel]:
        """Return the panels of the cohort's matrices of one method."""

    def subject_panels(self, matrices: "Matrices", person: Person) -> list[Panel]:
        """Return the panels of one subject's matrices."""

    def truth_classes(self, truth: pd.DataFrame) -> "pd.Series[str]":
        """Return the class of each row of the truth."""

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
    scores : DataFrame
        At least one row per subject.
    summary : mapping
        Scores over subjects.
    details : DataFrame
        Table of details; empty if there is none.
    """

    name: str
    scores: pd.DataFrame
    summary: Mapping[str, Any]
    details: pd.DataFrame

    @classmethod
    def read(cls, name: str, table: str, task: str) -> "Card":
        """Read a task's table of scores with its summary and, if they exist, its details."""
        path = Path(table)
        beside = path.with_name(f"{path.stem}_details.tsv")
        summary = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        details = read_table(beside, DETAILS[task]) if beside.exists() else DETAILS[task].frame()
        return cls(name, read_table(path, SCORES[task]), summary, details)


@dataclass(frozen=True)
class Matrices:
    """Tables of subjects' matrices.

    Attributes
    ----------
    titles : mapping of str to str
        Matrix -> its title, the joint one first.
    tables : mapping of str to DataFrame
        Matrix -> its table of `tables.SUBJECTS`.
    focus : mapping
        The planted regions and bands.
    """

    titles: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]
    focus: Focus

    @property
    def both(self) -> list[str]:
        """Matrices with both regions and bands."""
        return [name for name, table in self.tables.items() if tells_both(table)]

    def of(self, name: str, person: Person, label: str, outcome: str, part: str, title: str) -> Matrix:
        """Return one matrix of a subject; all cells are empty if there is none."""
        table = self.tables[name]
        wanted = (table[["dataset", "subject", *KIND]] == [*person, label, outcome, part]).all(axis=1)
        return matrix_of(
            table[wanted],
            title,
            unit_of(self.titles[name]),
            axes=axes_of(table),
            counted="n_units",
            n_of="recordings" if outcome in ("right", "wrong") else "seizures",
            planted=self.focus.get((*person, label)),
        )


def tells_both(table: pd.DataFrame) -> bool:
    """Return whether matrices have both regions and bands; others have one row or one column, named "all"."""
    return not (table[["region", "band"]] == ALL).any(axis=None)


def matrix_of(
    table: pd.DataFrame,
    title: str,
    unit: str,
    *,
    counted: str,
    n_of: str,
    axes: Axes | None = None,
    planted: tuple[str, str] | None = None,
) -> Matrix:
    """Return the matrix of a seizure or subject from its rows, without the spread of its cells."""
    plain = table[["region", "band", "importance", "interpolated", "masked"]]
    matrix = matrix_of_table(
        plain, axes=axes, title=title, unit=unit, n=count_of(table, counted), n_of=n_of, planted=planted
    )
    return replace(matrix, rank_one_share=share_of(matrix))


def kinds_of(table: pd.DataFrame, kinds: Mapping[str, tuple[str, str, str]]) -> dict[str, pd.DataFrame]:
    """Return title -> rows with its (class, outcome, part), without titles that have no rows."""
    found = {title: table[(table[KIND] == list(kind)).all(axis=1)] for title, kind in kinds.items()}
    return {title: rows for title, rows in found.items() if len(rows)}


def cohort_matrix(table: pd.DataFrame, title: str, axes: Axes | None = None) -> Matrix:
    """Return rows of the cohort's table as a matrix with intervals and p."""
    n = count_of(table, "n_subjects")
    return matrix_of_table(table, axes=axes, title=title, unit="share of a subject's total", n=n)


def unit_of(title: str) -> str:
    """Return the unit of a matrix as text."""
    return "change of log odds" if title.startswith("joint") else "importance"


def share_of(matrix: Matrix) -> float | None:
    """Return the share that rank one explains, None where a row or column has a gap."""
    share = rank_one_share(matrix.values)
    return share if np.isfinite(share) else None
