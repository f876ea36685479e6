"""Figures of the planted benchmark: mean matrices beside the truth, explanation against detection, rates of small p."""

import _contenders
import _explained
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bandmap.download import planted
from bandmap.draw import style
from bandmap.faithfulness.held_out import COMPETENT

REGIONS, BANDS = list(_contenders.ATLAS.regions), list(_contenders.ATLAS.bands_hz)
CONTRAST, FRESH = _explained.POWER_CONTRAST, f"{_explained.UNTRAINED_NETWORK} 1"


def matrix(rows: pd.DataFrame, column: str) -> np.ndarray:
    """Return rows of cells as regions x bands."""
    return rows.pivot(index="region", columns="band", values=column).loc[REGIONS, BANDS].to_numpy()


def mean_matrix(rows: pd.DataFrame) -> np.ndarray:
    """Return the mean of subjects' matrices, each divided by its largest magnitude."""
    found = [matrix(of, "importance") for _, of in rows.groupby("subject")]
    return np.mean([one / max(np.abs(one).max(), 1e-12) for one in found], axis=0)


def _framed(axes: Axes, weights: np.ndarray) -> None:
    for region, band in np.argwhere(np.abs(weights) >= 0.5):
        line = "--" if weights[region, band] < 0 else "-"
        corner = (band - 0.5, region - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, ls=line, lw=1))


@style.styled
def scenario_figure(maps: pd.DataFrame, truth: pd.DataFrame) -> Figure:
    """Draw the mean matrix of every variant (rows) by truth, methods and floors (columns)."""
    whole = maps[maps["part"] == "whole"]
    names = [*(name for name in _explained.METHODS if name in set(whole["map"])), CONTRAST, FRESH]
    figure = Figure(figsize=(style.COLUMN_INCHES, 5.2), layout="constrained")
    grid = figure.subplots(planted.VARIANTS, 1 + len(names))
    for variant, row in enumerate(grid):
        of = truth[truth["variant"] == variant]
        weights = np.mean([matrix(rows, "weight") for _, rows in of.groupby("subject")], axis=0)
        own = whole[whole["subject"].isin(of["subject"])]
        shown = [weights, *(mean_matrix(own[own["map"] == name]) for name in names)]
        for axes, values, title in zip(row, shown, ["truth", *names], strict=True):
            axes.imshow(values, cmap=style.SIGNED_MAP, vmin=-1, vmax=1, aspect="auto", interpolation="none")
            _framed(axes, weights)
            last, first = variant == planted.VARIANTS - 1, title == "truth"
            axes.set_xticks(*((range(len(BANDS)), BANDS) if last else ([],)))
            axes.set_yticks(*((range(len(REGIONS)), REGIONS) if first else ([],)))
            axes.tick_params(axis="x", rotation=90)
            if variant == 0:
                axes.set_title(title.removesuffix(" 1").replace("_", "\n").replace(" ", "\n"), fontsize=7.5)
    return figure


@style.styled
def steps_figure(maps: pd.DataFrame, scored: pd.DataFrame, detection: pd.DataFrame, strength: pd.Series) -> Figure:
    """Draw explanation against detection: a line for each method and floor over the strength of seizures."""
    figure = Figure(figsize=(style.COLUMN_INCHES, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    areas = detection.set_index("subject")["window_auroc"].groupby(strength).mean()
    left.plot(areas.index, areas, color=style.BLACK, marker="o")
    left.axhline(COMPETENT, color=style.GREY, lw=0.8, ls="--")
    left.set(xlabel="strength of seizures", ylabel="area under ROC of windows", title="detection", ylim=(0.4, 1.02))
    for (name, values), colour, marker in zip(scored.items(), style.LINE_COLOURS, style.LINE_MARKERS, strict=False):
        means = values.groupby(strength).mean().loc[areas.sort_values().index]
        right.plot(areas.loc[means.index], means, color=colour, marker=marker, label=str(name).replace("_", " "))
    right.set(xlabel="area under ROC of windows", ylabel="average precision", title="explanation", ylim=(0, 1.02))
    right.legend()
    return figure


@style.styled
def null_figure(rates: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(style.COLUMN_INCHES / 2, 2.2), layout="constrained")
    axes = figure.subplots()
    for place, (_, row) in enumerate(rates.iterrows()):
        axes.plot([row["low"], row["high"]], [place, place], color=style.BLACK)
        axes.plot(row["rate"], place, "o", color=style.VERMILION)
    axes.axvline(0.05, color=style.GREY, ls="--", lw=0.8)
    axes.set_yticks(range(len(rates)), [str(name).replace("_", " ") for name in rates.index])
    axes.set(xlabel="cohorts with any p < 0.05", xlim=(0, None), title="labels by chance")
    return figure
