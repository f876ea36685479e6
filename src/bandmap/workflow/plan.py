"""The plan of a run: its recordings, its folds, and which files depend on which. Imports nothing heavy."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bandmap.train.schemes import Manifest
from bandmap.workflow.extents import check_extents
from bandmap.workflow.folds import Folds, made, read_or_make
from bandmap.workflow.imported import read_imported, with_imported
from bandmap.workflow.listing import listed
from bandmap.workflow.montages import check_montages
from bandmap.workflow.packing import PackPlan
from bandmap.workflow.quick import with_known_parameters
from bandmap.workflow.scores import check_baselines
from bandmap.workflow.settings import (
    PLUGINS,
    TASKS,
    Settings,
    base_of,
    check,
    kind_of,
    options_of,
    section_of,
)

ENSEMBLE = "ensemble"
"""Name in place of a fold for the decision of the models of all folds together; no scheme uses it for a fold."""


@dataclass(frozen=True)
class Plan(PackPlan):
    """Everything that the rules need to know about a run, from config.yaml and the tables of its data sets.

    Attributes
    ----------
    recordings : tuple of dict
        Rows of all data sets in use: dataset, recording, subject, source.
    folds : Folds
        Training, validation and test subjects of each fold. Read from its file if that exists, so that subjects that
        are added later do not change the trained folds.
    left_out : tuple of dict
        Rows of the recordings that the settings leave out; the column `why` gives the reason.
    """

    recordings: tuple[dict[str, str], ...]
    folds: Folds
    left_out: tuple[dict[str, str], ...] = ()

    def of(self, section: str) -> dict[str, dict[str, Any]]:
        """Return name -> {kind, options} for a section of plugins."""
        return {
            name: {"kind": kind_of(name, entry), "options": options_of(section, entry)}
            for name, entry in self.config[section].items()
        }

    def options(self, section: str, wildcard: str) -> Callable[[Any], dict[str, Any]]:
        """Return a function of a job's wildcards: {kind, options} of the plugin that a wildcard names."""
        known = self.of(section)
        return with_known_parameters(lambda wildcards: known[wildcards[wildcard]])

    def one_of(self, section: str) -> str:
        """Return a pattern that matches the names of a section and nothing else."""
        return "|".join(re.escape(name) for name in self.config[section])

    def plugin(self, section: str, wildcard: str) -> Callable[[Any], str]:
        """Return a function of a job's wildcards: the module of the plugin that a wildcard names."""
        package, _ = PLUGINS[section]
        return with_known_parameters(
            lambda wildcards: f"{package}.{kind_of(name := wildcards[wildcard], self.config[section][name])}"
        )

    def row(self, dataset: str, recording: str) -> dict[str, str]:
        """Return the row of a recording."""
        return self._index[dataset, recording]

    @cached_property
    def _index(self) -> dict[tuple[str, str], dict[str, str]]:
        return {(row["dataset"], row["recording"]): row for row in self.recordings}

    @cached_property
    def _manifest(self) -> Manifest:
        return Manifest.of(self.folds.rows, self.recordings)

    def new_folds(self, _wildcards: Any) -> list[dict[str, str]]:
        """Return a new table of folds for the current recordings."""
        return [dict(row) for row in made(self.config, self.recordings).rows]

    def base(self) -> str:
        """Return the scheme that defines the run's folds."""
        return base_of(self.config, self.config["run"]["scheme"])

    def task(self) -> str:
        """Return the task of the run's models."""
        return str(self.config["run"]["task"])

    @with_known_parameters
    def task_module(self, _wildcards: Any) -> str:
        """Return the module of the run's task."""
        return f"{TASKS}.{self.task()}"

    def section(self, name: str) -> Callable[[Any], dict[str, Any]]:
        """Return a function of {model}: a section of the settings with the overrides of the model."""
        return with_known_parameters(lambda wildcards: section_of(self.config, name, wildcards.model))

    @cached_property
    def _tested(self) -> list[dict[str, str]]:
        rows = [row for row in self.recordings if self._manifest.testing(row) or self.folds.is_new(row)]
        return [{name: row[name] for name in ("dataset", "subject", "recording")} for row in rows]

    def tested(self) -> list[dict[str, str]]:
        """Return the recordings on which models are scored: those that a fold tests, and those of new subjects."""
        return self._tested

    def expected(self) -> int:
        """Return the number of recordings that would be scored if none were left out."""
        if not self.left_out:
            return len(self._tested)
        every = [*self.recordings, *self.left_out]
        manifest = Manifest.of(made(self.config, every).rows, every)
        return len(self._tested) + sum(manifest.testing(row) is not None for row in self.left_out)

    def schemes(self, *, tuned: bool) -> str:
        """Return a pattern of the schemes that fine-tune the models of another scheme, or of the other schemes."""
        names = [name for name in self.config["schemes"] if (base_of(self.config, name) != name) == tuned]
        return "|".join(re.escape(name) for name in names) or "(?!)"

    def fold_names(self) -> list[str]:
        """Return the names of the run's folds, in order."""
        return list(self._tuned) if self.base() != self.config["run"]["scheme"] else self._manifest.names()

    @cached_property
    def _tuned(self) -> dict[str, tuple[tuple[str, str], str]]:
        """Return fine-tuned fold -> its subject, and the fold whose model is fine-tuned."""
        found: dict[str, tuple[tuple[str, str], str]] = {}
        for row in self.tested():
            for base in self._unseen_by(row):
                found[f"{row['dataset']}-{row['subject']}_from_{base}"] = ((row["dataset"], row["subject"]), base)
        return found

    def base_folds(self) -> list[str]:
        """Return the names of the folds that the run's models are trained on, in order."""
        return self._manifest.names()

    def testing_fold(self, row: Mapping[str, str]) -> str | None:
        """Return the fold of the run's scheme that tests a recording; None for a new subject."""
        fold = self._manifest.testing(row)
        tuned = self.base() != self.config["run"]["scheme"]
        return f"{row['dataset']}-{row['subject']}_from_{fold}" if fold and tuned else fold

    def initial_weights(self, wildcards: Any) -> list[str]:
        """Return the file of weights that the training of {model} starts from, if there is one."""
        return [path for path in (self.config["models"][wildcards.model].get("initial_weights"),) if path]

    @with_known_parameters
    def tuned_weights(self, wildcards: Any) -> str:
        """Return the weights from which the fine-tuning of {fold} starts."""
        return f"results/trained/{wildcards.model}/{self.base()}/{self._tuned[wildcards.fold][1]}/weights.pt"

    @with_known_parameters
    def tuned_arrays(self, wildcards: Any) -> list[str]:
        """Return the representations of the recordings of the subject of the fine-tuned {fold}."""
        return [self.represented(wildcards.model, row) for row in self._of_subject[self._tuned[wildcards.fold][0]]]

    @with_known_parameters
    def tuned_recordings(self, wildcards: Any) -> list[str]:
        """Return the names of the recordings of the subject of the fine-tuned {fold}."""
        return [row["recording"] for row in self._of_subject[self._tuned[wildcards.fold][0]]]

    @with_known_parameters
    def tuning(self, wildcards: Any) -> dict[str, Any]:
        """Return the options of the fine-tuning {scheme}."""
        return options_of("schemes", self.config["schemes"][wildcards.scheme])

    def arrays(self, role: str) -> Callable[[Any], list[str]]:
        """Return a function of {model} and {fold}: the representations of the frozen recordings of a role."""
        return lambda wildcards: [self.represented(wildcards.model, row) for row in self._frozen(wildcards.fold, role)]

    def _frozen(self, fold: str, role: str) -> list[Mapping[str, str]]:
        return [row for row in self._manifest.members(fold, role) if self.folds.is_frozen(row)]

    @with_known_parameters
    def validations(self, wildcards: Any) -> list[str]:
        """Return the predictions for the validation recordings of {fold}; for the ensemble, those of every fold."""
        folder = f"results/trained/{wildcards.model}/{wildcards.scheme}"
        return [f"{folder}/{fold}/validation.h5" for fold in self._deciding(wildcards)]

    @with_known_parameters
    def validated(self, wildcards: Any) -> list[list[str]]:
        """Return the names of the recordings in each file of `validations`."""
        members = (self._frozen(fold, "validation") for fold in self._deciding(wildcards))
        return [[f"{row['dataset']}/{row['recording']}" for row in rows] for rows in members]

    def _deciding(self, wildcards: Any) -> list[str]:
        return self._manifest.names() if wildcards.fold == ENSEMBLE else [wildcards.fold]

    @with_known_parameters
    def array(self, wildcards: Any) -> str:
        """Return the representation of {dataset} {recording} that {model} reads."""
        return self.represented(wildcards.model, self.row(wildcards.dataset, wildcards.recording))

    @with_known_parameters
    def arrays_of_subject(self, wildcards: Any) -> list[str]:
        """Return the representations that {model} reads of the recordings of {dataset} {subject}."""
        rows = self._of_subject[wildcards.dataset, wildcards.subject]
        return [self.represented(wildcards.model, row) for row in rows]

    @with_known_parameters
    def recordings_of_subject(self, wildcards: Any) -> list[str]:
        """Return the names of the recordings of {dataset} {subject}."""
        return [row["recording"] for row in self._of_subject[wildcards.dataset, wildcards.subject]]

    @cached_property
    def _of_subject(self) -> dict[tuple[str, str], list[dict[str, str]]]:
        found: dict[tuple[str, str], list[dict[str, str]]] = {}
        for row in self.recordings:
            found.setdefault((row["dataset"], row["subject"]), []).append(row)
        return found

    def represented(self, model: str, row: Mapping[str, str]) -> str:
        """Return the representation of a recording that a model reads."""
        representation = self.config["models"][model]["representation"]
        return f"results/represented/{representation}/{row['dataset']}/{row['recording']}.zarr.zip"

    @with_known_parameters
    def weights(self, wildcards: Any) -> list[str]:
        """Return the weights of the models that never saw {dataset} {recording}, see `_unseen_by`."""
        row = self.row(wildcards.dataset, wildcards.recording)
        names = self._unseen_by(row)
        if wildcards.model in self.imported:
            names = self.imported[wildcards.model].networks()
        elif base_of(self.config, wildcards.scheme) != wildcards.scheme:
            names = [f"{row['dataset']}-{row['subject']}_from_{name}" for name in names]
        return self.weights_of(wildcards.model, wildcards.scheme, names)

    @with_known_parameters
    def decision(self, wildcards: Any) -> str:
        """Return the decision of the models of `weights`; fine-tuned models use that of their base models."""
        if wildcards.model in self.imported:
            return self.weights(wildcards)[0].replace("weights.pt", "decision.json")
        folder = f"results/trained/{wildcards.model}/{base_of(self.config, wildcards.scheme)}"
        fold = self._manifest.testing(self.row(wildcards.dataset, wildcards.recording))
        return f"{folder}/{fold or ENSEMBLE}/decision.json"

    def _unseen_by(self, row: Mapping[str, str]) -> list[str]:
        """Return the folds whose models never saw a recording: the fold that tests it, or all for a new subject."""
        fold = self._manifest.testing(row)
        return [fold] if fold else self._manifest.names()

    @with_known_parameters
    def comparable(self, wildcards: Any) -> str:
        """Return the comparison windows of {dataset} {recording} in the representation of {model}."""
        subject = self.row(wildcards.dataset, wildcards.recording)["subject"]
        return f"results/comparable/{wildcards.model}/{wildcards.dataset}/{subject}.h5"

    def each(self, pattern: str) -> Callable[[Any], list[str]]:
        """Return a function of a job's wildcards: the pattern filled for every tested recording."""
        return lambda wildcards: [pattern.format(**{**wildcards, **row}) for row in self.tested()]

    def each_untuned(self, name: str) -> Callable[[Any], list[str]]:
        """Return a function of {model}: the names of its predictions without fine-tuning for every tested recording."""
        pattern = f"results/predicted/{{model}}/{self.base()}/{name}"
        return lambda wildcards: [pattern.format(model=wildcards.model, **row) for row in self.tested()]

    def each_tested(self, pattern: str) -> list[str]:
        """Return a pattern filled for every tested recording."""
        return [pattern.format(**row) for row in self.tested()]

    def each_recording(self, pattern: str) -> list[str]:
        """Return a pattern filled for every recording, tested or not."""
        return [pattern.format(**row) for row in self.recordings]

    @with_known_parameters
    def row_of(self, wildcards: Any) -> dict[str, str]:
        """Return dataset, subject and recording of {dataset} {recording}."""
        row = self.row(wildcards.dataset, wildcards.recording)
        return {name: row[name] for name in ("dataset", "subject", "recording")}


def read_schema(path: str | Path) -> dict[str, Any]:
    """Read the schema of config.yaml."""
    schema: dict[str, Any] = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    return schema


def make_plan(config: Settings) -> Plan:
    """Check the settings (`SettingsError`), list the recordings and read or make the folds."""
    imported = read_imported(config)
    config = with_imported(config, imported)
    check(config)
    check_baselines(config)
    check_extents(config, {name: model.about["harmonize"] for name, model in imported.items()})
    check_montages(config, {name: model.about["harmonize"] for name, model in imported.items()})
    recordings, out = listed(config)
    return Plan(config, imported, recordings, read_or_make(config, recordings), out)
