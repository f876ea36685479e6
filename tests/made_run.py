"""A finished run on made-up numbers: the files that pictures and pages are drawn from, in two seconds."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bandmap import aggregate
from bandmap.files.attributed import write_attribution
from bandmap.files.documents import write_json
from bandmap.files.events import write_events
from bandmap.files.harmonized import write_recording
from bandmap.files.predicted import write_predictions
from bandmap.files.represented import carried, write_representation
from bandmap.files.tables import write_table
from bandmap.report import from_files as findings
from bandmap.vocabulary import tables
from bandmap.vocabulary.recording import Event, Recording, SleepStage
from bandmap.vocabulary.representation import Representation

REGIONS = {
    "frontal": ["Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8"],
    "central": ["C3", "Cz", "C4"],
    "parieto-occipital": ["P3", "Pz", "P4", "O1", "O2"],
    "temporal-left": ["T3", "T5"],
    "temporal-right": ["T4", "T6"],
}
BANDS = {"delta": [1, 4], "theta": [4, 8], "alpha": [8, 14], "beta": [14, 30], "gamma": [30, 40]}
TITLES = {"band_occlusion": "joint: band occlusion", "published": "published: product", "gradcam": "gradcam"}
CHANNELS = ("Fp1-F7", "F7-T3", "T3-T5", "T5-O1", "Fz-Cz", "Cz-Pz", "Fp2-F8", "F8-T4", "T4-T6", "T6-O2")
STAGES = tuple(stage.name for stage in SleepStage)
SCHEME, FOLDS, DATASET = "leave_one_subject_out", ("fold1", "fold2"), "made"
FREQUENCIES = tuple(float(f) for f in range(1, 21))
EPOCH = 30.0


@dataclass(frozen=True)
class Made:
    """A folder `results` and what a plan would say of it."""

    folder: Path
    task: str
    models: tuple[str, ...]
    recordings: tuple[dict[str, str], ...]

    @property
    def results(self):
        return self.folder / "results"

    @property
    def subjects(self):
        return [(row["dataset"], row["subject"]) for row in self.recordings]

    def of(self, kind, model, row, ending):
        return str(self.results / kind / model / SCHEME / row["dataset"] / f"{row['recording']}{ending}")

    @property
    def harmonized(self):
        return [str(self.results / "harmonized" / f"{row['recording']}.h5") for row in self.recordings]

    @property
    def scored(self):
        extra = ("line-length", "always-on") if self.task == "seizure" else ()
        return {name: str(self.results / f"scores/{name}_{SCHEME}.tsv") for name in (*self.models, *extra)}

    @property
    def tested(self):
        titles = dict.fromkeys(self.models, TITLES)
        return findings.Tested(self.recordings, self.harmonized, self.subjects, titles, FOLDS, self.scored, (DATASET,))

    @property
    def config(self):
        run = {"task": self.task, "datasets": [DATASET], "models": list(self.models), "scheme": SCHEME}
        return {"run": run, "regions": REGIONS, "bands_hz": BANDS, "seed": 1}

    def truth(self):
        rows = []
        for number, row in enumerate(self.recordings):
            for label in STAGES if self.task == "sleep" else ("1",):
                region, band = place_of(label if self.task == "sleep" else "sz", number)
                rows.append({**row, "seizure": label, "region": region, "band": band})
        return rows


def place_of(label, number):
    """Return the planted cell: of each stage its own, of seizures each subject's."""
    step = STAGES.index(label) if label in STAGES else number
    return list(REGIONS)[step % 5], list(BANDS)[(2 * step + 1) % 5]


