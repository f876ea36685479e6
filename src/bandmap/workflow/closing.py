"""The last words of a run: what it found, and where to look."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bandmap.store.tables import read_table


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
        counted, event = summary["recordings"], summary["event"]
        scored = f"{counted['scored']} of {counted['expected']} recordings scored"
        yield f"{model}, {scheme}: {scored}; over subjects:"
        for name in ("sensitivity", "precision", "f1", "false_alarms_per_day"):
            yield f"  event {name.replace('_', ' '):<21} {_interval(event[name])}"
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
    for method in dict.fromkeys(row["method"] for row in rows):
        counts = [f"{row['what']} {row['right']} of {row['n']}" for row in rows if row["method"] == method]
        yield f"    {method:<24} {', '.join(counts)}"
