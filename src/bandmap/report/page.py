"""The report as a folder of HTML files: no server, no external requests, and escaped content."""

import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bandmap.files.whole import whole_file
from bandmap.report import seizure, sleep, truth
from bandmap.report.content import ReportData
from bandmap.report.sentences import of_run, of_size
from bandmap.report.tables import table_of
from bandmap.report.tasks import TaskPages
from bandmap.report.views import overview, run_view, subject_rows, subject_views

PAGES = "pages"
"""Folder of all pages except the first, beside it."""

TASKS: Mapping[str, TaskPages] = {"seizure": seizure, "sleep": sleep}

_OWN_PAGES = ("terms", "view")

_TEMPLATES = Path(__file__).parent / "templates"


class FigurePathError(ValueError):
    """A figure that a page could not show from disk."""


def render(data: ReportData, path: str | Path) -> None:
    """Write the first page, and beside it the folder `pages`.

    The folder has one page per subject, one of terms, and one that leads to the recordings.

    Parameters
    ----------
    data : ReportData
        Paths of figures are relative to the folder of the first page, with forward slashes; the figures must exist.
    path : path-like
        The first page, such as results/report/index.html.

    Raises
    ------
    FigurePathError
        If the path of a figure is not relative, or the file does not exist.
    """
    folder, task = Path(path).parent, TASKS[data.task]
    pages = page_names(data.people)
    shared, templates = _shared(data, path, task), _environment()
    index = {
        "summary": _summary(data, task),
        "runs": [run_view(run, f"run{number}", task) for number, run in enumerate(data.runs, start=1)],
        "overview": overview(data, task),
        "subjects": table_of(subject_rows(data, pages, task)),
        "quality": table_of(data.quality),
        "left_out": table_of(data.left_out),
    }
    _write(Path(path), templates.get_template("index.html.j2").render(**shared, **index, root=""))
    subject_page = templates.get_template("subject.html.j2")
    for view in subject_views(data, pages, task):
        _write(folder / view.page, subject_page.render(**shared, view=view, root="../"))
    for name in _OWN_PAGES:
        _write(folder / PAGES / f"{name}.html", templates.get_template(f"{name}.html.j2").render(**shared, root="../"))


def render_recording(
    data: ReportData, path: str | Path, task: TaskPages, *, card: str, sentences: Sequence[str]
) -> None:
    """Write the page of one recording, and beside it the folder `pages` with one page of terms.

    Parameters
    ----------
    data : ReportData
        One run with one subject, the recording.
    path : path-like
    task : TaskPages
    card : str
        Card of the model.
    sentences : sequence of str
        The summary.

    Raises
    ------
    FigurePathError
        As in `render`.
    """
    shared, templates = _shared(data, path, task), _environment()
    (view,) = subject_views(data, dict.fromkeys(data.people, Path(path).name), task)
    own = {"view": view, "card": card, "sentences": sentences}
    _write(Path(path), templates.get_template("recording.html.j2").render(**shared, **own, root=""))
    terms = templates.get_template("terms.html.j2").render(**shared, root="../")
    _write(Path(path).parent / PAGES / "terms.html", terms)


def _shared(data: ReportData, path: str | Path, task: TaskPages) -> dict[str, Any]:
    """Return what all templates need."""
    folder = Path(path).parent
    for figure in data.figures:
        _check(figure, folder)
    return {
        "data": data,
        "task": task,
        "first": Path(path).name,
        "sizes": {figure: _png_size(folder / figure) for figure in data.figures},
        "vectors": {figure: vector for figure in data.figures if (folder / (vector := _vector(figure))).is_file()},
        "bands": {name: f"{low:g}–{high:g} Hz" for name, (low, high) in data.bands_hz.items()},
    }


def page_names(people: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return data set and subject -> path of the subject's page, unique for each person."""
    names: dict[tuple[str, str], str] = {}
    for number, person in enumerate(people, start=1):
        name = re.sub(r"[^A-Za-z0-9_.+-]", "_", "-".join(person))
        taken = name in _OWN_PAGES or f"{PAGES}/{name}.html" in names.values()
        names[person] = f"{PAGES}/{name}{f'_{number}' if taken else ''}.html"
    return names


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["path"] = quote
    return environment


def _summary(data: ReportData, task: TaskPages) -> list[str]:
    """Return the summary sentences; with several models, sentences on matrices are in the sections of the models."""
    sentences = of_size(data) + [sentence for run in data.runs for sentence in task.sentences(run)] + task.floor(data)
    return sentences + ([*truth.sentences(data.runs[0]), *of_run(data.runs[0])] if len(data.runs) == 1 else [])


def _write(path: Path, page: str) -> None:
    with whole_file(path) as unfinished:
        unfinished.write_text(page, encoding="utf-8")


def _check(figure: str, folder: Path) -> None:
    if PurePosixPath(figure).is_absolute() or ":" in figure or "\\" in figure:
        raise FigurePathError(f"{figure}: not a path relative to the report's folder; use forward slashes and no drive")
    if not (folder / figure).is_file():
        raise FigurePathError(f"{figure}: there is no such file in {folder}; draw it before the report")


def _vector(figure: str) -> str:
    """Return the path of a figure as SVG."""
    return str(PurePosixPath(figure).with_suffix(".svg"))


def _png_size(file: Path) -> tuple[int, int] | None:
    """Return width and height, so that the layout is known before images load; None if it is not a PNG."""
    with file.open("rb") as stream:
        head = stream.read(24)
    if not head.startswith(b"\x89PNG"):
        return None
    width, height = struct.unpack(">II", head[16:24])
    return width, height
