"""Joint predictions of the models of all folds for their validation recordings."""

from collections.abc import Mapping, Sequence
from typing import Any

from bandmap.train.tasks import Prediction
from bandmap.vocabulary.recording import Event


def validated_together(
    files: Sequence[Sequence[tuple[Mapping[str, Any], Sequence[Event]]]], recordings: Sequence[Sequence[str]]
) -> list[tuple[Prediction, Sequence[Event]]]:
    """Return the predictions of the folds' models for their validation recordings, each recording once.

    For a recording that several folds validate on, this is the mean of their models. None of these trained on it, so it
    is the best available approximation of the ensemble's prediction for a new subject.

    Parameters
    ----------
    files : sequence of sequence of (mapping, events)
        For every fold, the predictions for its validation recordings (fields of `Prediction`), and their events.
    recordings : sequence of sequence of str
        Names of the same recordings.

    Returns
    -------
    list of (Prediction, sequence of Event)
        In the order of the first occurrence of the recordings.
    """
    predictions: dict[str, list[Prediction]] = {}
    marked: dict[str, Sequence[Event]] = {}
    for file, names in zip(files, recordings, strict=True):
        for (columns, events), name in zip(file, names, strict=True):
            predictions.setdefault(name, []).append(Prediction(**columns))
            marked[name] = events
    return [(Prediction.mean(several), marked[name]) for name, several in predictions.items()]
