"""The two axes of the result: electrode -> region, frequency -> band."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

OLD_NAMES = {"T7": "T3", "T8": "T4", "P7": "T5", "P8": "T6"}
"""10-10 name -> the older 10-20 name of the same electrode; the older one (SzCORE's) is used throughout."""

_MIDLINE_AND_LEFT = ("Fp1", "F3", "C3", "P3", "O1", "F7", "T3", "T5", "Fz", "Cz", "Pz")
_RIGHT = ("Fp2", "F4", "C4", "P4", "O2", "F8", "T4", "T6")

ELECTRODES = _MIDLINE_AND_LEFT + _RIGHT
"""The nineteen electrodes of the 10-20 system in SzCORE's order."""

_CHAINS = ("Fp1 F3 C3 P3 O1", "Fp1 F7 T3 T5 O1", "Fz Cz Pz", "Fp2 F4 C4 P4 O2", "Fp2 F8 T4 T6 O2")

BIPOLAR18 = tuple(f"{a}-{b}" for chain in _CHAINS for a, b in pairwise(chain.split()))
"""The longitudinal ("double banana") derivations in SzCORE's order."""

SLEEP2 = ("Fpz-Cz", "Pz-Oz")
"""The EEG derivations of Sleep-EDF."""

MONTAGES = {"bipolar18": BIPOLAR18, "referential19": ELECTRODES, "sleep2": SLEEP2}


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
        """Make an atlas of plain settings (lists instead of tuples)."""
        return cls(
            {name: tuple(OLD_NAMES.get(e, e) for e in electrodes) for name, electrodes in regions.items()},
            {name: (float(low), float(high)) for name, (low, high) in bands_hz.items()},
        )

    def region_weights(self, channels: Sequence[str]) -> NDArray[np.float64]:
        """Return how much of each channel lies in each region.

        Parameters
        ----------
        channels : sequence of str
            Electrodes ("Fp1") or derivations ("Fp1-F3"); a derivation belongs half to each end.

        Returns
        -------
        ndarray of float64, shape (regions, channels)
            1 for an electrode of the region, 0.5 or 1 for a derivation with one or both ends in it.
        """
        weights = np.zeros((len(self.regions), len(channels)))
        for column, channel in enumerate(channels):
            ends = channel.split("-")
            for row, electrodes in enumerate(self.regions.values()):
                weights[row, column] = sum(OLD_NAMES.get(end, end) in electrodes for end in ends) / len(ends)
        return weights

    def band_members(self, frequencies_hz: Sequence[float] | NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return which frequencies lie in which band: bool, shape (bands, frequencies); the upper edge is exclusive."""
        frequencies = np.round(np.asarray(frequencies_hz, dtype=float), 9)
        return np.array([(low <= frequencies) & (frequencies < high) for low, high in self.bands_hz.values()])


def mirrored(channels: Sequence[str]) -> list[int]:
    """Return for every channel the index of its mirror image, or its own where there is none.

    Left electrodes have odd numbers and right ones the next even number: F3 is mirrored by F4, F3-C3 by F4-C4.
    """
    places = {name: index for index, name in enumerate(channels)}
    images = ["-".join(_mirrored(end) for end in name.split("-")) for name in channels]
    return [places.get(image, index) for index, image in enumerate(images)]


def _mirrored(electrode: str) -> str:
    letters = electrode.rstrip("0123456789")
    number = electrode.removeprefix(letters)
    return f"{letters}{int(number) + (1 if int(number) % 2 else -1)}" if number else electrode
