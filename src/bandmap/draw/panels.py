"""Figures of several matrices: large ones with intervals, and below them small ones on a common scale."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.figure import Figure, FigureBase

from bandmap.draw.cells import Matrix
from bandmap.draw.matrices import add_colour_bar, draw_large, draw_matrix, flags_line, large_inches
from bandmap.draw.style import COLUMN_INCHES, greatest, say_empty, styled

_PER_LINE = 3
_LEFT, _RIGHT, _GAP, _BAR = 1.15, 0.75, 0.12, 0.1
_LINE_INCHES, _TITLE_INCHES, _NOTE_INCHES = 1.72, 0.22, 0.28


@dataclass(frozen=True)
class Panel:
    """Matrices to compare: one or two are drawn large, more are drawn small with a common colour scale.

    Attributes
    ----------
    matrices : tuple of Matrix
        Matrices with the same regions and bands.
    title : str
        Title above small matrices.
    """

    matrices: tuple[Matrix, ...]
    title: str = ""

    @property
    def is_small(self) -> bool:
        """Whether they are drawn small."""
        return len(self.matrices) >= _PER_LINE

    @property
    def inches(self) -> float:
        """Height in inches."""
        if not self.is_small:
            return large_inches(self.matrices)
        return _TITLE_INCHES + _LINE_INCHES * -(-len(self.matrices) // _PER_LINE) + _NOTE_INCHES


@styled
def panel_figure(panels: Sequence[Panel]) -> Figure:
    """Draw panels below each other.

    Parameters
    ----------
    panels : sequence of Panel
        Panels without matrices are left out.
    """
    shown = [panel for panel in panels if panel.matrices]
    heights = [panel.inches for panel in shown] or [1.0]
    figure = Figure(figsize=(COLUMN_INCHES, sum(heights)))
    if not shown:
        say_empty(figure.add_subplot(), "no matrix")
        return figure
    parts = figure.subfigures(len(shown), 1, height_ratios=heights, squeeze=False)[:, 0]
    for panel, part in zip(shown, parts, strict=True):
        if panel.is_small:
            draw_small(part, panel)
        else:
            draw_large(part, panel.matrices)
    return figure


def draw_small(figure: FigureBase, panel: Panel) -> None:
    """Draw three matrices per row, with the colour bar beside the first row."""
    height = panel.inches
    limit = greatest(np.concatenate([matrix.values.ravel() for matrix in panel.matrices]))
    width = (COLUMN_INCHES - _LEFT - _RIGHT - _GAP * (_PER_LINE - 1)) / _PER_LINE
    figure.text(0.02, 1 - 0.14 / height, panel.title, fontsize=9, fontweight="bold", va="center")
    for place, matrix in enumerate(panel.matrices):
        line, column = divmod(place, _PER_LINE)
        x = _LEFT + column * (width + _GAP)
        top = height - _TITLE_INCHES - line * _LINE_INCHES - 0.22
        axes = figure.add_axes((x / COLUMN_INCHES, (top - 1.22) / height, width / COLUMN_INCHES, 1.22 / height))
        image = draw_matrix(axes, replace(matrix, low=None, high=None), text_size=5.8, limit=limit)
        axes.set_title(_titled(matrix), fontsize=8, fontweight="normal", pad=3)
        axes.tick_params(axis="x", labelsize=6.3)
        axes.tick_params(axis="y", labelsize=7)
        if column:
            axes.set_yticklabels([])
        if place == 0:
            x = _LEFT + _PER_LINE * width + (_PER_LINE - 1) * _GAP + 0.08
            box = (x / COLUMN_INCHES, (top - 1.22) / height, _BAR / COLUMN_INCHES, 1.22 / height)
            add_colour_bar(figure, figure.add_axes(box), image, matrix.unit)
    figure.text(_LEFT / COLUMN_INCHES, 0.12 / height, _note(panel), fontsize=7, color="0.35", va="bottom")


def _titled(matrix: Matrix) -> str:
    n = "–".join(map(str, matrix.n)) if isinstance(matrix.n, tuple) else matrix.n
    return matrix.title if n is None else f"{matrix.title} (n = {n})"


def _note(panel: Panel) -> str:
    facts = [f"n: {panel.matrices[0].n_of}; common colour scale"]
    facts += ["frame: planted"] if any(matrix.planted for matrix in panel.matrices) else []
    facts += ["*: p < 0.05"] if any(matrix.p is not None for matrix in panel.matrices) else []
    return "; ".join([*facts, *flags_line(panel.matrices)])
