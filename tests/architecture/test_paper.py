"""The page that reads as an article states no number that the page with the measurement does not state."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (DOCS / "paper.md").read_text().splitlines()
    if line.startswith("| ") and "](" in line
]
"""What was measured, the number, its floor, the command, the page with the measurement."""


def test_every_row_has_a_command_and_a_page():
    assert len(ROWS) >= 15
    assert [row[0] for row in ROWS if "`" not in row[3] and row[3] != "the same"] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_numbers_of_a_row_stand_on_the_page_that_it_names(row):
    (page,) = re.findall(r"\]\(([\w.]+\.md)", row[-1])
    known = set(NUMBER.findall((DOCS / page).read_text()))
    assert NUMBER.findall(row[1])
    assert [number for number in NUMBER.findall(f"{row[1]} {row[2]}") if number not in known] == []
