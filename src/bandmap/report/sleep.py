"""The pages of a run that stages sleep."""

import pandas as pd

from bandmap.report import scores
from bandmap.report.content import NightPart, ReportData, RunPart, SubjectPart, of_person
from bandmap.report.heat import Annotation, Group, Heat, HeatCell, Kind, grid
from bandmap.report.sentences import counted_noun
from bandmap.report.tables import Cell, cell_of, records, short_number, table_of
from bandmap.report.tasks import Parts, Picture, Unit
from bandmap.vocabulary.recording import SleepStage

STAGES = tuple(stage.name for stage in SleepStage)

QUESTION = "Which brain region, and which frequency band, led the model to the sleep stage?"
COHORT = (
    "Importance of each region and band for each stage: the mean over subjects of the correctly staged epochs, always "
    "from a model that was not trained on the subject in this run, as a share of the subject's total. The joint matrix "
    "is measured cell by cell; a product multiplies one profile of regions with one profile of bands."
)
SUBJECTS = "Agreement with the scorer, and the largest cell of the joint matrix. Choose a subject to see the details."
UNITS = "Nights"
HALVES = "correctly staged epochs"
CURVE = "Agreement with the scorer: mean over subjects and interval."
DETAILS = "Confusion of stages: epochs of all subjects, coloured by the share of each row."

PLANTED = "The simulation gave every stage a characteristic rhythm in one region and one band."
DISORDER = "sleep"

LEVELS: tuple[str, ...] = ("epoch",)
METRICS: tuple[scores.Metric, ...] = (
    ("epoch", "kappa", "Cohen's kappa"),
    ("epoch", "macro_f1", "macro F1"),
    ("epoch", "accuracy", "accuracy"),
    *(("epoch", f"f1_{stage}", f"F1 of {stage}") for stage in STAGES),
)

GROUPS: tuple[Group, ...] = (
    Group("Epochs staged right", tuple(Kind(stage, stage, "right") for stage in STAGES)),
    Group("Epochs staged wrong", tuple(Kind(f"predicted {stage}", stage, "wrong") for stage in STAGES), aside=True),
)
OF_SUBJECT = Annotation("n_units", "night", "spread")


def sentences(run: RunPart) -> list[str]:
    """Return the agreement with the scorer, and the best and worst stage."""
    counts = run.score_summary.get("confusion", {}).get("epochs", [])
    epochs = sum(sum(row) for row in counts)
    opening = (
        f"{run.model} staged {counted_noun(epochs, 'epoch')} of {counted_noun(len(run.subjects), 'subject')} that it "
        "was not trained on; agreement with the scorer, mean over subjects"
    )
    sentences = [scores.sentence(opening, run.score_summary, METRICS[:3]), _hardest(run)]
    return [sentence for sentence in sentences if sentence]


def floor(data: ReportData) -> list[str]:
    """Return nothing, because kappa of chance is 0."""
    return []


def subject_columns(run: RunPart, subject: SubjectPart) -> dict[str, object]:
    """Return agreement with the scorer."""
    mine = records(of_person(run.scores, subject.person)) if len(run.scores) else []
    row = mine[0] if mine else {}
    return {"epochs": row.get("epochs"), "kappa": row.get("kappa"), "macro F1": row.get("macro_f1")}


def units(parts: Parts) -> list[Unit]:
    """Return a subject's nights with the results of every model."""
    seen: dict[str, list[tuple[RunPart, NightPart]]] = {}
    for run, subject in parts:
        for night in subject.nights:
            seen.setdefault(night.recording, []).append((run, night))
    return [_unit(f"night{number}", name, members) for number, (name, members) in enumerate(seen.items(), start=1)]


def tables(run: RunPart) -> list[Heat]:
    """Return the confusion matrix."""
    confusion = run.score_summary.get("confusion")
    if not confusion:
        return []
    counts = dict(zip(confusion["stages"], confusion["epochs"], strict=True))

    def cell(reference: str, found: str) -> HeatCell:
        row = counts[reference]
        count, total = row[confusion["stages"].index(found)], sum(row)
        share = round(100 * count / total) if total else 0
        about = f"{count} of {total} epochs of {reference} were predicted as {found} ({share} %)"
        return HeatCell(str(count), about, share, "cold" if count else "", f"{share} %" if total else "–")

    title = "Confusion: rows are the scorer's stages, columns the model's"
    return [grid(title, confusion["stages"], confusion["stages"], cell, note="epochs, and their share of the row")]


def _hardest(run: RunPart) -> str:
    of_stages = {stage: run.score_summary.get("epoch", {}).get(f"f1_{stage}", {}).get("mean") for stage in STAGES}
    known = {stage: value for stage, value in of_stages.items() if value is not None}
    if len(set(known.values())) < 2:
        return ""
    best, worst = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
    return (
        f"{run.model} stages {best} best (F1 {short_number(known[best])}) and {worst} worst "
        f"(F1 {short_number(known[worst])})."
    )


def _unit(anchor: str, name: str, members: list[tuple[RunPart, NightPart]]) -> Unit:
    alt = f"Hypnogram of scorer and model, probabilities of the stages, power and matrices of {name}"
    asleep = {run.model: night.minutes.query("statistic == 'total_sleep_time'") for run, night in members}
    spans = {f"asleep by {model} (min)": _first(total["predicted_minutes"]) for model, total in asleep.items()}
    reference = _first(pd.concat([total["reference_minutes"] for total in asleep.values()]))
    return Unit(
        anchor,
        name,
        aside=f"{cell_of(reference).text} minutes asleep by the scorer" if reference is not None else "",
        pictures=tuple(Picture(run.model, n.figure, f"{alt}, {run.model}") for run, n in members if n.figure),
        tables=tuple(
            (run.model, table_of(n.minutes, ("statistic", "reference_minutes", "predicted_minutes")))
            for run, n in members
            if len(n.minutes)
        ),
        columns={"recording": Cell(name, link=f"#{anchor}"), "asleep by the scorer (min)": reference, **spans},
        recording=members[0][1].recording,
    )


def _first(minutes: "pd.Series[float]") -> float | None:
    return float(minutes.iloc[0]) if len(minutes) else None
