"""Table and figure of how far the maps of a model can be trusted, over its subjects."""

from collections.abc import Mapping
from pathlib import Path

from bandmap.draw.faithfulness import faithfulness_figure, traces_of_table
from bandmap.draw.style import save
from bandmap.faithfulness.reliability import split_half
from bandmap.faithfulness.summary import summarize
from bandmap.files.tables import read_table, write_table
from bandmap.vocabulary.tables import FAITHFULNESS, MAP_TESTS, UNITS


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
    reliable = {name: split_half(read_table(path, UNITS)) for name, path in matrices.items()}
    summary = summarize(read_table(tested, MAP_TESTS), reliable, seed=seed)
    write_table(table, summary, FAITHFULNESS)
    save(faithfulness_figure(traces_of_table(summary)), picture)
