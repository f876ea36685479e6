"""Touchstone: does a trained model's map name the planted cells, and do floors that need no model?

Each scenario is simulated, a model is trained on the split train, and every tested subject is explained by each method.
Floors: the contrast of power without a model, untrained networks, a random map, the most frequent cells of the training
subjects. Of `null`, labels are chance: in how many cohorts of six does a method call any cell significant?

With --folder, what is there already is not computed again. truth.smk is the same as a workflow; draw_truth.py makes
tables and figures of a folder.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import _contenders
import _explained
import _timing
import _touchstone
import pandas as pd
import torch
from _measured import MEASURED

from bandmap.download.datasets import taken, touchstone
from bandmap.download.scenarios import VERSIONS
from bandmap.faithfulness.benchmark import MAP, score_table
from bandmap.faithfulness.planted import wilson_interval
from bandmap.train.schemes import fixed

SIGNED = ("suppressor",)
"""Scenarios whose targets are evidence of both signs: maps count by value and by magnitude."""

QUICK = ("two_foci", "conjunction")
COHORTS = 10
"""Of labels by chance, explained by one model."""


def scenario(folder: Path, name: str, model: str, subjects: int, seed: int = _contenders.SEED) -> None:
    given = {"subjects": subjects, "seed": seed}
    kept(folder, f"{name}_{model}", partial(_touchstone.scenario, name, _contenders.MODELS[model], **given), **given)


def null(folder: Path, block: int, model: str) -> None:
    contender = _contenders.MODELS[model]
    kept(folder, f"cohorts{block}_{model}", partial(_touchstone.null_cohorts, block, COHORTS, contender))


def kept(folder: Path, stem: str, compute: Callable[..., Mapping[str, pd.DataFrame]], **about: int) -> None:
    """Write tables, and at last a file that says how many processor seconds they took; nothing, if that is there."""
    done = folder / f"{stem}.json"
    if done.exists():
        return
    torch.set_num_threads(1)
    begin = time.process_time()
    with tempfile.TemporaryDirectory() as temporary:
        tables = compute(folder=Path(temporary))
    for name, table in tables.items():
        table.to_csv(folder / f"{stem}_{name}.tsv", sep="\t", index=False, float_format="%.6g")
    done.write_text(json.dumps({**about, "processor_seconds": round(time.process_time() - begin)}) + "\n")
    print(f"{stem} took {time.process_time() - begin:.0f} processor seconds", flush=True)


def read(folder: Path, stem: str, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{stem}_{name}.tsv", sep="\t", dtype={"subject": str, "cohort": str})


def given_to(folder: Path, name: str, model: str) -> dict[str, int]:
    """Return `subjects` and `seed` of a scenario."""
    about = json.loads((folder / f"{name}_{model}.json").read_text())
    return {of: about[of] for of in ("subjects", "seed")}


def scores(folder: Path, name: str, model: str) -> pd.DataFrame:
    """Score every method of a scenario beside all floors: columns of `score_table`, and `method`.

    Methods are ranked by value, in `SIGNED` scenarios by magnitude as well. A floor is there by value and by magnitude,
    as if one knew which of the two it needs.
    """
    maps, floors = read(folder, f"{name}_{model}", "maps"), {}
    for floor, of in maps[~maps["map"].isin(_explained.METHODS)].groupby("map", sort=False):
        floors[floor] = of
        floors[f"{floor}, magnitude"] = by_magnitude(of)
    methods = dict([*maps[maps["map"].isin(_explained.METHODS)].groupby("map", sort=False)])
    if name in SIGNED:
        methods |= {f"{method}, magnitude": by_magnitude(of) for method, of in methods.items()}
    return scored(folder, name, model, methods, floors)


def by_magnitude(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(importance=rows["importance"].abs())


def pair_scores(folder: Path, name: str, model: str) -> pd.DataFrame:
    """Score the interactions of pairs of cells beside floors, of which maps of single cells are some."""
    pairs, maps = (read(folder, f"{name}_{model}", of) for of in ("pairs", "maps"))
    own = pairs["map"] == _explained.INTERACTION
    single = maps["map"].isin(["band_occlusion", "integrated_gradients", _explained.POWER_CONTRAST])
    floors = dict([*maps[single].groupby("map", sort=False), *pairs[~own].groupby("map", sort=False)])
    methods = {_explained.INTERACTION: pairs[own]}
    if name in SIGNED:
        methods[f"{_explained.INTERACTION}, magnitude"] = by_magnitude(pairs[own])
    return scored(folder, name, model, methods, floors)


def scored(
    folder: Path, name: str, model: str, methods: Mapping[str, pd.DataFrame], floors: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Score maps of the tested subjects of a scenario whose model is competent."""
    given = given_to(folder, name, model)
    truth = touchstone.cells(**taken(touchstone, "cells", {**MEASURED[name], "version": VERSIONS[-1], **given}))
    rows = touchstone.recordings(**MEASURED[name], subjects=given["subjects"])
    folds = fixed.assign([{**row, "dataset": "touchstone"} for row in rows], seed=given["seed"])
    detection = read(folder, f"{name}_{model}", "detection")
    return pd.concat(
        score_table(truth, of, floors, folds=folds, scores=detection).assign(method=method)
        for method, of in methods.items()
    )


