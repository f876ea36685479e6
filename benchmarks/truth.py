"""Touchstone in small: does a trained model's map name the planted cells, and do floors that need no model?

Two foci, conjunction and null: cohorts through the package's own stages (EDF file, harmonization, wavelet power, a
cwt_resnet18 of width 8, band occlusion and the product of Grad-CAM and occlusion), every subject held out. Floors: the
contrast of power without a model, untrained networks, a random map, the most frequent cells. Of the null, labels are
chance: in how many cohorts does a method call any cell significant?
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import _timing
import pandas as pd
import torch
import yaml
from sklearn.metrics import roc_auc_score

from bandmap import aggregate
from bandmap.download.datasets import taken, touchstone
from bandmap.faithfulness.benchmark import MAP, score_table
from bandmap.faithfulness.cells import cell_power, power_contrast
from bandmap.faithfulness.planted import wilson_interval
from bandmap.files import edf
from bandmap.files.comparable import Comparable
from bandmap.files.events import read_events
from bandmap.files.harmonized import open_recording, read_flags, write_recording
from bandmap.files.predicted import Predictions
from bandmap.files.represented import RepresentedRecording, carried, open_representation, write_representation
from bandmap.harmonize import Stream
from bandmap.interpret.from_files.comparable import comparable
from bandmap.interpret.from_files.recording import Case, interpret_recording
from bandmap.represent.representations import cwt
from bandmap.train.fitting import seeded
from bandmap.train.fold import Learner, cut_recording, predict_recording, train_fold
from bandmap.train.models import cwt_resnet18
from bandmap.train.schemes import subject_k_fold
from bandmap.train.tasks import seizure
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.network import Normalized

SETTINGS = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
ATLAS = Atlas.of(SETTINGS["regions"], SETTINGS["bands_hz"])
SEED, WIDTH, UNTRAINED = 1, 8, 5
SUBJECTS, FOLDS = 20, 4
COMPETENT = 0.8
"""Area under the ROC curve of a subject's windows below which its model detects nothing that could be explained."""
SESSION = {"duration_seconds": 300, "seizures_per_recording": 2}
CUTTING = {**SETTINGS["windows"], "length_seconds": 8, "step_seconds": 2, "training_step_seconds": 1}
POWER = {**SETTINGS["representations"]["cwt"], "frame_rate_hz": 4, "pooling": "mean"}
RECIPE = {
    **SETTINGS["training"],
    "epochs": 10,
    "batch_size": 32,
    # Cells are planted by name here: mirrored or shifted to another band, a window would be another cell's.
    "augmentation": {**SETTINGS["training"]["augmentation"], "mirror": 0, "frequency_shift_rows": 0},
}
NULL_COHORTS, NULL_SUBJECTS, NULL_EPOCHS = 12, 6, 2
N_FRAMES = round(CUTTING["length_seconds"] * POWER["frame_rate_hz"])
METHODS = {
    "band_occlusion": ("band_occlusion",),
    "published": ("gradcam", "occlusion"),
}
POWER_CONTRAST, UNTRAINED_NETWORK = "power contrast", "untrained network"


@dataclass(frozen=True)
class Subject:
    name: str
    source: RepresentedRecording


def cohort(scenario: str, subjects: int, seed: int, folder: Path) -> list[Subject]:
    """Simulate recordings and bring them through the first stages; only the representation stays on disk."""
    given = {"seed": seed, "scenario": scenario, "subjects": subjects, **SESSION}
    found = []
    for row in touchstone.recordings(scenario=scenario, subjects=subjects, **SESSION):
        name, raw, events, clean = row["recording"], folder / "raw.edf", folder / "events.tsv", folder / "clean.h5"
        touchstone.fetch(name, raw, **taken(touchstone, "fetch", given))
        touchstone.annotate(name, raw, None, events, **taken(touchstone, "annotate", given))
        stream = Stream(edf.read(raw), read_events(events), **SETTINGS["harmonize"])
        write_recording(clean, stream, attributes={})
        path = folder / f"{name}.zarr.zip"
        with open_recording(clean) as recording:
            power = cwt.transform(recording.microvolts, recording.rate_hz, **POWER)
            write_representation(
                path, power, channels=recording.channels, attributes=carried(recording), flags=read_flags(clean)
            )
        found.append(Subject(row["subject"], open_representation(path)))
    return found


@dataclass(frozen=True)
class Held:
    """A subject that a fold tests, with the model of the fold and its predictions."""

    subject: Subject
    model: Normalized
    predictions: Predictions

    @property
    def detection(self) -> float:
        return float(roc_auc_score(self.predictions.labels, self.predictions.probabilities))


