"""The report: one page that opens from disk, with everything a run found and how far it can be trusted."""

from bandmap.report.content import MatrixPart, ReportData, RunPart, SeizurePart, SubjectPart, seizure_parts
from bandmap.report.page import render

__all__ = ["MatrixPart", "ReportData", "RunPart", "SeizurePart", "SubjectPart", "render", "seizure_parts"]
