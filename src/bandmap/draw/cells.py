"""A region x band matrix to draw, and its conversion from a long table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Axes = tuple[Sequence[str], Sequence[str]]
"""Names of regions and of bands, in order."""


@dataclass(frozen=True)
class Matrix:
    """A region x band matrix with its annotations.

    Attributes
    ----------
    values : ndarray of float64, shape (regions, bands)
        NaN for missing values.
    regions, bands : tuple of str
    title : str
    unit : str
        Unit of the numbers ("change of log odds").
    low, high, p : ndarray of float64, shape (regions, bands), optional
        Interval and p value of each cell.
    n : int or tuple of int, optional
        Number of seizures or subjects of the mean; the minimum and the maximum if cells with a value differ.
        `n_of` is what is counted.
    rank_one_share : float, optional
        Share of the matrix's sum of squares that the best product of a region and a band profile explains.
    planted : tuple of str, optional
        Region and band that the simulation planted; framed.
    interpolated, masked : ndarray of float64, shape (regions, bands), optional
        Share of such channels in the region, or number of subjects with any; cells above 0 are marked.
    """

    values: NDArray[np.float64]
    regions: tuple[str, ...]
    bands: tuple[str, ...]
    title: str = ""
    unit: str = "importance"
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    p: NDArray[np.float64] | None = None
    n: int | tuple[int, int] | None = None
    n_of: str = "subjects"
    rank_one_share: float | None = None
    planted: tuple[str, str] | None = None
    interpolated: NDArray[np.float64] | None = None
    masked: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.regions), len(self.bands)):
            raise ValueError(f"{len(self.regions)} regions x {len(self.bands)} bands is not {self.values.shape}")

    @property
    def top(self) -> tuple[str, str] | None:
        """Region and band of the largest cell; None if no cell has a value."""
        if not np.isfinite(self.values).any():
            return None
        row, column = np.unravel_index(np.nanargmax(self.values), self.values.shape)
        return self.regions[row], self.bands[column]

    @property
    def flagged(self) -> dict[str, NDArray[np.bool_]]:
        """Which cells have interpolated and which masked channels; kinds without any such cell are left out."""
        shares = {"interpolated": self.interpolated, "masked": self.masked}
        return {kind: share > 0 for kind, share in shares.items() if share is not None and (share > 0).any()}


def column_of(table: pd.DataFrame, column: str, regions: Sequence[str], bands: Sequence[str]) -> NDArray[np.float64]:
    """Return one column of a long table as a matrix, with NaN for cells without a row.

    Raises
    ------
    ValueError
        If two rows describe the same cell, because the rows are not those of one matrix.
    """
    cells = len(table.drop_duplicates(["region", "band"]))
    if cells != len(table):
        raise ValueError(f"{len(table)} rows describe {cells} cells; select the rows of one matrix")
    wide = table.pivot(index="region", columns="band", values=column)
    return wide.reindex(index=list(regions), columns=list(bands)).to_numpy(np.float64)


def axes_of(table: pd.DataFrame) -> Axes:
    """Return the regions and bands of matrices, in the order of the table."""
    return list(table["region"].unique()), list(table["band"].unique())


def count_of(table: pd.DataFrame, column: str) -> int | tuple[int, int]:
    """Return the count in a column, or the minimum and the maximum if cells with a value differ; 0 if none has one."""
    counts = table.loc[table[column] > 0, column]
    least, most = (int(counts.min()), int(counts.max())) if len(counts) else (0, 0)
    return most if least == most else (least, most)


def matrix_of_table(
    table: pd.DataFrame,
    *,
    axes: Axes | None = None,
    title: str = "",
    unit: str = "importance",
    n: int | tuple[int, int] | None = None,
    n_of: str = "subjects",
    rank_one_share: float | None = None,
    planted: tuple[str, str] | None = None,
) -> Matrix:
    """Create a matrix from a long table (region, band, importance; optionally low, high, p, flags).

    Flags are the columns interpolated and masked, or n_interpolated and n_masked.

    Parameters
    ----------
    table : DataFrame
        One row per cell.
    axes : tuple of sequence of str, optional
        Regions and bands in the order of the matrix; by default the order in which the table names them.
    title, unit, n, n_of, rank_one_share, planted
        See `Matrix`.
    """
    regions, bands = map(tuple, axes or axes_of(table))
    columns = {str(name).removeprefix("n_"): str(name) for name in table}
    extra = {
        name: column_of(table, columns[name], regions, bands)
        for name in ("low", "high", "p", "interpolated", "masked")
        if name in columns
    }
    return Matrix(
        column_of(table, "importance", regions, bands),
        regions,
        bands,
        title=title,
        unit=unit,
        n=n,
        n_of=n_of,
        rank_one_share=rank_one_share,
        planted=planted,
        **extra,
    )