def make_run(folder, task, *, models=("one", "two"), subjects=3):
    rows = tuple(
        {"dataset": DATASET, "subject": f"{n + 1:02d}", "recording": f"sub-{n + 1:02d}_run-01"} for n in range(subjects)
    )
    made = Made(folder, task, models, rows)
    units = {model: [] for model in models}
    for number, (row, path) in enumerate(zip(rows, made.harmonized, strict=True)):
        events = EVENTS[task]
        _recording(made, row, path, events, number)
        for model in models:
            _predictions(made, model, row, number)
            _attributions(made, model, row, number)
            units[model] += _units(task, row, number, models.index(model))
    for model in models:
        _matrices(made, model, units[model])
        _trained(made, model)
        _faithfulness(made, model)
    _scores(made)
    return made


SECONDS = {"seizure": 100.0, "sleep": 1800.0}
HYPNOGRAM = np.repeat([0, 1, 2, 3, 2, 4, 0, 2, 3, 4, 1, 2], 5)
EVENTS = {
    "seizure": (Event(30.0, 62.0, "sz"), Event(80.0, 92.0, "sz")),
    "sleep": tuple(Event(k * 5 * EPOCH, (k + 1) * 5 * EPOCH, STAGES[stage]) for k, stage in enumerate(HYPNOGRAM[::5])),
}


def _generator(*numbers):
    return np.random.default_rng(numbers)


def _recording(made, row, path, events, number):
    rate, seconds = 32.0, SECONDS[made.task]
    microvolts = _generator(number).normal(0, 30, (len(CHANNELS), round(rate * seconds))).astype(np.float32)
    recording = Recording(microvolts, rate, CHANNELS, events, (), (CHANNELS[0],))
    quality = [{"channel": name, "flat_seconds": 0.0, "masked_seconds": float(number)} for name in CHANNELS]
    write_recording(path, recording, quality, attributes={"source": "made"})
    values = _generator(number, 1).normal(0, 1, (round(seconds), len(CHANNELS), len(FREQUENCIES)))
    valid = np.ones(len(values), bool)
    frames = Representation(values.astype(np.float32), 1.0, FREQUENCIES, "log10 uV^2", valid)
    array = str(made.results / f"represented/{row['recording']}.zarr.zip")
    Path(array).parent.mkdir(parents=True, exist_ok=True)
    write_representation(array, frames, channels=CHANNELS, attributes=carried(recording))
    write_events(made.folder / f"resources/{row['recording']}_events.tsv", events, recording_seconds=seconds)


def _predictions(made, model, row, number):
    seconds = SECONDS[made.task]
    if made.task == "seizure":
        centres = np.arange(2.0, seconds - 2)
        inside = np.any([(event.onset <= centres) & (centres < event.offset) for event in EVENTS["seizure"]], axis=0)
        probabilities = np.clip(0.8 * inside + _generator(number, 2).normal(0.1, 0.05, len(centres)), 0, 1)
        labels, found = inside.astype(int), (Event(33.0, 60.0, "sz"), Event(5.0, 14.0, "sz"))
        attributes = {"threshold": 0.5, "step_seconds": 1.0}
    else:
        centres, labels = (np.arange(len(HYPNOGRAM)) + 0.5) * EPOCH, HYPNOGRAM.copy()
        labels[7] = -1
        probabilities = _generator(number, 3).dirichlet(np.ones(5), len(centres))
        probabilities[np.arange(len(centres)), HYPNOGRAM] += 0.6
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        found, attributes = EVENTS["sleep"], {"step_seconds": EPOCH}
    path = made.of("predicted", model, row, "_probabilities.h5")
    write_predictions(path, probabilities=probabilities, centres_seconds=centres, labels=labels, attributes=attributes)
    write_events(made.of("predicted", model, row, "_events.tsv"), found, recording_seconds=seconds)


