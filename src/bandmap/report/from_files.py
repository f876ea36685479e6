"""Reads the files of a run into the content of the pages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bandmap.aggregate import rank_one_share
from bandmap.aggregate.agreement import agreement_rows
from bandmap.draw.cells import column_of
from bandmap.files.harmonized import read_attributes, read_quality
from bandmap.files.rows import read_rows
from bandmap.report.content import MatrixPart, NightPart, ReportData, Row, RunPart, SubjectPart, seizure_parts
from bandmap.report.sentences import main_rows

LIBRARIES = ("bandmap", "snakemake", "torch", "mne", "numpy", "zarr", "timescoring", "scikit-learn")

LEFT_OUT = ("dataset", "subject", "recording", "why")
"""Columns that the pages show for recordings that are left out."""

Person = tuple[str, str]


@dataclass(frozen=True)
class Tested:
    """The tested recordings and subjects, and their files.

    Attributes
    ----------
    recordings : sequence of mapping
        `dataset`, `subject`, `recording` of all tested recordings.
    harmonized : sequence of str
        Their files, in the same order.
    subjects : sequence of tuple
        (data set, subject) of all tested subjects, in order.
    titles : mapping of str to mapping
        Model -> its matrices -> title for readers, the joint one first.
    folds : sequence of str
        Names of the folds.
    judged : mapping of str to str
        Model or baseline -> table of scores, with a summary (JSON) beside it.
    simulated : sequence of str
        Data sets that are simulated.
    left_out : sequence of mapping
        `dataset`, `subject`, `recording` and `why` of recordings that the settings leave out.
    """

    recordings: Sequence[Mapping[str, str]]
    harmonized: Sequence[str]
    subjects: Sequence[Person]
    titles: Mapping[str, Mapping[str, str]]
    folds: Sequence[str]
    judged: Mapping[str, str]
    simulated: Sequence[str]
    left_out: Sequence[Mapping[str, str]] = ()


def gather(page: str | Path, tested: Tested, config: Mapping[str, Any]) -> ReportData:
    """Read the results of all models and the quality of recordings.

    Parameters
    ----------
    page : path-like
        The start page of the report, in `results/report`.
    tested : Tested
    config : mapping
        All settings.
    """
    results, run = Path(page).parent.parent, config["run"]
    runs = tuple(gather_run(results, model, run["scheme"], run["task"], tested) for model in run["models"])
    return ReportData(
        title=", ".join(run["datasets"]),
        runs=runs,
        task=run["task"],
        judged={name: _summary(table) for name, table in tested.judged.items()},
        comparison=tuple(read_rows(results / f"scores/comparison_{run['scheme']}.tsv")),
        agreement=tuple(agreement_rows(_stacks(runs), seed=config["seed"])),
        overview_figure="figures/overview.svg",
        simulated=tuple(tested.simulated),
        left_out=tuple({name: row[name] for name in LEFT_OUT} for row in tested.left_out),
        regions=config["regions"],
        bands_hz={name: (edges[0], edges[1]) for name, edges in config["bands_hz"].items()},
        quality=tuple(_quality(tested)),
        quality_figure="figures/quality.svg",
        provenance={**{name: version(name) for name in LIBRARIES}, "seed": config["seed"]},
        settings=yaml.safe_dump(dict(config), sort_keys=False),
    )


def checksums(recordings: Sequence[Mapping[str, str]], harmonized: Sequence[str]) -> dict[str, str]:
    """Return data set and recording -> SHA-256 of the source file of the harmonized recording."""
    pairs = zip(recordings, harmonized, strict=True)
    return {f"{r['dataset']}/{r['recording']}": str(read_attributes(path)["source_sha256"]) for r, path in pairs}


def gather_run(folder: Path, model: str, scheme: str, task: str, tested: Tested) -> RunPart:
    """Read the results of one model.

    Parameters
    ----------
    folder : Path
        `results`.
    model, scheme, task : str
    tested : Tested
    """
    drawn = f"figures/{model}/{scheme}"
    pictures, tables = folder / "report" / drawn, folder / "matrices" / model / scheme
    matrices = tuple(_matrix(tables / name, name, title, drawn) for name, title in tested.titles[model].items())
    planted = tuple(read_rows(pictures / "planted.tsv"))
    scores = str(folder / f"scores/{model}_{scheme}.tsv")
    shown = next(iter(tested.titles[model]), "")
    subjects = _seizures(tables, shown, drawn) if task == "seizure" else _nights(scores, tested, drawn)
    return RunPart(
        model=model,
        scheme=scheme,
        scores=tuple(read_rows(scores)),
        score_summary=_summary(scores),
        matrices=matrices,
        subjects=tuple(
            _subject(person, subjects.get(person, {}), matrices, planted, drawn) for person in tested.subjects
        ),
        planted=planted,
        planted_summary=tuple(read_rows(pictures / "recovery.tsv")),
        faithfulness=tuple(read_rows(pictures / "faithfulness.tsv")),
        windows=tuple(_windows(folder / "trained" / model / scheme, tested.folds)),
        resources=tuple(_resources(folder / "trained" / model / scheme, tested.folds)),
        scores_figure=f"{drawn}/scores.svg",
        details_figure=f"{drawn}/details.svg",
        training_figure=f"{drawn}/training.svg",
        planted_figure=f"{drawn}/planted.svg" if planted else "",
        recovery_figure=f"{drawn}/recovery.svg" if planted else "",
        faithfulness_figure=f"{drawn}/faithfulness.svg",
    )


def _summary(table: str) -> dict[str, Any]:
    """Return the summary beside a table of scores."""
    content: dict[str, Any] = json.loads(Path(table).with_suffix(".json").read_text(encoding="utf-8"))
    return content


def _matrix(folder: Path, name: str, title: str, drawn: str) -> MatrixPart:
    cohort, subjects = (tuple(read_rows(folder / f"{level}.tsv")) for level in ("cohort", "subjects"))
    return MatrixPart(name, title, cohort, subjects, f"{drawn}/cohorts/{name}.svg")


def _seizures(tables: Path, matrix: str, drawn: str) -> dict[Person, dict[str, Any]]:
    """Return person -> seizures and false alarms."""
    rows = read_rows(tables / matrix / "seizures.tsv") if matrix else []
    found = seizure_parts(rows, f"{drawn}/{{dataset}}/{{recording}}/{{seizure}}.png")
    return {person: {"seizures": seizures} for person, seizures in found.items()}


def _nights(scores: str, tested: Tested, drawn: str) -> dict[Person, dict[str, Any]]:
    """Return person -> nights, each with how long its stages lasted."""
    details = read_rows(Path(scores).with_name(f"{Path(scores).stem}_details.tsv"))
    found: dict[Person, tuple[NightPart, ...]] = {}
    for row in tested.recordings:
        key = row["dataset"], row["recording"]
        minutes = tuple(line for line in details if (line["dataset"], line["recording"]) == key)
        night = NightPart(row["recording"], f"{drawn}/{'/'.join(key)}/night.png", minutes)
        person = row["dataset"], row["subject"]
        found[person] = (*found.get(person, ()), night)
    return {person: {"nights": nights} for person, nights in found.items()}


def _subject(
    person: Person, units: Mapping[str, Any], matrices: Sequence[MatrixPart], planted: Sequence[Row], drawn: str
) -> SubjectPart:
    both = [matrix for matrix in matrices if matrix.tells_both][:1]
    focus = {
        str(row["class"]): (str(row["planted_region"]), str(row["planted_band"]))
        for row in planted
        if (row["dataset"], row["subject"]) == person
    }
    shares = {label: share for matrix in both for label, share in _shares(matrix, person).items()}
    return SubjectPart(*person, f"{drawn}/subject_{'-'.join(person)}.svg", shares, focus, **units)


def _shares(matrix: MatrixPart, person: Person) -> dict[str, float]:
    """Return class -> share of the matrix that rank one explains, if every cell has a value."""
    found = {}
    for label, rows in _classes(matrix.of(person)).items():
        values = _values(rows, *_axes(rows))
        if np.isfinite(values).all() and values.any():
            found[label] = rank_one_share(values)
    return found


def _stacks(runs: Sequence[RunPart]) -> dict[str, dict[Person, NDArray[np.float64]]]:
    """Return model and matrix -> person -> matrices of all classes, for matrices with regions and bands."""
    return {
        f"{run.model}, {matrix.name}" if len(runs) > 1 else matrix.name: {
            subject.person: stack for subject in run.subjects if (stack := _stack(matrix, subject.person)) is not None
        }
        for run in runs
        for matrix in run.matrices
        if matrix.cohort and matrix.tells_both
    }


def _stack(matrix: MatrixPart, person: Person) -> NDArray[np.float64] | None:
    """Return the matrices of a person, one per class of the cohort; None if the person has none."""
    mine, (regions, bands) = _classes(matrix.of(person)), _axes(matrix.cohort)
    every = _classes(matrix.cohort)
    return np.stack([_values(mine.get(label, ()), regions, bands) for label in every]) if mine else None


def _classes(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in chain.from_iterable(main_rows(rows).values()):
        found.setdefault(str(row["class"]), []).append(row)
    return found


def _axes(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    regions, bands = (list(dict.fromkeys(str(row[axis]) for row in rows)) for axis in ("region", "band"))
    return regions, bands


def _values(rows: Sequence[Row], regions: Sequence[str], bands: Sequence[str]) -> NDArray[np.float64]:
    return column_of(rows, "importance", regions, bands)


def _windows(folder: Path, folds: Sequence[str]) -> list[dict[str, object]]:
    """Return windows used and left out by role and class, summed over folds."""
    totals: dict[tuple[str, str], list[int]] = {}
    for fold in folds:
        for row in read_rows(folder / fold / "windows.tsv"):
            total = totals.setdefault((row["role"], row["class"]), [0, 0])
            total[0] += int(row["windows"])
            total[1] += int(row["excluded"])
    return [{"role": k[0], "class": k[1], "windows": used, "excluded": out} for k, (used, out) in totals.items()]


def _resources(folder: Path, folds: Sequence[str]) -> list[dict[str, object]]:
    return [{"fold": fold, **row} for fold in folds for row in read_rows(folder / fold / "resources.tsv")]


def _quality(tested: Tested) -> list[dict[str, object]]:
    return [
        {"dataset": row["dataset"], "recording": row["recording"], **channel}
        for row, path in zip(tested.recordings, tested.harmonized, strict=True)
        for channel in read_quality(path)
    ]
