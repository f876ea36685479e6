"""What differs between tasks on the pages, in one place for each: `seizure.py`, `sleep.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bandmap.report.content import ReportData, RunPart, SubjectPart
from bandmap.report.heat import Group, Heat, Told
from bandmap.report.scores import Metric
from bandmap.report.tables import Table

Parts = Sequence[tuple[RunPart, SubjectPart]]


@dataclass(frozen=True)
class Picture:
    """A picture on a page: whose it is, its path beside index.html, and what it shows in words."""

    of: str
    file: str
    alt: str


@dataclass(frozen=True)
class Unit:
    """What a subject's page shows one by one: a seizure, a false alarm, a night.

    Attributes
    ----------
    anchor, name, aside : str
        Of its place on the page; its title; a line beside it.
    badges : tuple of tuple of str
        (outcome, words) in front of the title.
    pictures : tuple of Picture
        One for each model that has one.
    tables : tuple of tuple
        (title, table).
    columns : mapping
        Its row in the subject's list of units.
    """

    anchor: str
    name: str
    aside: str = ""
    badges: tuple[tuple[str, str], ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[tuple[str, Table], ...] = ()
    columns: Mapping[str, object] = field(default_factory=dict)


class TaskPages(Protocol):
    """What the pages ask of a task."""

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
    OF_SUBJECT: Told

    def sentences(self, run: RunPart) -> list[str]:
        """Return what a model achieved."""

    def floor(self, data: ReportData) -> list[str]:
        """Return what a number must beat."""

    def subject_columns(self, run: RunPart, subject: SubjectPart) -> dict[str, object]:
        """Return what the list of subjects says of one under one model."""

    def units(self, parts: Parts) -> list[Unit]:
        """Return a subject's seizures or nights, over all models."""

    def tables(self, run: RunPart) -> list[Heat]:
        """Return coloured tables that stand beside a model's scores."""
