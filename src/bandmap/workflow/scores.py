"""The score tables of a run, and the scores by which models are compared."""

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bandmap.workflow.probes import ProbePlan


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
        elif self.task() == "seizure":
            names |= {name: f"{name}_{self.base()}" for name in ("line-length", "always-on")}
        return {name: f"results/scores/{table}.tsv" for name, table in names.items()}

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
