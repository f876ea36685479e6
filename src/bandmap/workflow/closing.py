"""The final message of a run: its results and its report, or the failed recordings and how to continue."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bandmap.files.rows import read_rows

EVENT = {
    "sensitivity": "event sensitivity",
    "precision": "event precision",
    "f1": "event f1",
    "false_alarms_per_day": "event false alarms per day",
}
EPOCH = {"accuracy": "accuracy", "macro_f1": "macro F1", "kappa": "Cohen's kappa"}


LOGS = (
    "resources/{dataset}/{recording}.log",
    "resources/{dataset}/{recording}_labels.log",
    "resources/{dataset}/{recording}_events.log",
    "results/harmonized/{dataset}/{recording}.log",
)
"""Logs of the jobs that can fail because of a single recording."""


def closing_words(models: list[str], scheme: str, left_out: Sequence[Mapping[str, str]] = ()) -> str:
    """Return the scores, the success rate of each method on planted truth, and the path of the report.

    The message also lists the recordings that are left out, with the reason. It is empty if there is no report.
    """
    page = Path("results/report/index.html")
    if not page.exists():
        return ""
    missing = [f"Left out: {_name(row)}: {row['why']}" for row in left_out]
    return "\n".join(["", *_lines(models, scheme), *missing, f"Report: {page.resolve()}", ""])


def words_of_failure(recordings: Sequence[Mapping[str, str]]) -> str:
    """Return the failed recordings, the reasons, and settings that leave them out; an empty text if none failed."""
    failed = {_name(row): why for row in recordings if (why := _failure(row))}
    if not failed:
        return ""
    named = "".join(f"  {name}: {why}\n" for name, why in failed.items())
    settings = yaml.safe_dump({"run": {"leave_out": failed}}, sort_keys=False, allow_unicode=True, width=1000)
    return (
        f"\n{len(failed)} of {len(recordings)} recordings failed:\n{named}"
        "Repair them and run the same command again. To continue without them, add these lines to your settings (the"
        f" report then states this beside every score):\n\n{settings}"
    )


def failure(log: Path) -> str:
    """Return the error at the end of the log of a failed job; an empty text if the job did not fail."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return lines[-1].removeprefix("ERROR ") if lines and lines[-1].startswith("ERROR ") else ""


def _failure(row: Mapping[str, str]) -> str:
    return next(filter(None, (failure(Path(pattern.format(**row))) for pattern in LOGS)), "")


def _name(row: Mapping[str, str]) -> str:
    return f"{row['dataset']}/{row['recording']}"


def _lines(models: list[str], scheme: str) -> Iterator[str]:
    for model in models:
        summary = json.loads(Path(f"results/scores/{model}_{scheme}.json").read_text(encoding="utf-8"))
        counted, scores = summary["recordings"], summary.get("event") or summary["epoch"]
        scored = f"{counted['scored']} of {counted['expected']} recordings scored"
        yield f"{model}, {scheme}: {scored}; over subjects:"
        if seen := summary.get("imported", {}).get("seen"):
            yield f"  (its training saw {', '.join(seen)}: these are not scores of unseen subjects)"
        for name in (*EVENT, *EPOCH):
            if name in scores:
                yield f"  {EVENT.get(name) or EPOCH[name]:<27} {_interval(scores[name])}"
        yield from _planted(Path(f"results/report/figures/{model}/{scheme}/recovery.tsv"))


def _interval(value: dict[str, Any]) -> str:
    if value["mean"] is None:
        return "undefined"
    interval = "" if value["low"] is None else f" (95 % interval {value['low']:.2f} to {value['high']:.2f})"
    interval = f" ({', '.join(f'{one:.2f}' for one in value['values'])})" if value.get("values") else interval
    return f"{value['mean']:.2f}{interval}, n = {value['n']}"


def _planted(table: Path) -> Iterator[str]:
    every = [row for row in read_rows(table) if row["what"] != "auc"]
    rows = [row for row in every if row["right"] != "n/a"]
    if rows:
        yield "  largest cell of each subject's matrix compared with what was planted (simulated data):"
    kinds = dict.fromkeys((row["method"], row["class"]) for row in rows)
    several = len({kind for _, kind in kinds}) > 1
    for method, kind in kinds:
        mine = [row for row in rows if (row["method"], row["class"]) == (method, kind)]
        counts = [f"{row['what']} {row['right']} of {row['n']}" for row in mine]
        yield f"    {f'{method}, {kind}' if several else method:<31} {', '.join(counts)}"
    if chance := {row["what"]: f"{row['what']} {float(row['share']):.2f}" for row in every if row["right"] == "n/a"}:
        yield f"    {'chance':<31} {', '.join(chance.values())}"
