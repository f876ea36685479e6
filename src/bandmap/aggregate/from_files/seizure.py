"""Matrices of seizures, of false alarms and of interictal time."""

from collections.abc import Sequence

import pandas as pd

from bandmap.aggregate import seizure_matrices
from bandmap.aggregate.from_files import Row, matrices, of_recordings
from bandmap.files.events import read_events
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import UNITS


def unit_matrices(
    recordings: Sequence[Row],
    attributions: Sequence[str],
    reference: Sequence[str],
    detected: Sequence[str],
    atlas: Atlas,
) -> pd.DataFrame:
    """Read attributions of recordings and return the matrices of their seizures.

    Parameters
    ----------
    recordings, attributions : sequence
        As for `of_recordings`.
    reference, detected : sequence of str
        Tables of events of the recordings, in the same order.
    atlas : Atlas

    Returns
    -------
    DataFrame
        A table of `tables.UNITS`.
    """
    found: list[pd.DataFrame] = []
    parts = zip(of_recordings(recordings, attributions), reference, detected, strict=True)
    for (head, results), expected, events in parts:
        threshold = float(results[0].attributes["threshold"])
        windows = matrices(results, atlas)
        both = read_events(expected), read_events(events)
        found.append(seizure_matrices(windows, *both, threshold=threshold, recording=head))
    return UNITS.joined(found)
