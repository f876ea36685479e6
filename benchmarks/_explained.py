"""The maps of Touchstone's tested subjects: by every method, by untrained networks, and by a contrast of power."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from _contenders import ATLAS, CUTTING, SEED, SETTINGS, TESTING, Contender, Subject, untrained

from bandmap import aggregate
from bandmap.faithfulness.cells import cell_power
from bandmap.files.comparable import Comparable
from bandmap.files.predicted import Predictions
from bandmap.interpret.from_files.comparable import comparable
from bandmap.interpret.from_files.recording import Case, Interpreted, interpret_recording
from bandmap.score.probabilities import window_auroc
from bandmap.train.fold import cut_recording, predict_recording
from bandmap.train.tasks import Prediction, seizure
from bandmap.vocabulary import plugins
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.windows import RecordingWindows

METHODS = {
    "band_occlusion": ("band_occlusion",),
    "integrated_gradients": ("integrated_gradients",),
    "deep_lift": ("deep_lift",),
    "published": ("gradcam", "occlusion"),
}
"""Name of a matrix -> the interpretations of which it is made, one or the product of two."""

INTERACTION = "band_interaction"
OPTIONS = {**SETTINGS["interpretations"], INTERACTION: {"backgrounds": 1}}
PAIRED = ("conjunction", "suppressor")
"""Scenarios in which two cells count together: the interaction of every pair of cells is measured, too."""

POWER_CONTRAST, UNTRAINED_NETWORK = "power contrast", "untrained network"
UNTRAINED = 5
"""Networks with initial weights, each of another seed."""


class _SeizuresOnly:
    """The task of detection, but only windows of seizures are explained: no others are scored here."""

    def __getattr__(self, name: str) -> Any:
        return getattr(seizure, name)

    def interesting(self, cut: RecordingWindows, *_: object, **__: object) -> np.ndarray:
        """Return the windows of seizures."""
        return np.flatnonzero(cut.labels == 1)


SEIZURES = _SeizuresOnly()


@dataclass(frozen=True)
class Held:
    """A subject that a model has never seen, and what the model says of it."""

    subject: Subject
    model: Normalized
    said: Prediction

    @classmethod
    def of(cls, subject: Subject, model: Normalized) -> "Held":
        return cls(subject, model, predict_recording(model, subject.source, seizure, TESTING, device="cpu"))

    @property
    def auroc(self) -> float:
        return window_auroc(self.said.probabilities, self.said.labels)

    def by(self, methods: Sequence[str], task: Any = seizure) -> pd.DataFrame:
        """Return the matrices of one interpretation, or of the product of two: a table of `tables.UNITS`."""
        interpreted = [self._interpreted(name, task) for name in methods]
        results = {}
        for axes, found in interpreted:
            values = found.values.mean(axis=-1) if axes[-1] == "time" else found.values
            results[tuple(axis for axis in axes if axis != "time")] = values
        source = self.subject.source
        matrices = aggregate.region_band_matrix(results, ATLAS, source.channels, source.frequencies_hz)
        first = interpreted[0][1]
        return units(self.subject, first.starts_seconds, first.probabilities, matrices)

    def interactions(self) -> pd.DataFrame:
        """Return the interaction of every pair of cells as `by` returns matrices; rows and columns are cells."""
        source, (_, found) = self.subject.source, self._interpreted(INTERACTION, SEIZURES)
        pairs = aggregate.pair_matrix(found.values, ATLAS, source.channels, (source.frequencies_hz, ()))
        cells = [aggregate.PAIRED.join(cell) for cell in product(ATLAS.regions, ATLAS.bands_hz)]
        return units(self.subject, found.starts_seconds, found.probabilities, pairs, (cells, cells))

    def _interpreted(self, name: str, task: Any) -> tuple[tuple[str, ...], Interpreted]:
        """Return the axes of an interpretation, and what it says of the subject's windows."""
        source, said = self.subject.source, self.said
        listed, shared = comparable([source], seizure, TESTING, seed=SEED)
        predictions = Predictions(said.probabilities, said.centres_seconds, said.labels, {"threshold": 0.0})
        case = Case([self.model], source, Comparable(listed[0], shared), source.events, predictions, TESTING)
        method, options = plugins.load("bandmap.interpret.methods", name), dict(OPTIONS[name])
        settings = {"kind": name, "options": options}
        return method.AXES, interpret_recording(method, case, settings, task=task, atlas=ATLAS, seed=SEED, device="cpu")


