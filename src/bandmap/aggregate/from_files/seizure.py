"""Matrices of seizures, of false alarms and of interictal time."""

from collections.abc import Sequence

from bandmap.aggregate import seizure_rows
from bandmap.aggregate.from_files import Row, matrices, of_recordings
from bandmap.files.events import read_events
from bandmap.vocabulary.atlas import Atlas


def unit_rows(
    recordings: Sequence[Row],
    attributions: Sequence[str],
    reference: Sequence[str],
    found: Sequence[str],
    atlas: Atlas,
) -> list[dict[str, object]]:
    """Read attributions of recordings and return the rows of their seizures' matrices.

    Parameters
    ----------
    recordings, attributions : sequence
        As in `of_recordings`.
    reference, found : sequence of str
        Tables of events of the recordings, in the same order.
    atlas : Atlas

    Returns
    -------
    list of dict
        Rows of `aggregation.SEIZURE_COLUMNS`.
    """
    rows: list[dict[str, object]] = []
    parts = zip(of_recordings(recordings, attributions), reference, found, strict=True)
    for (head, results), expected, events in parts:
        threshold = float(results[0].attributes["threshold"])
        windows = matrices(results, atlas)
        rows += seizure_rows(windows, read_events(expected), read_events(events), threshold=threshold, recording=head)
    return rows
