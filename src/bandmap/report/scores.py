"""The summary of scores (the JSON file beside their table) as rows and sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from bandmap.report.tables import cell_of, short_number

_LEVELS = ("event", "sample", "window")
_SAID = {
    "sensitivity": "sensitivity",
    "precision": "precision",
    "f1": "F1",
    "false_alarms_per_day": "false alarms per day",
    "auroc": "AUROC",
}


def over_subjects(summary: Mapping[str, Any]) -> list[dict[str, object]]:
    """Return a row for each scoring and metric: mean, sd, low, high and n."""
    return [
        {"scoring": level, "metric": _SAID.get(metric, metric), **facts}
        for level in _LEVELS
        for metric, facts in summary.get(level, {}).items()
    ]


def counted(summary: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many recordings were scored and how many there are."""
    recordings = summary.get("recordings", {})
    return int(recordings.get("scored", 0)), int(recordings.get("expected", 0))


def parameters(summary: Mapping[str, Any]) -> dict[str, object]:
    """Return the scorer's parameters and the settings beside them, one level deep: "event: toleranceStart" is 30."""
    return dict(_flat({**summary.get("scorer", {}), **summary.get("settings", {})}))


def _flat(mapping: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}: ")
        else:
            yield f"{before}{key}", value


def sentence(summary: Mapping[str, Any]) -> str:
    """Return the scores by event in one sentence; empty if there are none."""
    parts = [_said(_SAID.get(metric, metric), facts) for metric, facts in summary.get("event", {}).items()]
    known = [part for part in parts if part]
    return f"By event, mean over subjects: {', '.join(known)}." if known else ""


def _said(metric: str, facts: Mapping[str, Any]) -> str:
    if cell_of(facts["mean"]).value is None:
        return ""
    said = f"{metric} {short_number(facts['mean'])}"
    if facts.get("low") is None:
        return said
    return f"{said} ({short_number(facts['low'])} to {short_number(facts['high'])})"
