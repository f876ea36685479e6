"""Shared code of the scores of both tasks: files, result, and the scored time of a recording."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, str]


@dataclass(frozen=True)
class Files:
    """The files of recordings, in the same order.

    Attributes
    ----------
    recordings : sequence of mapping
        `dataset`, `subject`, `recording`.
    reference, found, probabilities : sequence of str
        Tables of reference and predicted events, and files of predictions.
    spans : sequence of str
        Files of predictions that define the scored time of a recording (`scored_spans`); mostly the same files.
    """

    recordings: Sequence[Row]
    reference: Sequence[str]
    found: Sequence[str]
    probabilities: Sequence[str]
    spans: Sequence[str]


@dataclass(frozen=True)
class Card:
    """The scores of one model.

    Attributes
    ----------
    scores : DataFrame
        At least one row per subject.
    summary : dict
        Scores over subjects with everything that they depend on; ready for JSON.
    details : DataFrame
        The second table.
    """

    scores: "pd.DataFrame"
    summary: dict[str, object]
    details: "pd.DataFrame"


def scored_spans(attributes: Mapping[str, object]) -> tuple[tuple[float, float], ...] | None:
    """Return the scored spans of seconds from the attributes of a prediction file; None if all time is scored."""
    spans = attributes.get("scored_spans")
    return None if spans is None else tuple((float(a), float(b)) for a, b in json.loads(str(spans)))


def counted(centres_seconds: NDArray[np.float64], attributes: Mapping[str, object]) -> NDArray[np.bool_]:
    """Return which windows are in a scored span, shape (windows,)."""
    spans = scored_spans(attributes)
    if spans is None:
        return np.ones(len(centres_seconds), dtype=bool)
    inside = np.zeros(len(centres_seconds), dtype=bool)
    for start, stop in spans:
        inside |= (centres_seconds >= start) & (centres_seconds < stop)
    return inside
