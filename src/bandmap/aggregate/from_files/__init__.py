"""The matrices of a cohort from the files of its recordings, for each task.

A file is named like its task and has `unit_matrices`: those of all its seizures, or of all its recordings' stages.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from bandmap.aggregate import Attributed, matrix_labels, region_band_matrix, share_of_channels
from bandmap.files.attributed import Attribution, read_attribution
from bandmap.vocabulary.atlas import Atlas

Row = Mapping[str, str]


def of_recordings(
    recordings: Sequence[Row], attributions: Sequence[str]
) -> Iterator[tuple[dict[str, str], list[Attribution]]]:
    """Yield dataset, subject and recording of each recording, and its attributions.

    Parameters
    ----------
    recordings : sequence of mapping
    attributions : sequence of str
        Files of one interpretation for the recordings, in the same order, followed by those of a second one, if any:
        the matrix is the product of both.
    """
    for number, row in enumerate(recordings):
        head = {name: row[name] for name in ("dataset", "subject", "recording")}
        yield head, [read_attribution(path) for path in attributions[number :: len(recordings)]]


def matrices(results: Sequence[Attribution], atlas: Atlas) -> Attributed:
    """Return the region x band matrices of one recording, from one interpretation or as the product of two."""
    first = results[0]
    values = {result.axes: result.values for result in results}
    regions, bands = matrix_labels(values, atlas)
    channels = names(first, "channels")
    interpolated, masked = names(first, "interpolated_channels"), names(first, "masked_channels")
    return Attributed(
        starts_seconds=first.starts_seconds,
        length_seconds=float(first.attributes["length_seconds"]),
        probabilities=first.probabilities,
        matrices=region_band_matrix(
            values, atlas, channels, _hertz(first, "frequencies_hz"), edges_hz=_hertz(first, "edges_hz"), masked=masked
        ),
        regions=regions,
        bands=bands,
        interpolated=share_of_channels(interpolated, atlas, channels, regions),
        masked=share_of_channels(masked, atlas, channels, regions),
    )


def names(result: Attribution, attribute: str) -> list[str]:
    """Return an attribute that is a list of names."""
    found: list[str] = json.loads(str(result.attributes[attribute]))
    return found


def _hertz(result: Attribution, attribute: str) -> list[float]:
    return [float(value) for value in names(result, attribute)]
