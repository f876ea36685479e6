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
class SubjectPart:
    """One subject under one model.

    Attributes
    ----------
    dataset, subject : str
    figure : str
        Joint matrix and published product side by side.
    rank_one_share : float, optional
        Share of the joint matrix's sum of squares that rank one explains.
    planted : tuple of str, optional
        Region and band.
    seizures : tuple of SeizurePart
    """

    dataset: str
    subject: str
    figure: str = ""
    rank_one_share: float | None = None
    planted: tuple[str, str] | None = None
    seizures: tuple[SeizurePart, ...] = ()


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
        Rows of cohort.tsv and subjects.tsv.
    figure : str
        The cohort's matrix.
    """

    name: str
    title: str
    cohort: Rows = ()
    subjects: Rows = ()
    figure: str = ""


@dataclass(frozen=True)
class RunPart:
    """One model under one scheme of folds.

    Attributes
    ----------
    model, scheme : str
    scores : tuple of mapping
        Rows of the table of scores.
    score_summary : mapping
        What `scoring.summary` gives and the JSON file beside the table holds: scores over subjects, the scorer's
        parameters, recordings scored and expected.
    matrices : tuple of MatrixPart
        The joint one first.
    subjects : tuple of SubjectPart
    planted : tuple of mapping
        Rows of `faithfulness.planted_focus`, each with its `method`; empty where no truth is known.
    planted_summary : tuple of mapping
        Rows of `faithfulness.summary`, each with its `method`.
    scores_figure, training_figure, planted_figure, recovery_figure : str
    """

    model: str
    scheme: str
    scores: Rows = ()
    score_summary: Mapping[str, Any] = field(default_factory=dict)
    matrices: tuple[MatrixPart, ...] = ()
    subjects: tuple[SubjectPart, ...] = ()
    planted: Rows = ()
    planted_summary: Rows = ()
    scores_figure: str = ""
    training_figure: str = ""
    planted_figure: str = ""
    recovery_figure: str = ""


@dataclass(frozen=True)
class ReportData:
    """Everything on the page.

    Attributes
    ----------
    title : str
    simulated : tuple of str
        Names of the data sets that are simulated.
    runs : tuple of RunPart
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
    simulated: tuple[str, ...] = ()
    regions: Mapping[str, Iterable[str]] = field(default_factory=dict)
    bands_hz: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    quality: Rows = ()
    quality_figure: str = ""
    provenance: Mapping[str, object] = field(default_factory=dict)
    settings: str = ""


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
        if row["outcome"] != INTERICTAL:
            recording, seizure = str(row["recording"]), str(row["seizure"])
            onset, offset = float(str(row["onset"])), float(str(row["offset"]))
            part = SeizurePart(recording, seizure, str(row["outcome"]), onset, offset, figure.format_map(row))
            parts.setdefault((str(row["dataset"]), str(row["subject"])), {})[recording, seizure] = part
    return {subject: tuple(seizures.values()) for subject, seizures in parts.items()}
