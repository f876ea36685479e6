"""Matrices of seizures, of false alarms and of interictal time."""

import pandas as pd

from bandmap.aggregate import seizure_matrices
from bandmap.aggregate.from_files._common import Interpreted
from bandmap.files.events import read_events


def units(interpreted: Interpreted) -> pd.DataFrame:
    """Return the matrices of a recording's seizures and false alarms, a table of `tables.UNITS`."""
    return seizure_matrices(
        interpreted.windows,
        read_events(interpreted.reference),
        read_events(interpreted.detected),
        threshold=float(interpreted.attribution.attributes["threshold"]),
        recording=interpreted.recording,
    )
