"""One window's region x band matrix, from a joint interpretation or from the published product."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bandmap.atlas import Atlas

ALL = "all"
"""The name of the one row or column of a result that does not tell regions or bands apart."""

Axes = tuple[str, ...]


def region_band_matrix(
    results: Mapping[Axes, NDArray[np.floating]],
    atlas: Atlas,
    channels: Sequence[str],
    frequencies_hz: Sequence[float],
) -> NDArray[np.float64]:
    """Return the matrix of every window.

    Parameters
    ----------
    results : mapping of axes to ndarray
        What the interpretations of the same windows gave, by their axes beside windows: ("region", "band") is joint
        and is the matrix; ("frequency",) or ("frequency", "time") together with ("channel",) makes the published
        product, which has rank one; one of these alone gives a single column or row (see `matrix_labels`).
    atlas : Atlas
    channels : sequence of str
    frequencies_hz : sequence of float

    Returns
    -------
    ndarray of float64, shape (windows, regions, bands)
        In the unit of the interpretation; NaN for a region without a channel or a band without a frequency.
    """
    _check(results)
    for axes, values in results.items():
        if axes == ("region", "band"):
            return values.astype(np.float64)
    n_windows = len(next(iter(results.values())))
    by_region, by_band = np.ones((n_windows, 1)), np.ones((n_windows, 1))
    for axes, values in results.items():
        if axes == ("channel",):
            by_region = region_importance(values, atlas, channels)
        else:
            by_band = frequency_importance(values, atlas, frequencies_hz)
    matrices: NDArray[np.float64] = by_region[:, :, None] * by_band[:, None, :]
    return matrices


def matrix_labels(axes: Iterable[Axes], atlas: Atlas) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the rows and columns of `region_band_matrix`: "all" where no result tells them apart."""
    told = {axis for result in axes for axis in result}
    regions = tuple(atlas.regions) if told & {"region", "channel"} else (ALL,)
    bands = tuple(atlas.bands_hz) if told & {"band", "frequency"} else (ALL,)
    return regions, bands


def frequency_importance(
    maps: NDArray[np.floating], atlas: Atlas, frequencies_hz: Sequence[float]
) -> NDArray[np.float64]:
    """Return the published FI: the mean over a band's frequencies of the mean over time.

    Parameters
    ----------
    maps : ndarray, shape (windows, frequencies) or (windows, frequencies, times)
    atlas : Atlas
    frequencies_hz : sequence of float

    Returns
    -------
    ndarray of float64, shape (windows, bands)
    """
    rows = maps.astype(np.float64) if maps.ndim == 2 else maps.mean(axis=2, dtype=np.float64)
    return _weighted_mean(rows, atlas.band_members(frequencies_hz).astype(np.float64))


def region_importance(
    channel_importance: NDArray[np.floating], atlas: Atlas, channels: Sequence[str]
) -> NDArray[np.float64]:
    """Return the published RI: the mean over a region's channels, a derivation counting half for each of its ends.

    Parameters
    ----------
    channel_importance : ndarray, shape (windows, channels)
    atlas : Atlas
    channels : sequence of str

    Returns
    -------
    ndarray of float64, shape (windows, regions)
    """
    return _weighted_mean(channel_importance.astype(np.float64), atlas.region_weights(channels))


def rank_one_share(matrix: NDArray[np.floating]) -> float:
    """Return the share of a matrix's squared entries that the best product of a row and a column explains.

    One for the published product; what is missing to one, only a joint interpretation can see. NaN for zeros.
    """
    squares = np.linalg.svd(np.asarray(matrix, dtype=float), compute_uv=False) ** 2
    return float(squares[0] / squares.sum()) if squares.sum() > 0 else float("nan")


def _weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = weights.sum(axis=1)
    means = np.full((len(values), len(weights)), np.nan)
    np.divide(values @ weights.T, total, out=means, where=np.broadcast_to(total > 0, means.shape))
    return means


def _check(results: Mapping[Axes, NDArray[np.floating]]) -> None:
    known = ({"region", "band"}, {"channel"}, {"frequency"}, {"frequency", "time"})
    for axes in results:
        if set(axes) not in known:
            raise ValueError(f"a result over {', '.join(axes)} makes no region x band matrix")
    kinds = [axes[0] for axes in results]
    if not kinds or len(set(kinds)) != len(kinds) or ("region" in kinds and len(kinds) > 1):
        raise ValueError(f"results over {list(results)} make no matrix; give one joint result or a product of two")
    if len({len(values) for values in results.values()}) > 1:
        raise ValueError("a product needs two results of the same windows")
