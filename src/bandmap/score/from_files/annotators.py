"""The agreement of annotators from their tables of seconds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bandmap.files.annotators import events, read_seconds
from bandmap.score.annotators import Marked, compared


def compare(labels: Sequence[Path]) -> str:
    """Return a tab-separated table with a row for every pair of annotators, see `compared`.

    Parameters
    ----------
    labels : sequence of Path
        Tables of one value a second, one for each recording.

    Raises
    ------
    RecordingError
        If a file is no such table.
    ValueError
        If the tables have different annotators.
    """
    table = pd.DataFrame(compared([_marked(path) for path in labels]))
    return str(table.to_csv(sep="\t", index=False, float_format="%.4g", na_rep="n/a"))


def _marked(path: Path) -> Marked:
    read = read_seconds(path)
    return {name: (np.array(seconds, dtype=bool), events({name: seconds}, 1)) for name, seconds in read.items()}
