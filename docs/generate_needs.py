"""Write docs/needs.md: the time and disk space for CHB-MIT and TUSZ, from docs/benchmarks.md and docs/cluster.md.

Run `python docs/generate_needs.py` from any folder. A test fails while the page is out of date.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "needs.md"

MEASURED = {
    "harmonize_day": ("s", "harmonize a day", "benchmarks", r"harmonize_day_seconds +([\d.]+)"),
    "represent_day": ("s", "represent a day", "benchmarks", r"represent_day_seconds \| ([\d.]+)"),
    "cache_hour": ("MB", "cache of an hour, float32", "benchmarks", r"float32 \| bandmap .zarr.zip \| (\d+)"),
    "harmonize_job": ("s", "job `harmonize_recording`", "cluster", r"harmonize_recording \| ([\d.]+)"),
    "represent_job": ("s", "job `represent_recording`", "cluster", r"represent_recording \| ([\d.]+)"),
    "predict_hour": ("s", "predict an hour, including the job", "cluster", r"predict_recording \| (\d+)"),
}
"""Name -> unit, meaning, page, and the pattern that finds the figure on the page."""

EPOCHS, BACKGROUND, DRAWN = 20, 3, 16
"""Defaults: epochs, background windows per seizure window, interpreted windows between seizures."""

BACKWARD, FALSE_ALARMS = 3, 1
"""Assumed: cost of training on a window relative to its prediction; false-alarm windows per seizure window."""

PASSES = {"gradcam": BACKWARD, "occlusion": 18 + 1, "band_occlusion": 2 * 2 * (5 * 5 + 1)}
"""Predictions per interpretation of one window: 18 channels; both directions of 25 cells, two backgrounds."""


@dataclass(frozen=True)
class DataSet:
    """The properties of a data set that determine its needs.

    Attributes
    ----------
    recordings, folds : int
    hours : float
    seizure_seconds : float
    trains, validates : float
        Share of the hours that one fold trains on and validates on.
    tested : float
        Share of the hours that are predicted and interpreted.
    """

    recordings: int
    folds: int
    hours: float
    seizure_seconds: float
    trains: float
    validates: float
    tested: float


def chb_mit() -> DataSet:
    """Return CHB-MIT according to its table, with one subject left out and two validation subjects."""
    with (ROOT / "src/bandmap/download/datasets/chb_mit.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    spans = [span.split("-") for row in rows for span in re.findall(r"\d+-\d+", row["seizures"])]
    subjects = len({row["subject"] for row in rows})
    return DataSet(
        recordings=len(rows),
        folds=subjects,
        hours=sum(float(row["seconds"]) for row in rows) / 3600,
        seizure_seconds=sum(int(end) - int(start) for start, end in spans),
        trains=(subjects - 3) / subjects,
        validates=2 / subjects,
        tested=1,
    )


def tusz() -> DataSet:
    """Return TUSZ as its makers describe version 2 (not checked here), with its own split; seizures are assumed."""
    hours = 1476
    return DataSet(7377, 1, hours, 0.06 * hours * 3600, 910 / hours, 435 / hours, 127 / hours)


def measured() -> dict[str, float]:
    """Return name -> value, read from the page that reports it.

    Raises
    ------
    ValueError
        If the page no longer contains the figure.
    """
    found = {}
    for name, (_, _, page, pattern) in MEASURED.items():
        match = re.search(pattern, (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))
        if match is None:
            raise ValueError(f"docs/{page}.md has no '{pattern}'")
        found[name] = float(match[1])
    return found


def needs(data: DataSet, took: Mapping[str, float]) -> dict[str, tuple[str, float]]:
    """Return row of the table -> formula and CPU hours."""
    per_window = took["predict_hour"] / 3600
    drawn = (1 + BACKGROUND) * data.seizure_seconds
    epoch = per_window * drawn * (BACKWARD * data.trains + data.validates)
    threshold = took["predict_hour"] * data.validates * data.hours
    seizures = (1 + FALSE_ALARMS) * data.seizure_seconds * data.tested
    windows = seizures + DRAWN * data.recordings * data.tested
    rows = {
        "harmonize": (
            "recordings × job + days × day",
            data.recordings * took["harmonize_job"] + data.hours / 24 * took["harmonize_day"],
        ),
        "represent": (
            "recordings × job + days × day",
            data.recordings * took["represent_job"] + data.hours / 24 * took["represent_day"],
        ),
        "train": (
            f"folds × hour × ({EPOCHS} epochs × {1 + BACKGROUND} × seizure seconds / 3600"
            f" × ({BACKWARD} × share trained on + share validated on) + hours validated on)",
            data.folds * (EPOCHS * epoch + threshold),
        ),
        "predict": ("hours tested × hour", data.tested * data.hours * took["predict_hour"]),
        "interpret": (
            f"({1 + FALSE_ALARMS} × seizure seconds + {DRAWN} × recordings) tested"
            f" × {sum(PASSES.values())} predictions × hour / 3600",
            windows * sum(PASSES.values()) * per_window,
        ),
    }
    return {name: (formula, seconds / 3600) for name, (formula, seconds) in rows.items()}


def page() -> str:
    """Return the page."""
    took, sets = measured(), {"CHB-MIT": chb_mit(), "TUSZ": tusz()}
    found = {name: needs(data, took) for name, data in sets.items()}
    lines = [HEAD, "| measured | | where |", "| --- | --- | --- |"]
    for name, (unit, meaning, where, _) in MEASURED.items():
        lines.append(f"| {meaning} | {took[name]:g} {unit} | [{where}.md]({where}.md) |")
    lines += ["", f"| | {' | '.join(sets)} |", "| --- |" + " --- |" * len(sets)]
    for label, of in FACTS.items():
        lines.append(f"| {label} | {' | '.join(of(data) for data in sets.values())} |")
    lines += ["", f"| CPU hours | {' | '.join(sets)} | computed as |", "| --- |" + " --- |" * (len(sets) + 1)]
    for row, (formula, _) in found["CHB-MIT"].items():
        lines.append(f"| {row} | {' | '.join(_hours(of[row][1]) for of in found.values())} | {formula} |")
    totals = [sum(hours for _, hours in of.values()) for of in found.values()]
    lines.append(f"| **all** | {' | '.join(_hours(total) for total in totals)} | |")
    lines.append(f"| on 16 cores, hours | {' | '.join(_hours(total / 16) for total in totals)} | all / 16 |")
    folds = [of["train"][1] / data.folds for of, data in zip(found.values(), sets.values(), strict=True)]
    lines.append(f"| at least, hours | {' | '.join(map(_hours, folds))} | the training of one fold, one core |")
    cache = [data.hours * took["cache_hour"] / 1000 for data in sets.values()]
    signal = [data.hours * 3600 * 18 * 128 * 4 / 1e9 for data in sets.values()]
    lines += ["", f"| GB on disk | {' | '.join(sets)} | computed as |", "| --- |" + " --- |" * (len(sets) + 1)]
    lines.append("| recordings | 45.8 | your copy | as published |")
    lines.append(f"| harmonized | {' | '.join(f'{gb:.0f}' for gb in signal)} | hours × 18 × 128 Hz × 4 bytes |")
    lines.append(f"| cache, float32 | {' | '.join(f'{gb:.0f}' for gb in cache)} | hours × hour; uint8: a quarter |")
    return "\n".join([*lines, FOOT])


def _hours(hours: float) -> str:
    return f"{hours:.1f}" if hours < 10 else f"{hours:,.0f}"


FACTS = {
    "recordings": lambda data: f"{data.recordings:,}",
    "hours": lambda data: f"{data.hours:,.0f}",
    "folds": lambda data: str(data.folds),
    "seizure seconds": lambda data: f"{data.seizure_seconds:,.0f}",
    "training share of a fold": lambda data: f"{data.trains:.0%}",
    "validation share of a fold": lambda data: f"{data.validates:.0%}",
    "test share": lambda data: f"{data.tested:.0%}",
}

HEAD = """# Resources for large data sets

