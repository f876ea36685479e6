"""The score tables of a run, and the scores by which models are compared."""

from abc import abstractmethod
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bandmap.workflow.probes import ProbePlan
from bandmap.workflow.settings import Settings, SettingsError, base_of

OPTIONAL = "yasa"
"""Baseline that a run uses only if its settings say so, and the package that it needs."""


def check_baselines(config: Settings) -> None:
    """Raise SettingsError if the settings want a baseline that does not apply, or whose package is not installed."""
    run, where = config["run"], f"config.yaml: run: baselines: {OPTIONAL}"
    if not run["baselines"]:
        return
    if run["task"] != "sleep":
        raise SettingsError(f"{where} stages sleep, but run: task is {run['task']}; remove it from run: baselines")
    if base_of(config, run["scheme"]) != run["scheme"]:
        raise SettingsError(f"{where} is not scored beside fine-tuned models; remove it from run: baselines")
    if find_spec(OPTIONAL) is None:
        raise SettingsError(f"{where} is not installed; run pip install 'bandmap[{OPTIONAL}]', or remove it")


@dataclass(frozen=True)
class ScorePlan(ProbePlan):
    """The part of a plan that is about scores."""

    @abstractmethod
    def base(self) -> str:
        """Return the scheme that defines the run's folds."""

    @abstractmethod
    def task(self) -> str:
        """Return the task of the run's models."""

    def score_tables(self) -> dict[str, str]:
        """Return name -> score table of the models, of models without fine-tuning, and of baseline detectors."""
        run = self.config["run"]
        names = {model: f"{model}_{run['scheme']}" for model in run["models"]}
        if self.base() != run["scheme"]:
            names |= {f"{model} without tuning": f"{model}_{run['scheme']}_without" for model in self.trained()}
        else:
            names |= {name: f"{name}_{self.base()}" for name in self.baselines()}
        return {name: f"results/scores/{table}.tsv" for name, table in names.items()}

    def baselines(self) -> tuple[str, ...]:
        """Return the baselines of the run's task."""
        return ("line-length", "always-on") if self.task() == "seizure" else tuple(self.config["run"]["baselines"])

    def origin_of_yasa(self, _wildcards: Any) -> dict[str, Any]:
        """Return what the classifiers of YASA were trained on, as for an imported model."""
        nights = ["nights of the National Sleep Research Resource"]
        return {"imported": {"file": "the package yasa", "trained_on": nights, "seen": []}}

    def score_details(self) -> list[str]:
        """Return the files beside `score_tables`: a summary each and, except for the always-on detector, details."""
        tables = [Path(table) for table in self.score_tables().values()]
        details = [table.with_name(f"{table.stem}_details.tsv") for table in tables if "always-on" not in table.name]
        return [str(path) for path in (*(table.with_suffix(".json") for table in tables), *details)]

    def spans(self, wildcards: Any) -> list[str]:
        """Return the predictions that define the scored time; an imported model is scored where a trained one is."""
        model = (self.trained() or [wildcards.model])[0] if wildcards.model in self.imported else wildcards.model
        folder = f"results/predicted/{model}/{wildcards.scheme}"
        return [f"{folder}/{row['dataset']}/{row['recording']}_probabilities.h5" for row in self.tested()]

    def headline(self) -> list[str]:
        """Return the scores by which models are compared."""
        return {"seizure": ["f1", "sensitivity", "false_alarms_per_day"], "sleep": ["kappa", "macro_f1"]}[self.task()]
