"""Matrices of sleep stages."""

from collections.abc import Sequence

from bandmap.aggregate import stage_rows
from bandmap.aggregate.from_files import Row, matrices, names, of_recordings
from bandmap.vocabulary.atlas import Atlas


def unit_rows(
    recordings: Sequence[Row],
    attributions: Sequence[str],
    reference: Sequence[str],
    found: Sequence[str],
    atlas: Atlas,
) -> list[dict[str, object]]:
    """Read attributions of recordings and return the rows of their stages' matrices.

    Parameters
    ----------
    recordings, attributions : sequence
        As in `of_recordings`.
    reference, found : sequence of str
        Tables of events of the recordings, in the same order; not used, because every window has a stage.
    atlas : Atlas

    Returns
    -------
    list of dict
        Rows of `aggregation.SEIZURE_COLUMNS`.
    """
    rows: list[dict[str, object]] = []
    for head, results in of_recordings(recordings, attributions):
        first = results[0]
        stages = names(first, "classes")
        rows += stage_rows(matrices(results, atlas), stages, first.targets, first.labels, recording=head)
    return rows