def _attributions(made, model, row, number):
    seizure = made.task == "seizure"
    length = 4 if seizure else int(EPOCH)
    lists = {"channels": CHANNELS, "masked_channels": (), "interpolated_channels": CHANNELS[:1]}
    lists |= {"frequencies_hz": FREQUENCIES, "edges_hz": (), "classes": STAGES, "options": {"layer": "layer2"}}
    about = {"length_seconds": float(length), "threshold": 0.5, **{k: json.dumps(v) for k, v in lists.items()}}
    sizes = {
        "gradcam": (("frequency", "time"), (len(FREQUENCIES), length)),
        "occlusion": (("channel",), (len(CHANNELS),)),
        "ecam": (("channel", "second"), (len(CHANNELS), length)),
        "band_occlusion": (("region", "band"), (len(REGIONS), len(BANDS))),
    }
    for place, (method, (axes, shape)) in enumerate(sizes.items()):
        every = np.arange(97.0) if method == "band_occlusion" else np.arange(20.0, 70.0)
        starts = every if seizure else np.arange(len(HYPNOGRAM)) * EPOCH
        values = _generator(number, 4, place).random((len(starts), *shape)).astype(np.float32)
        one = {"probabilities": np.full(len(starts), 0.9), "starts_seconds": starts}
        one |= dict.fromkeys(("labels", "targets"), np.ones(len(starts), int) if seizure else HYPNOGRAM)
        path = made.of("attributed", model, row, f"_{method}.h5")
        write_attribution(path, values=values, axes=axes, attributes={**about, "method": method}, **one)


def _units(task, row, number, model):
    """Return the rows of one recording's matrices, the planted cell the largest."""
    kinds = [("sz", str(k + 1), outcome, part, *events) for k, (outcome, events) in enumerate(
        [("hit", (30.0, 62.0)), ("miss", (80.0, 92.0))]) for part in ("whole", "onset", "middle", "end")]  # fmt: skip
    kinds += [
        ("sz", "false-1", "false_alarm", "whole", 5.0, 14.0),
        ("sz", "interictal", "interictal", "whole", None, None),
    ]
    if task == "sleep":
        kinds = [(stage, None, outcome, "whole", None, None) for stage in STAGES for outcome in ("right", "wrong")]
    generator, rows = _generator(number, 5, model), []
    for label, name, outcome, part, onset, offset in kinds:
        place = place_of(label, number)
        for region in REGIONS:
            for band in BANDS:
                value = generator.normal(0, 0.05) + 0.3 * ((region, band) == place) * (outcome in ("hit", "right"))
                head = {**row, "class": label, "seizure": name, "outcome": outcome, "part": part}
                cell = {"onset": onset, "offset": offset, "region": region, "band": band, "importance": value}
                cell["square"] = value**2
                rows.append(
                    {**head, **cell, "n_windows": 9, "interpolated": 0.25 * (region == "frontal"), "masked": 0.0}
                )
    return rows


def _matrices(made, model, units):
    for name in TITLES:
        rows = [{**row, "region": "all"} for row in units if row["region"] == "central"] if name == "gradcam" else units
        folder = made.results / "matrices" / model / SCHEME / name
        table = tables.UNITS.frame(rows)
        write_table(folder / "seizures.tsv", table, tables.UNITS)
        write_table(folder / "subjects.tsv", aggregate.subject_matrices(table), tables.SUBJECTS)
        write_table(folder / "cohort.tsv", aggregate.cohort_matrices(table, seed=1), tables.COHORT)


def _faithfulness(made, model):
    tests = [("weights", part, step) for step, part in enumerate(("fc", "layer1", "all"), start=1)]
    tests += [("labels", "", None), ("noise", "", None), ("deletion", "gain", None), ("insertion", "gain", None)]
    tests += [
        (f"{v}_curve", level, k) for v in ("deletion", "insertion") for level in ("order", "random") for k in range(11)
    ]
    tests += [(view, name, None) for view in ("deletion", "insertion") for name in ("phase_randomized", "noise")]
    rows = [
        dict(zip(tables.MAP_TESTS.names, (*person, name, *test, 0.5 / (1 + number), 6), strict=True))
        for number, person in enumerate(made.subjects)
        for name in TITLES
        for test in tests
    ]
    rows += [
        dict(zip(tables.MAP_TESTS.names, (*person, "all", "deletion_ranking", "noise, other", None, 1, 2), strict=True))
        for person in made.subjects
    ]
    write_table(made.results / "faithfulness" / model / f"{SCHEME}.tsv", rows, tables.MAP_TESTS)


