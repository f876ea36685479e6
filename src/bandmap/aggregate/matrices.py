"""The region x band matrix of a window, from a joint interpretation or as the published product."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.atlas import Atlas

ALL = "all"
"""The name of the only row or column of a result without the axis of regions or bands."""

Axes = tuple[str, ...]

PAIR_AXES = ("region", "band", "with_region", "with_band")
"""Axes of interactions of cells, which give no matrix."""

PAIRED = "/"
"""Stands between region and band in the name of a cell."""

MATRIX_AXES = (
    ("region", "band"),
    ("channel", "band"),
    ("region",),
    ("channel",),
    ("channel", "second"),
    ("frequency",),
    ("frequency", "time"),
)
"""Axes of results that give a matrix, or one side of it."""


def region_band_matrix(
    results: Mapping[Axes, NDArray[np.floating]],
    atlas: Atlas,
    channels: Sequence[str],
    frequencies_hz: Sequence[float],
    *,
    edges_hz: Sequence[float] = (),
    masked: Collection[str] = (),
) -> NDArray[np.float64]:
    """Return the matrix of every window.

    Parameters
    ----------
    results : mapping of axes to ndarray
        What the interpretations of the same windows gave, by their axes beside windows, one of `MATRIX_AXES`:
        ("region", "band") is joint and is the matrix, ("channel", "band") becomes one by the mean over a region's
        channels; ("region",), ("channel",) or ("channel", "second"), summed over seconds, give rows; ("frequency",) or
        ("frequency", "time") columns. Rows and columns together make the published product, of rank one in each window;
        one of them alone gives a single column or row (see `matrix_labels`).
    atlas : Atlas
    channels : sequence of str
    frequencies_hz : sequence of float
        () for raw signal, which lacks no band.
    edges_hz : sequence of float
        Where rows begin and end, if they have a width (`Atlas.band_shares`).
    masked : collection of str
        Channels without data. Their importance is unknown, and a product excludes them from its regions.

    Returns
    -------
    ndarray of float64, shape (windows, regions, bands)
        In the unit of the interpretation; NaN for a region without a channel (all masked, or none in the montage) or
        a band without a frequency or covered to less than half by rows.
    """
    _check(results)
    for axes, values in results.items():
        if axes[-1:] == ("band",):
            by_row = values if axes[0] == "region" else _in_regions(values, atlas, channels, masked)
            return np.where(
                _known(atlas, channels, (frequencies_hz, edges_hz), masked), by_row.astype(np.float64), np.nan
            )
    n_windows = len(next(iter(results.values())))
    by_region, by_band = np.ones((n_windows, 1)), np.ones((n_windows, 1))
    for axes, values in results.items():
        if axes == ("region",):
            by_region = np.where(
                _known(atlas, channels, ((), ()), masked).any(axis=1), values.astype(np.float64), np.nan
            )
        elif axes[0] == "channel":
            of_channels = values if axes == ("channel",) else values.sum(axis=2)
            by_region = region_importance(of_channels, atlas, channels, masked=masked)
        else:
            by_band = frequency_importance(values, atlas, frequencies_hz, edges_hz)
    matrices: NDArray[np.float64] = by_region[:, :, None] * by_band[:, None, :]
    return matrices


def pair_matrix(
    values: NDArray[np.floating],
    atlas: Atlas,
    channels: Sequence[str],
    rows_hz: tuple[Sequence[float], Sequence[float]],
    *,
    masked: Collection[str] = (),
) -> NDArray[np.float64]:
    """Return the interactions of cells of every window, each pair once.

    Parameters
    ----------
    values : ndarray, shape (windows, regions, bands, regions, bands)
        Of an interpretation with `PAIR_AXES`.
    atlas, channels, masked
        As for `region_band_matrix`.
    rows_hz : pair of sequence of float
        Frequencies and edges, as for `region_band_matrix`.

    Returns
    -------
    ndarray of float64, shape (windows, cells, cells)
        Cells in the order of regions, then bands. NaN on and below the diagonal, and for a cell for which
        `region_band_matrix` has no value.
    """
    cells = _known(atlas, channels, rows_hz, masked).ravel()
    known = np.triu(np.outer(cells, cells), k=1)
    return np.where(known, values.reshape(len(values), len(cells), len(cells)).astype(np.float64), np.nan)


def _in_regions(
    values: NDArray[np.floating], atlas: Atlas, channels: Sequence[str], masked: Collection[str]
) -> NDArray[np.float64]:
    """Return the mean over each region's channels of values of shape (windows, channels, bands)."""
    bands = [region_importance(values[:, :, band], atlas, channels, masked=masked) for band in range(values.shape[2])]
    return np.stack(bands, axis=2)