<!-- Generated by docs/generate_needs.py from docs/benchmarks.md, docs/cluster.md and CHB-MIT's table. Do not edit. -->

This page estimates the needs of two large data sets; the workflow has not been run on either of them. The estimate is
for one model, `cwt_resnet18` of width 64, with the default settings and interpretations (`gradcam`, `occlusion`,
`band_occlusion`), on the machine that the pages below describe. Each additional model of the same cost adds its
training, prediction and interpretation.
"""

FOOT = """
The estimate rests on these **assumptions**, which are not measured:

* TUSZ: the recordings, hours and hours per part of the split are those that its makers state for version 2. Seizures
  take 6 % of the time in every part. There is one fold (`scheme: fixed`, which tests `eval` only).
* Training on a window costs three times as much as predicting it (one forward pass, and a backward pass that costs
  twice as much). All 20 epochs count, although training stops after five epochs without a better validation loss.
  An epoch contains one seizure window per second of seizure, and three background windows for each. Each fold chooses
  its threshold once, on all hours of its validation recordings.
* False alarms add as many interpreted windows as seizures do. The interpretation of a window costs as many
  predictions as the method makes: 3 for Grad-CAM, 19 for occlusion, 104 for band occlusion. Tests of the maps
  (`faithfulness`) are not included.

Training takes the largest part of the time, which is proportional to folds × epochs: `subject_k_fold` trains 5 folds
instead of 23.

**GPU hours are not given, because no GPU has been measured.** A GPU speeds up training and interpretation, the most
expensive rows; to measure the speed on your GPU, run `benchmarks/training.py` and `benchmarks/interpretation.py`.

[Cluster](cluster.md#what-jobs-need) lists the measured memory of each job: for training, the profile first requests 3
GB plus the size of the input, and at most 64 GB.
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
