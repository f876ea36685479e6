"""Print the table of docs/dense.md from the results of a run of examples/detection.yaml.

`python benchmarks/detection_table.py FOLDER` reads `results/scores` and what the trainings took: a row for every
detector, with the paired difference of a subject's F1 from that of one model.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

SCHEME = "subject_k_fold"
COLUMNS = (
    *("detector", "event sensitivity", "precision", "F1", "false alarms a day", "area under ROC of answers"),
    *("CPU minutes of training", "F1 of `{model}` less its", "p (Holm)"),
)
FLOORS = ("always-on", "line-length")


def interval(score: Mapping[str, Any], digits: int = 2) -> str:
    """Return a mean with its interval, where there is one."""
    if score.get("mean") is None:
        return "–"
    text = f"{score['mean']:.{digits}f}"
    return text if score.get("low") is None else f"{text} [{score['low']:.{digits}f}, {score['high']:.{digits}f}]"


def minutes(results: Path, detector: str) -> str:
    """Return the processor minutes of all trainings of a model; nothing for a floor."""
    took = [pd.read_csv(path, sep="\t") for path in results.glob(f"trained/{detector}/{SCHEME}/*/benchmark.tsv")]
    return f"{sum(float(one['cpu_time'][0]) for one in took) / 60:.0f}" if took else ""


def difference(comparison: pd.DataFrame, model: str, other: str) -> tuple[str, str]:
    """Return by how much the F1 of a model is higher than that of another, with its interval, and p after Holm."""
    of = comparison[comparison["metric"] == "f1"]
    for sign, one, two in ((1, model, other), (-1, other, model)):
        rows = of[(of["model_a"] == one) & (of["model_b"] == two)]
        for row in rows.to_dict("records"):
            mean, *ends = (sign * float(row[name]) for name in ("mean_difference", "low", "high"))
            return f"{mean:+.2f} [{min(ends):+.2f}, {max(ends):+.2f}]".replace("-", "−"), f"{row['p_holm']:.3f}"
    return "", ""


def table(results: Path, model: str) -> str:
    """Return the table, floors first and the model last."""
    comparison = pd.read_csv(results / f"scores/comparison_{SCHEME}.tsv", sep="\t")
    others = dict.fromkeys([*FLOORS, *comparison["model_a"], *comparison["model_b"]])
    head = [name.format(model=model) for name in COLUMNS]
    lines = [head, ["---"] * len(head)]
    for detector in [*(name for name in others if name != model), model]:
        scores = json.loads((results / f"scores/{detector}_{SCHEME}.json").read_text())
        event, window = scores["event"], scores.get("window", {})
        shown = [interval(event[name]) for name in ("sensitivity", "precision", "f1")]
        shown += [interval(event["false_alarms_per_day"], 0), interval(window.get("auroc", {}))]
        lines.append([detector, *shown, minutes(results, detector), *difference(comparison, model, detector)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="of the run, which holds `results`")
    parser.add_argument("--model", default="shared_tcn", help="compared with all others")
    given = parser.parse_args()
    print(table(given.folder / "results", given.model))


if __name__ == "__main__":
    main()
