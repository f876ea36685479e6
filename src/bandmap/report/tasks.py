"""The interface of the pages of a task; `seizure.py` and `sleep.py` implement it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bandmap.report.content import ReportData, RunPart, SubjectPart
from bandmap.report.heat import Annotation, Group, Heat
from bandmap.report.scores import Metric
from bandmap.report.tables import Table

Parts = Sequence[tuple[RunPart, SubjectPart]]


@dataclass(frozen=True)
class Picture:
    """A figure on a page: its subject, its path relative to index.html, and its description."""

    of: str
    file: str
    alt: str


@dataclass(frozen=True)
class Unit:
    """One entry of a subject's page: a seizure, a false alarm or a night.

    Attributes
    ----------
    anchor, name, aside : str
        Anchor on the page, title, and a line beside the title.
    badges : tuple of tuple of str
        (outcome, words) in front of the title.
    pictures : tuple of Picture
        One per model with a figure.
    tables : tuple of tuple
        (title, table).
    columns : mapping
        Its row in the table of entries.
    recording : str
        Its recording, for the link to it; empty if the run has no harmonized recordings.
    at : float
        Second of the recording that the link opens.
    """

    anchor: str
    name: str
    aside: str = ""
    badges: tuple[tuple[str, str], ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[tuple[str, Table], ...] = ()
    columns: Mapping[str, object] = field(default_factory=dict)
    recording: str = ""
    at: float = 0.0


class TaskPages(Protocol):
    """The task-specific part of the pages."""

    QUESTION: str
    COHORT: str
    SUBJECTS: str
    UNITS: str
    HALVES: str
    CURVE: str
    DETAILS: str
    PLANTED: str
    DISORDER: str
    LEVELS: tuple[str, ...]
    METRICS: tuple[Metric, ...]
    GROUPS: tuple[Group, ...]
    OF_SUBJECT: Annotation

    def sentences(self, run: RunPart) -> list[str]:
        """Return sentences about the results of a model."""

    def floor(self, data: ReportData) -> list[str]:
        """Return sentences about the baselines."""

    def subject_columns(self, run: RunPart, subject: SubjectPart) -> dict[str, object]:
        """Return the columns of the list of subjects for one subject and model."""

    def units(self, parts: Parts) -> list[Unit]:
        """Return the seizures or nights of a subject, over all models."""

    def tables(self, run: RunPart) -> list[Heat]:
        """Return coloured tables beside the scores of a model."""
