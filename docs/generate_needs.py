"""Write docs/needs.md: the needs of CHB-MIT, Siena and TUSZ, from docs/benchmarks.md, docs/cluster.md and config.yaml.

Run `python docs/generate_needs.py` from any folder. A test fails while the page is out of date.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "needs.md"

MEASURED = {
    "harmonize_day": ("s", "harmonize a day", "benchmarks", r"harmonize_day_seconds \| ([\d.]+)"),
    "represent_day": ("s", "represent a day", "benchmarks", r"represent_day_seconds \| ([\d.]+)"),
    "cache_hour": ("MB", "cache of an hour, float32", "benchmarks", r"float32 \| bandmap .zarr.zip \| (\d+)"),
    "start": ("s", "start of a job with a network", "benchmarks", r"start_up_with_network_seconds \| ([\d.]+)"),
    "harmonize_job": ("s", "job `harmonize_recording`", "cluster", r"harmonize_recording \| ([\d.]+)"),
    "represent_job": ("s", "job `represent_recording`", "cluster", r"represent_recording \| ([\d.]+)"),
    "pyramid": ("%", "pyramid, share of the recording at 128 Hz", "review", r"(\d+) % of the size of the recording"),
}
"""Name -> unit, meaning, page, and the pattern that finds the figure on the page."""

PLAN = r"chb_mit, siena, tusz \| (\d+) \| ([\d,]+) \| [\d,]+ \| ([\d,]+) \| ([\d,]+)"
"""Models, jobs, processor seconds and megabytes of the plan of all three data sets, in docs/cluster.md."""

MODELS = {
    "cwt_resnet18": 126,
    **dict.fromkeys(("eegwavenet", "glepnet", "lightseizurenet", "seizure_transformer", "shared_tcn"), 123),
}
"""Model -> predictions per interpretation of a window: 18 + 1 for occlusion, 2 * 2 * (5 * 5 + 1) for band occlusion
(both directions of 25 cells, two backgrounds), and about 3 for Grad-CAM of maps of time and frequency."""

BACKGROUND, DRAWN, FALSE_ALARMS = 3, 16, 1
"""Background per seizure window, interpreted windows between seizures, false alarms per seizure window."""


@dataclass(frozen=True)
class Model:
    """What a model costs, measured, and its settings.

    Attributes
    ----------
    predict_hour, window, train : float
        Processor seconds to predict an hour, to predict a window by itself, and to train on a window.
    passes, epochs : int
        Predictions per interpretation of a window; epochs of a training.
    length, step : float
        Seconds of a window and between windows.
    dense : bool
        Whether a window counts as seizure if any part of it is.
    """

    predict_hour: float
    window: float
    train: float
    passes: int
    epochs: int
    length: float
    step: float
    dense: bool

    def windows(self, data: "DataSet") -> float:
        """Return the number of windows that count as seizure."""
        beside = (self.length - 1) * data.seizures if self.dense else 0
        return (data.seizure_seconds + beside) / self.step


@dataclass(frozen=True)
class DataSet:
    """The properties of a data set that determine its needs.

    Attributes
    ----------
    recordings, folds, seizures : int
    hours, seizure_seconds : float
    trains, validates : float
        Share of the hours that one fold trains on and validates on.
    tested : float
        Share of the hours that are predicted and interpreted.
    """

    recordings: int
    folds: int
    hours: float
    seizures: float
    seizure_seconds: float
    trains: float
    validates: float
    tested: float


def published(name: str) -> DataSet:
    """Return a data set according to its table, with one subject left out and two validation subjects."""
    with (ROOT / f"src/bandmap/download/datasets/{name}.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    spans = [span.split("-") for row in rows for span in re.findall(r"\d+-\d+", row["seizures"])]
    subjects = len({row["subject"] for row in rows})
    return DataSet(
        recordings=len(rows),
        folds=subjects,
        hours=sum(float(row["seconds"]) for row in rows) / 3600,
        seizures=len(spans),
        seizure_seconds=sum(int(end) - int(start) for start, end in spans),
        trains=(subjects - 3) / subjects,
        validates=2 / subjects,
        tested=1,
    )


def tusz() -> DataSet:
    """Return TUSZ as its makers describe version 2 (not checked here), with its own split; seizures are assumed."""
    hours, like = 1476, published("chb_mit")
    seconds = 0.06 * hours * 3600
    number = seconds / like.seizure_seconds * like.seizures
    return DataSet(7377, 1, hours, number, seconds, 910 / hours, 435 / hours, 127 / hours)


def together(sets: Sequence[DataSet]) -> DataSet:
    """Return several data sets in one run with `subject_k_fold` of five folds, a fifth of the rest for validation."""
    names = ("recordings", "hours", "seizures", "seizure_seconds")
    sums = {name: sum(getattr(data, name) for data in sets) for name in names}
    return DataSet(**sums, folds=5, trains=0.8 * 0.8, validates=0.8 * 0.2, tested=1)


def measured() -> dict[str, float]:
    """Return name -> value, read from the page that reports it.

    Raises
    ------
    ValueError
        If the page no longer contains the figure.
    """
    return {name: float(_found(page, pattern)[1]) for name, (_, _, page, pattern) in MEASURED.items()}


def models() -> dict[str, Model]:
    """Return the models with their costs from docs/benchmarks.md and their settings from config.yaml."""
    settings, found = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")), {}
    for name, passes in MODELS.items():
        own = settings["models"][name]
        windows = {**settings["windows"], **own.get("windows", {})}
        epochs = {**settings["training"], **own.get("training", {})}["epochs"]
        row = _found("benchmarks", rf"\| {name} \| ([\d.,]+) \| ([\d.,]+) \| ([\d.,]+) \|").groups()
        hour, window, train = (float(value.replace(",", "")) for value in row)
        cut = windows["length_seconds"], windows["step_seconds"], windows["answer_seconds"] is not None
        found[name] = Model(hour, window / 1000, train / 1000, passes, epochs, *cut)
    return found


def _found(page: str, pattern: str) -> re.Match[str]:
    match = re.search(pattern, (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"docs/{page}.md has no '{pattern}'")
    return match


def prepared(data: DataSet, took: Mapping[str, float]) -> dict[str, float]:
    """Return the CPU hours of the steps before any model."""
    return {
        step: times * (data.recordings * took[f"{step}_job"] + data.hours / 24 * took[f"{step}_day"]) / 3600
        for step, times in {"harmonize": 1, "represent": 2}.items()
    }


def needs(data: DataSet, model: Model, took: Mapping[str, float]) -> dict[str, float]:
    """Return the CPU hours of the steps of one model: train, predict, interpret."""
    seizure = model.windows(data)
    epoch = (1 + BACKGROUND) * seizure * (data.trains * model.train + data.validates * model.window)
    threshold = data.validates * data.hours * model.predict_hour
    chosen = data.tested * ((1 + FALSE_ALARMS) * seizure + DRAWN * data.recordings)
    seconds = {
        "train": data.folds * (model.epochs * epoch + threshold),
        "predict": data.tested * (data.recordings * took["start"] + data.hours * model.predict_hour),
        "interpret": chosen * model.passes * model.window,
    }
    return {step: value / 3600 for step, value in seconds.items()}


def page() -> str:
    """Return the page."""
    took, known = measured(), models()
    alone = {"CHB-MIT": published("chb_mit"), "Siena": published("siena"), "TUSZ": tusz()}
    sets = {**alone, "all three": together([*alone.values()])}
    before = {name: prepared(data, took) for name, data in sets.items()}
    costs = {name: {model: needs(data, of, took) for model, of in known.items()} for name, data in sets.items()}
    columns = [*sets]

    rows = [(step, [before[name][step] for name in sets]) for step in ("harmonize", "represent")]
    for model in known:
        rows += [(f"{model}: {step}", [costs[name][model][step] for name in sets]) for step in costs["TUSZ"][model]]
    totals = [sum(values) for values in zip(*(values for _, values in rows), strict=True)]
    fold = [max(costs[name][model]["train"] for model in known) / data.folds for name, data in sets.items()]
    rows += [("**all**", totals), ("on 64 cores", [hours / 64 for hours in totals]), ("at least", fold)]

    size = {name: data.hours * 3600 * 18 * 128 * 4 / 1e9 for name, data in sets.items()}
    disk = [("recordings, as published", ["45.8", "your download", "your copy", ""])]
    disk += [("harmonized, with its pyramid", [f"{gb * (1 + took['pyramid'] / 100):,.0f}" for gb in size.values()])]
    disk += [("raw signals for models", [f"{gb:,.0f}" for gb in size.values()])]
    disk += [("wavelet power, float32", [f"{data.hours * took['cache_hour'] / 1000:,.0f}" for data in sets.values()])]

    lines = [HEAD, *_plan()]
    lines += _table("measured, on one core", ["", "where"], [_source(name, took[name]) for name in MEASURED])
    lines += _table("", columns, [(label, [of(data) for data in sets.values()]) for label, of in FACTS.items()])
    lines += ["## Processor hours\n", *_table("CPU hours", columns, [(label, _hours(of)) for label, of in rows])]
    lines += [FORMULAS, *_table("GB on disk", columns, disk)]
    return "\n".join([*lines, FOOT])


def _plan() -> list[str]:
    count, jobs, cpu, megabytes = _found("cluster", PLAN).groups()
    return [
        f"The plan (`snakemake -n`) of all three with {count} models, without their recordings, is measured: {jobs}",
        f"jobs, {cpu} s of one core, {megabytes} MB of memory ([cluster](cluster.md#large-plans)).",
        "",
    ]


def _source(name: str, value: float) -> tuple[str, list[str]]:
    unit, meaning, where, _ = MEASURED[name]
    return meaning, [f"{value:g} {unit}", f"[{where}.md]({where}.md)"]


def _table(corner: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    lines = [f"| {' | '.join([corner, *columns])} |", f"|{' --- |' * (len(columns) + 1)}"]
    return [*lines, *(f"| {' | '.join([label, *values])} |" for label, values in rows), ""]


def _hours(values: Sequence[float]) -> list[str]:
    return [f"{hours:.1f}" if hours < 10 else f"{hours:,.0f}" for hours in values]


FACTS: dict[str, Callable[[DataSet], str]] = {
    "recordings": lambda data: f"{data.recordings:,}",
    "hours": lambda data: f"{data.hours:,.0f}",
    "folds": lambda data: str(data.folds),
    "seizures": lambda data: f"{data.seizures:,.0f}",
    "seizure seconds": lambda data: f"{data.seizure_seconds:,.0f}",
    "training share of a fold": lambda data: f"{data.trains:.0%}",
    "validation share of a fold": lambda data: f"{data.validates:.0%}",
    "test share": lambda data: f"{data.tested:.0%}",
}

HEAD = """# Resources for large data sets

