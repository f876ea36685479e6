"""The content of the report: plain rows of tables, and figures by their path relative to the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, object]
Rows = tuple[Row, ...]

INTERICTAL = "interictal"
"""The outcome of rows of interictal time, which is not shown as a seizure."""


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
    minutes : tuple of mapping
        Rows of `score.sleep.sleep_statistics`: the duration of each stage according to the scorer and the model.
    """

    recording: str
    figure: str = ""
    minutes: Rows = ()


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


@dataclass(frozen=True)
class MatrixPart:
    """One kind of matrix (from a joint method, or a product) of one model.

    Attributes
    ----------
    name : str
        As in the settings ("band_occlusion").
    title : str
        Title for readers ("joint: band occlusion").
    cohort, subjects : tuple of mapping
        All rows of cohort.tsv and subjects.tsv: every class, outcome and part.
    figure : str
        Figure of the cohort's matrix, for print.
    """

    name: str
    title: str
    cohort: Rows = ()
    subjects: Rows = ()
    figure: str = ""

    @property
    def tells_both(self) -> bool:
        """Whether it has both regions and bands; others have one row or one column, named "all"."""
        return not any("all" in (row["region"], row["band"]) for row in self.cohort)

    def of(self, person: tuple[str, str]) -> Rows:
        """Return the rows of one subject."""
        return tuple(row for row in self.subjects if (row["dataset"], row["subject"]) == person)


@dataclass(frozen=True)
class RunPart:
    """One model under one scheme of folds.

    Attributes
    ----------
    model, scheme : str
    scores : tuple of mapping
        Rows of the table of scores.
    score_summary : mapping
        Content of the JSON file beside the table: scores over subjects, the scorer's parameters, recordings scored and
        expected.
    matrices : tuple of MatrixPart
        Matrices, the joint one first.
    subjects : tuple of SubjectPart
    planted : tuple of mapping
        Rows of `faithfulness.planted.planted_focus`, each with its `method` and `class`; empty if the truth is unknown.
    planted_summary : tuple of mapping
        Rows of `faithfulness.planted.summary`, each with its `method` and `class`.
    faithfulness : tuple of mapping
        Rows of `faithfulness.summary`.
    windows : tuple of mapping
        Rows role, class, windows, excluded: windows used and left out because of their quality, over all folds.
    resources : tuple of mapping
        Time and memory of each fold's training: fold, seconds, windows_per_second ...
    scores_figure, details_figure, training_figure, planted_figure, recovery_figure, faithfulness_figure : str
    """

    model: str
    scheme: str
    scores: Rows = ()
    score_summary: Mapping[str, Any] = field(default_factory=dict)
    matrices: tuple[MatrixPart, ...] = ()
    subjects: tuple[SubjectPart, ...] = ()
    planted: Rows = ()
    planted_summary: Rows = ()
    faithfulness: Rows = ()
    windows: Rows = ()
    resources: Rows = ()
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
    judged : mapping of str to mapping
        Models, baselines and models without fine-tuning -> summary of scores.
    comparison : tuple of mapping
        Rows of `score.comparison.compare`.
    agreement : tuple of mapping
        Rows of `aggregate.agreement.agreement_rows`; empty if there is nothing to compare.
    overview_figure : str
        Figure of all models.
    simulated : tuple of str
        Names of the data sets that are simulated.
    left_out : tuple of mapping
        Rows dataset, subject, recording, why: recordings that the settings leave out.
    regions : mapping of str to iterable of str
        Region -> electrodes.
    bands_hz : mapping of str to tuple of float
        Band -> lower edge (inclusive), upper edge (exclusive).
    quality : tuple of mapping
        Rows of the quality tables, each with its `dataset` and `recording`.
    quality_figure : str
    provenance : mapping
        Versions, seed and the like.
    settings : str
        The settings as text.
    """

    title: str
    runs: tuple[RunPart, ...]
    task: str = "seizure"
    judged: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    comparison: Rows = ()
    agreement: Rows = ()
    overview_figure: str = ""
    simulated: tuple[str, ...] = ()
    left_out: Rows = ()
    regions: Mapping[str, Iterable[str]] = field(default_factory=dict)
    bands_hz: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    quality: Rows = ()
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


def seizure_parts(rows: Iterable[Row], figure: str = "") -> dict[tuple[str, str], tuple[SeizurePart, ...]]:
    """Return the seizures and false alarms of every subject.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of seizures.tsv, one per cell of each seizure's matrix.
    figure : str
        Pattern of the paths of figures, such as "figures/seizures/{dataset}/{recording}_{seizure}.png".

    Returns
    -------
    dict
        (dataset, subject) -> its seizures in the order of the table.
    """
    parts: dict[tuple[str, str], dict[tuple[str, str], SeizurePart]] = {}
    for row in rows:
        if row["part"] == "whole" and row["onset"] not in (None, "n/a"):
            recording, seizure = str(row["recording"]), str(row["seizure"])
            onset, offset = float(str(row["onset"])), float(str(row["offset"]))
            part = SeizurePart(recording, seizure, str(row["outcome"]), onset, offset, figure.format_map(row))
            parts.setdefault((str(row["dataset"]), str(row["subject"])), {})[recording, seizure] = part
    return {subject: tuple(seizures.values()) for subject, seizures in parts.items()}