def _trained(made, model):
    for fold in FOLDS:
        folder = made.results / "trained" / model / SCHEME / fold
        history = [dict(zip(tables.HISTORY.names, (e, "train", 1 / e, 1.2 / e, 0.1), strict=True)) for e in (1, 2, 3)]
        write_table(folder / "history.tsv", history, tables.HISTORY)
        seen = [{"role": "train", "class": "seizure", "windows": 90, "excluded": 10}]
        write_table(folder / "windows.tsv", seen, tables.WINDOWS)
        took = dict(zip(tables.RESOURCES.names, (1.5, 60.0, 200.0, "cpu", "32-true", 3, 1000), strict=True))
        write_table(folder / "resources.tsv", [took], tables.RESOURCES)


SPREAD = {"mean": 0.8, "sd": 0.1, "low": 0.7, "high": 0.9, "n": 3}
EVENT = ("sensitivity", "precision", "f1", "false_alarms_per_day")


def _scores(made):
    folder = made.results / "scores"
    metrics = EVENT if made.task == "seizure" else ("kappa", "macro_f1", "accuracy", *(f"f1_{s}" for s in STAGES))
    summary = {"scorer": {"library": "scorer 1.0", "event": {"toleranceStart": 30}}, "settings": {"smooth_seconds": 5}}
    summary["recordings"] = {"scored": len(made.recordings), "expected": len(made.recordings)}
    if made.task == "seizure":
        summary |= {"event": dict.fromkeys(EVENT, SPREAD), "sample": dict.fromkeys(EVENT, SPREAD)}
        summary |= {"window": dict.fromkeys(("auroc", "auprc", "calibration_error"), SPREAD)}
    else:
        counts = (np.eye(5, dtype=int) * 8 + 1).tolist()
        summary |= {"epoch": dict.fromkeys(metrics, SPREAD), "confusion": {"stages": list(STAGES), "epochs": counts}}
    for name, table in made.scored.items():
        schema = tables.SEIZURE_SCORES if made.task == "seizure" else tables.STAGE_SCORES
        given = {"scoring": "event", "epochs": 60, **dict.fromkeys(metrics, 0.8)}
        cells = {column.name: given.get(column.name, None if column.optional else 1) for column in schema.columns}
        rows = [cells | {"dataset": dataset, "subject": subject} for dataset, subject in made.subjects]
        write_table(table, rows, schema)
        write_json(Path(table).with_suffix(".json"), summary)
        if name != "always-on":
            _details(made, folder / f"{name}_{SCHEME}_details.tsv")
    values = ("one", "two", metrics[0], 0.1, 0.0, 0.2, None, 3, 0.25, 0.5)
    compared = dict(zip(tables.COMPARISON.names, values, strict=True))
    write_table(folder / f"comparison_{SCHEME}.tsv", [compared], tables.COMPARISON)


def _details(made, path):
    if made.task == "seizure":
        rows = [
            {"threshold": t, "sensitivity": 1 - t**2, "precision": t, "f1": t, "false_alarms_per_day": 100 * (0.9 - t)}
            | {f"n_{name}": 3 for name in EVENT}
            for t in (0.1, 0.5, 0.9)
        ]
        write_table(path, rows, tables.CURVE)
        return
    rows = [
        {**row, "statistic": name, "reference_minutes": 6.0, "predicted_minutes": 5.5}
        for row in made.recordings
        for name in ("total_sleep_time", *STAGES)
    ]
    write_table(path, rows, tables.SLEEP_MINUTES)
