"""Read the files of many recordings together, for the stages that look at a whole cohort."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bandmap.aggregation import Attributed, matrix_labels, region_band_matrix, seizure_rows
from bandmap.atlas import Atlas
from bandmap.scoring import Scored
from bandmap.store.attributed import Attribution, read_attribution
from bandmap.store.events import read_duration, read_events
from bandmap.store.predicted import read_predictions
from bandmap.store.whole import whole_file

Row = Mapping[str, str]


def scored(
    recordings: Sequence[Row], reference: Sequence[str], found: Sequence[str], probabilities: Sequence[str]
) -> list[Scored]:
    """Read reference and predicted events and probabilities of recordings.

    Parameters
    ----------
    recordings : sequence of mapping
        `dataset`, `subject`, `recording`.
    reference, found, probabilities : sequence of str
        Files of the recordings, in the same order.
    """
    members = []
    for row, expected, events, answers in zip(recordings, reference, found, probabilities, strict=True):
        predictions = read_predictions(answers)
        members.append(
            Scored(
                row["dataset"],
                row["subject"],
                read_events(expected),
                read_events(events),
                read_duration(events),
                predictions.probabilities,
                predictions.labels,
            )
        )
    return members


def seizure_matrices(
    recordings: Sequence[Row],
    attributions: Sequence[str],
    reference: Sequence[str],
    found: Sequence[str],
    atlas: Atlas,
) -> list[dict[str, object]]:
    """Read attributions and events of recordings and return the rows of their seizures' matrices.

    Parameters
    ----------
    recordings : sequence of mapping
        `dataset`, `subject`, `recording`.
    attributions : sequence of str
        Files of the recordings by one interpretation, in the same order, then those by a second one, if any: the
        matrix is the product of both.
    reference, found : sequence of str
        Tables of events of the recordings, in the same order.
    atlas : Atlas

    Returns
    -------
    list of dict
        Rows of `aggregation.SEIZURE_COLUMNS`.
    """
    rows: list[dict[str, object]] = []
    count = len(recordings)
    for number, (row, expected, events) in enumerate(zip(recordings, reference, found, strict=True)):
        results = [read_attribution(path) for path in attributions[number::count]]
        head = {name: row[name] for name in ("dataset", "subject", "recording")}
        threshold = float(results[0].attributes["threshold"])
        windows = _matrices(results, atlas)
        rows += seizure_rows(windows, read_events(expected), read_events(events), threshold=threshold, recording=head)
    return rows


def _matrices(results: Sequence[Attribution], atlas: Atlas) -> Attributed:
    first = results[0]
    values = {result.axes: result.values for result in results}
    regions, bands = matrix_labels(values, atlas)
    return Attributed(
        starts_seconds=first.starts_seconds,
        length_seconds=float(first.attributes["length_seconds"]),
        probabilities=first.probabilities,
        matrices=region_band_matrix(values, atlas, _names(first, "channels"), _frequencies(first)),
        regions=regions,
        bands=bands,
    )


def _names(result: Attribution, attribute: str) -> list[str]:
    names: list[str] = json.loads(str(result.attributes[attribute]))
    return names


def _frequencies(result: Attribution) -> list[float]:
    return [float(value) for value in _names(result, "frequencies_hz")]


def write_json(path: str | Path, content: Mapping[str, object]) -> None:
    """Write a nested table of numbers as JSON."""
    with whole_file(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
