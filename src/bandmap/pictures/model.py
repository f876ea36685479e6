"""The pictures of a model over all subjects: matrices, training, scores, planted against found."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bandmap import faithfulness
from bandmap.figures.matrices import Matrix, matrix_figure, matrix_of_rows, planted_figure
from bandmap.figures.scores import recovery_figure, recovery_of_rows, score_figure, scores_of_rows
from bandmap.figures.style import save
from bandmap.figures.training import training_figure
from bandmap.pictures._common import share_of, unit_of
from bandmap.store.tables import read_table, write_table

Row = Mapping[str, str]

FOCUS_COLUMNS = ("method", *faithfulness.SUBJECT_COLUMNS)
RECOVERY_COLUMNS = ("method", *faithfulness.SUMMARY_COLUMNS)


def draw_model(
    planted: str | Path,
    *,
    titles: Mapping[str, str],
    subject_tables: Sequence[str],
    cohort_tables: Sequence[str],
    histories: Mapping[str, str],
    scores: str,
    summary: str,
    truth: Sequence[Mapping[str, str]],
    subjects: Sequence[tuple[str, str]],
) -> None:
    """Draw a model's matrices, training, scores and recovery of what was planted, and write the recovery's tables.

    Parameters
    ----------
    planted : path-like
        The table of planted against found; everything else is written beside it.
    titles : mapping
        Matrix -> words for people, the joint one first.
    subject_tables, cohort_tables : sequence of str
        Tables of the matrices in the order of `titles`.
    histories : mapping
        Fold -> table of its training.
    scores, summary : str
        Table and JSON of scores.
    truth : sequence of mapping
        Planted regions and bands; empty where none is known.
    subjects : sequence of tuple
        (data set, subject) of everyone tested, in order.
    """
    folder = Path(planted).parent
    focus = {(row["dataset"], row["subject"]): (row["region"], row["band"]) for row in truth}
    whole = {name: read_table(path) for name, path in zip(titles, cohort_tables, strict=True)}
    people = {name: read_table(path) for name, path in zip(titles, subject_tables, strict=True)}
    shown = [name for name in titles if all("all" not in (row["region"], row["band"]) for row in people[name])]
    for name in titles:
        n = int(whole[name][0]["n_subjects"]) if whole[name] else 0
        save(
            matrix_figure([matrix_of_rows(whole[name], title=titles[name], unit="share of a subject's total", n=n)]),
            folder / f"cohort_{name}.svg",
        )
    for dataset, subject in subjects:
        pair = [_subject_matrix(people[name], dataset, subject, titles[name], focus) for name in shown]
        save(matrix_figure(pair), folder / f"subject_{dataset}-{subject}.svg")
    save(training_figure({fold: read_table(path) for fold, path in histories.items()}), folder / "training.svg")
    with Path(summary).open(encoding="utf-8") as file:
        save(score_figure(scores_of_rows(read_table(scores), json.load(file))), folder / "scores.svg")
    joint = [_subject_matrix(people[shown[0]], *subject, subject[1], focus) for subject in subjects] if shown else []
    save(planted_figure(joint), folder / "planted.svg")
    _write_recovery(folder, truth, people)


def read_truth(datasets: Sequence[str], tables: Sequence[str]) -> list[dict[str, str]]:
    """Read what was planted in data sets, each row with its data set."""
    pairs = zip(datasets, tables, strict=True)
    return [{"dataset": dataset, **row} for dataset, path in pairs for row in read_table(path)]


def _subject_matrix(
    rows: Sequence[Row], dataset: str, subject: str, title: str, focus: Mapping[tuple[str, str], tuple[str, str]]
) -> Matrix:
    mine = [row for row in rows if (row["dataset"], row["subject"]) == (dataset, subject)]
    plain = [{name: row[name] for name in ("region", "band", "importance")} for row in mine]
    regions, bands = _axes(rows)
    share = share_of(matrix_of_rows(plain, regions=regions, bands=bands))
    n = int(mine[0]["n_seizures"]) if mine else 0
    return matrix_of_rows(
        plain,
        regions=regions,
        bands=bands,
        title=title,
        unit=unit_of(title),
        n=n,
        n_of="seizures",
        rank_one_share=share,
        planted=focus.get((dataset, subject)),
    )


def _axes(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    return list(dict.fromkeys(row["region"] for row in rows)), list(dict.fromkeys(row["band"] for row in rows))


def _write_recovery(folder: Path, truth: Sequence[Row], people: Mapping[str, Sequence[Row]]) -> None:
    """Write planted against found per subject and method, and its summary; both empty where nothing was planted."""
    focus, recovery = [], []
    if truth:
        for name, rows in people.items():
            found = faithfulness.planted_focus(truth, rows)
            focus += [{"method": name, **row} for row in found]
            recovery += [{"method": name, **row} for row in faithfulness.summary(found)]
    write_table(folder / "planted.tsv", focus, FOCUS_COLUMNS)
    write_table(folder / "recovery.tsv", recovery, RECOVERY_COLUMNS)
    recoveries = [
        recovery_of_rows(name, [row for row in recovery if row["method"] == name])
        for name in dict.fromkeys(str(row["method"]) for row in recovery)
    ]
    save(recovery_figure(recoveries), folder / "recovery.svg")
