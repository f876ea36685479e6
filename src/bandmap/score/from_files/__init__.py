"""The scores of a cohort from the files of its recordings, as each task has them.

A file is named like its task and has `COLUMNS` and `DETAILS`, the columns of its two tables, `gather` (files to
recordings) and `score` (recordings to a `Card`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Row = Mapping[str, str]


@dataclass(frozen=True)
class Files:
    """What is known of recordings, in the same order.

    Attributes
    ----------
    recordings : sequence of mapping
        `dataset`, `subject`, `recording`.
    reference, found, probabilities : sequence of str
        Tables of reference and predicted events, and files of predictions.
    spans : sequence of str
        Files of predictions that say which time of a recording counts (`scored_spans`); mostly the same.
    """

    recordings: Sequence[Row]
    reference: Sequence[str]
    found: Sequence[str]
    probabilities: Sequence[str]
    spans: Sequence[str]


@dataclass(frozen=True)
class Card:
    """Scores of one model.

    Attributes
    ----------
    rows : list of dict
        A row or more for each subject.
    summary : dict
        Over subjects, beside all that the numbers depend on; ready for JSON.
    details : list of dict
        Rows of the second table.
    """

    rows: list[dict[str, object]]
    summary: dict[str, object]
    details: list[dict[str, object]]


def scored_spans(attributes: Mapping[str, object]) -> tuple[tuple[float, float], ...] | None:
    """Return the spans of seconds that count, of the attributes of a file of predictions; None where all of it does."""
    spans = attributes.get("scored_spans")
    return None if spans is None else tuple((float(a), float(b)) for a, b in json.loads(str(spans)))


def counted(centres_seconds: NDArray[np.float64], attributes: Mapping[str, object]) -> NDArray[np.bool_]:
    """Return which windows lie in a span that counts, shape (windows,)."""
    spans = scored_spans(attributes)
    if spans is None:
        return np.ones(len(centres_seconds), dtype=bool)
    inside = np.zeros(len(centres_seconds), dtype=bool)
    for start, stop in spans:
        inside |= (centres_seconds >= start) & (centres_seconds < stop)
    return inside
