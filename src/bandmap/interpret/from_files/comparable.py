"""Comparison windows of a subject's recordings, chosen without a network, so that torch is not imported."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bandmap.files.comparable import Listed, Shared
from bandmap.files.represented import RepresentedRecording
from bandmap.interpret.context import total_power
from bandmap.train.tasks import Task
from bandmap.vocabulary import windows
from bandmap.vocabulary.choosing import background_indices

BACKGROUNDS = 8
"""Number of windows of another class that an interpretation uses per subject."""

MOST_CANDIDATES = 512
"""Maximum number of comparison windows of a recording, evenly spaced, so that a day fits into memory."""


def comparable(
    sources: Sequence[RepresentedRecording], task: Task, cutting: Mapping[str, float], *, seed: int
) -> tuple[list[Listed], list[Shared]]:
    """Return the comparison windows of a subject's recordings.

    Parameters
    ----------
    sources : sequence of RepresentedRecording
        All recordings of the subject.
    task : Task
    cutting : mapping
        Section `windows` of the settings.
    seed : int
        Seed of the choice of background windows.

    Returns
    -------
    listed : list of Listed
        Windows of each recording and their power.
    shared : list of Shared
        Comparison windows for each class.
    """
    cuts = [_thinned(task.comparable(source, source.events, cutting)) for source in sources]
    log_power = bool(sources[0].frequencies_hz)
    listed = [Listed(cut.starts, cut.labels, total_power(_values(cut), log_power=log_power)) for cut in cuts]
    labels, power = (np.concatenate(of) for of in zip(*((found.labels, found.power) for found in listed), strict=True))
    places = [(cut, start) for cut in cuts for start in cut.starts]

    def take(indices: NDArray[np.int64]) -> NDArray[np.float32]:
        none = _values(cuts[0].only(np.zeros(len(cuts[0].starts), dtype=bool)))
        chosen = [places[index] for index in indices]
        return np.concatenate([none, *(cut.source.windows(np.array([start]), cut.length) for cut, start in chosen)])

    shared = []
    for target in range(len(task.CLASSES)):
        others = np.flatnonzero(labels != target)
        drawn = others[background_indices(len(others), BACKGROUNDS, seed=seed)]
        shared.append(Shared(take(others[np.argsort(power[others], kind="stable")[:1]]), take(drawn)))
    return listed, shared


def _thinned(cut: windows.RecordingWindows) -> windows.RecordingWindows:
    return cut.only(np.arange(len(cut.starts)) % (1 + len(cut.starts) // MOST_CANDIDATES) == 0)


def _values(cut: windows.RecordingWindows) -> NDArray[np.float32]:
    return cut.source.windows(cut.starts, cut.length)
