"""The folds whose maps are tested, and the recordings used for it."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from typing import Any

from bandmap.workflow.matrices import MatrixPlan
from bandmap.workflow.quick import with_known_parameters
from bandmap.workflow.settings import SettingsError, base_of, kind_of, methods_of, options_of

OTHER_SUBJECT = "other_subject"
"""The value of an interpretation's option `replacement` for which it needs windows of another subject."""


@dataclass(frozen=True)
class ProbePlan(MatrixPlan):
    """The part of a plan for the tests of maps."""

    @abstractmethod
    def testing_fold(self, row: Mapping[str, str]) -> str | None:
        """Return the fold that tests a recording; None for new subjects, which the models of all folds predict."""

    @cached_property
    def _probed(self) -> list[dict[str, str]]:
        if not self.config["faithfulness"]["windows_per_subject"]:
            return []
        return [{**row, "fold": fold} for row in self.tested() if (fold := self.testing_fold(row))]

    @with_known_parameters
    def probed(self, wildcards: Any) -> list[dict[str, str]]:
        """Return dataset, subject, recording and fold of the recordings on whose windows maps of {model} are tested.

        The subjects of an imported model are dealt to its networks, which stand in place of folds, in turn.
        """
        if wildcards.model not in self.imported:
            return self._probed
        people = dict.fromkeys((row["dataset"], row["subject"]) for row in self._probed)
        dealt = dict(zip(people, cycle(self.imported[wildcards.model].networks()), strict=False))
        return [{**row, "fold": dealt[row["dataset"], row["subject"]]} for row in self._probed]

    @with_known_parameters
    def probed_folds(self, wildcards: Any) -> list[str]:
        """Return the folds whose models' maps are tested, in order."""
        return list(dict.fromkeys(row["fold"] for row in self.probed(wildcards)))

    @with_known_parameters
    def probed_weights(self, wildcards: Any) -> list[str]:
        """Return the weights of `probed_folds`."""
        return self.weights_of(wildcards.model, wildcards.scheme, self.probed_folds(wildcards))

    @with_known_parameters
    def shuffled_weights(self, wildcards: Any) -> list[str]:
        """Return the weights of {model} trained on shuffled labels."""
        folds = self.shuffled_folds(wildcards.model)
        return [f"results/shuffled/{wildcards.model}/{wildcards.scheme}/{fold}/weights.pt" for fold in folds]

    def shuffled_folds(self, model: str) -> list[str]:
        """Return the folds that are also trained on shuffled labels; none if imported, or for a fine-tuning scheme."""
        scheme = self.config["run"]["scheme"]
        if base_of(self.config, scheme) != scheme or model in self.imported:
            return []
        folds = list(dict.fromkeys(row["fold"] for row in self._probed))
        return folds[: self.config["faithfulness"]["shuffled_label_folds"]]

    def each_probed(self, pattern: str) -> Callable[[Any], list[str]]:
        """Return a function of a job's wildcards: the pattern filled for every recording of `probed`."""
        return lambda wildcards: [pattern.format(**{**wildcards, **row}) for row in self._probed]

    def probed_arrays(self, wildcards: Any) -> list[str]:
        """Return the representations that {model} reads of the recordings of `probed`."""
        folder = f"results/represented/{self.config['models'][wildcards.model]['representation']}"
        return [f"{folder}/{row['dataset']}/{row['recording']}.zarr.zip" for row in self._probed]

    def methods_of(self, wildcards: Any) -> dict[str, dict[str, Any]]:
        """Return interpretation -> {kind, options} of the interpretations that work with {model}."""
        entries = {name: self.config["interpretations"][name] for name in self.fitting(wildcards.model)}
        return {
            name: {"kind": kind_of(name, entry), "options": options_of("interpretations", entry)}
            for name, entry in entries.items()
        }

    def products_of(self, wildcards: Any) -> dict[str, list[str]]:
        """Return product -> its interpretations, for the products that {model} has a matrix of."""
        names = [name for name in self.matrices(wildcards.model) if name in self.config["products"]]
        return {name: methods_of(self.config, name) for name in names}

    @with_known_parameters
    def other_comparable(self, wildcards: Any) -> list[str]:
        """Return the comparison windows of another subject than that of {recording}, if {method} needs them."""
        if (self.config["interpretations"][wildcards.method] or {}).get("replacement") != OTHER_SUBJECT:
            return []
        dataset, subject = self.other_than(wildcards.dataset, self._subjects[wildcards.dataset, wildcards.recording])
        return [f"results/comparable/{wildcards.model}/{dataset}/{subject}.h5"]

    def other_than(self, dataset: str, subject: str) -> tuple[str, str]:
        """Return another subject, whose background replaces that of a subject: the next one that a fold tests.

        Raises
        ------
        SettingsError
            If folds test no other subject.
        """
        others = [person for person in self._people if person != (dataset, subject)]
        if not others:
            raise SettingsError(
                "config.yaml: interpretations: replacement: other_subject needs two subjects that folds test; choose"
                " another replacement"
            )
        return next((person for person in others if person > (dataset, subject)), others[0])

    @cached_property
    def _people(self) -> list[tuple[str, str]]:
        return sorted({(row["dataset"], row["subject"]) for row in self.tested() if self.testing_fold(row)})

    @cached_property
    def _subjects(self) -> dict[tuple[str, str], str]:
        return {(row["dataset"], row["recording"]): row["subject"] for row in self.tested()}

    def interpretation_modules(self) -> list[str]:
        """Return the modules of all interpretations of the run."""
        kinds = [kind_of(name, self.config["interpretations"][name]) for name in self.methods()]
        return [f"bandmap.interpret.methods.{kind}" for kind in dict.fromkeys(kinds)]
