"""The figures of a model over all subjects: matrices, training, scores, planted versus found."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from bandmap.aggregate import main_matrices
from bandmap.draw.from_files._common import Card, Focus, Matrices, TaskPictures
from bandmap.draw.matrices import planted_figure
from bandmap.draw.panels import panel_figure
from bandmap.draw.scores import recovery_figure, recovery_of_table
from bandmap.draw.style import save
from bandmap.draw.training import training_figure
from bandmap.faithfulness.planted import planted_focus, summary
from bandmap.files.tables import read_table, write_table
from bandmap.vocabulary.tables import (
    CHANCE,
    COHORT,
    CONTRAST,
    HISTORY,
    PLANTED,
    POWER_CONTRAST,
    RECOVERY,
    SUBJECTS,
    TRUTH,
)


def draw_model(
    planted: str | Path,
    task: TaskPictures,
    *,
    titles: Mapping[str, str],
    subject_tables: Sequence[str],
    cohort_tables: Sequence[str],
    histories: Mapping[str, str],
    scores: str,
    truth: pd.DataFrame,
    contrast: pd.DataFrame,
    subjects: Sequence[tuple[str, str]],
) -> None:
    """Draw a model's matrices, training, scores and recovery of planted truth, and write the tables of recovery.

    Parameters
    ----------
    planted : path-like
        The table of planted versus found; all other files are written beside it.
    task : TaskPictures
        `from_files.seizure` or `from_files.sleep`.
    titles : mapping
        Matrix -> its title, the joint one first.
    subject_tables, cohort_tables : sequence of str
        Tables of the matrices in the order of `titles`.
    histories : mapping
        Fold -> table of its training.
    scores : str
        Table of scores, with the summary (JSON) and the details beside it.
    truth : DataFrame
        Result of `read_truth`; empty if unknown.
    contrast : DataFrame
        Result of `read_contrast`; empty if the truth is unknown.
    subjects : sequence of tuple
        (data set, subject) of all tested subjects, in order.
    """
    folder = Path(planted).parent
    truth = truth.assign(**{"class": task.truth_classes(truth)})
    for name, path in zip(titles, cohort_tables, strict=True):
        panels = task.cohort_panels(read_table(path, COHORT), titles[name])
        save(panel_figure(panels), folder / "cohorts" / f"{name}.svg")
    tables = {name: read_table(path, SUBJECTS) for name, path in zip(titles, subject_tables, strict=True)}
    people = Matrices(titles, tables, focus_of(truth))
    for person in subjects:
        save(panel_figure(task.subject_panels(people, person)), folder / f"subject_{'-'.join(person)}.svg")
    trainings = {fold: read_table(path, HISTORY) for fold, path in histories.items()}
    save(training_figure(trainings), folder / "training.svg")
    of_subjects, details = task.score_figures(Card.read("", scores, task.TASK))
    save(of_subjects, folder / "scores.svg")
    save(details, folder / "details.svg")
    _draw_planted(folder, people, subjects)
    _write_recovery(folder, truth, people, contrast)


def read_truth(datasets: Sequence[str], tables: Sequence[str]) -> pd.DataFrame:
    """Read the planted truth of data sets: dataset, and the columns of `tables.TRUTH`."""
    pairs = zip(datasets, tables, strict=True)
    read = [read_table(path, TRUTH).assign(dataset=dataset) for dataset, path in pairs]
    return pd.concat([TRUTH.frame().assign(dataset=""), *read], ignore_index=True)


def read_contrast(tables: Sequence[str]) -> pd.DataFrame:
    """Read the contrast of power of planted subjects, a table of `tables.CONTRAST`."""
    return CONTRAST.joined([read_table(path, CONTRAST) for path in tables])


def focus_of(truth: pd.DataFrame) -> Focus:
    """Return data set, subject and class -> planted region and band."""
    columns = ("dataset", "subject", "class", "region", "band")
    return {(d, s, label): (region, band) for d, s, label, region, band in zip(*map(truth.get, columns), strict=True)}


def _draw_planted(folder: Path, people: Matrices, subjects: Sequence[tuple[str, str]]) -> None:
    """Draw the first matrix with both axes for every subject and every planted class."""
    classes = list(dict.fromkeys(label for _, _, label in people.focus)) or ["sz"]
    shown = [
        people.of(name, person, label, "hit" if label == "sz" else "right", "whole", _titled(person, label))
        for name in people.both[:1]
        for person in subjects
        for label in classes
    ]
    save(planted_figure(shown), folder / "planted.svg")


def _titled(person: tuple[str, str], label: str) -> str:
    return person[1] if label == "sz" else f"{person[1]}, {label}"


def _write_recovery(folder: Path, truth: pd.DataFrame, people: Matrices, contrast: pd.DataFrame) -> None:
    """Write planted versus found per subject, method and class, and its summary; both empty without planted truth.

    The last two methods are floors, which need no model.
    """
    focus, recovery = [], []
    methods = {name: partial(main_matrices, table) for name, table in people.tables.items()}
    for name, of_class in {**methods, POWER_CONTRAST: partial(_of_class, contrast)}.items():
        for label, planted in truth.groupby("class", sort=False):
            head = {"method": name, "class": label}
            found = planted_focus(planted, of_class(str(label)))
            focus.append(PLANTED.frame(found.assign(**head)))
            recovery.append(RECOVERY.frame(summary(found).assign(**head)))
    write_table(folder / "planted.tsv", PLANTED.joined(focus), PLANTED)
    recovered = RECOVERY.joined([*recovery, *(_chance(contrast, label, n) for label, n in _planted_in(truth))])
    write_table(folder / "recovery.tsv", recovered, RECOVERY)
    several = recovered["class"].nunique() > 1
    names = recovered["method"] + ", " + recovered["class"] if several else recovered["method"]
    counted = recovered["method"] != CHANCE  # a dashed line of the figure
    shown = [recovery_of_table(str(name), rows) for name, rows in recovered[counted].groupby(names, sort=False)]
    save(recovery_figure(shown), folder / "recovery.svg")


def _planted_in(truth: pd.DataFrame) -> list[tuple[str, int]]:
    """Return the classes and the number of subjects with a planted cell in each."""
    people = truth.drop_duplicates(["class", "dataset", "subject"]).groupby("class", sort=False).size()
    return [(str(label), int(n)) for label, n in people.items()]


def _chance(contrast: pd.DataFrame, label: str, n: int) -> pd.DataFrame:
    """Return how often a cell that is drawn at random is right."""
    shares = {"region": 1 / contrast["region"].nunique(), "band": 1 / contrast["band"].nunique()}
    shares["both"] = shares["region"] * shares["band"]
    head = {"method": CHANCE, "class": label, "n": n}
    rows = [{**head, "what": what, "share": share} for what, share in {**shares, "auc": 0.5}.items()]
    return RECOVERY.frame(pd.DataFrame(rows, columns=[*RECOVERY.names]))


def _of_class(contrast: pd.DataFrame, label: str) -> pd.DataFrame:
    return contrast[contrast["class"] == label]
