"""Reads the files of a run into the content of the pages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from bandmap.aggregate import main_matrices, rank_one_share
from bandmap.aggregate.agreement import agreement
from bandmap.draw.cells import axes_of, column_of
from bandmap.files.harmonized import read_attributes
from bandmap.files.quality import read_qualities
from bandmap.files.tables import read_table
from bandmap.report.content import MatrixPart, NightPart, ReportData, RunPart, SubjectPart, of_person, seizure_parts
from bandmap.report.sentences import by_class
from bandmap.vocabulary.tables import (
    CELL_SCORES,
    CLINICAL_FOUND,
    CLINICAL_SCORES,
    COHORT,
    COMPARISON,
    FAITHFULNESS,
    PLANTED,
    RECOVERY,
    RESOURCES,
    SCORES,
    SLEEP_MINUTES,
    SUBJECTS,
    UNITS,
    WINDOWS,
    Schema,
)

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
    scored : mapping of str to str
        Model or baseline -> table of scores, with a summary (JSON) beside it.
    simulated : sequence of str
        Data sets that are simulated.
    left_out : sequence of mapping
        `dataset`, `subject`, `recording` and `why` of recordings that the settings leave out.
    clinical : sequence of str
        Data sets whose clinical truth is known.
    cells : sequence of str
        Data sets with a planted truth for every cell.
    """

    recordings: Sequence[Mapping[str, str]]
    harmonized: Sequence[str]
    subjects: Sequence[Person]
    titles: Mapping[str, Mapping[str, str]]
    folds: Sequence[str]
    scored: Mapping[str, str]
    simulated: Sequence[str]
    left_out: Sequence[Mapping[str, str]] = ()
    clinical: Sequence[str] = ()
    cells: Sequence[str] = ()


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
        scored={name: _summary(table) for name, table in tested.scored.items()},
        comparison=read_table(results / f"scores/comparison_{run['scheme']}.tsv", COMPARISON),
        agreement=agreement(_subjects(runs), seed=config["seed"]),
        overview_figure="figures/overview.svg",
        simulated=tuple(tested.simulated),
        left_out=pd.DataFrame(tested.left_out, columns=list(LEFT_OUT)),
        regions=config["regions"],
        bands_hz={name: (edges[0], edges[1]) for name, edges in config["bands_hz"].items()},
        quality=read_qualities(tested.recordings, tested.harmonized),
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
    trained = folder / "trained" / model / scheme
    matrices = tuple(_matrix(tables / name, name, title, drawn) for name, title in tested.titles[model].items())
    planted = read_table(pictures / "planted.tsv", PLANTED)
    scores = str(folder / f"scores/{model}_{scheme}.tsv")
    summary = _summary(scores)
    folds = () if "imported" in summary else tested.folds
    shown = next(iter(tested.titles[model]), "")
    subjects = _seizures(tables, shown, drawn) if task == "seizure" else _nights(scores, tested, drawn)
    return RunPart(
        model=model,
        scheme=scheme,
        scores=read_table(scores, SCORES[task]),
        score_summary=summary,
        matrices=matrices,
        subjects=tuple(
            _subject(person, subjects.get(person, {}), matrices, planted, drawn) for person in tested.subjects
        ),
        planted=planted,
        recovery=read_table(pictures / "recovery.tsv", RECOVERY),
        **(
            {"cells": read_table(folder / f"faithfulness/{model}/{scheme}_cells.tsv", CELL_SCORES)}
            if tested.cells
            else {}
        ),
        **(_clinical(folder / "faithfulness" / model, scheme) if tested.clinical else {}),
        faithfulness=read_table(pictures / "faithfulness.tsv", FAITHFULNESS),
        windows=_of_folds(trained, "windows", folds, WINDOWS)
        .groupby(["role", "class"], sort=False)[["windows", "excluded"]]
        .sum()
        .reset_index(),
        resources=_of_folds(trained, "resources", folds, RESOURCES),
        scores_figure=f"{drawn}/scores.svg",
        details_figure=f"{drawn}/details.svg",
        training_figure=f"{drawn}/training.svg",
        planted_figure=f"{drawn}/planted.svg" if len(planted) else "",
        recovery_figure=f"{drawn}/recovery.svg" if len(planted) else "",
        faithfulness_figure=f"{drawn}/faithfulness.svg",
    )


