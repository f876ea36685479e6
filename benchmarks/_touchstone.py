"""One scenario of Touchstone through the stages: simulate, train, detect, explain, and what needs no model.

Every step is a stage of the workflow (EDF file, harmonization, representation, training, interpretation, aggregation);
only the files between them are temporary. Tables leave: maps of all methods and floors, and how well the model detects.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _timing  # noqa: F401 - one thread, before numpy is imported
import numpy as np
import pandas as pd
import yaml

from bandmap import aggregate
from bandmap.download.datasets import taken, touchstone
from bandmap.faithfulness.cells import cell_power
from bandmap.files import edf
from bandmap.files.comparable import Comparable
from bandmap.files.events import read_events
from bandmap.files.harmonized import open_recording, read_flags, write_recording
from bandmap.files.predicted import Predictions
from bandmap.files.represented import RepresentedRecording, carried, open_representation, write_representation
from bandmap.harmonize import Stream
from bandmap.interpret.from_files.comparable import comparable
from bandmap.interpret.from_files.recording import Case, interpret_recording
from bandmap.score.probabilities import window_auroc
from bandmap.train.fitting import seeded
from bandmap.train.fold import Learner, cut_recording, predict_recording, train_fold
from bandmap.train.tasks import Prediction, seizure
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.network import Normalized

SETTINGS = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
ATLAS = Atlas.of(SETTINGS["regions"], SETTINGS["bands_hz"])
SEED, UNTRAINED = 1, 5
NULL_TRAINED, NULL_SUBJECTS = 20, 6
CUTTING = {**SETTINGS["windows"], "length_seconds": 8, "step_seconds": 2, "training_step_seconds": 2}
TESTING = {**CUTTING, "step_seconds": 8}
"""Windows of tested subjects, which are also the explained ones."""

POWER = {**SETTINGS["representations"]["cwt"], "frame_rate_hz": 4, "pooling": "mean"}
RECIPE = {
    **SETTINGS["training"],
    "epochs": 10,
    "patience": 10,
    "batch_size": 32,
    # Cells are planted by name here: mirrored or shifted to another band, a window would be another cell's.
    "augmentation": {**SETTINGS["training"]["augmentation"], "mirror": 0, "frequency_shift_rows": 0},
}


@dataclass(frozen=True)
class Contender:
    """A network that is trained on every scenario: its plugin, the representation that it takes, how it is trained."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    representation: str = "cwt"
    representing: Mapping[str, Any] = field(default_factory=lambda: POWER)
    training: Mapping[str, Any] = field(default_factory=dict)


MODELS = {
    "cwt_resnet18": Contender("cwt_resnet18", {"width": 8}),
    "lightseizurenet": Contender("lightseizurenet", {}, "signal", {"pre_emphasis": 0.9}, {"learning_rate": 0.002}),
}
METHODS = {
    "band_occlusion": ("band_occlusion",),
    "integrated_gradients": ("integrated_gradients",),
    "published": ("gradcam", "occlusion"),
}
"""Name of a matrix -> the interpretations of which it is made, one or the product of two."""

POWER_CONTRAST, UNTRAINED_NETWORK = "power contrast", "untrained network"


@dataclass(frozen=True)
class Subject:
    name: str
    split: str
    source: RepresentedRecording


def cohort(
    given: Mapping[str, Any], folder: Path, contender: Contender, splits: Iterable[str] = ("train", "dev", "eval")
) -> list[Subject]:
    """Simulate recordings and bring them through the first stages; only the representation stays on disk."""
    folder.mkdir(parents=True, exist_ok=True)
    stage = plugins.load("bandmap.represent.representations", contender.representation)
    found = []
    for row in touchstone.recordings(**{name: value for name, value in given.items() if name != "seed"}):
        if row["split"] not in splits:
            continue
        name, raw, events, clean = row["recording"], folder / "raw.edf", folder / "events.tsv", folder / "clean.h5"
        touchstone.fetch(name, raw, **taken(touchstone, "fetch", given))
        touchstone.annotate(name, raw, None, events, **taken(touchstone, "annotate", given))
        stream = Stream(edf.read(raw), read_events(events), **SETTINGS["harmonize"])
        write_recording(clean, stream, attributes={})
        path = folder / f"{name}.zarr.zip"
        with open_recording(clean) as recording:
            values = stage.transform(recording.microvolts, recording.rate_hz, **contender.representing)
            about = carried(recording)
            write_representation(path, values, channels=recording.channels, attributes=about, flags=read_flags(clean))
        found.append(Subject(row["subject"], row["split"], open_representation(path)))
    return found


