"""The input of the templates: tables and coloured tables from the rows of the report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from bandmap.report import scores, trust, truth
from bandmap.report.content import MatrixPart, ReportData, RunPart, SubjectPart, of_person
from bandmap.report.heat import Annotation, Group, Heat, HeatCell, grid, heats_of, tinted
from bandmap.report.sentences import largest_cells, of_agreement, of_origin, of_run
from bandmap.report.tables import Cell, Table, cell_of, number_of, records, short_number, table_of
from bandmap.report.tasks import Parts, TaskPages, Unit
from bandmap.vocabulary.tables import WINDOWS

_RECOVERED = {"region": "region (interval)", "band": "band (interval)", "both": "both (interval)", "auc": "mean AUC"}
_OF_COHORT = Annotation("n_subjects", "subject")


@dataclass(frozen=True)
class MatrixView:
    """A kind of matrix: groups of coloured tables, a table of all rows, and how far to trust it."""

    part: MatrixPart
    groups: tuple[tuple[Group, list[Heat]], ...]
    rows: Table
    trust: str


@dataclass(frozen=True)
class RunView:
    """A run with its tables; `key` is the prefix of its anchors."""

    key: str
    run: RunPart
    notes: list[str]
    origin: list[str]
    matrices: tuple[MatrixView, ...]
    scores: Table
    score_means: Table
    score_heats: list[Heat]
    recordings: tuple[int, int]
    planted: Table
    recovery: Table
    cells: list[tuple[str, str, Table]]
    clinical: list[tuple[str, str, Table]]
    clinical_details: Table
    trust: Table
    replacements: Table
    rankings: list[str]
    trust_details: Table
    tested: bool
    resources: Table


@dataclass(frozen=True)
class Overview:
    """The comparison of all models."""

    scores: Table
    parameters: str
    incomplete: list[str]
    seen: list[str]
    comparison: Table
    agreement: Heat | None
    agreements: Table
    agreement_notes: list[str]
    windows: Table


@dataclass(frozen=True)
class SubjectView:
    """The page of one subject."""

    dataset: str
    subject: str
    page: str
    planted: str
    clinical: str
    runs: tuple[tuple[RunPart, SubjectPart, tuple[MatrixView, ...]], ...]
    units: list[Unit]
    unit_table: Table
    scores: Table
    before: str = ""
    after: str = ""


def run_view(run: RunPart, key: str, task: TaskPages) -> RunView:
    """Return the content of the section of a model."""
    summary = run.score_summary
    return RunView(
        key=key,
        run=run,
        notes=[*truth.sentences(run), *of_run(run)],
        origin=of_origin(run),
        matrices=tuple(_matrix_view(run, m, m.cohort, task, _OF_COHORT) for m in run.matrices),
        scores=table_of(run.scores),
        score_means=table_of(scores.over_subjects(summary, task.LEVELS, task.METRICS)),
        score_heats=task.tables(run),
        recordings=scores.counted(summary),
        planted=table_of(run.planted),
        recovery=table_of(_recovery_rows(run)),
        cells=truth.cells(run),
        clinical=truth.tables(run),
        clinical_details=table_of(run.clinical),
        trust=table_of(trust.table_rows(run)),
        replacements=table_of(trust.replacement_rows(run)),
        rankings=trust.ranking_sentences(run),
        trust_details=table_of(run.faithfulness),
        tested=bool({"weights", *trust.VIEWS} & set(run.faithfulness["test"])),
        resources=table_of(run.resources),
    )


def overview(data: ReportData, task: TaskPages) -> Overview:
    """Return the content of the section about all models."""
    counts = {name: scores.counted(summary) for name, summary in data.scored.items()}
    parameters = [scores.parameters(summary) for summary in data.scored.values()]
    return Overview(
        scores=table_of(scores.overview(data.scored, task.METRICS)),
        parameters=", ".join(
            f"{name} {'chosen by fold' if (name, value) == ('threshold', None) else value}"
            for name, value in (parameters[0] if parameters else {}).items()
        ),
        incomplete=[f"{name}: {n} of {of}" for name, (n, of) in counts.items() if n < of],
        seen=[name for name, summary in data.scored.items() if summary.get("imported", {}).get("seen")],
        comparison=table_of(_compared(data.comparison, task)),
        agreement=_agreement(data.agreement),
        agreements=table_of(data.agreement),
        agreement_notes=of_agreement(data.agreement),
        windows=table_of(_windows(data.runs)),
    )


def _compared(comparison: pd.DataFrame, task: TaskPages) -> pd.DataFrame:
    """Return comparisons with readable names of scores."""
    words = {name: title for _, name, title in reversed(task.METRICS)}
    return comparison.assign(metric=comparison["metric"].replace(words))


def subject_rows(data: ReportData, pages: Mapping[tuple[str, str], str], task: TaskPages) -> list[dict[str, object]]:
    """Return the rows of the list of subjects, each linked to its page."""
    several = len({dataset for dataset, _ in data.people}) > 1
    return [
        {
            **({"dataset": person[0]} if several else {}),
            "subject": Cell(person[1], link=pages[person]),
            **_truth_columns(parts),
            **{name: value for run, subject in parts for name, value in _columns(data, run, subject, task).items()},
        }
        for person, parts in data.people.items()
    ]


def subject_views(data: ReportData, pages: Mapping[tuple[str, str], str], task: TaskPages) -> list[SubjectView]:
    """Return the page of every subject, with links to the previous and next page."""
    names = [pages[person] for person in data.people]
    people = zip(data.people.items(), names, ["", *names], [*names[1:], ""], strict=False)
    return [_subject(person, parts, task, name, one, other) for (person, parts), name, one, other in people]


def _subject(person: tuple[str, str], parts: Parts, task: TaskPages, page: str, before: str, after: str) -> SubjectView:
    units = task.units(parts)
    scores = [of_model(run, of_person(run.scores, person)) for run, _ in parts if len(run.scores)]
    runs = [(run, subject, tuple(_of_subject(run, subject, task))) for run, subject in parts]
    return SubjectView(
        *person,
        page=page,
        planted=_planted_text(parts[0][1]),
        clinical=truth.of_subject(*parts[0]),
        runs=tuple(runs),
        units=units,
        unit_table=table_of([unit.columns for unit in units], _all_columns(units)),
        scores=table_of(pd.concat(scores).drop(columns=["dataset", "subject"]) if scores else []),
        before=before,
        after=after,
    )


def _of_subject(run: RunPart, subject: SubjectPart, task: TaskPages) -> Iterator[MatrixView]:
    """Yield a subject's matrices with regions and bands; the share of rank one belongs to the first one."""
    annotation = replace(task.OF_SUBJECT, planted=subject.planted, rank_one=subject.rank_one_share)
    for matrix in run.matrices:
        if matrix.tells_both:
            yield _matrix_view(run, matrix, matrix.of(subject.person), task, annotation)
            annotation = replace(annotation, rank_one={})