def held_out(people: Sequence[Subject], folds: int, epochs: int) -> Iterator[Held]:
    """Train a model for each fold and predict the subjects that it never saw."""
    by_name = {subject.name: subject for subject in people}
    rows = [{"dataset": "t", "subject": name, "recording": name} for name in by_name]
    table = pd.DataFrame(subject_k_fold.assign(rows, seed=SEED, folds=folds))
    learner = Learner(seizure, CUTTING, {**RECIPE, "epochs": epochs}, SEED, "cpu")
    for _, fold in table.groupby("fold"):
        roles = {role: [by_name[name] for name in of["subject"]] for role, of in fold.groupby("role")}
        training, validation = ([subject.source for subject in roles[role]] for role in ("train", "validation"))
        trained = train_fold(training, validation, {"kind": "cwt_resnet18", "options": {"width": WIDTH}}, learner)
        for subject in roles["test"]:
            predicted = predict_recording(trained.model, subject.source, seizure, CUTTING, device="cpu")
            # Every window of a seizure counts, at any probability.
            predictions = Predictions(
                predicted.probabilities, predicted.centres_seconds, predicted.labels, {"threshold": 0.0}
            )
            yield Held(subject, trained.model, predictions)


def units(held: Held, methods: Sequence[str], model: Normalized) -> pd.DataFrame:
    """Return rows of a subject's seizures and interictal time by one interpretation, or the product of two."""
    source = held.subject.source
    listed, shared = comparable([source], seizure, CUTTING, seed=SEED)
    case = Case([model], source, Comparable(listed[0], shared), source.events, held.predictions, CUTTING)
    results = {}
    for name in methods:
        method, options = plugins.load("bandmap.interpret.methods", name), dict(SETTINGS["interpretations"][name])
        found = interpret_recording(
            method, case, {"kind": name, "options": options}, task=seizure, atlas=ATLAS, seed=SEED, device="cpu"
        )
        values = found.values.mean(axis=-1) if method.AXES[-1] == "time" else found.values
        results[tuple(axis for axis in method.AXES if axis != "time")] = values
    matrices = aggregate.region_band_matrix(results, ATLAS, source.channels, source.frequencies_hz)
    length = CUTTING["length_seconds"]
    windows = aggregate.Attributed(
        found.starts_seconds, length, found.probabilities, matrices, [*ATLAS.regions], [*ATLAS.bands_hz]
    )
    head = {"dataset": "t", "subject": held.subject.name, "recording": held.subject.name}
    return aggregate.seizure_matrices(windows, source.events, source.events, threshold=0.0, recording=head)


def whole(units: pd.DataFrame) -> pd.DataFrame:
    return aggregate.subject_matrices(units).query("part == 'whole'")


def untrained(held: Held, seed: int) -> Normalized:
    with seeded(seed):
        network = cwt_resnet18.build((*held.model.mean.shape[:2], N_FRAMES), 2, width=WIDTH)
    return Normalized(network, held.model.mean, held.model.std).eval()


def contrast(subject: Subject) -> pd.DataFrame:
    """Return the power contrast of a subject, which no model has seen."""
    cut = cut_recording(subject.source, seizure, CUTTING)
    regions = ATLAS.region_weights(subject.source.channels)
    bands = ATLAS.band_members(subject.source.frequencies_hz)
    cells = power_contrast(cell_power(subject.source.windows(cut.starts, cut.length), regions, bands), cut.labels)
    return pd.DataFrame(
        {"subject": subject.name, "region": region, "band": band, "importance": cells[r, b]}
        for r, region in enumerate(ATLAS.regions)
        for b, band in enumerate(ATLAS.bands_hz)
    )


