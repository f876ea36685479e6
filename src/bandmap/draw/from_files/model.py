"""The figures of a model over all subjects: matrices, training, scores, planted versus found."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bandmap.draw.from_files._common import Card, Focus, Matrices, Row, TaskPictures
from bandmap.draw.matrices import planted_figure
from bandmap.draw.panels import panel_figure
from bandmap.draw.scores import recovery_figure, recovery_of_rows
from bandmap.draw.style import save
from bandmap.draw.training import training_figure
from bandmap.faithfulness.planted import SUBJECT_COLUMNS, SUMMARY_COLUMNS, planted_focus, summary
from bandmap.files.rows import read_rows, write_rows
from bandmap.vocabulary.tables import TRUE, WHOLE

FOCUS_COLUMNS = ("method", "class", *SUBJECT_COLUMNS)
RECOVERY_COLUMNS = ("method", "class", *SUMMARY_COLUMNS)


def draw_model(
    planted: str | Path,
    task: TaskPictures,
    *,
    titles: Mapping[str, str],
    subject_tables: Sequence[str],
    cohort_tables: Sequence[str],
    histories: Mapping[str, str],
    scores: str,
    truth: Sequence[Row],
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
    truth : sequence of mapping
        Planted regions and bands; empty if unknown.
    subjects : sequence of tuple
        (data set, subject) of all tested subjects, in order.
    """
    folder = Path(planted).parent
    for name, path in zip(titles, cohort_tables, strict=True):
        save(panel_figure(task.cohort_panels(read_rows(path), titles[name])), folder / "cohorts" / f"{name}.svg")
    rows = {name: read_rows(path) for name, path in zip(titles, subject_tables, strict=True)}
    people = Matrices(titles, rows, focus_of(truth, task))
    for person in subjects:
        save(panel_figure(task.subject_panels(people, person)), folder / f"subject_{'-'.join(person)}.svg")
    save(training_figure({fold: read_rows(path) for fold, path in histories.items()}), folder / "training.svg")
    of_subjects, details = task.score_figures(Card.read("", scores))
    save(of_subjects, folder / "scores.svg")
    save(details, folder / "details.svg")
    _draw_planted(folder, people, subjects)
    _write_recovery(folder, truth, people, task)


def read_truth(datasets: Sequence[str], tables: Sequence[str]) -> list[dict[str, str]]:
    """Read the planted truth of data sets, each row with its data set."""
    pairs = zip(datasets, tables, strict=True)
    return [{"dataset": dataset, **row} for dataset, path in pairs for row in read_rows(path)]


def focus_of(truth: Sequence[Row], task: TaskPictures) -> Focus:
    """Return data set, subject and class -> planted region and band."""
    return {(row["dataset"], row["subject"], task.truth_class(row)): (row["region"], row["band"]) for row in truth}


def _is_main(row: Row) -> bool:
    return row["part"] == WHOLE and row["outcome"] in TRUE


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


def _write_recovery(folder: Path, truth: Sequence[Row], people: Matrices, task: TaskPictures) -> None:
    """Write planted versus found per subject, method and class, and its summary; both empty without planted truth."""
    focus, recovery = [], []
    for name, rows in people.rows.items():
        for label in dict.fromkeys(label for _, _, label in people.focus):
            planted = [row for row in truth if task.truth_class(row) == label]
            found = planted_focus(planted, [row for row in rows if _is_main(row) and row["class"] == label])
            head = {"method": name, "class": label}
            focus += [{**head, **row} for row in found]
            recovery += [{**head, **row} for row in summary(found)]
    write_rows(folder / "planted.tsv", focus, FOCUS_COLUMNS)
    write_rows(folder / "recovery.tsv", recovery, RECOVERY_COLUMNS)
    several = len({row["class"] for row in recovery}) > 1
    named: dict[str, list[Mapping[str, object]]] = {}
    for row in recovery:
        named.setdefault(f"{row['method']}, {row['class']}" if several else str(row["method"]), []).append(row)
    save(recovery_figure([recovery_of_rows(name, rows) for name, rows in named.items()]), folder / "recovery.svg")