def trained(people: Sequence[Subject], contender: Contender, **training: Any) -> Normalized:
    """Train on the split train; dev chooses the epoch."""
    parts = ([who.source for who in people if who.split == split] for split in ("train", "dev"))
    learner = Learner(seizure, CUTTING, {**RECIPE, **contender.training, **training}, SEED, "cpu")
    return train_fold(*parts, {"kind": contender.kind, "options": dict(contender.options)}, learner).model


def untrained(model: Normalized, like: Subject, contender: Contender, seed: int) -> Normalized:
    """Return a network with initial weights and the trained one's normalization."""
    build = plugins.load("bandmap.train.models", contender.kind).build
    cut = cut_recording(like.source, seizure, TESTING)
    shape = like.source.windows(cut.starts[:1], cut.length).shape[1:]
    with seeded(seed):
        network = build(shape, 2, **contender.options)
    return Normalized(network, model.mean, model.std).eval()


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

    def by(self, methods: Sequence[str]) -> pd.DataFrame:
        """Return the matrices of one interpretation, or of the product of two: a table of `tables.UNITS`."""
        source, said = self.subject.source, self.said
        listed, shared = comparable([source], seizure, TESTING, seed=SEED)
        predictions = Predictions(said.probabilities, said.centres_seconds, said.labels, {"threshold": 0.0})
        case = Case([self.model], source, Comparable(listed[0], shared), source.events, predictions, TESTING)
        results = {}
        for name in methods:
            method, options = plugins.load("bandmap.interpret.methods", name), dict(SETTINGS["interpretations"][name])
            settings = {"kind": name, "options": options}
            found = interpret_recording(method, case, settings, task=seizure, atlas=ATLAS, seed=SEED, device="cpu")
            values = found.values.mean(axis=-1) if method.AXES[-1] == "time" else found.values
            results[tuple(axis for axis in method.AXES if axis != "time")] = values
        matrices = aggregate.region_band_matrix(results, ATLAS, source.channels, source.frequencies_hz)
        return units(self.subject, found.starts_seconds, found.probabilities, matrices)


def units(who: Subject, starts_seconds: np.ndarray, probabilities: np.ndarray, matrices: np.ndarray) -> pd.DataFrame:
    """Return the matrices of seizures, their parts and of other time; every window counts, whatever its probability."""
    names = [*ATLAS.regions], [*ATLAS.bands_hz]
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
    fits = contender.representation == "cwt"
    return {name: METHODS[name] for name, of in needs.items() if set(of) <= set(offers) and (fits or not of)}


def maps(held: Sequence[Held], contender: Contender) -> pd.DataFrame:
    """Return the matrices of subjects by every method, and by untrained networks: `map`, and columns of subjects."""
    found = {name: [one.by(parts) for one in held] for name, parts in methods_of(contender).items()}
    for seed in range(UNTRAINED):
        fresh = untrained(held[0].model, held[0].subject, contender, seed)
        others = [Held.of(one.subject, fresh) for one in held]
        found[f"{UNTRAINED_NETWORK} {seed + 1}"] = [one.by(METHODS["band_occlusion"]) for one in others]
    return together(found)


def contrasts(people: Sequence[Subject]) -> pd.DataFrame:
    """Return the power contrast of subjects as `maps` does."""
    return together({POWER_CONTRAST: [contrast(who) for who in people]})


def together(found: Mapping[str, Sequence[pd.DataFrame]]) -> pd.DataFrame:
    columns = ["subject", "part", "region", "band", "importance"]
    tables = {name: aggregate.subject_matrices(pd.concat(rows)) for name, rows in found.items() if rows}
    hits = [of[of["outcome"] == "hit"][columns].assign(map=name) for name, of in tables.items()]
    return pd.concat(hits, ignore_index=True)[["map", *columns]]


def tested(people: Sequence[Subject]) -> list[Subject]:
    return [who for who in people if who.split == "eval"]


