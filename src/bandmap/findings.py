"""Read a finished run's files into what the page shows."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bandmap.aggregation import rank_one_share
from bandmap.figures.matrices import matrix_of_rows
from bandmap.figures.quality import quality_figure
from bandmap.figures.style import save
from bandmap.report.content import MatrixPart, ReportData, Row, RunPart, SubjectPart, seizure_parts
from bandmap.store.harmonized import read_duration, read_quality
from bandmap.store.tables import read_table

LIBRARIES = ("bandmap", "snakemake", "torch", "mne", "numpy", "zarr", "timescoring")


def gather_run(
    folder: Path,
    model: str,
    scheme: str,
    titles: Mapping[str, str],
    subjects: Sequence[tuple[str, str]],
) -> RunPart:
    """Read one model's results.

    Parameters
    ----------
    folder : Path
        `results`.
    model, scheme : str
    titles : mapping of str to str
        Matrix -> words for people, the joint one first.
    subjects : sequence of tuple
        (data set, subject) of everyone tested, in order.
    """
    drawn = f"figures/{model}/{scheme}"
    pictures = folder / "report" / drawn
    matrices = [_matrix(folder / "matrices" / model / scheme / name, name, titles[name], drawn) for name in titles]
    planted = tuple(read_table(pictures / "planted.tsv"))
    focus = {(row["dataset"], row["subject"]): (row["planted_region"], row["planted_band"]) for row in planted}
    first = folder / "matrices" / model / scheme / next(iter(titles))
    seizures = seizure_parts(read_table(first / "seizures.tsv"), f"{drawn}/{{dataset}}/{{recording}}/{{seizure}}.png")
    return RunPart(
        model=model,
        scheme=scheme,
        scores=tuple(read_table(folder / f"scores/{model}_{scheme}.tsv")),
        score_summary=json.loads((folder / f"scores/{model}_{scheme}.json").read_text(encoding="utf-8")),
        matrices=tuple(matrices),
        subjects=tuple(
            SubjectPart(
                dataset,
                subject,
                figure=f"{drawn}/subject_{dataset}-{subject}.svg",
                rank_one_share=_share(matrices[0].subjects, dataset, subject),
                planted=focus.get((dataset, subject)),
                seizures=seizures.get((dataset, subject), ()),
            )
            for dataset, subject in subjects
        ),
        planted=planted,
        planted_summary=tuple(read_table(pictures / "recovery.tsv")),
        scores_figure=f"{drawn}/scores.svg",
        training_figure=f"{drawn}/training.svg",
        planted_figure=f"{drawn}/planted.svg" if planted else "",
        recovery_figure=f"{drawn}/recovery.svg" if planted else "",
    )


def gather(
    page: str | Path,
    recordings: Sequence[Mapping[str, str]],
    harmonized: Sequence[str],
    *,
    titles: Mapping[str, str],
    subjects: Sequence[tuple[str, str]],
    simulated: Sequence[str],
    config: Mapping[str, Any],
) -> ReportData:
    """Read all models' results and the recordings' quality, and draw the picture of quality beside the page.

    Parameters
    ----------
    page : path-like
        The page to be, in `results/report`.
    recordings : sequence of mapping
        `dataset`, `recording` of everything that was tested.
    harmonized : sequence of str
        Their files, in the same order.
    titles : mapping of str to str
        Matrix -> words for people, the joint one first.
    subjects : sequence of tuple
        (data set, subject) of everyone tested, in order.
    simulated : sequence of str
        Data sets that are simulated.
    config : mapping
        All settings.
    """
    results = Path(page).parent.parent
    run = config["run"]
    quality: list[Row] = []
    durations: dict[tuple[str, str], float] = {}
    for row, path in zip(recordings, harmonized, strict=True):
        durations[row["dataset"], row["recording"]] = read_duration(path)
        head = {"dataset": row["dataset"], "recording": row["recording"]}
        quality += [{**head, **channel} for channel in read_quality(path)]
    save(quality_figure(quality, durations), results / "report/figures/quality.svg")
    return ReportData(
        title=", ".join(run["datasets"]),
        runs=tuple(gather_run(results, model, run["scheme"], titles, subjects) for model in run["models"]),
        simulated=tuple(simulated),
        regions=config["regions"],
        bands_hz={name: (edges[0], edges[1]) for name, edges in config["bands_hz"].items()},
        quality=tuple(quality),
        quality_figure="figures/quality.svg",
        provenance={**{name: version(name) for name in LIBRARIES}, "seed": config["seed"]},
        settings=yaml.safe_dump(dict(config), sort_keys=False),
    )


def _matrix(folder: Path, name: str, title: str, drawn: str) -> MatrixPart:
    cohort, subjects = read_table(folder / "cohort.tsv"), read_table(folder / "subjects.tsv")
    return MatrixPart(name, title, tuple(cohort), tuple(subjects), f"{drawn}/cohort_{name}.svg")


def _share(rows: Sequence[Row], dataset: str, subject: str) -> float | None:
    mine = [row for row in rows if (row["dataset"], row["subject"]) == (dataset, subject)]
    values = matrix_of_rows(mine).values if mine else np.zeros((0, 0))
    usable = values.size > 0 and np.isfinite(values).all() and values.any()
    return rank_one_share(values) if usable else None