def _clinical(folder: Path, scheme: str) -> dict[str, pd.DataFrame]:
    """Return the comparison with clinical truth, by subject and over subjects."""
    found, scores = folder / f"{scheme}_clinical.tsv", folder / f"{scheme}_clinical_scores.tsv"
    return {"clinical": read_table(found, CLINICAL_FOUND), "clinical_scores": read_table(scores, CLINICAL_SCORES)}


def _summary(table: str) -> dict[str, Any]:
    """Return the summary beside a table of scores."""
    content: dict[str, Any] = json.loads(Path(table).with_suffix(".json").read_text(encoding="utf-8"))
    return content


def _matrix(folder: Path, name: str, title: str, drawn: str) -> MatrixPart:
    cohort, subjects = read_table(folder / "cohort.tsv", COHORT), read_table(folder / "subjects.tsv", SUBJECTS)
    return MatrixPart(name, title, cohort, subjects, f"{drawn}/cohorts/{name}.svg")


def _seizures(tables: Path, matrix: str, drawn: str) -> dict[Person, dict[str, Any]]:
    """Return person -> seizures and false alarms."""
    units = read_table(tables / matrix / "seizures.tsv", UNITS) if matrix else UNITS.frame()
    found = seizure_parts(units, f"{drawn}/{{dataset}}/{{recording}}/{{seizure}}.png")
    return {person: {"seizures": seizures} for person, seizures in found.items()}


def _nights(scores: str, tested: Tested, drawn: str) -> dict[Person, dict[str, Any]]:
    """Return person -> nights, each with how long its stages lasted."""
    details = read_table(Path(scores).with_name(f"{Path(scores).stem}_details.tsv"), SLEEP_MINUTES)
    found: dict[Person, tuple[NightPart, ...]] = {}
    for row in tested.recordings:
        key = row["dataset"], row["recording"]
        minutes = details[(details["dataset"] == key[0]) & (details["recording"] == key[1])]
        night = NightPart(row["recording"], f"{drawn}/{'/'.join(key)}/night.png", minutes)
        person = row["dataset"], row["subject"]
        found[person] = (*found.get(person, ()), night)
    return {person: {"nights": nights} for person, nights in found.items()}


def _subject(
    person: Person, units: Mapping[str, Any], matrices: Sequence[MatrixPart], planted: pd.DataFrame, drawn: str
) -> SubjectPart:
    both = [matrix for matrix in matrices if matrix.tells_both][:1]
    mine = of_person(planted, person)[["class", "planted_region", "planted_band"]].drop_duplicates()
    focus = {label: (region, band) for label, region, band in mine.itertuples(index=False)}
    shares = {label: share for matrix in both for label, share in _shares(matrix.of(person)).items()}
    return SubjectPart(*person, f"{drawn}/subject_{'-'.join(person)}.svg", shares, focus, **units)


def _shares(table: pd.DataFrame) -> dict[str, float]:
    """Return class -> share of the matrix that rank one explains, if no row or column has a gap."""
    values = {label: column_of(rows, "importance", *axes_of(rows)) for label, rows in by_class(table).items()}
    shares = {label: rank_one_share(matrix) for label, matrix in values.items()}
    return {label: share for label, share in shares.items() if np.isfinite(share)}


def _subjects(runs: Sequence[RunPart]) -> dict[str, pd.DataFrame]:
    """Return model and matrix -> matrices of subjects, for matrices with regions and bands."""
    return {
        f"{run.model}, {matrix.name}" if len(runs) > 1 else matrix.name: main_matrices(matrix.subjects)
        for run in runs
        for matrix in run.matrices
        if len(matrix.cohort) and matrix.tells_both
    }


def _of_folds(folder: Path, name: str, folds: Sequence[str], schema: Schema) -> pd.DataFrame:
    """Return a table of every fold one below the other, each row after the name of its fold."""
    tables = {fold: read_table(folder / fold / f"{name}.tsv", schema) for fold in folds}
    if not tables:  # an imported model
        return schema.frame()
    return pd.concat(tables, names=["fold"]).reset_index("fold")
