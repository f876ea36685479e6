"""The figures over all models and all recordings."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bandmap.draw.from_files._common import Card, Row, TaskPictures
from bandmap.draw.quality import quality_figure
from bandmap.draw.style import save
from bandmap.files.harmonized import read_duration
from bandmap.files.quality import read_qualities


def draw_overview(
    overview: str | Path,
    quality: str | Path,
    task: TaskPictures,
    *,
    scored: Mapping[str, str],
    recordings: Sequence[Row],
    harmonized: Sequence[str],
) -> None:
    """Draw the scores of all models in one figure, and the quality of all recordings in another.

    Parameters
    ----------
    overview, quality : path-like
        The figures to write.
    task : TaskPictures
        `from_files.seizure` or `from_files.sleep`.
    scored : mapping
        Model or baseline -> table of scores.
    recordings : sequence of mapping
        `dataset`, `recording` of all tested recordings.
    harmonized : sequence of str
        Their files, in the same order.
    """
    save(task.overview_figure([Card.read(name, table, task.TASK) for name, table in scored.items()]), overview)
    files = zip(recordings, harmonized, strict=True)
    durations = {(row["dataset"], row["recording"]): read_duration(path) for row, path in files}
    save(quality_figure(read_qualities(recordings, harmonized), durations), quality)