<!-- Generated by docs/generate_needs.py from benchmarks.md, cluster.md, review.md and config.yaml. Do not edit. -->

This page estimates the needs of three large data sets, each alone and all in one run, with every model for detecting
seizures. **The workflow has not been run on any of them**: the plan and the speed of every step are measured, and the
hours are computed. The settings are the defaults, with the interpretations `gradcam` (for maps of time and frequency),
`occlusion` and `band_occlusion`. All three together use `subject_k_fold` with five folds.
"""

FORMULAS = """| row | computed as |
| --- | --- |
| harmonize | recordings × job + days × day |
| represent | 2 × (recordings × job + days × day): wavelet power and raw signals |
| train | folds × (epochs × 4 × seizure windows × (share trained on × train a window + share validated on × predict a \
window) + hours validated on × predict an hour) |
| predict | recordings tested × start + hours tested × predict an hour |
| interpret | (2 × seizure windows + 16 × recordings) tested × predictions per interpretation × predict a window |
| on 64 cores | all / 64 |
| at least | the longest training of one fold, on one core |

The costs of a model are those of [benchmarks](benchmarks.md#models-modelspy). A window counts as seizure if its middle
is one: one window per second of seizure. Windows of a minute with dense answers count if any second of them is seizure:
one per step of 30 s, in the seconds of seizure and 59 s more of each seizure.
"""

FOOT = """The estimate rests on these **assumptions**, which are not measured:

* TUSZ: the recordings, hours and hours per part of the split are those that its makers state for version 2. Seizures
  take 6 % of the time in every part, and are as long as those of CHB-MIT on average. Alone, there is one fold
  (`scheme: fixed`, which tests `eval` only).
* All epochs count, although training stops after some epochs without a better validation loss (`patience`). An epoch
  contains three background windows for each seizure window. Each fold chooses its threshold once, on all hours of its
  validation recordings. Subjects have equally many hours and seizures.
* False alarms add as many interpreted windows as seizures do. The interpretation of a window costs as many
  predictions as the method makes: 3 for Grad-CAM, 19 for occlusion, 104 for band occlusion. What band occlusion of raw
  signals filters is not included, nor are tests of the maps (`faithfulness`), figures and the start of their jobs.
* The raw signals are represented as fast as wavelet power is; they take less.

Training takes the largest part of the time, which is proportional to folds × epochs: `subject_k_fold` trains 5 folds
of CHB-MIT instead of 23. Fewer models take their rows away.

**GPU hours are not given, because no GPU has been measured.** A GPU speeds up training and interpretation, the most
expensive rows; to measure the speed on your GPU, run `benchmarks/training.py` and `benchmarks/interpretation.py`.

[Cluster](cluster.md#what-jobs-need) lists the measured memory of each job: for training, the profile first requests 3
GB plus the size of the input, and at most 64 GB. The sizes on disk are hours × 18 × 128 Hz × 4 bytes for signals, and
hours × the measured hour for wavelet power; `dtype: uint8` takes a quarter of the latter.
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
