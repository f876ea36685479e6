"""The floor of planted truth: what the power of a subject's own recordings says without any model."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.faithfulness.cells import cell_power, power_contrast
from bandmap.files.harmonized import open_recording
from bandmap.represent.representations import cwt
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.recording import Event, Recording
from bandmap.vocabulary.tables import CONTRAST, SEIZURE, STAGES

CLASSES = {"seizure": (SEIZURE,), "sleep": STAGES}
"""Task -> classes, each of which is contrasted with all other time."""

FRAMES_PER_SECOND = 4.0

_BLOCK = 4096
"""Frames whose power is in memory at once."""


def power_contrasts(
    rows: Sequence[Mapping[str, str]], files: Sequence[str | Path], classes: Sequence[str], atlas: Atlas
) -> pd.DataFrame:
    """Return, for every subject and class, the mean log power of the class less that of all other time, cell by cell.

    Parameters
    ----------
    rows : sequence of mapping
        dataset and subject of each recording.
    files : sequence of path-like
        Harmonized recordings.
    classes : sequence of str
        "sz", or stages of sleep.
    atlas : Atlas

    Returns
    -------
    DataFrame
        Columns of `tables.CONTRAST`; importance in log10 of uV^2, missing where the subject lacks the class.
    """
    measured: dict[tuple[str, str], list[tuple[NDArray[np.float64], NDArray[np.int64]]]] = {}
    for row, path in zip(rows, files, strict=True):
        with open_recording(path) as recording:
            measured.setdefault((row["dataset"], row["subject"]), []).append(_measured(recording, classes, atlas))
    cells = [(region, band) for region in atlas.regions for band in atlas.bands_hz]
    found = []
    for (dataset, subject), parts in measured.items():
        power, labels = (np.concatenate(list(part)) for part in zip(*parts, strict=True))
        for place, label in enumerate(classes):
            contrast = power_contrast(power, (labels == place).astype(int)).ravel()
            head = {"dataset": dataset, "subject": subject, "class": label}
            found += [
                {**head, "region": region, "band": band, "importance": value}
                for (region, band), value in zip(cells, contrast, strict=True)
            ]
    return CONTRAST.frame(found)


def _measured(
    recording: Recording, classes: Sequence[str], atlas: Atlas
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the power of cells, shape (frames, regions, bands), and the place of each frame's class or -1."""
    rate_hz = recording.rate_hz / max(round(recording.rate_hz / FRAMES_PER_SECOND), 1)
    edges = [edge for band in atlas.bands_hz.values() for edge in band]
    low_hz, high_hz = max(min(edges), 1.0), min(max(edges), recording.rate_hz / 2)
    found = cwt.transform(
        recording.microvolts,
        recording.rate_hz,
        low_hz=low_hz,
        high_hz=high_hz,
        frequencies=round(high_hz - low_hz) + 1,
        spacing="linear",
        frame_rate_hz=rate_hz,
        pooling="mean",
    )
    regions, bands = atlas.region_weights(recording.channels), atlas.band_members(found.frequencies_hz)
    blocks = [
        cell_power(np.asarray(found.values[first : first + _BLOCK])[..., None], regions, bands)
        for first in range(0, len(found.valid), _BLOCK)
    ]
    labels = _labels(recording.events, classes, np.arange(len(found.valid)) / found.frame_rate_hz)
    return np.concatenate(blocks)[found.valid], labels[found.valid]


def _labels(events: Sequence[Event], classes: Sequence[str], seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    labels = np.full(len(seconds), -1)
    for event in events:
        label = SEIZURE if event.is_seizure else event.label
        if label in classes:
            labels[(event.onset <= seconds) & (seconds < event.offset)] = classes.index(label)
    return labels
