"""Shared code of both tasks: reading of attributions, and the matrices of their windows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import pandas as pd

from bandmap.aggregate import (
    PAIR_AXES,
    PAIRED,
    Attributed,
    matrix_labels,
    pair_matrix,
    region_band_matrix,
    share_of_channels,
)
from bandmap.files.attributed import Attribution, read_attribution
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import UNITS

Row = Mapping[str, str]


@dataclass(frozen=True)
class Interpreted:
    """One interpreted recording.

    Attributes
    ----------
    recording : dict
        `dataset`, `subject`, `recording`.
    attribution : Attribution
        The first interpretation; a second one covers the same windows.
    windows : Attributed
        Matrices of the windows.
    reference, detected : str
        Tables of events.
    """

    recording: dict[str, str]
    attribution: Attribution
    windows: Attributed
    reference: str
    detected: str


class Units(Protocol):
    """The interface of the file of a task."""

    def units(self, interpreted: Interpreted) -> pd.DataFrame:
        """Return the matrices of a recording's units, a table of `tables.UNITS`."""


def unit_matrices(
    task: Units,
    recordings: Sequence[Row],
    attributions: Sequence[str],
    reference: Sequence[str],
    detected: Sequence[str],
    atlas: Atlas,
) -> pd.DataFrame:
    """Read attributions of recordings and return the matrices of their seizures or stages.

    Parameters
    ----------
    task : module
        `from_files.seizure` or `from_files.sleep`.
    recordings : sequence of mapping
    attributions : sequence of str
        Files of one interpretation for the recordings, in the same order, followed by those of a second one, if any:
        the matrix is the product of both.
    reference, detected : sequence of str
        Tables of events of the recordings, in the same order.
    atlas : Atlas

    Returns
    -------
    DataFrame
        A table of `tables.UNITS`.
    """
    parts = zip(_of_recordings(recordings, attributions), reference, detected, strict=True)
    return UNITS.joined(
        [
            task.units(Interpreted(head, results[0], _matrices(results, atlas), expected, events))
            for (head, results), expected, events in parts
        ]
    )


def _of_recordings(
    recordings: Sequence[Row], attributions: Sequence[str]
) -> Iterator[tuple[dict[str, str], list[Attribution]]]:
    """Yield dataset, subject and recording of each recording, and its attributions."""
    for number, row in enumerate(recordings):
        head = {name: row[name] for name in ("dataset", "subject", "recording")}
        yield head, [read_attribution(path) for path in attributions[number :: len(recordings)]]


def _matrices(results: Sequence[Attribution], atlas: Atlas) -> Attributed:
    """Return the region x band matrices of one recording, from one interpretation or as the product of two.

    Of interactions, rows and columns are cells.
    """
    first = results[0]
    values = {result.axes: result.values for result in results}
    channels = names_of(first, "channels")
    interpolated, masked = names_of(first, "interpolated_channels"), names_of(first, "masked_channels")
    if first.axes == PAIR_AXES:
        hertz = _hertz(first, "frequencies_hz"), _hertz(first, "edges_hz")
        pairs = pair_matrix(first.values, atlas, channels, hertz, masked=masked)
        cells = [PAIRED.join(cell) for cell in product(atlas.regions, atlas.bands_hz)]
        length = float(first.attributes["length_seconds"])
        return Attributed(first.starts_seconds, length, first.probabilities, pairs, cells, cells)
    regions, bands = matrix_labels(values, atlas)
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


def names_of(result: Attribution, attribute: str) -> list[str]:
    """Return an attribute that is a list of names."""
    found: list[str] = json.loads(str(result.attributes[attribute]))
    return found


def _hertz(result: Attribution, attribute: str) -> list[float]:
    return [float(value) for value in names_of(result, attribute)]
