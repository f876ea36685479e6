"""The two axes of matrices: regions of electrodes and bands of frequencies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.montages import OLD_NAMES

LEAST_COVERED = 0.5
"""Least share of a band that the rows of a representation must cover; otherwise the band is empty."""


@dataclass(frozen=True)
class Atlas:
    """Regions of the scalp and bands of the spectrum: the axes of every matrix.

    Attributes
    ----------
    regions : mapping of str to tuple of str
        Region -> its electrodes (older 10-20 names), in the order of the matrix's rows.
    bands_hz : mapping of str to tuple of float
        Band -> lower edge (inclusive) and upper edge (exclusive) in Hz, in the order of the matrix's columns.
    """

    regions: Mapping[str, tuple[str, ...]]
    bands_hz: Mapping[str, tuple[float, float]]

    @classmethod
    def of(cls, regions: Mapping[str, Iterable[str]], bands_hz: Mapping[str, Sequence[float]]) -> "Atlas":
        """Create an atlas from plain settings (lists instead of tuples)."""
        return cls(
            {name: tuple(OLD_NAMES.get(e, e) for e in electrodes) for name, electrodes in regions.items()},
            {name: (float(low), float(high)) for name, (low, high) in bands_hz.items()},
        )

    def region_weights(self, channels: Sequence[str]) -> NDArray[np.float64]:
        """Return the share of each channel in each region.

        Parameters
        ----------
        channels : sequence of str
            Electrodes ("Fp1") or derivations ("Fp1-F3"); a derivation belongs half to each electrode.

        Returns
        -------
        ndarray of float64, shape (regions, channels)
            1 for an electrode of the region, 0.5 or 1 for a derivation with one or both electrodes in it.
        """
        weights = np.zeros((len(self.regions), len(channels)))
        for column, channel in enumerate(channels):
            ends = channel.split("-")
            for row, electrodes in enumerate(self.regions.values()):
                weights[row, column] = sum(OLD_NAMES.get(end, end) in electrodes for end in ends) / len(ends)
        return weights

    def band_members(self, frequencies_hz: Sequence[float] | NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return which frequencies are in which band: bool, shape (bands, frequencies); the upper edge is exclusive."""
        frequencies = np.round(np.asarray(frequencies_hz, dtype=float), 9)
        return np.array([(low <= frequencies) & (frequencies < high) for low, high in self.bands_hz.values()])

    def band_shares(self, frequencies_hz: Sequence[float], edges_hz: Sequence[float] = ()) -> NDArray[np.float64]:
        """Return the share of each row of a representation that is in each band.

        Parameters
        ----------
        frequencies_hz : sequence of float
            Frequencies of the rows.
        edges_hz : sequence of float
            Edges of the rows, one more than rows; () for rows of one frequency each (wavelets).

        Returns
        -------
        ndarray of float64, shape (bands, rows)
            For a row of one frequency 0 or 1 (`band_members`); for a row between two edges the share of its width. All
            zero for a band that the rows cover by less than `LEAST_COVERED`.
        """
        if not len(edges_hz):
            return self.band_members(frequencies_hz).astype(np.float64)
        edges, bands = np.asarray(edges_hz, dtype=float), np.array([*self.bands_hz.values()]).reshape(-1, 2)
        overlap = np.minimum(edges[1:], bands[:, 1:]) - np.maximum(edges[:-1], bands[:, :1])
        overlap = np.maximum(overlap, 0.0)  # (bands, rows), in Hz
        covered = overlap.sum(axis=1) >= LEAST_COVERED * np.diff(bands)[:, 0] - 1e-9
        return np.asarray(np.where(covered[:, None], overlap / np.diff(edges), 0.0))
