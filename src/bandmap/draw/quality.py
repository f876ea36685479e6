"""The figure of the quality of all channels of all recordings."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from bandmap.draw.style import COLUMN_INCHES, labels_of, room_for, say_empty, shortened, styled
from bandmap.vocabulary.colours import QUALITY
from bandmap.vocabulary.montages import clinical_order

KINDS = QUALITY
"""Kind of problem -> colour; the column of the table is `<kind>_seconds`. The first one wins ties."""

_MOST_RECORDINGS = 60
_FAINTEST = 0.25
"""Minimum strength of the colour of a channel with a problem; permanent problems have 1."""


def _shares(
    table: pd.DataFrame, places: Sequence[tuple[int, int]], durations: Mapping[tuple[str, str], float]
) -> NDArray[np.float64]:
    """Return the share of time of each kind, recording and channel; `places` are the positions of the rows."""
    totals = [durations[recording] for recording in zip(table["dataset"], table["recording"], strict=True)]
    seconds = table.reindex(columns=[f"{kind}_seconds" for kind in KINDS]).fillna(0).to_numpy(np.float64)
    shares = np.zeros((len(KINDS), *(np.max(places, axis=0) + 1)))
    shares[:, *np.transpose(places)] = np.minimum(seconds.T / totals, 1)
    return shares


def _colours(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the colour of each recording and channel: the hue of the longest problem, stronger if it is longer."""
    worst = shares.argmax(axis=0)
    strength = np.where(shares.max(axis=0) > 0, _FAINTEST + (1 - _FAINTEST) * shares.max(axis=0), 0)[..., None]
    hues = np.array([to_rgb(colour) for colour in KINDS.values()])[worst]
    return np.asarray(1 - strength * (1 - hues))


@styled
def quality_figure(table: pd.DataFrame, durations: Mapping[tuple[str, str], float]) -> Figure:
    """Draw recordings against channels, coloured by the longest problem.

    Parameters
    ----------
    table : DataFrame
        dataset, recording, channel, and `<kind>_seconds` for each of `KINDS`.
    durations : mapping
        (dataset, recording) -> seconds.
    """
    if table.empty:
        figure = Figure(figsize=(COLUMN_INCHES, 1))
        say_empty(figure.add_subplot(), "no recording was harmonized")
        return figure
    labels = labels_of(table, "recording")
    recordings = {label: place for place, label in enumerate(sorted(set(labels)))}
    names = list(table["channel"].unique())
    channels = {names[index]: place for place, (_, index) in enumerate(clinical_order(names))}
    places = [(recordings[label], channels[name]) for label, name in zip(labels, table["channel"], strict=True)]
    shares = _shares(table, places, durations)
    worst = np.sort(np.argsort(-shares.max(axis=0).sum(axis=1), kind="stable")[:_MOST_RECORDINGS])
    return _drawn(
        _colours(shares[:, worst]), [list(recordings)[index] for index in worst], list(channels), len(recordings)
    )


def _drawn(colours: NDArray[np.float64], recordings: Sequence[str], channels: Sequence[str], total: int) -> Figure:
    names = [shortened(recording) for recording in recordings]
    height = 0.19 * len(names) + 1.5
    left = room_for(names) / COLUMN_INCHES
    figure = Figure(figsize=(COLUMN_INCHES, height))
    axes = figure.add_axes((left, 0.8 / height, 0.98 - left, 0.19 * len(names) / height))
    axes.imshow(colours, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(range(len(channels)), channels, rotation=90)
    axes.set_xticks(np.arange(len(channels) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="0.9", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    marks = [Patch(color=colour, label=kind.replace("_", " ")) for kind, colour in KINDS.items()]
    figure.legend(
        handles=marks,
        ncols=len(marks),
        columnspacing=1,
        loc="upper left",
        bbox_to_anchor=(0.015, 1 - 0.28 / height),
        borderaxespad=0.3,
    )
    shown = f"the {len(names)} worst of {total} recordings" if total > len(names) else "all recordings"
    text = f"{shown}: most frequent problem; a stronger colour means a longer time (white: none)"
    figure.text(0.022, 1 - 0.12 / height, text, fontsize=8, va="top")
    return figure
