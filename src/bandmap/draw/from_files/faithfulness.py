"""Table and figure of how far the maps of a model can be trusted, over its subjects."""

from collections.abc import Mapping
from pathlib import Path

from bandmap.draw.faithfulness import faithfulness_figure, traces_of_rows
from bandmap.draw.style import save
from bandmap.faithfulness.reliability import split_half
from bandmap.faithfulness.summary import COLUMNS, summarize
from bandmap.files.rows import read_rows, write_rows


def draw_faithfulness(
    table: str | Path, picture: str | Path, *, tested: str, matrices: Mapping[str, str], seed: int
) -> None:
    """Write the table of the tests of a model's maps, and draw the figure.

    Parameters
    ----------
    table, picture : path-like
        Files to write.
    tested : str
        Table of `faithfulness.probe`.
    matrices : mapping of str to str
        Matrix -> table of its seizures or stages.
    seed : int
        Seed of intervals over subjects.
    """
    reliable = {name: split_half(read_rows(path)) for name, path in matrices.items()}
    rows = summarize(read_rows(tested), reliable, seed=seed)
    write_rows(table, rows, COLUMNS)
    save(faithfulness_figure(traces_of_rows(read_rows(table))), picture)
