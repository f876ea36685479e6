"""The report: a folder of pages that opens from disk, with all that a run found and how far it can be trusted."""

from bandmap.report.content import MatrixPart, NightPart, ReportData, RunPart, SeizurePart, SubjectPart, seizure_parts
from bandmap.report.page import render

__all__ = [
    "MatrixPart",
    "NightPart",
    "ReportData",
    "RunPart",
    "SeizurePart",
    "SubjectPart",
    "render",
    "seizure_parts",
]