def units(
    who: Subject,
    starts_seconds: np.ndarray,
    probabilities: np.ndarray,
    matrices: np.ndarray,
    names: tuple[Sequence[str], Sequence[str]] = ([*ATLAS.regions], [*ATLAS.bands_hz]),
) -> pd.DataFrame:
    """Return the matrices of seizures, their parts and of other time; every window counts, whatever its probability."""
    windows = aggregate.Attributed(starts_seconds, TESTING["length_seconds"], probabilities, matrices, *names)
    head = {"dataset": "touchstone", "subject": who.name, "recording": who.name}
    return aggregate.seizure_matrices(windows, who.source.events, who.source.events, threshold=0.0, recording=head)


def contrast(who: Subject) -> pd.DataFrame:
    """Return the power of a subject's seizures less that of its other time, which no model has seen."""
    cut = cut_recording(who.source, seizure, CUTTING)  # windows that overlap cost little here, and lessen chance
    weights = ATLAS.region_weights(who.source.channels), ATLAS.band_members(who.source.frequencies_hz)
    power = cell_power(who.source.windows(cut.starts, cut.length), *weights)
    starts = cut.starts / who.source.frame_rate_hz
    return units(who, starts, np.ones(len(starts)), power - power[cut.labels == 0].mean(axis=0))


def methods_of(contender: Contender) -> dict[str, tuple[str, ...]]:
    """Return the methods for which the network has what they need."""
    offers = getattr(plugins.load("bandmap.train.models", contender.kind), "OFFERS", ())
    needs = {
        name: [need for part in parts for need in plugins.load("bandmap.interpret.methods", part).NEEDS]
        for name, parts in METHODS.items()
    }
    return {name: METHODS[name] for name, of in needs.items() if set(of) <= set(offers)}


def maps(held: Sequence[Held], contender: Contender) -> pd.DataFrame:
    """Return the matrices of subjects by every method, and by untrained networks: `map`, and columns of subjects."""
    found = {name: [one.by(parts, SEIZURES) for one in held] for name, parts in methods_of(contender).items()}
    for seed in range(UNTRAINED):
        fresh = untrained(held[0].model, held[0].subject, contender, seed)
        others = [Held.of(one.subject, fresh) for one in held]
        found[f"{UNTRAINED_NETWORK} {seed + 1}"] = [one.by(METHODS["band_occlusion"], SEIZURES) for one in others]
    return together(found)


def contrasts(people: Sequence[Subject]) -> pd.DataFrame:
    """Return the power contrast of subjects as `maps` does."""
    return together({POWER_CONTRAST: [contrast(who) for who in people]})


def interactions(held: Sequence[Held], contender: Contender) -> pd.DataFrame:
    """Return the interactions of pairs of cells by the model and by an untrained network: columns of `tables.PAIRS`."""
    fresh = untrained(held[0].model, held[0].subject, contender, 0)
    asked = {INTERACTION: held, f"{UNTRAINED_NETWORK} 1": [Held.of(one.subject, fresh) for one in held]}
    found = {name: aggregate.subject_pairs(pd.concat([one.interactions() for one in of])) for name, of in asked.items()}
    rows = pd.concat([of[of["outcome"] == "hit"].assign(map=name) for name, of in found.items()], ignore_index=True)
    return rows[["map", "subject", "part", "region", "band", "with_region", "with_band", "importance"]]


def together(found: Mapping[str, Sequence[pd.DataFrame]]) -> pd.DataFrame:
    columns = ["subject", "part", "region", "band", "importance"]
    tables = {name: aggregate.subject_matrices(pd.concat(rows)) for name, rows in found.items() if rows}
    hits = [of[of["outcome"] == "hit"][columns].assign(map=name) for name, of in tables.items()]
    return pd.concat(hits, ignore_index=True)[["map", *columns]]
