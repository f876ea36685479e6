"""Sentences about the results of a run that do not depend on the task."""

from collections.abc import Mapping, Sequence

from bandmap.report.content import MatrixPart, ReportData, Row, Rows, RunPart
from bandmap.report.tables import cell_of, short_number

FEW_SUBJECTS = 10
"""With fewer people, the report states that there are too few for a result."""

TRUE = ("hit", "right")
"""Outcomes with correct predictions."""


_PLANTED = {"region": "the planted region", "band": "the planted band", "both": "both"}


def counted_noun(n: int, noun: str) -> str:
    """Return "1 seizure" or "2 seizures"."""
    return f"{n} {noun}{'' if n == 1 else 's'}"


def main_rows(rows: Sequence[Row]) -> dict[str, Rows]:
    """Return class -> rows of found seizures as a whole, or of correctly predicted stages."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["part"] == "whole" and row["outcome"] in TRUE:
            found.setdefault(str(row["class"]), []).append(row)
    return {label: tuple(chosen) for label, chosen in found.items()}


def _value(row: Row, column: str) -> float:
    value = cell_of(row.get(column)).value
    return float("nan") if value is None else value


def largest_cell(rows: Sequence[Row]) -> Row | None:
    """Return the row with the largest importance; None if no row has a value."""
    known = [row for row in rows if cell_of(row.get("importance")).value is not None]
    return max(known, key=lambda row: _value(row, "importance"), default=None)


def cell_name(row: Row) -> str:
    """Return "temporal-left, theta", without an axis that the importance lacks ("all")."""
    return ", ".join(str(row[axis]) for axis in ("region", "band") if row[axis] != "all")


def largest_cells(rows: Sequence[Row]) -> str:
    """Return the largest cell, per class if there are several ("N2: central, alpha; N3: frontal, delta")."""
    tops = {label: largest_cell(chosen) for label, chosen in main_rows(rows).items()}
    known = {label: cell_name(top) for label, top in tops.items() if top is not None}
    if len(known) == 1:
        return next(iter(known.values()))
    return "; ".join(f"{label}: {name}" for label, name in known.items())


def of_matrix(matrix: MatrixPart) -> str:
    """Return the largest cell of the cohort's matrix or of each class, or that there is none."""
    by_class = main_rows(matrix.cohort)
    tops = {label: top for label, rows in by_class.items() if (top := largest_cell(rows)) is not None}
    if not tops:
        return f"The cohort's matrix ({matrix.title}) has no value: no explained window is classified correctly."
    if len(tops) == 1:
        top = next(iter(tops.values()))
        return f"In the cohort's matrix ({matrix.title}), the largest cell is {cell_name(top)} ({_facts(top)})."
    listed = "; ".join(f"of {label} {cell_name(top)}" for label, top in tops.items())
    return f"In the cohort's matrices ({matrix.title}), the largest cell is {listed}."


def _facts(top: Row) -> str:
    facts = [short_number(_value(top, "importance"))]
    if cell_of(top.get("low")).value is not None:
        facts.append(f"interval {short_number(_value(top, 'low'))} to {short_number(_value(top, 'high'))}")
    if cell_of(top.get("p")).value is not None:
        facts.append(f"p = {short_number(_value(top, 'p'))}")
    if cell_of(top.get("n_subjects")).value is not None:
        facts.append(f"n = {counted_noun(int(_value(top, 'n_subjects')), 'subject')}")
    return ", ".join(facts)


def of_recovery(run: RunPart) -> list[str]:
    """Return how often each method named what was planted, over all classes."""
    return [f"{method} named {names}." for method, names in named_by(run).items()]


def named_by(run: RunPart) -> dict[str, str]:
    """Return method -> how often it named what was planted, over all classes."""
    several = len({row["class"] for row in run.planted_summary}) > 1
    counts: dict[str, dict[str, tuple[float, float]]] = {}
    for row in run.planted_summary:
        if row["what"] in _PLANTED:
            right, n = counts.setdefault(str(row["method"]), {}).get(str(row["what"]), (0.0, 0.0))
            counts[str(row["method"])][str(row["what"])] = right + _value(row, "right"), n + _value(row, "n")
    units = "subjects and stages" if several else "subjects"
    return {method: f"{_named(right)} {units}" for method, right in counts.items()}


def _named(counts: Mapping[str, tuple[float, float]]) -> str:
    parts = [
        f"{text} in {counts[what][0]:.0f} of {counts[what][1]:.0f}" for what, text in _PLANTED.items() if what in counts
    ]
    return ", ".join(parts)


def of_run(run: RunPart) -> list[str]:
    """Return sentences about the matrices of one model."""
    sentences = [*of_recovery(run), *(of_matrix(matrix) for matrix in run.matrices if matrix.tells_both)]
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


def of_agreement(rows: Rows) -> list[str]:
    """Return the two models or methods that agree most, and those that agree least."""
    known = [row for row in rows if cell_of(row["spearman"]).value is not None]
    if not known:
        return []
    most, least = max(known, key=lambda r: _value(r, "spearman")), min(known, key=lambda r: _value(r, "spearman"))
    similar = f"The most similar matrices are those of {_pair_text(most)}"
    return [f"{similar}; the least similar are those of {_pair_text(least)}." if len(known) > 1 else f"{similar}."]


def _pair_text(row: Row) -> str:
    return f"{row['a']} and {row['b']} (Spearman {short_number(_value(row, 'spearman'))})"
