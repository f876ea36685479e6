"""Clinical truth and found: a table for each data set, and sentences about coverage and results."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bandmap.report.content import RunPart, SubjectPart, of_person
from bandmap.report.sentences import counted_noun
from bandmap.report.tables import Cell, Table, interval_text, number_of, records, short_number, table_of
from bandmap.vocabulary.tables import PARTS, WHOLE

MEASURES = {
    "side": "correct side",
    "lobe": "correct lobe",
    "region": "correct region",
    "auroc": "AUROC, onset channels",
    "average_precision": "average precision",
    "onset_over_spread": "onset over spread (AUROC)",
}
"""Measure -> column of the table."""

METRICS = {
    "average_precision": "average precision",
    "auroc": "AUROC",
    "relevance_mass": "relevance mass",
    "relevance_rank": "relevance rank",
    "largest": "largest cell is a target",
    "sign": "sign",
}
"""Metric of a map of cells -> column of the table."""

_SAID = {
    "side": "the clinical side",
    "lobe": "the clinical lobe",
    "region": "the region of the marked derivations",
}
_FLOORS = {"most frequent": "the most frequent answer of training subjects"}


def tables(run: RunPart) -> list[tuple[str, str, Table]]:
    """Return data set, a sentence about coverage, and a table with a row for each map and floor."""
    return [
        (str(dataset), coverage(run, str(dataset), scores), table_of(_rows(scores)))
        for dataset, scores in run.clinical_scores.groupby("dataset", sort=False)
    ]


def cells(run: RunPart) -> list[tuple[str, str, Table]]:
    """Return data set (and part of seizures), a sentence about the subjects, and a row for each map and floor."""
    found = []
    parts = [part for part in (WHOLE, *PARTS) if (run.cells["part"] == part).any()]
    pairs = [(dataset, part) for dataset in run.cells["dataset"].unique() for part in parts]
    for dataset, part in pairs:
        scores = run.cells[(run.cells["dataset"] == dataset) & (run.cells["part"] == part)]
        if len(scores):
            name = str(dataset) if len(parts) == 1 else f"{dataset}, {part}"
            found.append((name, _competence(records(scores)[0]), table_of(_cell_rows(scores))))
    return found


def _competence(first: Mapping[str, Any]) -> str:
    left = [
        f"{first['not_competent']} whose model does not tell their seizures from other time",
        f"{first['without']} without a detected seizure",
    ]
    return f"Of {counted_noun(first['n'], 'tested subject')}; not counted: {', '.join(left)}."


def _cell_rows(scores: pd.DataFrame) -> list[dict[str, object]]:
    rows: dict[str, dict[str, object]] = {}
    for row in records(scores):
        name = f"floor: {row['map']}" if row["is_floor"] else row["map"]
        first, *others = METRICS.values()
        empty = {"map": name, first: None, "its margin": None, **dict.fromkeys(others)}
        rows.setdefault(name, empty)[METRICS[row["metric"]]] = _cell(row)
        if row["metric"] == "average_precision":
            rows[name]["its margin"] = _margin(row)
    return list(rows.values())


def _margin(row: Mapping[str, Any]) -> Cell | None:
    if (margin := number_of(row["margin"])) is None:
        return None
    ends = {"low": row["margin_low"], "high": row["margin_high"]}
    notes = (interval_text(ends, number=_short), f"over {row['over']}")
    return Cell(f"{margin:+.2f}".replace("-", "−"), margin, note="; ".join(note for note in notes if note))


def coverage(run: RunPart, dataset: str, scores: pd.DataFrame) -> str:
    """Return for how many subjects and seizures the truth is known, and how many of these are compared."""
    seizures = [
        seizure
        for subject in run.subjects
        if subject.dataset == dataset
        for seizure in subject.seizures
        if seizure.outcome in ("hit", "miss")
    ]
    parts = []
    for measure, rows in scores.groupby("measure", sort=False):
        most = records(rows.nlargest(1, "n_seizures"))[0]
        known = f"{counted_noun(most['n_known'], 'subject')} and {most['n_seizures_known']} of {len(seizures)} seizures"
        found = f"{counted_noun(most['n'], 'subject')} and {counted_noun(most['n_seizures'], 'seizure')}"
        parts.append(f"{MEASURES[str(measure)]}: truth known for {known}, compared for {found}")
    text = "; ".join(parts)
    return f"Only detected seizures are compared. {text[:1].upper()}{text[1:]}."


def sentences(run: RunPart) -> list[str]:
    """Return how often the first map names the clinical side, lobe or region, beside the floors."""
    found = []
    for (dataset, measure), scores in run.clinical_scores.groupby(["dataset", "measure"], sort=False):
        known = records(scores[scores["mean"].notna()])
        maps = [row for row in known if not row["is_floor"]]
        if measure in _SAID and maps:
            floors = [f"{_FLOORS.get(row['map'], row['map'])} {_percent(row)}" for row in known if row["is_floor"]]
            beside = f"; without a model: {', '.join(floors)}" if floors else ""
            found.append(
                f"{dataset}: {maps[0]['map']} names {_SAID[str(measure)]} in {_percent(maps[0])} of"
                f" {counted_noun(maps[0]['n'], 'subject')}{beside}."
            )
    return found


def of_subject(run: RunPart, subject: SubjectPart) -> str:
    """Return the clinical side, lobe and region of a subject ("left, temporal"); empty if not known."""
    rows = of_person(run.clinical, subject.person)
    known = rows[rows["measure"].isin(_SAID)].drop_duplicates("measure")
    return ", ".join(text for text in known["expected"].dropna())


def _rows(scores: pd.DataFrame) -> list[dict[str, object]]:
    measures = list(scores["measure"].unique())
    maps: dict[str, dict[str, object]] = {}
    for row in records(scores):
        name = f"floor: {row['map']}" if row["is_floor"] else row["map"]
        cells = maps.setdefault(row["map"], {"map": name, **{MEASURES[measure]: None for measure in measures}})
        cells[MEASURES[row["measure"]]] = _cell(row)
    floors = {name: cells for name, cells in maps.items() if str(cells["map"]).startswith("floor: ")}
    return [*(cells for name, cells in maps.items() if name not in floors), *floors.values()]


def _cell(row: Mapping[str, Any]) -> Cell | None:
    mean = row["mean"]
    if not isinstance(mean, float) or pd.isna(mean):
        return None
    notes: Sequence[str] = (interval_text(row, number=_short), f"n = {row['n']}")
    return Cell(_short(mean), mean, note="; ".join(note for note in notes if note))


def _short(value: float) -> str:
    return short_number(value, digits=2)


def _percent(row: Mapping[str, Any]) -> str:
    return f"{100 * row['mean']:.0f} %"
