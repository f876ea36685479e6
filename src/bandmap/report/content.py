"""The content of the report: tables, and figures by their path relative to the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from bandmap.vocabulary import tables
from bandmap.vocabulary.tables import ALL, WHOLE


@dataclass(frozen=True)
class SeizurePart:
    """One seizure or false alarm.

    Attributes
    ----------
    recording, seizure : str
    outcome : str
        hit, miss or false_alarm.
    onset, offset : float
        Seconds from the start of the recording.
    figure : str
        Path of the figure, relative to the page; empty if there is none.
    """

    recording: str
    seizure: str
    outcome: str
    onset: float
    offset: float
    figure: str = ""


@dataclass(frozen=True)
class NightPart:
    """One recording of sleep.

    Attributes
    ----------
    recording : str
    figure : str
    minutes : DataFrame
        A table of `tables.SLEEP_MINUTES`: the duration of each stage according to the scorer and the model.
    """

    recording: str
    figure: str = ""
    minutes: pd.DataFrame = field(default_factory=tables.SLEEP_MINUTES.frame)


@dataclass(frozen=True)
class SubjectPart:
    """One subject under one model.

    Attributes
    ----------
    dataset, subject : str
    figure : str
        Figure of the subject's matrices, for print.
    rank_one_share : mapping of str to float
        Class (sz, W, N1 ...) -> share of the joint matrix's sum of squares that rank one explains.
    planted : mapping of str to tuple of str
        Class -> region and band.
    seizures : tuple of SeizurePart
    nights : tuple of NightPart
    """

    dataset: str
    subject: str
    figure: str = ""
    rank_one_share: Mapping[str, float] = field(default_factory=dict)
    planted: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    seizures: tuple[SeizurePart, ...] = ()
    nights: tuple[NightPart, ...] = ()

    @property
    def person(self) -> tuple[str, str]:
        """Data set and subject."""
        return self.dataset, self.subject


def of_person(table: pd.DataFrame, person: tuple[str, str]) -> pd.DataFrame:
    """Return the rows of one subject."""
    return table[(table["dataset"] == person[0]) & (table["subject"] == person[1])]


@dataclass(frozen=True)
class MatrixPart:
    """One kind of matrix (from a joint method, or a product) of one model.

    Attributes
    ----------
    name : str
        As in the settings ("band_occlusion").
    title : str
        Title for readers ("joint: band occlusion").
    cohort, subjects : DataFrame
        Tables of `tables.COHORT` and `tables.SUBJECTS`: every class, outcome and part.
    figure : str
        Figure of the cohort's matrix, for print.
    """

    name: str
    title: str
    cohort: pd.DataFrame = field(default_factory=tables.COHORT.frame)
    subjects: pd.DataFrame = field(default_factory=tables.SUBJECTS.frame)
    figure: str = ""

    @property
    def tells_both(self) -> bool:
        """Whether it has both regions and bands; others have one row or one column, named "all"."""
        return not (self.cohort[["region", "band"]] == ALL).any(axis=None)

    def of(self, person: tuple[str, str]) -> pd.DataFrame:
        """Return the rows of one subject."""
        return of_person(self.subjects, person)


@dataclass(frozen=True)
class RunPart:
    """One model under one scheme of folds.

    Attributes
    ----------
    model, scheme : str
    scores : DataFrame
        A table of `tables.SCORES`.
    score_summary : mapping
        Content of the JSON file beside the table: scores over subjects, the scorer's parameters, recordings scored and
        expected; of an imported model also `imported`: file, trained_on, seen.
    matrices : tuple of MatrixPart
        Matrices, the joint one first.
    subjects : tuple of SubjectPart
    planted, recovery : DataFrame
        Tables of `tables.PLANTED` and `tables.RECOVERY`; empty if the truth is unknown.
    clinical, clinical_scores : DataFrame
        Tables of `tables.CLINICAL_FOUND` and `tables.CLINICAL_SCORES`; empty if no clinical truth is known.
    cells : DataFrame
        A table of `tables.CELL_SCORES`; empty unless every cell has a planted truth.
    faithfulness : DataFrame
        A table of `tables.FAITHFULNESS`.
    windows : DataFrame
        A table of `tables.WINDOWS`: windows used and left out because of their quality, over all folds.
    resources : DataFrame
        Time and memory of each fold's training: fold, and the columns of `tables.RESOURCES`.
    scores_figure, details_figure, training_figure, planted_figure, recovery_figure, faithfulness_figure : str
    """

    model: str
    scheme: str
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)
    score_summary: Mapping[str, Any] = field(default_factory=dict)
    matrices: tuple[MatrixPart, ...] = ()
    subjects: tuple[SubjectPart, ...] = ()
    planted: pd.DataFrame = field(default_factory=tables.PLANTED.frame)
    recovery: pd.DataFrame = field(default_factory=tables.RECOVERY.frame)
    clinical: pd.DataFrame = field(default_factory=tables.CLINICAL_FOUND.frame)
    clinical_scores: pd.DataFrame = field(default_factory=tables.CLINICAL_SCORES.frame)
    cells: pd.DataFrame = field(default_factory=tables.CELL_SCORES.frame)
    faithfulness: pd.DataFrame = field(default_factory=tables.FAITHFULNESS.frame)
    windows: pd.DataFrame = field(default_factory=tables.WINDOWS.frame)
    resources: pd.DataFrame = field(default_factory=pd.DataFrame)
    scores_figure: str = ""
    details_figure: str = ""
    training_figure: str = ""
    planted_figure: str = ""
    recovery_figure: str = ""
    faithfulness_figure: str = ""

    @property
    def figures(self) -> list[str]:
        """All figures of the model."""
        own = [self.scores_figure, self.details_figure, self.training_figure, self.planted_figure, self.recovery_figure]
        own.append(self.faithfulness_figure)
        own += [matrix.figure for matrix in self.matrices]
        for subject in self.subjects:
            own += [subject.figure, *(seizure.figure for seizure in subject.seizures)]
            own += [night.figure for night in subject.nights]
        return [figure for figure in own if figure]


@dataclass(frozen=True)
class ReportData:
    """The content of all pages.

    Attributes
    ----------
    title : str
    runs : tuple of RunPart
    task : {"seizure", "sleep"}
    scored : mapping of str to mapping
        Models, baselines and models without fine-tuning -> summary of scores.
    comparison : DataFrame
        A table of `tables.COMPARISON`.
    agreement : DataFrame
        Result of `aggregate.agreement.agreement`; empty if there is nothing to compare.
    overview_figure : str
        Figure of all models.
    simulated : tuple of str
        Names of the data sets that are simulated.
    left_out : DataFrame
        dataset, subject, recording, why: recordings that the settings leave out.
    regions : mapping of str to iterable of str
        Region -> electrodes.
    bands_hz : mapping of str to tuple of float
        Band -> lower edge (inclusive), upper edge (exclusive).
    quality : DataFrame
        The recordings' quality, each row with its `dataset` and `recording`.
    quality_figure : str
    provenance : mapping
        Versions, seed and the like.
    settings : str
        The settings as text.
    """

    title: str
    runs: tuple[RunPart, ...]
    task: str = "seizure"
    scored: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    comparison: pd.DataFrame = field(default_factory=tables.COMPARISON.frame)
    agreement: pd.DataFrame = field(default_factory=pd.DataFrame)
    overview_figure: str = ""
    simulated: tuple[str, ...] = ()
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame)
    regions: Mapping[str, Iterable[str]] = field(default_factory=dict)
    bands_hz: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    quality: pd.DataFrame = field(default_factory=pd.DataFrame)
    quality_figure: str = ""
    provenance: Mapping[str, object] = field(default_factory=dict)
    settings: str = ""

    @property
    def people(self) -> dict[tuple[str, str], list[tuple[RunPart, SubjectPart]]]:
        """Data set and subject -> the results of each model for the subject."""
        found: dict[tuple[str, str], list[tuple[RunPart, SubjectPart]]] = {}
        for run in self.runs:
            for subject in run.subjects:
                found.setdefault(subject.person, []).append((run, subject))
        return found

    @property
    def figures(self) -> list[str]:
        """All figures."""
        own = [figure for figure in (self.quality_figure, self.overview_figure) if figure]
        return own + [figure for run in self.runs for figure in run.figures]


def seizure_parts(units: pd.DataFrame, figure: str = "") -> dict[tuple[str, str], tuple[SeizurePart, ...]]:
    """Return the seizures and false alarms of every subject.

    Parameters
    ----------
    units : DataFrame
        A table of `tables.UNITS`.
    figure : str
        Pattern of the paths of figures, such as "figures/seizures/{dataset}/{recording}_{seizure}.png".

    Returns
    -------
    dict
        (dataset, subject) -> its seizures in the order of the table.
    """
    columns = ["dataset", "subject", "recording", "seizure", "outcome", "onset", "offset"]
    events = units[(units["part"] == WHOLE) & units["onset"].notna()][columns].drop_duplicates()
    parts: dict[tuple[str, str], tuple[SeizurePart, ...]] = {}
    for dataset, subject, recording, seizure, outcome, onset, offset in events.itertuples(index=False):
        file = figure.format(dataset=dataset, subject=subject, recording=recording, seizure=seizure)
        part = SeizurePart(recording, seizure, outcome, onset, offset, file)
        parts[dataset, subject] = (*parts.get((dataset, subject), ()), part)
    return parts
