"""Which tables of scores a run makes, and what they are compared by."""

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path

from bandmap.workflow.probes import ProbePlan


@dataclass(frozen=True)
class ScorePlan(ProbePlan):
    """The part of a plan that is about scores."""

    @abstractmethod
    def base(self) -> str:
        """Return the scheme that the run's folds are of."""

    @abstractmethod
    def task(self) -> str:
        """Return what the run's models are asked."""

    def judged(self) -> dict[str, str]:
        """Return who is compared -> table of scores: models, the same without tuning, what detectors must beat."""
        run = self.config["run"]
        names = {model: f"{model}_{run['scheme']}" for model in run["models"]}
        if self.base() != run["scheme"]:
            names |= {f"{model} without tuning": f"{model}_{run['scheme']}_without" for model in run["models"]}
        elif self.task() == "seizure":
            names |= {name: f"{name}_{self.base()}" for name in ("line-length", "always-on")}
        return {name: f"results/scores/{table}.tsv" for name, table in names.items()}

    def beside_scores(self) -> list[str]:
        """Return what lies beside the tables of `judged`: a summary each and, but of the floor, details."""
        tables = [Path(table) for table in self.judged().values()]
        details = [table.with_name(f"{table.stem}_details.tsv") for table in tables if "always-on" not in table.name]
        return [str(path) for path in (*(table.with_suffix(".json") for table in tables), *details)]

    def headline(self) -> list[str]:
        """Return the scores by which models are compared."""
        return {"seizure": ["f1", "sensitivity", "false_alarms_per_day"], "sleep": ["kappa", "macro_f1"]}[self.task()]
