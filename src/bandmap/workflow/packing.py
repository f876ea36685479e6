"""The content of the model files of a run."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from bandmap.workflow.quick import with_known_parameters
from bandmap.workflow.scores import ScorePlan
from bandmap.workflow.settings import SettingsError, kind_of, options_of, section_of

OF_ONE_SUBJECT = "within_subject"
"""Scheme with models of one subject each, which are not packed because they do not apply to other people."""


@dataclass(frozen=True)
class PackPlan(ScorePlan):
    """The part of a plan for model files."""

    @abstractmethod
    def base_folds(self) -> list[str]:
        """Return the names of the folds of the run's models."""

    def packable(self) -> bool:
        """Return whether the run's models apply to people that they were not trained on."""
        return kind_of(self.base(), self.config["schemes"][self.base()]) != OF_ONE_SUBJECT

    def packed(self) -> list[str]:
        """Return the run's model files."""
        names = self.trained() if self.packable() else []
        return [f"results/models/{model}_{self.base()}.bandmap" for model in names]

    @with_known_parameters
    def packed_weights(self, wildcards: Any) -> list[str]:
        """Return the weights of {model} of all folds of {scheme}.

        Raises
        ------
        SettingsError
            If the scheme trains models of one subject each.
        """
        if not self.packable():
            raise SettingsError(
                f"config.yaml: run: scheme: {self.base()} trains models of one subject each, which do not apply to "
                "other people; choose a scheme that tests on other subjects"
            )
        folder = f"results/trained/{wildcards.model}/{wildcards.scheme}"
        return [f"{folder}/{fold}/weights.pt" for fold in self.base_folds()]

    def floors(self) -> dict[str, str]:
        """Return baseline detector -> summary of its scores."""
        return {name: f"results/scores/{name}_{self.base()}.json" for name in self.baselines()}

    @with_known_parameters
    def prepared(self, wildcards: Any) -> dict[str, Any]:
        """Return the preprocessing of {model}, and the conversion of its predictions to events."""
        config, name = self.config, self.config["models"][wildcards.model]["representation"]
        entry = config["representations"][name]
        return {
            "name": wildcards.model,
            "task": self.task(),
            "scheme": wildcards.scheme,
            "harmonize": dict(config["harmonize"]),
            "representation": {"kind": kind_of(name, entry), "options": options_of("representations", entry)},
            "postprocessing": section_of(config, "postprocessing", wildcards.model),
            "regions": dict(config["regions"]),
            "bands_hz": dict(config["bands_hz"]),
        }

    def evidence(self, _wildcards: Any) -> dict[str, Any]:
        """Return the training and test data of the run's models."""
        datasets = self.config["datasets"]
        return {
            "datasets": {name: kind_of(name, datasets[name]) for name in self.config["run"]["datasets"]},
            "subjects": len(self.people_tested()),
            "seed": self.config["seed"],
            "licence": self.config["licence"],
        }