def scenario_scores(scenario: str) -> pd.DataFrame:
    """Train, explain and score one scenario: columns of `score_table`, and `method`."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        people = cohort(scenario, SUBJECTS, SEED, Path(folder))
        maps: dict[str, list[pd.DataFrame]] = {name: [] for name in METHODS}
        floors = {POWER_CONTRAST: [contrast(subject) for subject in people]}
        floors |= {f"{UNTRAINED_NETWORK} {seed + 1}": [] for seed in range(UNTRAINED)}
        detection = {}
        for held in held_out(people, FOLDS, RECIPE["epochs"]):
            detection[held.subject.name] = held.detection
            if held.detection < COMPETENT:
                continue
            for name, methods in METHODS.items():
                maps[name].append(whole(units(held, methods, held.model)))
            for seed in range(UNTRAINED):
                of_fresh = units(held, ("band_occlusion",), untrained(held, seed))
                floors[f"{UNTRAINED_NETWORK} {seed + 1}"].append(whole(of_fresh))
    areas = pd.Series(detection)
    print(
        f"{scenario}: area under the ROC curve of windows {areas.mean():.3f} (least {areas.min():.3f}),"
        f" {(areas >= COMPETENT).sum()} of {len(areas)} subjects at least {COMPETENT}",
        flush=True,
    )
    truth = touchstone.cells(seed=SEED, scenario=scenario, version=2, subjects=SUBJECTS)
    without_a_method = {floor: together(tables) for floor, tables in floors.items()}
    scores = pd.concat(
        score_table(truth, together(tables), without_a_method, ranking=ranking).assign(method=name, ranking=ranking)
        for name, tables in maps.items()
        for ranking in ("value", "magnitude")
    )
    shown(scenario, scores)
    return scores


def together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables) if tables else pd.DataFrame()


def null_p(number: int) -> dict[str, float]:
    """Return the smallest p of any cell of one cohort with labels by chance, method by method."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        people = cohort("null", NULL_SUBJECTS, SEED + 100 + number, Path(folder))
        rows: dict[str, list[pd.DataFrame]] = {name: [] for name in METHODS}
        for held in held_out(people, 2, NULL_EPOCHS):
            for name, methods in METHODS.items():
                rows[name].append(units(held, methods, held.model))
    found = {name: aggregate.cohort_matrices(together(of), seed=SEED) for name, of in rows.items()}
    return {
        name: float(of[(of["outcome"] == "hit") & (of["part"] == "whole")]["p"].min()) for name, of in found.items()
    }


def shown(scenario: str, scores: pd.DataFrame) -> None:
    """Print average precision and the other metrics, maps ranked by value."""
    for name, of in scores[scores["ranking"] == "value"].groupby("method", sort=False):
        print(f"\n{scenario}, {name}, ranked by value", flush=True)
        wide = of.pivot(index="map", columns="metric", values="mean").loc[of["map"].unique()]
        print(wide.round(3).to_string())
        own = of[of["map"] == MAP].set_index("metric").loc["average_precision"]
        print(f"n = {own['n']}, {own['without']} not competent; average precision and its margin over {own['over']}:")
        print(own[["mean", "low", "high", "margin", "margin_low", "margin_high"]].to_frame().T.to_string(index=False))


def precision(scores: pd.DataFrame, maps: Sequence[str]) -> float:
    """Return the largest mean average precision of maps, ranked either way."""
    of = scores[(scores["metric"] == "average_precision") & scores["map"].isin(maps)]
    return float(of["mean"].max())


def floor_precision(scores: pd.DataFrame) -> float:
    """Return that of the best floor; of untrained networks, the mean of all."""
    of = scores[(scores["metric"] == "average_precision") & (scores["map"] != MAP)]
    of = of.assign(map=of["map"].str.replace(r" \d+$", "", regex=True))
    return float(of.groupby(["method", "ranking", "map"])["mean"].mean().max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="what there is: a small cohort of three scenarios")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    given, begin = parser.parse_args(), time.perf_counter()
    with ProcessPoolExecutor(given.jobs) as pool:
        scored = {name: pool.submit(scenario_scores, name) for name in ("two_foci", "conjunction")}
        null = [pool.submit(null_p, number) for number in range(NULL_COHORTS)]
        scores = {name: future.result() for name, future in scored.items()}
        least = pd.DataFrame([future.result() for future in null])
    figures = {
        "truth_conjunction_floor": precision(scores["conjunction"], [POWER_CONTRAST]),
        "truth_two_foci_pr": precision(scores["two_foci"], [MAP]),
        "truth_two_foci_floor_pr": floor_precision(scores["two_foci"]),
        **{f"truth_null_rate_{name}": float((of < 0.05).mean()) for name, of in least.items()},
        "truth_null_rate": float((least < 0.05).mean().max()),
    }
    print(f"\nnull: cohorts of {NULL_SUBJECTS} with any p < 0.05")
    for name, of in least.items():
        low, high = wilson_interval(int((of < 0.05).sum()), len(of))
        print(f"{name}: {(of < 0.05).sum()} of {len(of)} [{low:.2f}, {high:.2f}]")
    _timing.finish(figures, {}, given.json)
    print(f"took {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
