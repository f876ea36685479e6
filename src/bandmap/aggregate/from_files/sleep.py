"""Matrices of sleep stages."""

from collections.abc import Sequence

import pandas as pd

from bandmap.aggregate import stage_matrices
from bandmap.aggregate.from_files import Row, matrices, names, of_recordings
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import UNITS


def unit_matrices(
    recordings: Sequence[Row],
    attributions: Sequence[str],
    reference: Sequence[str],
    detected: Sequence[str],
    atlas: Atlas,
) -> pd.DataFrame:
    """Read attributions of recordings and return the matrices of their stages.

    Parameters
    ----------
    recordings, attributions : sequence
        As for `of_recordings`.
    reference, detected : sequence of str
        Tables of events of the recordings, in the same order; not used: every window knows its stage.
    atlas : Atlas

    Returns
    -------
    DataFrame
        A table of `tables.UNITS`.
    """
    found: list[pd.DataFrame] = []
    for head, results in of_recordings(recordings, attributions):
        first = results[0]
        stages = names(first, "classes")
        found.append(stage_matrices(matrices(results, atlas), stages, first.targets, first.labels, recording=head))
    return UNITS.joined(found)
