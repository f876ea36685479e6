"""Figures of scores per subject, and of how often each method names the planted region and band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bandmap.draw.style import COLUMN_INCHES, labels_of, number_of, room_for, say_empty, shortened, styled
from bandmap.vocabulary.colours import BLUE, GREEN, GREY, VERMILION


@dataclass(frozen=True)
class Score:
    """One score of every subject, and over subjects.

    Attributes
    ----------
    name : str
        Name with its unit, if any ("false alarms per day").
    by_subject : mapping of str to float
        NaN if the score is undefined.
    mean, low, high : float
        Mean over subjects and the ends of its interval; NaN if unknown.
    is_share : bool
        Whether it is between 0 and 1.
    """

    name: str
    by_subject: Mapping[str, float]
    mean: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    is_share: bool = True


_EVENT_METRICS = {
    "sensitivity": "sensitivity",
    "precision": "precision",
    "f1": "F1",
    "false_alarms_per_day": "false alarms per day",
}


def scores_of_table(table: pd.DataFrame, summary: Mapping[str, Any], scoring: str = "event") -> list[Score]:
    """Create scores from the table of scores and the summary beside it.

    Parameters
    ----------
    table : DataFrame
        A table of `tables.SEIZURE_SCORES`.
    summary : mapping
        Result of `score.subjects.summary`, or read from its JSON file.
    scoring : {"event", "sample"}
    """
    scored = table[table["scoring"] == scoring]
    subjects = labels_of(scored, "subject")
    scores: list[Score] = []
    for metric, name in _EVENT_METRICS.items():
        by_subject = dict(zip(subjects, scored[metric], strict=True))
        mean, low, high = (number_of(summary[scoring][metric][fact]) for fact in ("mean", "low", "high"))
        scores.append(Score(name, by_subject, mean, low, high, is_share=metric != "false_alarms_per_day"))
    return scores


def _draw_score(axes: Axes, score: Score, subjects: Sequence[str]) -> None:
    values = np.array([score.by_subject.get(subject, np.nan) for subject in subjects], dtype=float)
    rows = np.arange(len(subjects))
    axes.hlines(rows, 0, np.nan_to_num(values), color="0.85", linewidth=1)
    axes.plot(values, rows, "o", color=BLUE, markersize=4.5, clip_on=False)
    for row in rows[~np.isfinite(values)]:
        axes.text(0, row, " no value", fontsize=7, color=GREY, va="center")
    bottom = len(subjects) + 0.3
    if np.isfinite([score.low, score.high]).all():
        axes.plot([score.low, score.high], [bottom, bottom], color=VERMILION, linewidth=2, solid_capstyle="butt")
    axes.plot([score.mean], [bottom], "D", color=VERMILION, markersize=5, clip_on=False)
    axes.set_ylim(bottom + 0.8, -0.7)
    greatest = np.nanmax([1e-9, *values, score.mean, score.high])
    axes.set_xlim(0, 1 if score.is_share else greatest * 1.1 if greatest > 1e-6 else 1)
    axes.set_title(score.name, fontsize=8)
    axes.locator_params(axis="x", nbins=3)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


@styled
def score_figure(scores: Sequence[Score]) -> Figure:
    """Draw the scores of each subject as dots, and below them the mean over subjects with its interval.

    Parameters
    ----------
    scores : sequence of Score
        Three to five fit into the width.
    """
    subjects = sorted({subject for score in scores for subject in score.by_subject})
    height = 0.19 * (len(subjects) + 2) + 0.75
    figure = Figure(figsize=(COLUMN_INCHES, height))
    if not subjects:
        say_empty(figure.add_subplot(), "no subject was scored")
        return figure
    names = [*map(shortened, subjects), "mean, interval"]
    grid = figure.add_gridspec(
        1,
        len(scores),
        left=room_for(names) / COLUMN_INCHES,
        right=0.975,
        bottom=0.3 / height,
        top=1 - 0.35 / height,
        wspace=0.22,
    )
    for place, score in enumerate(scores):
        axes = figure.add_subplot(grid[place])
        _draw_score(axes, score, subjects)
        ticks = [*range(len(subjects)), len(subjects) + 0.3]
        axes.set_yticks(ticks, names if not place else [""] * len(ticks))
    return figure


@dataclass(frozen=True)
class Recovery:
    """How often a method names the planted region, band and cell.

    Attributes
    ----------
    method : str
    region, band, both : float or None
        Share of subjects; None if the method does not name it.
    n : int
        Number of subjects.
    """

    method: str
    region: float | None
    band: float | None
    both: float | None
    n: int


def recovery_of_table(method: str, table: pd.DataFrame) -> Recovery:
    """Create a `Recovery` from a table with the columns what (region, band, both), n and share."""
    named = table[table["what"].isin(("region", "band", "both"))]
    shares = dict(zip(named["what"], named["share"], strict=True))
    most = int(named["n"].max()) if len(named) else 0
    return Recovery(method, shares.get("region"), shares.get("band"), shares.get("both"), most)


_WHAT = (("region", VERMILION, "s"), ("band", BLUE, "o"), ("both", GREEN, "D"))
_SIDE_BY_SIDE = 0.2


@styled
def recovery_figure(recoveries: Sequence[Recovery], *, n_regions: int = 5, n_bands: int = 5) -> Figure:
    """Draw the share of subjects for which each method names the planted region, band and both; chance is dashed.

    Parameters
    ----------
    recoveries : sequence of Recovery
    n_regions, n_bands : int
        The chance level of a region is 1 / n_regions, and so on.
    """
    height = 0.42 * max(len(recoveries), 1) + 0.85
    figure = Figure(figsize=(COLUMN_INCHES, height))
    if not recoveries:
        say_empty(figure.add_subplot(), "no method was compared with planted truth")
        return figure
    methods = [shortened(recovery.method) for recovery in recoveries]
    left = room_for(methods) / COLUMN_INCHES
    axes = figure.add_axes((left, 0.42 / height, 0.91 - left, 1 - 0.8 / height))
    for place, (what, colour, marker) in enumerate(_WHAT):
        rows = np.arange(len(recoveries)) + (place - 1) * _SIDE_BY_SIDE
        shares = np.array([np.nan if getattr(r, what) is None else getattr(r, what) for r in recoveries], dtype=float)
        axes.hlines(rows, 0, np.nan_to_num(shares), color=colour, linewidth=1, alpha=0.4)
        axes.plot(shares, rows, marker, color=colour, markersize=5, label=what, clip_on=False)
        for row, share, recovery in zip(rows, shares, recoveries, strict=True):
            if np.isfinite(share):
                text = f"{round(share * recovery.n)} of {recovery.n}"
                axes.text(share + 0.015, row, text, fontsize=6.5, va="center", color="0.3")
    for chance in {1 / n_regions, 1 / n_bands, 1 / (n_regions * n_bands)}:
        axes.axvline(chance, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    axes.set_yticks(range(len(recoveries)), methods)
    axes.set(
        xlim=(0, 1),
        ylim=(len(recoveries) - 0.5, -0.5),
        xlabel="share of subjects (dashed: chance levels of a region or a band, of both)",
    )
    axes.tick_params(axis="y", length=0)
    figure.legend(*axes.get_legend_handles_labels(), ncols=3, loc="upper left", bbox_to_anchor=(left - 0.01, 1.0))
    return figure
