"""The report as one HTML file: no server, no external request, everything from files escaped."""

import struct
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bandmap.report import scores
from bandmap.report.content import ReportData, Row, RunPart, SubjectPart
from bandmap.report.sentences import OUTCOMES, cell_name, largest_cell, summary
from bandmap.report.tables import Cell, Table, cell_of, table_of
from bandmap.store.whole import whole_file

_RECOVERED = {"region": "region (interval)", "band": "band (interval)", "both": "both (interval)", "auc": "mean AUC"}
_TEMPLATES = Path(__file__).parent.parent / "templates"


class FigurePathError(ValueError):
    """A picture that the page could not show from disk."""


@dataclass(frozen=True)
class _RunView:
    """A run with its tables made; `key` starts the names of its anchors."""

    key: str
    run: RunPart
    scores: Table
    score_means: Table
    score_parameters: Mapping[str, object]
    recordings: tuple[int, int]
    cohorts: tuple[Table, ...]
    subjects: Table
    planted: Table
    recovery: Table


def render(data: ReportData, path: str | Path) -> None:
    """Write the page.

    Parameters
    ----------
    data : ReportData
        Paths of pictures are relative to the page's folder, with forward slashes; the pictures must be there.
    path : path-like
        Of the page, such as results/report/index.html.

    Raises
    ------
    FigurePathError
        If a picture's path is not relative, or no file is there.
    """
    folder = Path(path).parent
    figures = [figure for figure in _figures(data) if figure]
    for figure in figures:
        _check(figure, folder)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["path"] = quote
    page = environment.get_template("report.html.j2").render(
        data=data,
        runs=[_view(run, f"run{number}") for number, run in enumerate(data.runs, start=1)],
        summary=summary(data),
        quality=table_of(data.quality),
        sizes={figure: _png_size(folder / figure) for figure in figures},
        outcomes=OUTCOMES,
        bands={name: f"{low:g}–{high:g} Hz" for name, (low, high) in data.bands_hz.items()},
    )
    with whole_file(path) as unfinished:
        unfinished.write_text(page, encoding="utf-8")


def _figures(data: ReportData) -> Iterable[str]:
    yield data.quality_figure
    for run in data.runs:
        yield from (run.scores_figure, run.training_figure, run.planted_figure, run.recovery_figure)
        yield from (matrix.figure for matrix in run.matrices)
        for subject in run.subjects:
            yield subject.figure
            yield from (seizure.figure for seizure in subject.seizures)


def _check(figure: str, folder: Path) -> None:
    if PurePosixPath(figure).is_absolute() or ":" in figure or "\\" in figure:
        raise FigurePathError(f"{figure}: not a path relative to the report's folder; use forward slashes and no drive")
    if not (folder / figure).is_file():
        raise FigurePathError(f"{figure}: there is no such file in {folder}; draw it before the report")


def _png_size(file: Path) -> tuple[int, int] | None:
    """Return width and height, so that a page knows its places before its pictures come; None if it is no PNG."""
    with file.open("rb") as stream:
        head = stream.read(24)
    if not head.startswith(b"\x89PNG"):
        return None
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _view(run: RunPart, key: str) -> _RunView:
    return _RunView(
        key=key,
        run=run,
        scores=table_of(run.scores),
        score_means=table_of(scores.over_subjects(run.score_summary)),
        score_parameters=scores.parameters(run.score_summary),
        recordings=scores.counted(run.score_summary),
        cohorts=tuple(table_of(matrix.cohort) for matrix in run.matrices),
        subjects=table_of(_subject_row(run, subject, f"{key}-subject{n}") for n, subject in enumerate(run.subjects, 1)),
        planted=table_of(run.planted),
        recovery=table_of(_recovery_rows(run)),
    )


def _subject_row(run: RunPart, subject: SubjectPart, anchor: str) -> dict[str, object]:
    outcomes = Counter(OUTCOMES.get(seizure.outcome, seizure.outcome) for seizure in subject.seizures)
    row: dict[str, object] = {} if len({other.dataset for other in run.subjects}) == 1 else {"dataset": subject.dataset}
    row["subject"] = Cell(subject.subject, link=anchor)
    row |= {"found": outcomes["found"], "missed": outcomes["missed"], "false alarms": outcomes["false alarm"]}
    if any(other.planted for other in run.subjects):
        row["planted"] = ", ".join(subject.planted or ())
    for matrix in run.matrices:
        mine = tuple(r for r in matrix.subjects if (r["dataset"], r["subject"]) == (subject.dataset, subject.subject))
        top = largest_cell(mine)
        row[matrix.title] = None if top is None else cell_name(top)
    share = subject.rank_one_share
    row["rank one (%)"] = None if share is None else round(100 * share)
    return row


def _recovery_rows(run: RunPart) -> list[dict[str, object]]:
    """Return one row per method: how often, out of how many, and the interval of that share."""
    methods: dict[str, dict[str, object]] = {}
    for row in run.planted_summary:
        cells = methods.setdefault(str(row["method"]), {"method": row["method"], **dict.fromkeys(_RECOVERED.values())})
        cells[_RECOVERED[str(row["what"])]] = _recovered(row)
    return list(methods.values())


def _recovered(row: Row) -> Cell:
    right, n, share, low, high = (cell_of(row.get(name)) for name in ("right", "n", "share", "low", "high"))
    interval = f" ({low.text} to {high.text})" if low.value is not None else ""
    return Cell(share.text if right.value is None else f"{right.text} of {n.text}{interval}", share.value)
