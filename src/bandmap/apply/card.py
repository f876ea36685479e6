"""The card of a model in Markdown: what users should know before they use it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

_SHOWN = {
    "seizure": (
        ("event", "f1", "event F1"),
        ("event", "sensitivity", "event sensitivity"),
        ("event", "precision", "event precision"),
        ("event", "false_alarms_per_day", "false alarms per 24 h"),
        ("sample", "f1", "sample F1"),
        ("window", "auroc", "AUROC of windows"),
    ),
    "sleep": (
        ("epoch", "kappa", "Cohen's kappa"),
        ("epoch", "macro_f1", "macro F1"),
        ("epoch", "accuracy", "accuracy"),
    ),
}
"""Task -> level and name of a score in its summary, and its readable name."""

_TEMPLATES = Path(__file__).parent / "templates"


def card(about: Mapping[str, Any], n_networks: int) -> str:
    """Return the card of a model.

    Parameters
    ----------
    about : mapping
        What `bandmap.apply.pack.describe` returns.
    n_networks : int
        Number of networks.
    """
    evidence = about["evidence"]
    summaries = {about["name"]: evidence["scores"], **evidence["floors"]}
    rows = [
        (words, [_cell(summary.get(level, {}).get(score)) for summary in summaries.values()])
        for level, score, words in _SHOWN[about["task"]]
    ]
    scores = [(words, cells) for words, cells in rows if set(cells) != {"n/a"}]
    parameters = evidence["scores"].get("scorer", {}).get("event", {})
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, autoescape=False)
    return environment.get_template("card.md.j2").render(
        about={"tuned_on": (), **about},
        n_networks=n_networks,
        simulated=any(kind.startswith("simulated") for kind in evidence["datasets"].values()),
        columns=list(summaries),
        scores=scores,
        intervals=any("[" in cell for _, cells in scores for cell in cells),
        scorer=", ".join(f"{name} {value}" for name, value in parameters.items()),
    )


def _cell(found: Mapping[str, Any] | None) -> str:
    if not found or found.get("mean") is None:
        return "n/a"
    low, high = found.get("low"), found.get("high")
    interval = "" if low is None or high is None else f" [{low:.2f}, {high:.2f}]"
    values = ", ".join(f"{value:.2f}" for value in found.get("values") or ())
    return f"{found['mean']:.2f}{interval or (values and f' ({values})')}, n = {found['n']}"
