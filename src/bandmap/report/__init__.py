"""The report: HTML pages that open from disk.

Input: the tables of a run, and the names of its figures.
Output: pages with the results, and with how far they can be trusted.
Called by: the script of this stage, and the command `bandmap explain`, which writes the page of one recording.
"""

from bandmap.report.page import render

__all__ = ["render"]
