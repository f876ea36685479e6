"""What a run found, in sentences."""

from collections import Counter
from collections.abc import Mapping

from bandmap.report import scores
from bandmap.report.content import MatrixPart, ReportData, Row, RunPart
from bandmap.report.tables import cell_of, short_number

FEW_SUBJECTS = 10
"""Below this, a report on people says that it is no result."""

OUTCOMES = {"hit": "found", "miss": "missed", "false_alarm": "false alarm"}


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _value(row: Row, column: str) -> float:
    value = cell_of(row.get(column)).value
    return float("nan") if value is None else value


def largest_cell(rows: tuple[Row, ...]) -> Row | None:
    """Return the row with the largest importance; None where no row has one."""
    known = [row for row in rows if cell_of(row.get("importance")).value is not None]
    return max(known, key=lambda row: _value(row, "importance"), default=None)


def cell_name(row: Row) -> str:
    """Return "temporal-left, theta"; what an importance cannot tell apart ("all") is left out."""
    return ", ".join(str(row[axis]) for axis in ("region", "band") if row[axis] != "all")


def of_detection(run: RunPart) -> str:
    """Return how many seizures were found and missed."""
    outcomes = Counter(seizure.outcome for subject in run.subjects for seizure in subject.seizures)
    seizures = outcomes["hit"] + outcomes["miss"]
    return (
        f"{run.model} found {outcomes['hit']} of {_counted(seizures, 'seizure')} of "
        f"{_counted(len(run.subjects), 'subject')}, none of whom it was trained on, "
        f"with {_counted(outcomes['false_alarm'], 'false alarm')}."
    )


def of_matrix(matrix: MatrixPart) -> str:
    """Return what the cohort's matrix points at, or that there is none."""
    top = largest_cell(matrix.cohort)
    if top is None:
        return f"The cohort's matrix ({matrix.title}) has no value: no seizure with an explained window was found."
    facts = [short_number(_value(top, "importance"))]
    if cell_of(top.get("low")).value is not None:
        facts.append(f"interval {short_number(_value(top, 'low'))} to {short_number(_value(top, 'high'))}")
    if cell_of(top.get("p")).value is not None:
        facts.append(f"p = {short_number(_value(top, 'p'))}")
    if cell_of(top.get("n_subjects")).value is not None:
        facts.append(f"n = {_counted(int(_value(top, 'n_subjects')), 'subject')}")
    return f"In the cohort's matrix ({matrix.title}), the largest cell is {cell_name(top)} ({'; '.join(facts)})."


def of_recovery(run: RunPart) -> list[str]:
    """Return, for every method, how often it named what was planted."""
    methods: dict[str, dict[str, Row]] = {}
    for row in run.planted_summary:
        methods.setdefault(str(row["method"]), {})[str(row["what"])] = row
    return [_of_method(method, rows) for method, rows in methods.items() if set(rows) & {"region", "band", "both"}]


def _of_method(method: str, rows: Mapping[str, Row]) -> str:
    said = {"region": "the planted region", "band": "the planted band", "both": "both at once"}
    parts = [
        f"{text} in {cell_of(rows[what]['right']).text} of {cell_of(rows[what]['n']).text}"
        for what, text in said.items()
        if what in rows
    ]
    return f"{method} named {', '.join(parts)} subjects."


def summary(data: ReportData) -> list[str]:
    """Return the report's summary, a sentence each."""
    sentences: list[str] = []
    people = max((len(run.subjects) for run in data.runs), default=0)
    if people < FEW_SUBJECTS and not data.simulated:
        sentences.append(
            f"{_counted(people, 'subject')}: far too few for a result; the figures show that the workflow runs."
        )
    for run in data.runs:
        sentences.append(of_detection(run))
        if scored := scores.sentence(run.score_summary):
            sentences.append(scored)
        sentences += of_recovery(run)
        sentences += [of_matrix(matrix) for matrix in run.matrices]
        if len({subject.planted for subject in run.subjects if subject.planted}) > 1:
            sentences.append(
                "Every simulated subject has a focus of its own, so the cohort's mean mixes several; "
                "look at the subjects' matrices."
            )
    return sentences
