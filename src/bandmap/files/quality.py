"""The quality of many recordings in one table."""

from collections.abc import Mapping, Sequence

import pandas as pd

from bandmap.files.harmonized import read_quality


def read_qualities(recordings: Sequence[Mapping[str, str]], harmonized: Sequence[str]) -> pd.DataFrame:
    """Read the quality of recordings.

    Parameters
    ----------
    recordings : sequence of mapping
        `dataset`, `recording`.
    harmonized : sequence of str
        Their files, in the same order.

    Returns
    -------
    DataFrame
        dataset, recording and the columns of `harmonize.quality.COLUMNS`, a row per channel; empty if there is none.
    """
    rows = [
        {"dataset": row["dataset"], "recording": row["recording"], **channel}
        for row, path in zip(recordings, harmonized, strict=True)
        for channel in read_quality(path)
    ]
    table = pd.DataFrame(rows).replace("n/a", None)
    return table.astype({name: "float64" for name in table if str(name).endswith("_seconds")})
