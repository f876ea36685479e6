"""The pages of a run that detects seizures."""

from collections import Counter

from bandmap.report import scores
from bandmap.report.content import ReportData, RunPart, SeizurePart, SubjectPart
from bandmap.report.heat import Annotation, Group, Heat, Kind
from bandmap.report.sentences import counted_noun
from bandmap.report.tables import Cell
from bandmap.report.tasks import Parts, Picture, Unit

QUESTION = "Which brain region, and which frequency band, led the model to the decision “seizure”?"
COHORT = (
    "Importance of each region and band: the mean over subjects of found seizures, always from a model that was not "
    "trained on the subject in this run, as a share of the subject's total. The joint matrix is measured cell by cell; "
    "the published product multiplies one profile of regions with one profile of bands, so all of its rows have the "
    "same shape."
)
SUBJECTS = (
    "Found and missed seizures, and the largest cell of each kind of matrix. Choose a subject to see the details."
)
UNITS = "Seizures"
HALVES = "found seizures"
CURVE = (
    "Sensitivity against false alarms per day at every threshold; the filled mark is the threshold chosen on the "
    "validation subjects, as in the table."
)
DETAILS = "Sensitivity against false alarms per day for all possible thresholds, with the chosen threshold."

PLANTED = "The simulation planted a discharge in one region and one band of every subject."
DISORDER = "epilepsy"

LEVELS: tuple[str, ...] = ("event", "sample", "window")
METRICS: tuple[scores.Metric, ...] = (
    ("event", "sensitivity", "sensitivity"),
    ("event", "precision", "precision"),
    ("event", "f1", "F1"),
    ("event", "false_alarms_per_day", "false alarms per day"),
    ("event", "latency_seconds", "latency (s)"),
    ("sample", "f1", "F1 by second"),
    ("window", "auroc", "AUROC"),
    ("window", "auprc", "AUPRC"),
    ("window", "calibration_error", "calibration error"),
)
_SAID = (*METRICS[:4], *METRICS[6:7])
_FLOORS = ("line-length", "always-on")

OUTCOMES = {"hit": "found", "miss": "missed", "false_alarm": "false alarm"}

GROUPS: tuple[Group, ...] = (
    Group("Found seizures", (Kind("", "sz", "hit"),)),
    Group("From onset to end", tuple(Kind(part, "sz", "hit", part) for part in ("onset", "middle", "end"))),
    Group(
        "Missed seizures and false alarms",
        (Kind("missed", "sz", "miss"), Kind("false alarms", "sz", "false_alarm")),
        aside=True,
    ),
)
OF_SUBJECT = Annotation("n_units", "seizure", "spread")


def sentences(run: RunPart) -> list[str]:
    """Return the numbers of found and missed seizures, and the scores."""
    outcomes = _outcomes(run.subjects)
    found = (
        f"{run.model} found {outcomes['hit']} of {counted_noun(outcomes['hit'] + outcomes['miss'], 'seizure')} of "
        f"{counted_noun(len(run.subjects), 'subject')} that it was not trained on, "
        f"with {counted_noun(outcomes['false_alarm'], 'false alarm')} "
        "(events that overlap no seizure; the scores use a tolerance)."
    )
    scored = scores.sentence("By event, mean over subjects", run.score_summary, _SAID)
    return [found, scored] if scored else [found]


def floor(data: ReportData) -> list[str]:
    """Return the scores of the baseline detectors."""
    known = [
        scores.sentence(f"For comparison, the {name} detector, by event", data.scored[name], METRICS[:4])
        for name in _FLOORS
        if name in data.scored
    ]
    return [sentence for sentence in known if sentence]


def subject_columns(run: RunPart, subject: SubjectPart) -> dict[str, object]:
    """Return the numbers of found and missed seizures and of false alarms."""
    outcomes = _outcomes((subject,))
    return {"found": outcomes["hit"], "missed": outcomes["miss"], "false alarms": outcomes["false_alarm"]}


def units(parts: Parts) -> list[Unit]:
    """Return a subject's seizures in order with the results of every model, then the false alarms of every model."""
    seen: dict[tuple[str, str, str], list[tuple[RunPart, SeizurePart]]] = {}
    for run, subject in parts:
        for seizure in subject.seizures:
            own = run.model if seizure.outcome == "false_alarm" else ""
            seen.setdefault((own, seizure.recording, seizure.seizure), []).append((run, seizure))
    ordered = sorted(seen.items(), key=lambda pair: pair[0][0] != "")
    return [_unit(f"seizure{number}", members) for number, (_, members) in enumerate(ordered, start=1)]


def tables(run: RunPart) -> list[Heat]:
    """Return nothing, because a curve is shown beside the scores."""
    return []


def _outcomes(subjects: tuple[SubjectPart, ...]) -> Counter[str]:
    return Counter(seizure.outcome for subject in subjects for seizure in subject.seizures)


def _unit(anchor: str, members: list[tuple[RunPart, SeizurePart]]) -> Unit:
    first = members[0][1]
    false = first.outcome == "false_alarm"
    name = f"{first.recording}, {'' if false else 'seizure '}{first.seizure}"
    several = len(members) > 1
    outcomes = {run.model: OUTCOMES.get(seizure.outcome, seizure.outcome) for run, seizure in members}
    badges = [(s.outcome, f"{outcomes[run.model]}{f' by {run.model}' if several else ''}") for run, s in members]
    shown = [(run.model, s.figure) for run, s in members if s.figure]
    alt = f"Traces, prediction, power, importance, scalp maps and matrices of {name}"
    whose = {"outcome": f"{OUTCOMES['false_alarm']} of {members[0][0].model}"} if false else outcomes
    return Unit(
        anchor,
        name,
        aside=f"{first.onset:.1f} to {first.offset:.1f} s of the recording",
        badges=tuple(badges),
        pictures=tuple(Picture(model, file, f"{alt}, {model}") for model, file in shown),
        columns={
            "recording": first.recording,
            "seizure": Cell(first.seizure, link=f"#{anchor}"),
            "onset": round(first.onset, 1),
            "duration": round(first.offset - first.onset, 1),
            **whose,
        },
        recording=first.recording,
        at=first.onset,
    )
