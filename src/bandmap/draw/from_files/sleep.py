"""The figures of sleep staging: of a model, of all models, and of every night."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bandmap.aggregate.from_files import sleep as units
from bandmap.draw.cells import axes_of
from bandmap.draw.confusion import confusion_figure
from bandmap.draw.from_files._common import (
    Card,
    Matrices,
    Person,
    RecordingFiles,
    Row,
    cohort_matrix,
    kinds_of,
    matrix_of,
    tells_both,
    unit_of,
)
from bandmap.draw.from_files._power import power_of_epochs
from bandmap.draw.measures import measure_figure
from bandmap.draw.night import NightView, night_figure
from bandmap.draw.panels import Panel
from bandmap.draw.scores import Score, score_figure
from bandmap.draw.style import labels_of, number_of, save_both
from bandmap.files.harmonized import open_recording
from bandmap.files.predicted import read_predictions
from bandmap.files.represented import open_representation
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import STAGES, UNITS

TASK = "sleep"

_OF_SUBJECTS = {"kappa": "Cohen's kappa", "macro_f1": "macro F1", "accuracy": "accuracy"}
_MEASURES = {**_OF_SUBJECTS, **{f"f1_{stage}": f"F1 of {stage}" for stage in STAGES}}
_KINDS = {stage: (stage, "right", "whole") for stage in STAGES}


def cohort_panels(table: pd.DataFrame, title: str) -> list[Panel]:
    """Return one matrix per stage, for correctly staged epochs."""
    found, axes = kinds_of(table, _KINDS), axes_of(table)
    matrices = tuple(cohort_matrix(found.get(stage, table[:0]), stage, axes) for stage in STAGES)
    return [Panel(matrices if found else (), f"{title}, epochs staged right")]


def subject_panels(matrices: Matrices, person: Person) -> list[Panel]:
    """Return one matrix per stage for the joint matrix and for the product."""
    return [
        Panel(
            tuple(matrices.of(name, person, *_KINDS[stage], title=stage) for stage in STAGES),
            f"{matrices.titles[name]}, epochs staged right",
        )
        for name in matrices.both[:2]
    ]


def truth_classes(truth: pd.DataFrame) -> "pd.Series[str]":
    """Return the stages."""
    return truth["seizure"]


def score_figures(card: Card) -> tuple[Figure, Figure]:
    """Return the agreement of every subject, and the confusion matrix."""
    confusion = card.summary["confusion"]
    return score_figure(_scores(card, _OF_SUBJECTS)), confusion_figure(
        np.array(confusion["epochs"]), confusion["stages"]
    )


def overview_figure(cards: Sequence[Card]) -> Figure:
    """Return the agreement of all models."""
    return measure_figure({card.name: _scores(card, _MEASURES) for card in cards})


def draw_recording(files: RecordingFiles, folder: str | Path, *, row: Row, model: str, atlas: Atlas) -> None:
    """Draw a night as `night.png` and `.svg`.

    Parameters
    ----------
    files : RecordingFiles
    folder : path-like
        Created if it does not exist.
    row : mapping
        `dataset`, `subject`, `recording`.
    model : str
        Model of the predictions.
    atlas : Atlas
        Atlas of the matrices; the edges of its bands are marked in the map of power.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    predictions, source = read_predictions(files.probabilities), open_representation(files.array)
    epoch_seconds = float(predictions.attributes["step_seconds"])
    title, table = _shown(files.tables(units, row, atlas))
    stages, axes = kinds_of(table, _KINDS), axes_of(table)
    with open_recording(files.recording) as recording:
        power = power_of_epochs(recording, source, predictions.centres_seconds, epoch_seconds)
    view = NightView(
        title=f"{row['subject']} · {row['recording']} · {model}",
        centres_seconds=predictions.centres_seconds,
        epoch_seconds=epoch_seconds,
        reference=predictions.labels,
        probabilities=predictions.probabilities.reshape(-1, len(STAGES)),
        frequencies_hz=power.frequencies_hz,
        power=power.values,
        power_unit=power.unit.replace("u", "µ").replace("^2", "²"),
        matrices=tuple(
            matrix_of(
                stages.get(stage, table[:0]), stage, unit_of(title), counted="n_windows", n_of="epochs", axes=axes
            )
            for stage in (STAGES if len(table) else ())
        ),
        matrices_title=f"{title}, epochs staged right",
        band_edges_hz=atlas.bands_hz,
    )
    save_both(night_figure(view), Path(folder) / "night")


def _scores(card: Card, measures: Mapping[str, str]) -> list[Score]:
    subjects = labels_of(card.scores, "subject")
    return [_score(card, subjects, name, words) for name, words in measures.items()]


def _score(card: Card, subjects: Sequence[str], name: str, words: str) -> Score:
    by_subject = dict(zip(subjects, card.scores[name], strict=True))
    mean, low, high = (number_of(card.summary["epoch"][name][fact]) for fact in ("mean", "low", "high"))
    return Score(words, by_subject, mean, low, high)


def _shown(tables: Mapping[str, pd.DataFrame]) -> tuple[str, pd.DataFrame]:
    """Return title and table of the first matrices with regions and bands; an empty table if there are none."""
    both = ((title, table) for title, table in tables.items() if len(table) and tells_both(table))
    return next(both, ("", UNITS.frame()))
