"""Shared style of all figures: fonts, colours, and reproducible files."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bandmap.files.whole import whole_file
from bandmap.vocabulary.colours import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION

_P = ParamSpec("_P")
_R = TypeVar("_R")

COLUMN_INCHES = 7.2
"""Width of a full page column, at which fonts of 7 to 9 points are readable."""

LINE_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
LINE_MARKERS = ("o", "s", "D", "^", "v", "P", "X")
"""Colours and markers of the lines of a figure, in this order."""

_LONGEST_LABEL = 36

SIGNED_MAP = "RdBu_r"
POWER_MAP = "viridis"

_SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "text.parse_math": False,  # a `$` in a name is a dollar sign, not TeX
    "svg.hashsalt": "bandmap",
}


def styled(draw: Callable[_P, _R]) -> Callable[_P, _R]:
    """Run a drawing function with the shared settings, independent of the user's matplotlibrc."""

    @wraps(draw)
    def under_settings(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with mpl.rc_context(_SETTINGS):
            return draw(*args, **kwargs)

    return under_settings


@styled
def save(figure: Figure, path: str | Path, *, dots_per_inch: int = 150) -> None:
    """Write a figure atomically in the format of the suffix (.png, .svg, .pdf).

    Parameters
    ----------
    figure : Figure
    path : path-like
    dots_per_inch : int
        Resolution of PNG files and of images within SVG files.
    """
    kind = Path(path).suffix.removeprefix(".")
    undated: dict[str, dict[str, str | None]] = {
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    }
    with whole_file(path) as unfinished:
        figure.savefig(unfinished, format=kind, dpi=dots_per_inch, metadata=undated.get(kind))


def save_both(figure: Figure, stem: str | Path) -> None:
    """Write a figure as `{stem}.png`, for the screen, and as `{stem}.svg`, for print."""
    for ending, dots_per_inch in ((".png", 110), (".svg", 200)):
        save(figure, f"{stem}{ending}", dots_per_inch=dots_per_inch)


def number_of(fact: float | None) -> float:
    """Return a number of a summary; None is NaN."""
    return float("nan") if fact is None else float(fact)


def labels_of(table: pd.DataFrame, column: str) -> list[str]:
    """Return the label of each row's subject or recording, with its data set if there are several."""
    several = table["dataset"].nunique() > 1
    return list(table["dataset"] + "/" + table[column] if several else table[column])


def shortened(label: str) -> str:
    """Return a label that fits beside a figure; a long label keeps its end, where names differ."""
    return label if len(label) <= _LONGEST_LABEL else f"…{label[-_LONGEST_LABEL + 1 :]}"


def room_for(labels: Sequence[str]) -> float:
    """Return the width of the longest label in inches, at the size of tick labels."""
    return 0.15 + 0.066 * max((len(label) for label in labels), default=0)


def greatest(values: NDArray[np.floating]) -> float:
    """Return the maximum finite magnitude, or 1 if all values are 0: half the range of a signed map."""
    magnitudes = np.abs(values[np.isfinite(values)])
    return float(magnitudes.max()) if magnitudes.size and magnitudes.max() > 0 else 1.0


def say_empty(axes: Axes, message: str) -> None:
    """Replace empty axes by a message."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, message, ha="center", va="center", color=GREY, transform=axes.transAxes)
