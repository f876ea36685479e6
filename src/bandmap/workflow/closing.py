"""The last words of a run: what it found, and where to look."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bandmap.store.tables import read_table

EVENT = {
    "sensitivity": "event sensitivity",
    "precision": "event precision",
    "f1": "event f1",
    "false_alarms_per_day": "event false alarms per day",
}
EPOCH = {"accuracy": "accuracy", "macro_f1": "macro F1", "kappa": "Cohen's kappa"}


def closing_words(models: list[str], scheme: str) -> str:
    """Return scores, how often each method named what was planted (where that is known), and the report's path.

    Nothing where the run ended before the report.
    """
    if not Path("results/report/index.html").exists():
        return ""
    return "\n".join(["", *_lines(models, scheme), f"Report: {Path('results/report/index.html').resolve()}", ""])


def _lines(models: list[str], scheme: str) -> Iterator[str]:
    for model in models:
        summary = json.loads(Path(f"results/scores/{model}_{scheme}.json").read_text(encoding="utf-8"))
        counted, scores = summary["recordings"], summary.get("event") or summary["epoch"]
        scored = f"{counted['scored']} of {counted['expected']} recordings scored"
        yield f"{model}, {scheme}: {scored}; over subjects:"
        for name in (*EVENT, *EPOCH):
            if name in scores:
                yield f"  {EVENT.get(name) or EPOCH[name]:<27} {_interval(scores[name])}"
        yield from _planted(Path(f"results/report/figures/{model}/{scheme}/recovery.tsv"))


def _interval(value: dict[str, Any]) -> str:
    if value["mean"] is None:
        return "undefined"
    interval = "" if value["low"] is None else f" (95 % interval {value['low']:.2f} to {value['high']:.2f})"
    return f"{value['mean']:.2f}{interval}, n = {value['n']}"


def _planted(table: Path) -> Iterator[str]:
    rows = [row for row in read_table(table) if row["right"] != "n/a"]
    if rows:
        yield "  largest cell of a subject's matrix against what was planted (simulated data):"
    kinds = dict.fromkeys((row["method"], row["class"]) for row in rows)
    several = len({kind for _, kind in kinds}) > 1
    for method, kind in kinds:
        mine = [row for row in rows if (row["method"], row["class"]) == (method, kind)]
        counts = [f"{row['what']} {row['right']} of {row['n']}" for row in mine]
        yield f"    {f'{method}, {kind}' if several else method:<24} {', '.join(counts)}"
