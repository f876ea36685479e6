"""The plan of a run: which recordings, which folds, which file follows from which. Imports nothing heavy."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bandmap.train.schemes import Manifest
from bandmap.workflow.folds import Folds, made, read_or_make
from bandmap.workflow.listing import listed
from bandmap.workflow.quick import asked
from bandmap.workflow.scores import ScorePlan
from bandmap.workflow.settings import (
    PLUGINS,
    TASKS,
    Settings,
    base_of,
    check,
    check_representations,
    kind_of,
    options_of,
    section_of,
)


@dataclass(frozen=True)
class Plan(ScorePlan):
    """All that the rules ask about a run, from config.yaml and the tables of its data sets.

    Attributes
    ----------
    recordings : tuple of dict
        Rows of all data sets in use: dataset, recording, subject, source.
    folds : Folds
        Who trains, validates and tests which fold. Read from its file once that exists, so that a subject that arrives
        later does not change the folds that are trained.
    left_out : tuple of dict
        Rows of the recordings that the settings leave out, each with the reason: why.
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
        """Return a function of a job's wildcards: {kind, options} of the plugin that one of them names."""
        known = self.of(section)
        return asked(lambda wildcards: known[wildcards[wildcard]])

    def one_of(self, section: str) -> str:
        """Return a pattern that matches the names of a section and nothing else."""
        return "|".join(re.escape(name) for name in self.config[section])

    def plugin(self, section: str, wildcard: str) -> Callable[[Any], str]:
        """Return a function of a job's wildcards: the module of the plugin that one of them names."""
        package, _ = PLUGINS[section]
        return asked(lambda wildcards: f"{package}.{kind_of(name := wildcards[wildcard], self.config[section][name])}")

    def row(self, dataset: str, recording: str) -> dict[str, str]:
        """Return the row of a recording."""
        return self._index[dataset, recording]

    @cached_property
    def _index(self) -> dict[tuple[str, str], dict[str, str]]:
        return {(row["dataset"], row["recording"]): row for row in self.recordings}

    @cached_property
    def _manifest(self) -> Manifest:
        return Manifest.of(self.folds.rows, self.recordings)

    def anew(self, _wildcards: Any) -> list[dict[str, str]]:
        """Return the table of folds as it would be made now."""
        return [dict(row) for row in made(self.config, self.recordings).rows]

    def base(self) -> str:
        """Return the scheme that the run's folds are of."""
        return base_of(self.config, self.config["run"]["scheme"])

    def task(self) -> str:
        """Return what the run's models are asked."""
        return str(self.config["run"]["task"])

    @asked
    def task_module(self, _wildcards: Any) -> str:
        """Return the module of the run's task."""
        return f"{TASKS}.{self.task()}"

    def section(self, name: str) -> Callable[[Any], dict[str, Any]]:
        """Return a function of {model}: a section of the settings as the model has it."""
        return asked(lambda wildcards: section_of(self.config, name, wildcards.model))

    @cached_property
    def _tested(self) -> list[dict[str, str]]:
        rows = [row for row in self.recordings if self._manifest.testing(row) or self.folds.is_new(row)]
        return [{name: row[name] for name in ("dataset", "subject", "recording")} for row in rows]

    def tested(self) -> list[dict[str, str]]:
        """Return the recordings that a model is scored on: those that a fold tests, and those of new subjects."""
        return self._tested

    def expected(self) -> int:
        """Return how many recordings would be scored if none was left out."""
        if not self.left_out:
            return len(self._tested)
        every = [*self.recordings, *self.left_out]
        manifest = Manifest.of(made(self.config, every).rows, every)
        return len(self._tested) + sum(manifest.testing(row) is not None for row in self.left_out)

    def schemes(self, *, tuned: bool) -> str:
        """Return a pattern of the schemes that continue the models of another one, or of those that do not."""
        names = [name for name in self.config["schemes"] if (base_of(self.config, name) != name) == tuned]
        return "|".join(re.escape(name) for name in names) or "(?!)"

    def fold_names(self) -> list[str]:
        """Return the names of the run's folds, in order."""
        return list(self._tuned) if self.base() != self.config["run"]["scheme"] else self._manifest.names()

    @cached_property
    def _tuned(self) -> dict[str, tuple[tuple[str, str], str]]:
        """Return tuned fold -> the subject it is tuned to, and the fold that it continues."""
        found: dict[str, tuple[tuple[str, str], str]] = {}
        for row in self.tested():
            for base in self._blind(row):
                found[f"{row['dataset']}-{row['subject']}_from_{base}"] = ((row["dataset"], row["subject"]), base)
        return found

    def testing_fold(self, row: Mapping[str, str]) -> str | None:
        """Return the fold of the run's scheme that tests a recording; None for a new subject."""
        fold = self._manifest.testing(row)
        tuned = self.base() != self.config["run"]["scheme"]
        return f"{row['dataset']}-{row['subject']}_from_{fold}" if fold and tuned else fold

    @asked
    def tuned_weights(self, wildcards: Any) -> str:
        """Return the weights that {fold} of a scheme continues."""
        return f"results/trained/{wildcards.model}/{self.base()}/{self._tuned[wildcards.fold][1]}/weights.pt"

    @asked
    def tuned_arrays(self, wildcards: Any) -> list[str]:
        """Return the representations of the recordings of the subject that {fold} is tuned to."""
        return [self._array(wildcards.model, row) for row in self._of_subject[self._tuned[wildcards.fold][0]]]

    @asked
    def tuned_recordings(self, wildcards: Any) -> list[str]:
        """Return the names of the recordings of the subject that {fold} is tuned to."""
        return [row["recording"] for row in self._of_subject[self._tuned[wildcards.fold][0]]]

    @asked
    def tuning(self, wildcards: Any) -> dict[str, Any]:
        """Return the options of {scheme}, which continues another one."""
        return options_of("schemes", self.config["schemes"][wildcards.scheme])

    def arrays(self, role: str) -> Callable[[Any], list[str]]:
        """Return a function of {model} and {fold}: the representations of a role's recordings when folds were made."""

        def paths(wildcards: Any) -> list[str]:
            members = self._manifest.members(wildcards.fold, role)
            return [self._array(wildcards.model, row) for row in members if self.folds.is_frozen(row)]

        return paths

    @asked
    def array(self, wildcards: Any) -> str:
        """Return the representation of {dataset} {recording} that {model} reads."""
        return self._array(wildcards.model, self.row(wildcards.dataset, wildcards.recording))

    @asked
    def arrays_of_subject(self, wildcards: Any) -> list[str]:
        """Return the representations that {model} reads of the recordings of {dataset} {subject}."""
        return [self._array(wildcards.model, row) for row in self._of_subject[wildcards.dataset, wildcards.subject]]

    @asked
    def recordings_of_subject(self, wildcards: Any) -> list[str]:
        """Return the names of the recordings of {dataset} {subject}."""
        return [row["recording"] for row in self._of_subject[wildcards.dataset, wildcards.subject]]

    @cached_property
    def _of_subject(self) -> dict[tuple[str, str], list[dict[str, str]]]:
        found: dict[tuple[str, str], list[dict[str, str]]] = {}
        for row in self.recordings:
            found.setdefault((row["dataset"], row["subject"]), []).append(row)
        return found

    def _array(self, model: str, row: Mapping[str, str]) -> str:
        representation = self.config["models"][model]["representation"]
        return f"results/represented/{representation}/{row['dataset']}/{row['recording']}.zarr.zip"

    @asked
    def weights(self, wildcards: Any) -> list[str]:
        """Return the weights that never saw {dataset} {recording}: of the fold that tests it, of all for a new one."""
        row = self.row(wildcards.dataset, wildcards.recording)
        names = self._blind(row)
        if base_of(self.config, wildcards.scheme) != wildcards.scheme:
            names = [f"{row['dataset']}-{row['subject']}_from_{name}" for name in names]
        return [f"results/trained/{wildcards.model}/{wildcards.scheme}/{name}/weights.pt" for name in names]

    @asked
    def decisions(self, wildcards: Any) -> list[str]:
        """Return what the models of `weights` decide by; tuned ones by what the models do that they continue."""
        folder = f"results/trained/{wildcards.model}/{base_of(self.config, wildcards.scheme)}"
        names = self._blind(self.row(wildcards.dataset, wildcards.recording))
        return [f"{folder}/{name}/decision.json" for name in names]

    def _blind(self, row: Mapping[str, str]) -> list[str]:
        """Return the folds whose models never saw a recording: the one that tests it, all for one of a new subject."""
        fold = self._manifest.testing(row)
        return [fold] if fold else self._manifest.names()

    @asked
    def comparable(self, wildcards: Any) -> str:
        """Return what the windows of {dataset} {recording} are compared with, as {model} reads them."""
        subject = self.row(wildcards.dataset, wildcards.recording)["subject"]
        return f"results/comparable/{wildcards.model}/{wildcards.dataset}/{subject}.h5"

    def each(self, pattern: str) -> Callable[[Any], list[str]]:
        """Return a function of a job's wildcards: the pattern filled for every tested recording."""
        return lambda wildcards: [pattern.format(**{**wildcards, **row}) for row in self.tested()]

    def each_untuned(self, name: str) -> Callable[[Any], list[str]]:
        """Return a function of {model}: what its predictions without tuning are named, for every tested recording."""
        pattern = f"results/predicted/{{model}}/{self.base()}/{name}"
        return lambda wildcards: [pattern.format(model=wildcards.model, **row) for row in self.tested()]

    def each_tested(self, pattern: str) -> list[str]:
        """Return a pattern filled for every tested recording."""
        return [pattern.format(**row) for row in self.tested()]

    def each_recording(self, pattern: str) -> list[str]:
        """Return a pattern filled for every recording, tested or not."""
        return [pattern.format(**row) for row in self.recordings]

    def everything(self) -> list[str]:
        """Return the files of every tested recording that the report rests on, so that none of them can be missed."""
        scheme = self.config["run"]["scheme"]
        files = self.each_tested("results/harmonized/{dataset}/{recording}.h5")
        files.append(f"results/scores/comparison_{scheme}.tsv")
        for model in self.config["run"]["models"]:
            own = f"results/{{}}/{model}/{scheme}"
            files += [self._array(model, row) for row in self.tested()]
            files += self.each_tested(own.format("predicted") + "/{dataset}/{recording}_events.tsv")
            for method in self.fitting(model):
                files += self.each_tested(f"{own.format('attributed')}/{method}/{{dataset}}/{{recording}}.h5")
        return files

    @asked
    def row_of(self, wildcards: Any) -> dict[str, str]:
        """Return dataset, subject and recording of {dataset} {recording}."""
        row = self.row(wildcards.dataset, wildcards.recording)
        return {name: row[name] for name in ("dataset", "subject", "recording")}

    def people_tested(self) -> list[tuple[str, str]]:
        """Return (data set, subject) of everyone tested, in order."""
        return list(dict.fromkeys((row["dataset"], row["subject"]) for row in self.tested()))

    def subjects_tested(self) -> list[str]:
        """Return "{dataset}-{subject}" of everyone tested, in order."""
        return ["-".join(person) for person in self.people_tested()]


def read_schema(path: str | Path) -> dict[str, Any]:
    """Read the schema of config.yaml."""
    schema: dict[str, Any] = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    return schema


def make_plan(config: Settings) -> Plan:
    """Check the settings, list the recordings and read or make the folds.

    Raises
    ------
    SettingsError
        If config.yaml asks for something that does not exist; the message offers what was probably meant.
    """
    check(config)
    check_representations(config)
    recordings, out = listed(config)
    return Plan(config, recordings, read_or_make(config, recordings), out)
