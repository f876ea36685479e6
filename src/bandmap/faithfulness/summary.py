"""One table per model over subjects: mean, interval and number of subjects of every test of every map."""

from collections.abc import Iterable, Mapping

import numpy as np

from bandmap.aggregate.statistics import bootstrap_interval

COLUMNS = ("method", "test", "level", "step", "mean", "low", "high", "n")

SPLIT_HALF = "split_half"
"""The test that uses matrices (`reliability.split_half`)."""

Row = Mapping[str, object]


def summarize(
    tested: Iterable[Row], reliable: Mapping[str, Mapping[tuple[str, str], float]], *, seed: int
) -> list[dict[str, object]]:
    """Return the mean over subjects of every test.

    Parameters
    ----------
    tested : iterable of mapping
        Rows of `probe.COLUMNS`, computed or read from a table.
    reliable : mapping
        Matrix -> (data set, subject) -> reliability.
    seed : int
        Seed of the bootstrap over subjects.

    Returns
    -------
    list of dict
        Rows of `COLUMNS`; `n` is the number of subjects for whom the test is defined. The interval is NaN for fewer
        than two subjects.
    """
    values: dict[tuple[object, ...], list[float]] = {}
    for row in tested:
        key = tuple(row[name] for name in COLUMNS[:4])
        values.setdefault(key, []).append(float(str(row["value"])))
    for method, subjects in reliable.items():
        if subjects:
            values[method, SPLIT_HALF, "", None] = list(subjects.values())
    rows: list[dict[str, object]] = []
    for key, found in values.items():
        low, high = bootstrap_interval(np.array(found), seed=seed)
        facts = (float(np.mean(found)), float(low), float(high), len(found))
        rows.append(dict(zip(COLUMNS, (*key, *facts), strict=True)))
    return rows
