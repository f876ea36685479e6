"""Sentences about the results of a run that do not depend on the task."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bandmap.aggregate import main_matrices
from bandmap.report.content import MatrixPart, ReportData, RunPart
from bandmap.report.tables import interval_text, number_of, records, short_number
from bandmap.vocabulary.tables import CHANCE, POWER_CONTRAST

Row = Mapping[str, Any]

FEW_SUBJECTS = 10
"""With fewer people, the report states that there are too few for a result."""

_PLANTED = {"region": "the planted region", "band": "the planted band", "both": "both"}


def counted_noun(n: int, noun: str) -> str:
    """Return "1 seizure" or "2 seizures"."""
    return f"{n} {noun}{'' if n == 1 else 's'}"


def by_class(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return class -> rows of found seizures as a whole, or of correctly predicted stages."""
    return {str(label): rows for label, rows in main_matrices(table).groupby("class", sort=False)}


def largest_cell(table: pd.DataFrame) -> Row | None:
    """Return the row with the largest importance; None if no row has a value."""
    known = table[table["importance"].notna()]
    return records(known.loc[[known["importance"].idxmax()]])[0] if len(known) else None


def cell_name(row: Row) -> str:
    """Return "temporal-left, theta", without an axis that the importance lacks ("all")."""
    return ", ".join(str(row[axis]) for axis in ("region", "band") if row[axis] != "all")


def largest_cells(table: pd.DataFrame) -> str:
    """Return the largest cell, per class if there are several ("N2: central, alpha; N3: frontal, delta")."""
    tops = {label: largest_cell(chosen) for label, chosen in by_class(table).items()}
    known = {label: cell_name(top) for label, top in tops.items() if top is not None}
    if len(known) == 1:
        return next(iter(known.values()))
    return "; ".join(f"{label}: {name}" for label, name in known.items())


def of_matrix(matrix: MatrixPart) -> str:
    """Return the largest cell of the cohort's matrix or of each class, or that there is none."""
    largest = {label: largest_cell(rows) for label, rows in by_class(matrix.cohort).items()}
    tops = {label: top for label, top in largest.items() if top is not None}
    if not tops:
        return f"The cohort's matrix ({matrix.title}) has no value: no explained window is classified correctly."
    if len(tops) == 1:
        top = next(iter(tops.values()))
        return f"In the cohort's matrix ({matrix.title}), the largest cell is {cell_name(top)} ({_facts(top)})."
    listed = "; ".join(f"of {label} {cell_name(top)}" for label, top in tops.items())
    return f"In the cohort's matrices ({matrix.title}), the largest cell is {listed}."


def _facts(top: Row) -> str:
    p, n, n_p = (number_of(top.get(name)) for name in ("p", "n_subjects", "n_p"))
    facts = [short_number(top["importance"])]
    facts += [interval] if (interval := interval_text(top, name="interval")) else []
    of_fewer = "" if n_p is None or n_p == n else f" of {counted_noun(int(n_p), 'subject')}"
    facts += [] if p is None else [f"p = {short_number(p)}{of_fewer}"]
    facts += [] if n is None else [f"n = {counted_noun(int(n), 'subject')}"]
    return ", ".join(facts)


def of_recovery(run: RunPart) -> list[str]:
    """Return how often each method named what was planted, over all classes."""
    sentences = [f"{method} named {names}." for method, names in named_by(run).items()]
    return sentences + _beside_the_floor(run)


def _beside_the_floor(run: RunPart) -> list[str]:
    """Return what the counts prove if a contrast of power, without a model, names as many cells as the best method."""
    counts = recovered(run)["right"].unstack("what")
    if POWER_CONTRAST not in counts.index or "both" not in counts:
        return []
    best = counts["both"].drop(POWER_CONTRAST).max()
    if pd.isna(best) or best > counts.loc[POWER_CONTRAST, "both"]:
        return []
    return [
        "No method named more than the contrast of power, which needs no model: this cohort cannot tell a faithful map "
        "from a contrast of the data. The planted benchmark Touchstone can."
    ]


def named_by(run: RunPart) -> dict[str, str]:
    """Return method -> how often it named what was planted, over all classes."""
    units = "subjects and stages" if run.recovery["class"].nunique() > 1 else "subjects"
    named = recovered(run)
    methods = named.index.get_level_values("method").unique()
    return {method: f"{_named(named.loc[method])} {units}" for method in methods}


def recovered(run: RunPart) -> pd.DataFrame:
    """Return right and n per method and named item (region, band, both), summed over all classes; chance has none."""
    named = run.recovery[run.recovery["what"].isin(_PLANTED) & (run.recovery["method"] != CHANCE)]
    return named.groupby(["method", "what"], sort=False)[["right", "n"]].sum()


def _named(counts: pd.DataFrame) -> str:
    right, n = counts["right"], counts["n"]
    return ", ".join(f"{text} in {right[what]} of {n[what]}" for what, text in _PLANTED.items() if what in counts.index)


def of_origin(run: RunPart) -> list[str]:
    """Return where an imported model comes from, and whether its training saw subjects of the run."""
    if "imported" not in run.score_summary:
        return []
    found = run.score_summary["imported"]
    data, seen = ", ".join(found["trained_on"]) or "unknown data", ", ".join(found["seen"])
    sentences = [f"{run.model} was not trained in this run: it comes from {found['file']}, trained on {data}."]
    if seen:
        sentences.append(f"Its training saw the data set {seen}: its scores there are not those of unseen subjects.")
    return sentences


def of_run(run: RunPart) -> list[str]:
    """Return sentences about the matrices of one model."""
    sentences = [
        *of_origin(run),
        *of_recovery(run),
        *(of_matrix(matrix) for matrix in run.matrices if matrix.tells_both),
    ]
    focus = {tuple(sorted(subject.planted.items())) for subject in run.subjects if subject.planted}
    if len(focus) > 1:
        sentences.append(
            "The focus differs between simulated subjects, so the cohort's mean mixes several foci; "
            "see the matrices of the subjects."
        )
    return sentences


def of_size(data: ReportData) -> list[str]:
    """Return a warning if few people were tested."""
    people = len(data.people)
    if people >= FEW_SUBJECTS or data.simulated:
        return []
    return [
        f"{counted_noun(people, 'subject')}: far too few for a result; the figures only show that the workflow runs."
    ]


def of_agreement(agreement: pd.DataFrame) -> list[str]:
    """Return the two models or methods that agree most, and those that agree least."""
    pairs = records(agreement.dropna(subset=["spearman"]).sort_values("spearman")) if len(agreement) else []
    if not pairs:
        return []
    similar = f"The most similar matrices are those of {_pair_text(pairs[-1])}"
    return [f"{similar}; the least similar are those of {_pair_text(pairs[0])}." if len(pairs) > 1 else f"{similar}."]


def _pair_text(pair: Row) -> str:
    return f"{pair['a']} and {pair['b']} (Spearman {short_number(pair['spearman'])})"