def _all_columns(units: Sequence[Unit]) -> list[str]:
    return list(dict.fromkeys(name for unit in units for name in unit.columns))


def _matrix_view(
    run: RunPart, matrix: MatrixPart, rows: pd.DataFrame, task: TaskPages, annotation: Annotation
) -> MatrixView:
    groups = [(group, heats_of(group, rows, annotation)) for group in task.GROUPS]
    shown = tuple((group, heats) for group, heats in groups if heats)
    return MatrixView(matrix, shown, table_of(rows), trust.sentence(run, matrix.name))


def _columns(data: ReportData, run: RunPart, subject: SubjectPart, task: TaskPages) -> dict[str, object]:
    """Return a model's columns in the list of subjects; with several models, prefixed by name and with one matrix."""
    columns = task.subject_columns(run, subject)
    several = len(data.runs) > 1
    for matrix in [m for m in run.matrices if m.tells_both][:1] if several else run.matrices:
        columns[matrix.title] = largest_cells(matrix.of(subject.person)) or None
    if not several and len(subject.rank_one_share) == 1:
        columns["rank one (%)"] = round(100 * next(iter(subject.rank_one_share.values())))
    return {f"{name}, {run.model}": value for name, value in columns.items()} if several else columns


def _truth_columns(parts: Parts) -> dict[str, object]:
    planted = {"planted": _planted_text(parts[0][1])} if len(parts[0][1].planted) == 1 else {}
    return planted | ({"clinical": truth.of_subject(*parts[0]) or None} if len(parts[0][0].clinical) else {})


def _planted_text(subject: SubjectPart) -> str:
    texts = {label: ", ".join(focus) for label, focus in subject.planted.items()}
    return next(iter(texts.values())) if len(texts) == 1 else "; ".join(f"{label}: {f}" for label, f in texts.items())


def _agreement(agreement: pd.DataFrame) -> Heat | None:
    pairs = {frozenset((row["a"], row["b"])): row for row in records(agreement)}
    names = list(dict.fromkeys(name for row in pairs.values() for name in (row["a"], row["b"])))
    if not names:
        return None

    def cell(one: str, other: str) -> HeatCell:
        row = pairs.get(frozenset((one, other)))
        value = None if row is None else number_of(row["spearman"])
        if row is None or value is None:
            return HeatCell("" if one == other else "–", f"{one} and {other}: nothing to compare")
        about = (
            f"{one} and {other}: Spearman {short_number(value)}, mean over {row['n_subjects']} subjects; "
            f"the same largest cell in {row['same_top']} of {row['n_matrices']} matrices"
        )
        return HeatCell(short_number(value, digits=2), about, *tinted(value, 1.0))

    return grid("Spearman's rank correlation over the cells, mean over subjects", names, names, cell, tall=True)


def of_model(run: RunPart, table: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a run with the model's name before them."""
    return pd.concat([pd.DataFrame({"model": run.model}, index=table.index), table], axis=1)


def _windows(runs: Iterable[RunPart]) -> pd.DataFrame:
    tables = [of_model(run, run.windows) for run in runs]
    seen = pd.concat(tables) if tables else WINDOWS.frame()
    left_out = 100 * seen["excluded"] / (seen["windows"] + seen["excluded"])
    return seen.assign(**{"share left out (%)": left_out})


def _recovery_rows(run: RunPart) -> list[dict[str, object]]:
    """Return one row per method and class: number of right answers, n, and the interval of the share."""
    several = run.recovery["class"].nunique() > 1
    rows: list[dict[str, object]] = []
    for (method, label), found in run.recovery.groupby(["method", "class"], sort=False):
        head = {"method": method, **({"class": label} if several else {})}
        cells = {_RECOVERED[row["what"]]: _recovered(row) for row in records(found)}
        rows.append({**head, **dict.fromkeys(_RECOVERED.values()), **cells})
    return rows


def _recovered(row: Mapping[str, object]) -> Cell:
    right, n, share, low, high = (cell_of(row[name]) for name in ("right", "n", "share", "low", "high"))
    interval = f" ({low.text} to {high.text})" if low.value is not None else ""
    return Cell(share.text if right.value is None else f"{right.text} of {n.text}{interval}", share.value)