def matrix_labels(axes: Iterable[Axes], atlas: Atlas) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the rows and columns of `region_band_matrix`; "all" if no result has this axis."""
    known = {axis for result in axes for axis in result}
    regions = tuple(atlas.regions) if known & {"region", "channel"} else (ALL,)
    bands = tuple(atlas.bands_hz) if known & {"band", "frequency"} else (ALL,)
    return regions, bands


def frequency_importance(
    maps: NDArray[np.floating], atlas: Atlas, frequencies_hz: Sequence[float], edges_hz: Sequence[float] = ()
) -> NDArray[np.float64]:
    """Return the published FI: the mean over a band's frequencies of the mean over time.

    Rows that have edges count by their overlap with the band in Hz.

    Parameters
    ----------
    maps : ndarray, shape (windows, frequencies) or (windows, frequencies, times)
    atlas : Atlas
    frequencies_hz, edges_hz : sequence of float
        As for `Atlas.band_shares`.

    Returns
    -------
    ndarray of float64, shape (windows, bands)
        NaN for a band that rows cover to less than half.
    """
    rows = maps.astype(np.float64) if maps.ndim == 2 else maps.mean(axis=2, dtype=np.float64)
    widths = np.diff(edges_hz) if len(edges_hz) else 1.0
    return _weighted_mean(rows, atlas.band_shares(frequencies_hz, edges_hz) * widths)


def region_importance(
    channel_importance: NDArray[np.floating],
    atlas: Atlas,
    channels: Sequence[str],
    *,
    masked: Collection[str] = (),
) -> NDArray[np.float64]:
    """Return the published RI: the mean over a region's channels, a derivation counting half for each electrode.

    Parameters
    ----------
    channel_importance : ndarray, shape (windows, channels)
    atlas : Atlas
    channels : sequence of str
    masked : collection of str
        Channels without data, which are excluded because their zeros are not measurements.

    Returns
    -------
    ndarray of float64, shape (windows, regions)
        NaN for a region without a usable channel.
    """
    kept = [place for place, name in enumerate(channels) if name not in masked]
    weights = atlas.region_weights([channels[place] for place in kept])
    return _weighted_mean(channel_importance[:, kept].astype(np.float64), weights)


def share_of_channels(
    chosen: Collection[str], atlas: Atlas, channels: Sequence[str], regions: Sequence[str]
) -> NDArray[np.float64]:
    """Return the share of each region's channels in a set, such as the masked or interpolated channels.

    Parameters
    ----------
    chosen : collection of str
    atlas : Atlas
    channels : sequence of str
        A derivation counts half for each electrode.
    regions : sequence of str
        Result of `matrix_labels`; the row "all" contains every channel once.

    Returns
    -------
    ndarray of float64, shape (regions,)
        0 to 1; 0 for a region without a channel.
    """
    weights = np.ones((1, len(channels))) if tuple(regions) == (ALL,) else atlas.region_weights(channels)
    among = np.array([name in chosen for name in channels], dtype=np.float64)
    return np.asarray(np.nan_to_num(_weighted_mean(among[None], weights)[0]), np.float64)


def rank_one_share(matrix: NDArray[np.floating]) -> float:
    """Return the share of a matrix's sum of squares that the best product of a row and a column explains.

    One for the published product of a window, not for a mean of several; only a joint interpretation shows the
    remaining share. Rows and columns without any value do not count. NaN for zeros or with missing values.
    """
    known = np.isfinite(matrix)
    full = np.asarray(matrix, dtype=float)[known.any(axis=1)][:, known.any(axis=0)]
    if not full.size or not np.isfinite(full).all():
        return float("nan")
    squares = np.linalg.svd(full, compute_uv=False) ** 2
    return float(squares[0] / squares.sum()) if squares.sum() > 0 else float("nan")


def _weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = weights.sum(axis=1)
    means = np.full((len(values), len(weights)), np.nan)
    np.divide(values @ weights.T, total, out=means, where=np.broadcast_to(total > 0, means.shape))
    return means


def _known(
    atlas: Atlas,
    channels: Sequence[str],
    rows_hz: tuple[Sequence[float], Sequence[float]],
    masked: Collection[str],
) -> NDArray[np.bool_]:
    """Return the cells of a joint matrix in which something was exchanged, shape (regions, bands)."""
    regions = np.asarray(atlas.region_weights([name for name in channels if name not in masked]).any(axis=1))
    shares = atlas.band_shares(*rows_hz) if len(rows_hz[0]) else np.ones((len(atlas.bands_hz), 1))
    return np.asarray(regions[:, None] & shares.any(axis=1))


def _check(results: Mapping[Axes, NDArray[np.floating]]) -> None:
    for axes in results:
        if tuple(axes) not in MATRIX_AXES:
            raise ValueError(f"a result over {', '.join(axes) or 'time'} gives no region x band matrix")
    sides = ["both" if axes[-1] == "band" else "bands" if axes[0] == "frequency" else "regions" for axes in results]
    if not sides or len(set(sides)) != len(sides) or ("both" in sides and len(sides) > 1):
        raise ValueError(f"results over {list(results)} give no matrix; use one joint result or a product of two")
    if len({len(values) for values in results.values()}) > 1:
        raise ValueError("a product needs two results of the same windows")
