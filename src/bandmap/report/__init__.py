"""The report: HTML pages that open from disk, with the results of a run and how far they can be trusted."""

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
