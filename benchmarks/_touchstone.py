"""One scenario of Touchstone: simulate, train, detect, explain, and what needs no model.

Tables leave: maps of all methods and floors, and how well the model detects.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _contenders import MODELS, SEED, TESTING, Contender, Subject, cohort, tested, trained
from _explained import PAIRED, Held, contrasts, interactions, maps, methods_of, together
from _measured import MEASURED

from bandmap import aggregate
from bandmap.train.fold import cut_recording
from bandmap.train.tasks import seizure

NULL_TRAINED, NULL_SUBJECTS = 20, 6


def scenario(name: str, contender: Contender, folder: Path, **given: Any) -> dict[str, pd.DataFrame]:
    """Return tables of one scenario and model: `maps`, and `detection` with the area under the ROC curve of windows."""
    given = {"seed": SEED, **MEASURED[name], **given}
    people = cohort(given, folder / "people", contender)
    model = trained(people, contender)
    seen = tested(people)
    held = [Held.of(who, model) for who in seen]
    detection = pd.DataFrame({"subject": one.subject.name, "window_auroc": one.auroc} for one in held)
    tables = {"detection": detection}
    if given["scenario"] in PAIRED:
        tables["pairs"] = interactions(held, contender)
    if given["scenario"] == "shortcut":
        tables["use"] = use_of_the_cue(held, given, folder, contender)
    if contender.representation != "cwt":
        seen = cohort(given, folder / "power", MODELS["cwt_resnet18"], ("eval",))
    return {"maps": pd.concat([maps(held, contender), contrasts(seen)]), **tables}


def use_of_the_cue(held: Sequence[Held], given: Mapping[str, Any], folder: Path, contender: Contender) -> pd.DataFrame:
    """Measure what a model of `shortcut` uses: test it without the cue, or the focus; train one without it.

    Returns
    -------
    DataFrame
        A row for each subject: `windows` of seizures that the cue reaches, by how much the mean log odds of these fall
        where the cue is removed (`cue_fall`) and where the focus is (`focus_fall`), and the area under the ROC curve of
        windows of each model on each kind of recording: `cue_cue` (trained with it, tested with it), `cue_none`,
        `none_cue`, `none_none`.
    """
    people = cohort({**given, "cue": False}, folder / "without", contender)
    unfocused = cohort({**given, "strength": 0.0}, folder / "unfocused", contender, ("eval",))
    never = trained(people, contender)
    rows = []
    for one, who, without in zip(held, tested(people), unfocused, strict=True):
        blind, cued, free = Held.of(who, one.model), Held.of(one.subject, never), Held.of(who, never)
        reached = _changed(one.subject, who) & (one.said.labels == 1)
        fall = {"cue_fall": blind, "focus_fall": Held.of(without, one.model)}
        areas = {"cue_cue": one.auroc, "cue_none": blind.auroc, "none_cue": cued.auroc, "none_none": free.auroc}
        rows.append(
            {"subject": who.name, "windows": int(reached.sum())}
            | {name: _mean_fall(one, other, reached) for name, other in fall.items()}
            | areas
        )
    return pd.DataFrame(rows)


def _mean_fall(one: Held, other: Held, windows: np.ndarray) -> float:
    """Return by how much the mean log odds of windows fall from one recording to another; NaN without windows."""
    if not windows.any():
        return np.nan
    return float((_log_odds(one.said.probabilities) - _log_odds(other.said.probabilities))[windows].mean())


def _changed(one: Subject, other: Subject) -> np.ndarray:
    """Return in which windows two recordings differ by more than their files' rounding."""
    cut = cut_recording(one.source, seizure, TESTING)
    a, b = (who.source.windows(cut.starts, cut.length) for who in (one, other))
    away = np.abs(a - b).reshape(len(a), -1).mean(axis=1)
    return np.asarray(away > 0.01 * np.abs(a).reshape(len(a), -1).std())


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    clipped = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def null_cohorts(block: int, cohorts: int, contender: Contender, folder: Path) -> dict[str, pd.DataFrame]:
    """Train a model on labels by chance, and explain cohorts of six other subjects whose labels are chance, too.

    Returns
    -------
    dict
        `p`: the smallest p of any cell, by `cohort` and `map`. `maps`: the matrices of the subjects, with `cohort`.
    """
    session = {"duration_seconds": 300, "seizures_per_recording": 2, "scenario": "null"}
    people = cohort({**session, "seed": 1000 + block, "subjects": NULL_TRAINED}, folder / "trained", contender)
    model = trained(people, contender, epochs=2)
    least, matrices = [], []
    for number in range(cohorts):
        name = f"{block}-{number}"
        given = {**session, "seed": 10_000 + 100 * block + number, "subjects": NULL_SUBJECTS}
        held = [Held.of(who, model) for who in cohort(given, folder / name, contender)]
        found = {method: [one.by(parts) for one in held] for method, parts in methods_of(contender).items()}
        for method, rows in found.items():
            of = aggregate.cohort_matrices(pd.concat(rows), seed=SEED)
            p = of.loc[(of["outcome"] == "hit") & (of["part"] == "whole"), "p"].min()
            least.append({"cohort": name, "map": method, "p": float(p)})
        matrices.append(together(found).query("part == 'whole'").assign(cohort=name))
        shutil.rmtree(folder / name)
    return {"p": pd.DataFrame(least), "maps": pd.concat(matrices)}
