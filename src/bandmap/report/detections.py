"""The page of the detections in one recording that nobody has annotated."""

from bandmap.report.heat import Group, Kind
from bandmap.report.seizure import (
    COHORT,
    CURVE,
    DETAILS,
    DISORDER,
    HALVES,
    LEVELS,
    METRICS,
    OF_SUBJECT,
    PLANTED,
    QUESTION,
    SUBJECTS,
    floor,
    sentences,
    subject_columns,
    tables,
)
from bandmap.report.tables import Cell
from bandmap.report.tasks import Parts, Picture, Unit

__all__ = [
    "COHORT", "CURVE", "DETAILS", "DISORDER", "GROUPS", "HALVES", "LEVELS", "METRICS", "OF_SUBJECT", "PLANTED",
    "QUESTION", "SUBJECTS", "UNITS", "floor", "sentences", "subject_columns", "tables", "units",
]  # fmt: skip

UNITS = "Detections"

GROUPS: tuple[Group, ...] = (
    Group("All detections", (Kind("", "sz", "hit"),)),
    Group("From onset to end", tuple(Kind(part, "sz", "hit", part) for part in ("onset", "middle", "end"))),
)


def units(parts: Parts) -> list[Unit]:
    """Return the detections in order."""
    return [
        Unit(
            anchor=f"detection{part.seizure}",
            name=f"Detection {part.seizure}",
            aside=f"{part.onset:.1f} to {part.offset:.1f} s of the recording",
            pictures=(Picture(run.model, part.figure, f"Traces, prediction, power and matrices of {part.seizure}"),),
            columns={
                "detection": Cell(part.seizure, link=f"#detection{part.seizure}"),
                "onset": round(part.onset, 1),
                "duration": round(part.offset - part.onset, 1),
            },
        )
        for run, subject in parts
        for part in subject.seizures
    ]
