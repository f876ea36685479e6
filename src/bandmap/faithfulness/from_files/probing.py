"""Tests of the maps of a model, on some windows of every subject that a fold tests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.faithfulness.maps import Methods, Sample
from bandmap.faithfulness.probe import Settings, probe
from bandmap.files.comparable import Shared, read_comparable, read_shared
from bandmap.files.predicted import read_predictions
from bandmap.files.represented import RepresentedRecording, open_representation
from bandmap.files.weights import load
from bandmap.interpret.from_files.recording import Case, focused, surroundings
from bandmap.train.fitting import seeded
from bandmap.train.tasks import Task
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.tables import MAP_TESTS
from bandmap.vocabulary.windows import RecordingWindows

Row = Mapping[str, str]


@dataclass(frozen=True)
class Tested:
    """A recording that a fold tests.

    Attributes
    ----------
    row : mapping
        `dataset`, `subject`, `recording`, `fold`.
    array, comparable, probabilities : str
        The files of the recording.
    """

    row: Row
    array: str
    comparable: str
    probabilities: str

    @property
    def person(self) -> tuple[str, str]:
        """Data set and subject."""
        return self.row["dataset"], self.row["subject"]


@dataclass(frozen=True)
class Prober:
    """The settings of the tests of folds.

    Attributes
    ----------
    task : Task
    atlas : Atlas
    settings : mapping
        Section `faithfulness` of the settings.
    seed : int
    device : str
        "auto", "cpu" or "cuda".
    """

    task: Task
    atlas: Atlas
    settings: Mapping[str, Any]
    seed: int
    device: str


def probe_folds(
    weights: Mapping[str, str],
    shuffled: Mapping[str, str],
    recordings: Sequence[Tested],
    methods: Methods,
    prober: Prober,
) -> pd.DataFrame:
    """Test the maps of every fold's model on windows of subjects that it never saw.

    Parameters
    ----------
    weights, shuffled : mapping of str to str
        Fold -> its trained weights; for some folds, the weights of models trained on shuffled labels.
    recordings : sequence of Tested
        Recordings of the same subject are consecutive.
    methods : Methods
        Methods that work with the model.
    prober : Prober

    Returns
    -------
    DataFrame
        A table of `tables.MAP_TESTS`. A subject without a window of a class to explain (a
        seizure, a scored epoch) has no rows.
    """
    tables: list[pd.DataFrame] = []
    for number, (fold, path) in enumerate(weights.items()):
        model, about = load(path)
        # A different seed than for training, so that fresh weights differ from the initial weights of training.
        seed = int(np.random.default_rng([prober.seed, number]).integers(2**31))
        build = plugins.load("bandmap.train.models", about["kind"]).build
        with seeded(seed):
            network = build(tuple(about["shape"]), about["n_classes"], **about["hyperparameters"])
        control = load(shuffled[fold])[0] if fold in shuffled else None
        mine = [recording for recording in recordings if recording.row["fold"] == fold]
        samples = list(_samples(mine, _others(recordings), model, about["windows"], prober, seed))
        fresh = Normalized(network, model.mean, model.std)
        settings = Settings(prober.settings["noise"], seed, prober.settings["replacements"])
        tables.append(probe(model, fresh.eval(), control, samples, methods, settings))
    return MAP_TESTS.joined(tables)


def _others(recordings: Sequence[Tested]) -> dict[tuple[str, str], str]:
    """Return subject -> the comparison windows of the next subject, whatever its fold; nothing for a single one."""
    files = {recording.person: recording.comparable for recording in recordings}
    people = sorted(files)
    following = zip(people, [*people[1:], *people[:1]], strict=True)
    return {person: files[other] for person, other in following if person != other}


def _samples(
    recordings: Sequence[Tested],
    others: Mapping[tuple[str, str], str],
    model: Normalized,
    cutting: Mapping[str, float],
    prober: Prober,
    seed: int,
) -> Iterator[Sample]:
    """Yield the windows of every subject, drawn from all of its recordings, per recording and class."""
    for person in dict.fromkeys(recording.person for recording in recordings):
        other = read_shared(others[person]) if person in others else ()
        mine = [_read(recording, model, cutting, other) for recording in recordings if recording.person == person]
        shift = max(1, round(prober.settings["shift_seconds"] * mine[0].source.frame_rate_hz))
        candidates = [_candidates(case, prober.task, shift) for case in mine]
        wanted = int(prober.settings["windows_per_subject"])
        for (number, target, moved, focus), places in _dealt(candidates, wanted, seed).items():
            case, cut = mine[number], candidates[number].cut
            part = cut.only(np.isin(np.arange(len(cut.starts)), places))
            context = surroundings(case, part, target, atlas=prober.atlas, seed=prober.seed, device=prober.device)
            yield Sample(
                *person,
                windows=case.source.windows(part.starts, part.length),
                shifted=case.source.windows(part.starts + moved, part.length),
                shift=moved,
                target=target,
                context=context(model),
                masked=tuple(case.source.attributes["masked_channels"]),
                focus=focus,
            )


def _read(recording: Tested, model: Normalized, cutting: Mapping[str, float], others: Sequence[Shared]) -> Case:
    """Open the files of a recording; detected events are not needed."""
    comparable = read_comparable(recording.comparable, recording.row["recording"])
    predictions = read_predictions(recording.probabilities)
    return Case([model], open_representation(recording.array), comparable, (), predictions, cutting, others)


@dataclass(frozen=True)
class _Candidates:
    """All windows of a recording; of those that may be drawn the place, class, possible shift and explained answers."""

    cut: RecordingWindows
    places: NDArray[np.int64]
    targets: NDArray[np.int64]
    shifts: NDArray[np.int64]
    focus: NDArray[np.bool_]


def _candidates(case: Case, task: Task, shift: int) -> _Candidates:
    """Return the windows of a class to explain whose shifted window, later or earlier, has no masked time."""
    cut, focus, probabilities = focused(case, task)
    later, earlier = (_whole(case.source, cut.starts + by, cut.length) for by in (shift, -shift))
    places = np.flatnonzero(task.explainable(cut.labels) & (later | earlier))
    shifts = np.where(later, shift, -shift)[places]
    return _Candidates(cut, places, task.targets(probabilities)[places], shifts, focus[places])


def _whole(source: RepresentedRecording, starts: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    """Return which windows are within the recording and have no masked frame."""
    masked_before = np.concatenate(([0], np.cumsum(~np.asarray(source.valid, dtype=bool))))
    inside = (starts >= 0) & (starts + length <= source.n_frames)
    first = np.where(inside, starts, 0)
    return np.asarray(inside & (masked_before[np.minimum(first + length, source.n_frames)] == masked_before[first]))


_Kind = tuple[int, int, int, tuple[bool, ...]]
"""Recording, class, shift and explained answers of a window."""


def _dealt(candidates: Sequence[_Candidates], wanted: int, seed: int) -> dict[_Kind, list[int]]:
    """Draw windows from each class in turn: kind -> indices of the recording's windows."""
    generator = np.random.default_rng(seed)
    every = [
        (int(target), number, int(place), int(shift), tuple(focus.tolist()))
        for number, found in enumerate(candidates)
        for place, target, shift, focus in zip(found.places, found.targets, found.shifts, found.focus, strict=True)
    ]
    turns: dict[int, int] = {}
    ranked = []
    for place in generator.permutation(len(every)):
        target = every[place][0]
        turns[target] = turns.get(target, -1) + 1
        ranked.append((turns[target], every[place]))
    drawn = [one for _, one in sorted(ranked, key=lambda pair: pair[0])[:wanted]]
    dealt: dict[_Kind, list[int]] = {}
    for target, number, place, shift, focus in sorted(drawn):
        dealt.setdefault((number, target, shift, focus), []).append(place)
    return dealt
