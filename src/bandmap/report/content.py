"""What the report holds: plain rows as tables give them, and pictures by their path beside the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, object]
Rows = tuple[Row, ...]

INTERICTAL = "interictal"
"""The outcome of rows about the time between seizures, which is no seizure to show."""


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
        Path of the picture, relative to the page; empty if there is none.
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
        Rows of `scoring.sleep.sleep_statistics`: how long each stage lasted by the scorer and by the model.
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
        The subject's matrices, for print.
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
    """One kind of matrix (a method that gives a joint one, or a product) under one model.

    Attributes
    ----------
    name : str
        As in the settings ("band_occlusion").
    title : str
        For people ("joint: band occlusion").
    cohort, subjects : tuple of mapping
        All rows of cohort.tsv and subjects.tsv: every class, outcome and part.
    figure : str
        The cohort's matrix, for print.
    """

    name: str
    title: str
    cohort: Rows = ()
    subjects: Rows = ()
    figure: str = ""

    @property
    def tells_both(self) -> bool:
        """Whether it tells regions and bands apart; others have one row or one column, named "all"."""
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
        What the JSON file beside the table holds: scores over subjects, the scorer's parameters, recordings scored and
        expected.
    matrices : tuple of MatrixPart
        The joint one first.
    subjects : tuple of SubjectPart
    planted : tuple of mapping
        Rows of `faithfulness.planted.planted_focus`, each with its `method` and `class`; empty where no truth is known.
    planted_summary : tuple of mapping
        Rows of `faithfulness.planted.summary`, each with its `method` and `class`.
    faithfulness : tuple of mapping
        Rows of `faithfulness.summary`.
    windows : tuple of mapping
        Rows role, class, windows, excluded: windows that folds used and left out for their quality, over all folds.
    resources : tuple of mapping
        What each fold's training took: fold, seconds, windows_per_second ...
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
        """All its pictures."""
        own = [self.scores_figure, self.details_figure, self.training_figure, self.planted_figure, self.recovery_figure]
        own.append(self.faithfulness_figure)
        own += [matrix.figure for matrix in self.matrices]
        for subject in self.subjects:
            own += [subject.figure, *(seizure.figure for seizure in subject.seizures)]
            own += [night.figure for night in subject.nights]
        return [figure for figure in own if figure]


@dataclass(frozen=True)
class ReportData:
    """Everything on the pages.

    Attributes
    ----------
    title : str
    runs : tuple of RunPart
    task : {"seizure", "sleep"}
    judged : mapping of str to mapping
        Who was scored (models, baselines, models without tuning) -> summary of scores.
    comparison : tuple of mapping
        Rows of `scoring.comparison.compare`.
    agreement : tuple of mapping
        Rows of `aggregation.agreement_rows`; empty where there is nothing to compare.
    overview_figure : str
        All models in one picture.
    simulated : tuple of str
        Names of the data sets that are simulated.
    left_out : tuple of mapping
        Rows dataset, subject, recording, why: recordings that the run went on without.
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
        """Data set and subject -> what each model's run says of the subject."""
        found: dict[tuple[str, str], list[tuple[RunPart, SubjectPart]]] = {}
        for run in self.runs:
            for subject in run.subjects:
                found.setdefault(subject.person, []).append((run, subject))
        return found

    @property
    def figures(self) -> list[str]:
        """All pictures."""
        own = [figure for figure in (self.quality_figure, self.overview_figure) if figure]
        return own + [figure for run in self.runs for figure in run.figures]


def seizure_parts(rows: Iterable[Row], figure: str = "") -> dict[tuple[str, str], tuple[SeizurePart, ...]]:
    """Return the seizures and false alarms of every subject.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of seizures.tsv, one per cell of each seizure's matrix.
    figure : str
        Pattern of the pictures' paths, such as "figures/seizures/{dataset}/{recording}_{seizure}.png".

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