def precision(table: pd.DataFrame, *, floors: str = "") -> float:
    """Return the mean average precision of the best method, or of the best floor whose name begins so.

    Of untrained networks, the mean of all counts.
    """
    of = table[(table["metric"] == "average_precision") & (table["part"] == "whole")]
    of = of[of["map"].str.startswith(floors) & (of["map"] != MAP)] if floors else of[of["map"] == MAP]
    return float(of.groupby(["method", of["map"].str.replace(r" \d+", "", regex=True)])["mean"].mean().max())


def best_floor(table: pd.DataFrame) -> float:
    return max(precision(table, floors=name) for name in table["map"].unique() if name != MAP)


def rates(folder: Path, model: str) -> pd.DataFrame:
    """Return for each method in how many cohorts of labels by chance any cell has p < 0.05, and how many have any p."""
    stems = [path.stem for path in sorted(folder.glob(f"cohorts*_{model}.json"))]
    found = pd.concat(read(folder, stem, "p") for stem in stems).groupby("map", sort=False)["p"]
    counts = {"significant": found.apply(lambda p: int((p < 0.05).sum())), "cohorts": found.size()}
    table = pd.DataFrame({**counts, "with_p": found.count()})
    ends = [wilson_interval(row.significant, row.cohorts) for row in table.itertuples()]
    return table.assign(
        rate=table["significant"] / table["cohorts"], **pd.DataFrame(ends, table.index, ["low", "high"])
    )


def run(jobs: int, tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do tasks in this order, and return what all of them return; the first error ends the run."""
    with ProcessPoolExecutor(jobs) as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]


def shown(name: str, table: pd.DataFrame) -> None:
    """Print the average precision of maps and floors."""
    of = table[(table["metric"] == "average_precision") & (table["part"] == "whole")]
    columns = ["mean", "low", "high", "n", "without", "not_competent", "margin", "margin_low", "margin_high", "over"]
    for method, rows in of.groupby("method", sort=False):
        print(
            f"\n{name}, average precision, {method} is '{MAP}'\n{rows.set_index('map')[columns].round(3).to_string()}"
        )


def tables_of(folder: Path, name: str, model: str) -> dict[str, pd.DataFrame]:
    """Return the scores of a scenario, and those of its pairs, by title."""
    tables = {name: scores(folder, name, model)}
    return {**tables, f"{name}, pairs": pair_scores(folder, name, model)} if name in _explained.PAIRED else tables


def figures(tables: Mapping[str, pd.DataFrame], of_null: pd.Series) -> dict[str, float | None]:
    """Return the figures of two scenarios and the null; None for what no competent model has."""
    found = {
        "truth_conjunction_floor": precision(tables["conjunction"], floors=_explained.POWER_CONTRAST),
        "truth_conjunction_pr": precision(tables["conjunction"]),
        "truth_two_foci_pr": precision(tables["two_foci"]),
        "truth_two_foci_floor_pr": best_floor(tables["two_foci"]),
        **{f"truth_null_rate_{name}": float(rate) for name, rate in of_null.items()},
        "truth_null_rate": float(of_null.max()),
    }
    return {name: None if pd.isna(value) else value for name, value in found.items()}


def everything(folder: Path, given: argparse.Namespace) -> dict[str, dict[str, pd.DataFrame]]:
    """Run scenarios and cohorts that are not there; print the scores, and return them by model and title."""
    folder.mkdir(parents=True, exist_ok=True)
    planted = [(model, name) for model in given.models for name in given.scenarios if name != "null"]
    tasks = [partial(scenario, folder, name, model, given.subjects, given.seed) for model, name in planted]
    if "null" in given.scenarios:
        blocks = range(given.cohorts // COHORTS) if given.block is None else [given.block]
        tasks += [partial(null, folder, block, model) for model in given.models for block in blocks]
    run(given.jobs, tasks)
    found = run(given.jobs, [partial(tables_of, folder, name, model) for model, name in planted])
    tables: dict[str, dict[str, pd.DataFrame]] = {model: {} for model in given.models}
    for (model, name), of in zip(planted, found, strict=True):
        print(f"\n## {model}, {name}")
        for title, table in of.items():
            shown(title, table)
        tables[model] |= of
    for model in given.models if "null" in given.scenarios else ():
        print(f"\n## {model}, null\ncohorts of {_touchstone.NULL_SUBJECTS} with any p < 0.05")
        print(rates(folder, model).round(3).to_string())
    return tables


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two scenarios and 40 cohorts of the null")
    parser.add_argument("--json", type=Path, help="write the figures of --quick there")
    parser.add_argument("--scenarios", nargs="+", choices=MEASURED, default=list(MEASURED))
    parser.add_argument("--models", nargs="+", choices=_contenders.MODELS, default=["cwt_resnet18"])
    parser.add_argument("--subjects", type=int, default=100, help="of a scenario; three of five train")
    parser.add_argument("--seed", type=int, default=_contenders.SEED, help="of the scenarios")
    parser.add_argument("--cohorts", type=int, default=200, help="of the null, in tens")
    parser.add_argument("--block", type=int, help="only these ten cohorts of the null, from 0 on")
    parser.add_argument("--folder", type=Path, help="for the results; what is there is not computed again")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    given, begin = parser.parse_args(), time.perf_counter()
    if given.quick:
        given.scenarios, given.models, given.cohorts = [*QUICK, "null"], ["cwt_resnet18"], 40
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        tables = everything(folder, given)
        if given.quick:
            (model,) = given.models
            _timing.finish(figures(tables[model], rates(folder, model)["rate"]), {}, given.json)
    print(f"took {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
