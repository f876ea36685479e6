"""The figures over all models and all recordings."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bandmap.draw.from_files._common import Card, Row, TaskPictures
from bandmap.draw.quality import quality_figure
from bandmap.draw.style import save
from bandmap.files.harmonized import read_duration, read_quality


def draw_overview(
    overview: str | Path,
    quality: str | Path,
    task: TaskPictures,
    *,
    judged: Mapping[str, str],
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
    judged : mapping
        Model or baseline -> table of scores.
    recordings : sequence of mapping
        `dataset`, `recording` of all tested recordings.
    harmonized : sequence of str
        Their files, in the same order.
    """
    save(task.overview_figure([Card.read(name, table) for name, table in judged.items()]), overview)
    rows, durations = [], {}
    for recording, path in zip(recordings, harmonized, strict=True):
        head = {"dataset": recording["dataset"], "recording": recording["recording"]}
        durations[head["dataset"], head["recording"]] = read_duration(path)
        rows += [{**head, **channel} for channel in read_quality(path)]
    save(quality_figure(rows, durations), quality)