def scenario(name: str, contender: Contender, folder: Path, **given: Any) -> dict[str, pd.DataFrame]:
    """Return tables of one scenario and model: `maps`, and `detection` with the area under the ROC curve of windows."""
    given = {"seed": SEED, "scenario": name, **given}
    people = cohort(given, folder / "people", contender)
    model = trained(people, contender)
    seen = tested(people)
    held = [Held.of(who, model) for who in seen]
    detection = pd.DataFrame({"subject": one.subject.name, "window_auroc": one.auroc} for one in held)
    tables = {"detection": detection}
    if name == "shortcut":
        tables["use"] = use_of_the_cue(held, given, folder / "without", contender)
    if contender.representation != "cwt":
        seen = cohort(given, folder / "power", MODELS["cwt_resnet18"], ("eval",))
    return {"maps": pd.concat([maps(held, contender), contrasts(seen)]), **tables}


def use_of_the_cue(held: Sequence[Held], given: Mapping[str, Any], folder: Path, contender: Contender) -> pd.DataFrame:
    """Measure what a model of `shortcut` uses: test it without the cue, and train another one that never sees it.

    Returns
    -------
    DataFrame
        A row for each subject: `windows` of seizures that the cue reaches, by how much the mean `log_odds` of these
        falls where the cue is removed, and the area under the ROC curve of windows of each model on each kind of
        recording: `cue_cue` (trained with it, tested with it), `cue_none`, `none_cue`, `none_none`.
    """
    people = cohort({**given, "cue": False}, folder, contender)
    never = trained(people, contender)
    rows = []
    for one, who in zip(held, tested(people), strict=True):
        blind, cued, free = Held.of(who, one.model), Held.of(one.subject, never), Held.of(who, never)
        reached = _changed(one.subject, who) & (one.said.labels == 1)
        fall = _log_odds(one.said.probabilities[reached]) - _log_odds(blind.said.probabilities[reached])
        areas = {"cue_cue": one.auroc, "cue_none": blind.auroc, "none_cue": cued.auroc, "none_none": free.auroc}
        fallen = float(fall.mean()) if reached.any() else np.nan
        rows.append({"subject": who.name, "windows": int(reached.sum()), "log_odds": fallen, **areas})
    return pd.DataFrame(rows)


def _changed(one: Subject, other: Subject) -> np.ndarray:
    """Return in which windows two recordings differ by more than their files' rounding."""
    cut = cut_recording(one.source, seizure, TESTING)
    a, b = (who.source.windows(cut.starts, cut.length) for who in (one, other))
    away = np.abs(a - b).reshape(len(a), -1).mean(axis=1)
    return np.asarray(away > 0.01 * np.abs(a).reshape(len(a), -1).std())


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    clipped = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def null_cohorts(block: int, cohorts: int, contender: Contender, folder: Path) -> dict[str, pd.DataFrame]:
    """Train a model on labels by chance, and explain cohorts of six other subjects whose labels are chance, too.

    Returns
    -------
    dict
        `p`: the smallest p of any cell, by `cohort` and `map`. `maps`: the matrices of the subjects, with `cohort`.
    """
    session = {"duration_seconds": 300, "seizures_per_recording": 2, "scenario": "null"}
    people = cohort({**session, "seed": 1000 + block, "subjects": NULL_TRAINED}, folder / "trained", contender)
    model = trained(people, contender, epochs=2)
    least, matrices = [], []
    for number in range(cohorts):
        name = f"{block}-{number}"
        given = {**session, "seed": 10_000 + 100 * block + number, "subjects": NULL_SUBJECTS}
        held = [Held.of(who, model) for who in cohort(given, folder / name, contender)]
        found = {method: [one.by(parts) for one in held] for method, parts in methods_of(contender).items()}
        for method, rows in found.items():
            of = aggregate.cohort_matrices(pd.concat(rows), seed=SEED)
            p = of.loc[(of["outcome"] == "hit") & (of["part"] == "whole"), "p"].min()
            least.append({"cohort": name, "map": method, "p": float(p)})
        matrices.append(together(found).query("part == 'whole'").assign(cohort=name))
        shutil.rmtree(folder / name)
    return {"p": pd.DataFrame(least), "maps": pd.concat(matrices)}
