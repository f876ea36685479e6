"""The pages of a run that detects seizures."""

from collections import Counter

from bandmap.report import scores
from bandmap.report.content import ReportData, RunPart, SeizurePart, SubjectPart
from bandmap.report.heat import Group, Heat, Kind, Told
from bandmap.report.sentences import count_said
from bandmap.report.tables import Cell
from bandmap.report.tasks import Parts, Picture, Unit

QUESTION = "Which brain region, in which frequency band, made the model say “seizure”?"
COHORT = (
    "How much each region and band mattered: the mean over subjects of found seizures, always by a model that never "
    "saw the subject, as a share of the subject's total. The joint matrix is measured cell by cell; the published "
    "product multiplies one profile of regions with one of bands, so every one of its rows has the same shape."
)
SUBJECTS = "Seizures found and missed, and the largest cell of each kind of matrix. Choose a subject to see all of it."
UNITS = "Seizures"
HALVES = "found seizures"
CURVE = (
    "Sensitivity against false alarms per day at every threshold; the filled mark is the threshold that validation "
    "subjects chose, as in the table."
)
DETAILS = (
    "Sensitivity against false alarms per day: what every threshold would have given, and the one that was chosen."
)

PLANTED = "The simulation planted a discharge of one region and one band in every subject."
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
        "What was missed, and false alarms",
        (Kind("missed", "sz", "miss"), Kind("false alarms", "sz", "false_alarm")),
        aside=True,
    ),
)
OF_SUBJECT = Told("n_units", "seizure", "spread")


def sentences(run: RunPart) -> list[str]:
    """Return how many seizures were found and missed, and the scores."""
    outcomes = _outcomes(run.subjects)
    found = (
        f"{run.model} found {outcomes['hit']} of {count_said(outcomes['hit'] + outcomes['miss'], 'seizure')} of "
        f"{count_said(len(run.subjects), 'subject')}, none of whom it was trained on, "
        f"with {count_said(outcomes['false_alarm'], 'false alarm')} "
        "(events that overlap no seizure; the scores allow a tolerance)."
    )
    scored = scores.sentence("By event, mean over subjects", run.score_summary, _SAID)
    return [found, scored] if scored else [found]


def floor(data: ReportData) -> list[str]:
    """Return the scores of detectors that know next to nothing."""
    known = [
        scores.sentence(f"To compare, the {name} detector, by event", data.judged[name], METRICS[:4])
        for name in _FLOORS
        if name in data.judged
    ]
    return [sentence for sentence in known if sentence]


def subject_columns(run: RunPart, subject: SubjectPart) -> dict[str, object]:
    """Return how many seizures were found and missed, and false alarms."""
    outcomes = _outcomes((subject,))
    return {"found": outcomes["hit"], "missed": outcomes["miss"], "false alarms": outcomes["false_alarm"]}


def units(parts: Parts) -> list[Unit]:
    """Return a subject's seizures in order, each with what every model made of it, then every model's false alarms."""
    seen: dict[tuple[str, str, str], list[tuple[RunPart, SeizurePart]]] = {}
    for run, subject in parts:
        for seizure in subject.seizures:
            own = run.model if seizure.outcome == "false_alarm" else ""
            seen.setdefault((own, seizure.recording, seizure.seizure), []).append((run, seizure))
    ordered = sorted(seen.items(), key=lambda pair: pair[0][0] != "")
    return [_unit(f"seizure{number}", members) for number, (_, members) in enumerate(ordered, start=1)]


def tables(run: RunPart) -> list[Heat]:
    """Return nothing: a curve stands beside the scores."""
    return []


def _outcomes(subjects: tuple[SubjectPart, ...]) -> Counter[str]:
    return Counter(seizure.outcome for subject in subjects for seizure in subject.seizures)


def _unit(anchor: str, members: list[tuple[RunPart, SeizurePart]]) -> Unit:
    first = members[0][1]
    false = first.outcome == "false_alarm"
    name = f"{first.recording}, {'' if false else 'seizure '}{first.seizure}"
    several = len(members) > 1
    said = {run.model: OUTCOMES.get(seizure.outcome, seizure.outcome) for run, seizure in members}
    badges = [(s.outcome, f"{said[run.model]}{f' by {run.model}' if several else ''}") for run, s in members]
    shown = [(run.model, s.figure) for run, s in members if s.figure]
    alt = f"Traces, prediction, power, importance, scalp maps and matrices of {name}"
    whose = {"outcome": f"{OUTCOMES['false_alarm']} of {members[0][0].model}"} if false else said
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
    )
