"""The summaries of scores (the JSON files beside their tables) as rows and sentences."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bandmap.report.tables import Cell, interval_text, short_number, spread_cell

Metric = tuple[str, str, str]
"""Level of the summary ("event"), score ("f1"), and the name of the score for readers."""


def over_subjects(summary: Mapping[str, Any], levels: Sequence[str], metrics: Sequence[Metric]) -> list[dict[str, Any]]:
    """Return one row per scoring and score: mean, sd, low, high and n."""
    titles = {(level, name): words for level, name, words in metrics}
    return [
        {"scoring": level, "score": titles.get((level, name), name.replace("_", " ")), **facts}
        for level in levels
        for name, facts in summary.get(level, {}).items()
    ]


def overview(scored: Mapping[str, Mapping[str, Any]], metrics: Sequence[Metric]) -> list[dict[str, object]]:
    """Return one row per model and baseline: scored recordings, and mean, interval and n of every score."""
    return [_overview_row(name, summary, metrics) for name, summary in scored.items()]


def _overview_row(name: str, summary: Mapping[str, Any], metrics: Sequence[Metric]) -> dict[str, object]:
    scored, expected = counted(summary)
    row: dict[str, object] = {"model": Cell(name, note=origin(summary)), "recordings": f"{scored} of {expected}"}
    return row | {words: spread_cell(summary.get(level, {}).get(metric)) for level, metric, words in metrics}


def origin(summary: Mapping[str, Any]) -> str:
    """Return what an imported model was trained on, in a few words; empty for a model that the run trained."""
    if "imported" not in summary:
        return ""
    found = summary["imported"]
    seen = f"; its training saw {', '.join(found['seen'])}" if found["seen"] else ""
    return f"imported, trained on {', '.join(found['trained_on']) or 'unknown data'}{seen}"


def counted(summary: Mapping[str, Any]) -> tuple[int, int]:
    """Return the numbers of scored and of expected recordings."""
    recordings = summary.get("recordings", {})
    return int(recordings.get("scored", 0)), int(recordings.get("expected", 0))


def parameters(summary: Mapping[str, Any]) -> dict[str, object]:
    """Return the scorer's parameters and settings with flat names: "event: toleranceStart" is 30."""
    return dict(_flat({**summary.get("scorer", {}), **summary.get("settings", {})}))


def _flat(mapping: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}: ")
        else:
            yield f"{before}{key}", value


def sentence(opening: str, summary: Mapping[str, Any], metrics: Sequence[Metric]) -> str:
    """Return scores in one sentence, each with its interval; empty if there are none."""
    parts = [_text(words, summary.get(level, {}).get(metric)) for level, metric, words in metrics]
    known = [part for part in parts if part]
    return f"{opening}: {', '.join(known)}." if known else ""


def _text(words: str, facts: Mapping[str, Any] | None) -> str:
    if facts is None or facts["mean"] is None:
        return ""
    text = f"{words} {short_number(facts['mean'])}"
    interval = interval_text(facts)
    return f"{text} ({interval})" if interval else text
