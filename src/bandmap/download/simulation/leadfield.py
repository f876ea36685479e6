"""Potentials of sources at electrodes: a lead field of MNE's three-shell sphere, by tools/make_leadfield_table.py.

A sphere of 90 mm with brain, skull and scalp; radial dipoles of 10 nAm, 72 mm from its centre where cortex is and 20 mm
from it where sources are deep. Potentials are against the mean of the nineteen electrodes of the 10-20 system.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TABLE = Path(__file__).with_suffix(".tsv")

PATCH_METRES = 0.015
"""Dipoles within so much of a patch's centre fire together."""


@dataclass(frozen=True)
class LeadField:
    """The lead field.

    Attributes
    ----------
    sources : tuple of str
        Names of the dipoles: `left-...` and `right-...` on cortex, `deep-...`.
    metres : ndarray of float64, shape (sources, 3)
        From the centre of the head: x right, y front, z up.
    electrodes : tuple of str
    microvolts : ndarray of float64, shape (sources, electrodes)
    """

    sources: tuple[str, ...]
    metres: NDArray[np.float64]
    electrodes: tuple[str, ...]
    microvolts: NDArray[np.float64]

    def of(self, electrodes: Sequence[str]) -> NDArray[np.float64]:
        """Return the microvolts of cortical dipoles at some electrodes, shape (dipoles, electrodes)."""
        columns = [self.electrodes.index(electrode) for electrode in electrodes]
        return np.asarray(self.microvolts[self._cortex][:, columns])

    def under(self, centre: Sequence[str], electrodes: Sequence[str]) -> NDArray[np.float64]:
        """Return the potentials of a patch of cortex at electrodes, relative to the largest one.

        Parameters
        ----------
        centre : sequence of str
            The patch is under one electrode, or in the middle between several.
        electrodes : sequence of str

        Returns
        -------
        ndarray of float64, shape (electrodes,)
            The largest magnitude is 1.
        """
        cortex = self.metres[self._cortex]
        middle = _unit(np.sum([self._outward(electrode) for electrode in centre], axis=0))
        apart = np.linalg.norm(cortex - middle * np.linalg.norm(cortex, axis=1).mean(), axis=1)
        return _scaled(self.of(electrodes)[apart <= PATCH_METRES].sum(axis=0))

    def deep(self, name: str, electrodes: Sequence[str]) -> NDArray[np.float64]:
        """Return the potentials of a deep dipole ("up", "front", "left", "right") at electrodes, scaled as `under`."""
        columns = [self.electrodes.index(electrode) for electrode in electrodes]
        return _scaled(self.microvolts[self.sources.index(f"deep-{name}"), columns])

    @property
    def _cortex(self) -> NDArray[np.bool_]:
        return np.array([not source.startswith("deep-") for source in self.sources])

    def _outward(self, electrode: str) -> NDArray[np.float64]:
        """Return the direction of an electrode: that of the cortex with the largest potential at it."""
        seen = np.where(self._cortex, self.microvolts[:, self.electrodes.index(electrode)], 0.0)
        nearest = seen >= 0.5 * seen.max()
        return _unit(seen[nearest] @ self.metres[nearest])


@cache
def lead_field() -> LeadField:
    """Return the lead field of the table."""
    table = pd.read_csv(TABLE, sep="\t", index_col="source")
    seen = table.drop(columns=["x", "y", "z"])
    sources, electrodes = (tuple(map(str, names)) for names in (table.index, seen.columns))
    return LeadField(sources, table[["x", "y", "z"]].to_numpy(), electrodes, seen.to_numpy())


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / np.linalg.norm(vector))


def _scaled(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(seen / np.abs(seen).max())
