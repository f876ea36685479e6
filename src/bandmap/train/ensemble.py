"""What the models of all folds say together of the recordings that they validated on."""

from collections.abc import Mapping, Sequence
from typing import Any

from bandmap.train.tasks import Prediction
from bandmap.vocabulary.recording import Event


def validated_together(
    files: Sequence[Sequence[tuple[Mapping[str, Any], Sequence[Event]]]], recordings: Sequence[Sequence[str]]
) -> list[tuple[Prediction, Sequence[Event]]]:
    """Return what folds' models say of their validation recordings, each recording once.

    A recording that several folds validate on has the mean of their models, none of which trained on it: the nearest
    that there is to what the ensemble says of a subject that no fold knows.

    Parameters
    ----------
    files : sequence of sequence of (mapping, events)
        Of every fold, what was said of its validation recordings (the fields of `Prediction`), and what happened there.
    recordings : sequence of sequence of str
        Names of the same recordings.

    Returns
    -------
    list of (Prediction, sequence of Event)
        In the order in which recordings are first named.
    """
    said: dict[str, list[Prediction]] = {}
    happened: dict[str, Sequence[Event]] = {}
    for file, names in zip(files, recordings, strict=True):
        for (columns, events), name in zip(file, names, strict=True):
            said.setdefault(name, []).append(Prediction(**columns))
            happened[name] = events
    return [(Prediction.mean(answers), happened[name]) for name, answers in said.items()]
