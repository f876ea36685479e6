"""How far each map of a model can be trusted: a row of the table, and a line beside the map."""

from bandmap.report.content import RunPart
from bandmap.report.sentences import Row, named_by, recovered
from bandmap.report.tables import Cell, interval_text, records, short_number

TESTS = {
    ("weights", "all"): "fresh weights",
    ("labels", ""): "shuffled labels",
    ("noise", ""): "noise",
    ("shift", ""): "shift",
    ("deletion", "gain"): "deletion (log odds)",
    ("insertion", "gain"): "insertion (log odds)",
    ("split_half", ""): "split-half",
}
"""Test and level -> column of the table."""

_SAID = {
    ("weights", "all"): "similarity to the map with fresh weights {}",
    ("labels", ""): "with shuffled labels {}",
    ("noise", ""): "under noise {}",
    ("shift", ""): "under a shift {}",
    ("deletion", "gain"): "deletion in its order exceeds random order by {} log odds",
    ("insertion", "gain"): "insertion by {}",
    ("split_half", ""): "split-half reliability {}",
}
VIEWS = ("deletion", "insertion")
"""Tests that exchange cells, the largest first."""

_MEANS = ("order", "random", "gain")
"""Levels of deletion and insertion that are means over replacements."""

_PLANTED = {"region": "planted region", "band": "planted band", "both": "both"}


def table_rows(run: RunPart) -> list[dict[str, object]]:
    """Return one row per interpretation and matrix: mean over subjects, interval and n of every test."""
    tested, planted = _by_method(run), _planted(run)
    return [
        {
            "map": name,
            **{title: planted.get(name, {}).get(what) for what, title in _PLANTED.items() if planted},
            **{title: _cell(tested.get(name, {}).get(test)) for test, title in TESTS.items()},
        }
        for name in dict.fromkeys([*(matrix.name for matrix in run.matrices), *tested])
    ]


def replacement_rows(run: RunPart) -> list[dict[str, object]]:
    """Return one row per map: its gain of deletion and of insertion with every replacement of cells."""
    found: dict[str, dict[str, object]] = {}
    for row in records(run.faithfulness):
        if row["test"] in VIEWS and row["level"] not in _MEANS:
            title = f"{row['test']}, {row['level'].replace('_', ' ')}"
            found.setdefault(row["method"], {"map": row["method"]})[title] = _cell(row)
    titles = list(dict.fromkeys(title for row in found.values() for title in row))
    return [{title: row.get(title) for title in titles} for row in found.values()]


def ranking_sentences(run: RunPart) -> list[str]:
    """Return how much the ranking of maps depends on what takes the place of cells, a sentence for each view."""
    sentences = []
    for view in VIEWS:
        taus = {row["level"]: row["mean"] for row in records(run.faithfulness) if row["test"] == f"{view}_ranking"}
        if taus:
            least = min(taus, key=lambda pair: taus[pair])
            sentences.append(
                f"{view.capitalize()}: rankings of the region × band maps agree between replacements by Kendall's tau"
                f" {_short(sum(taus.values()) / len(taus))} (mean over pairs of replacements and subjects), least"
                f" between {least.replace('_', ' ').replace(', ', ' and ')}: {_short(taus[least])}."
            )
    return sentences


def sentence(run: RunPart, name: str) -> str:
    """Return the results of all tests of one map in one line; empty if there are none."""
    found = _by_method(run).get(name, {})
    parts = [words.format(_number(found[test])) for test, words in _SAID.items() if test in found]
    recovered = named_by(run).get(name)
    parts += [f"it named {recovered}"] if recovered else []
    return f"How far to trust it: {'; '.join(parts)}." if parts else ""


def _by_method(run: RunPart) -> dict[str, dict[tuple[str, str], Row]]:
    found: dict[str, dict[tuple[str, str], Row]] = {}
    for row in records(run.faithfulness):
        test = row["test"], row["level"]
        if test in TESTS:
            found.setdefault(row["method"], {})[test] = row
    return found


def _planted(run: RunPart) -> dict[str, dict[str, Cell]]:
    """Return method -> region, band or both -> number of right answers, over all classes."""
    found: dict[str, dict[str, Cell]] = {}
    for row in records(recovered(run).reset_index()):
        cell = Cell(f"{row['right']} of {row['n']}", row["right"] / row["n"])
        found.setdefault(row["method"], {})[row["what"]] = cell
    return found


def _cell(facts: Row | None) -> Cell | None:
    if facts is None:
        return None
    interval = f"{_interval(facts)}; " if _interval(facts) else ""
    return Cell(_short(facts["mean"]), facts["mean"], note=f"{interval}n = {facts['n']}")


def _number(facts: Row) -> str:
    return f"{_short(facts['mean'])} ({_interval(facts)})" if _interval(facts) else _short(facts["mean"])


def _interval(facts: Row) -> str:
    return interval_text(facts, number=_short)


def _short(value: float) -> str:
    return short_number(value, digits=2)
