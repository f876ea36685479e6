"""Models that a run takes from model files: never trained, and with the preparation that their file states."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bandmap.files.model_text import ModelFileError, read_model_text
from bandmap.vocabulary import plugins
from bandmap.workflow.extents import SECONDS
from bandmap.workflow.quick import with_known_parameters
from bandmap.workflow.settings import Settings, SettingsError, kind_of, section_of

IMPORTED = "imported"
"""Kind of an entry of `models` that names a model file."""

OPTIONS = ("file", "trained_on")
_DATASETS = "bandmap.download.datasets"
_NEEDED = ("harmonize", "representation", "windows", "postprocessing", "decision", "network", "evidence")
_NUMBERS = {"harmonize": ("rate_hz", "high_pass_hz", "low_pass_hz"), "windows": SECONDS}


@dataclass(frozen=True)
class Imported:
    """A model of a run from a model file.

    Attributes
    ----------
    file : str
        Path of the file.
    about : mapping
        Its description.
    seen : tuple of str
        Data sets of the run that the model was trained on, as far as file and settings say.
    """

    file: str
    about: Mapping[str, Any]
    seen: tuple[str, ...]

    def networks(self) -> list[str]:
        """Return the names of its networks, which stand in place of folds."""
        return [f"network_{number}" for number in range(1, self.about["networks"] + 1)]

    def origin(self) -> dict[str, Any]:
        """Return where the model is from, for the summary of its scores."""
        trained_on = list(self.about["evidence"].get("datasets") or ())
        return {"imported": {"file": Path(self.file).name, "trained_on": trained_on, "seen": list(self.seen)}}


def read_imported(config: Settings) -> dict[str, Imported]:
    """Return the imported models of a run by name.

    Raises
    ------
    SettingsError
        If an entry has other options, or its file is not a model of the run's task; one line with file, problem and
        remedy.
    """
    entries = {name: config["models"].get(name) or {} for name in config["run"]["models"]}
    found = {name: entry for name, entry in entries.items() if entry.get("kind") == IMPORTED}
    return {name: _imported(config, name, entry) for name, entry in found.items()}


def _imported(config: Settings, name: str, entry: Settings) -> Imported:
    where = f"config.yaml: models: {name}"
    for key in entry:
        if key not in ("kind", *OPTIONS):
            hint = plugins.did_you_mean(key, OPTIONS)
            raise SettingsError(f"{where}: {hint} Everything else about an imported model is stated by its file")
    if name in config["representations"]:
        raise SettingsError(f"{where}: there is a representation of this name, too; rename the model")
    path = str(entry["file"])
    if not path.isprintable() or "{" in path or "}" in path:
        raise SettingsError(f"{where}: file: {path!a} contains a brace or a control character; rename it")
    try:
        about = read_model_text(path).about
    except ModelFileError as error:
        raise SettingsError(f"{where}: file: {error}") from error
    _check_about(about, f"{where}: file: {path}")
    if about.get("task") != config["run"]["task"]:
        raise SettingsError(
            f"{where}: {path} is a model of the task {about.get('task')}, but run: task is {config['run']['task']};"
            " remove the model from run: models"
        )
    return Imported(path, about, _seen(config, name, about["evidence"], entry.get("trained_on") or ()))


def _check_about(about: Settings, where: str) -> None:
    if not _complete(about):
        raise SettingsError(f"{where}: its description is incomplete; pack the model again")
    if about.get("tuned_on"):
        raise SettingsError(
            f"{where} was fine-tuned on time of a recording, which a run would score; use bandmap detect and bandmap"
            " agreement, which leave this time out"
        )


def _complete(about: Settings) -> bool:
    """Return whether a description has all that a plan reads of it, so that an invalid one gives one line."""
    if not all(isinstance(about.get(name), Mapping) for name in _NEEDED):
        return False
    numbers = [about[section].get(name) for section, names in _NUMBERS.items() for name in names]
    return all(isinstance(number, int | float) for number in numbers)


def _seen(config: Settings, name: str, evidence: Settings, stated: Any) -> tuple[str, ...]:
    """Return the run's data sets on which a model was trained, by its file or by the settings."""
    for dataset in stated:
        if dataset not in config["datasets"]:
            hint = plugins.did_you_mean(str(dataset), config["datasets"])
            raise SettingsError(f"config.yaml: models: {name}: trained_on: {hint}")
    trained = dict(evidence.get("datasets") or {})

    def same(dataset: str) -> bool:
        kind = kind_of(dataset, config["datasets"][dataset])
        if kind not in trained.values() or kind not in plugins.available(_DATASETS):
            return False
        if kind == "bids":  # a folder of anybody's recordings: only the name can tell
            return trained.get(dataset) == kind
        simulated = plugins.defines(_DATASETS, kind, "truth")  # each seed simulates other subjects
        return not simulated or evidence.get("seed") == config["seed"]

    return tuple(d for d in config["run"]["datasets"] if d in stated or (d in config["datasets"] and same(d)))


def with_imported(config: Settings, imported: Mapping[str, Imported]) -> Settings:
    """Return settings in which every imported model is an entry like that of a trained one.

    The entry has the kind, the hyperparameters and the windows of the file, and reads a representation of the model's
    own name.
    """
    models, representations = dict(config["models"]), dict(config["representations"])
    for name, model in imported.items():
        network, frames = model.about["network"], model.about["representation"]
        windows = dict(model.about["windows"])
        models[name] = {
            **network["hyperparameters"],
            "kind": network["kind"],
            "representation": name,
            "windows": windows,
        }
        representations[name] = {**frames["options"], "kind": frames["kind"]}
    return {**config, "models": models, "representations": representations}


@dataclass(frozen=True)
class ImportPlan(ABC):
    """The part of a plan that is about imported models.

    Attributes
    ----------
    config : mapping
        The settings, with entries for imported models by `with_imported`.
    imported : mapping of str to Imported
        The run's imported models.
    """

    config: Settings
    imported: Mapping[str, Imported]

    @abstractmethod
    def fold_names(self) -> list[str]:
        """Return the names of the run's folds, in order."""

    def trained(self) -> list[str]:
        """Return the models that the run trains."""
        return [name for name in self.config["run"]["models"] if name not in self.imported]

    def one_of_imported(self) -> str:
        """Return a pattern of the imported models."""
        return "|".join(map(re.escape, self.imported)) or "(?!)"

    @with_known_parameters
    def model_file(self, wildcards: Any) -> str:
        """Return the model file of the imported {model}."""
        return self.imported[wildcards.model].file

    @with_known_parameters
    def network_number(self, wildcards: Any) -> int:
        """Return the index of {network} of the imported {model}."""
        return self.imported[wildcards.model].networks().index(wildcards.network)

    def weights_of(self, model: str, scheme: str, folds: Iterable[str]) -> list[str]:
        """Return the weights of a trained model of some folds, or of some networks of an imported model."""
        folder = f"results/imported/{model}" if model in self.imported else f"results/trained/{model}/{scheme}"
        return [f"{folder}/{fold}/weights.pt" for fold in folds]

    @with_known_parameters
    def origin(self, wildcards: Any) -> dict[str, Any]:
        """Return where {model} is from; nothing for a trained one."""
        model = self.imported.get(wildcards.model)
        return model.origin() if model else {}

    @with_known_parameters
    def harmonize_of(self, wildcards: Any) -> dict[str, Any]:
        """Return how recordings are harmonized for the imported {model}."""
        return dict(self.imported[wildcards.model].about["harmonize"])

    @with_known_parameters
    def postprocessing_of(self, wildcards: Any) -> dict[str, Any]:
        """Return how probabilities of {model} become events."""
        model = self.imported.get(wildcards.model)
        return dict(
            model.about["postprocessing"] if model else section_of(self.config, "postprocessing", wildcards.model)
        )

    @with_known_parameters
    def folds_of(self, wildcards: Any) -> list[str]:
        """Return the folds that {model} is trained on: none if it is imported."""
        return [] if wildcards.model in self.imported else self.fold_names()

    @with_known_parameters
    def histories(self, wildcards: Any) -> list[str]:
        """Return the tables of the training of `folds_of`."""
        folder = f"results/trained/{wildcards.model}/{wildcards.scheme}"
        return [f"{folder}/{fold}/history.tsv" for fold in self.folds_of(wildcards)]

    @with_known_parameters
    def harmonized(self, wildcards: Any) -> str:
        """Return the harmonized {dataset} {recording} that {representation} is made of."""
        return self._harmonized(wildcards.representation, wildcards)

    @with_known_parameters
    def harmonized_for(self, wildcards: Any) -> str:
        """Return the harmonized {dataset} {recording} that {model} reads."""
        return self._harmonized(wildcards.model, wildcards)

    def _harmonized(self, name: str, wildcards: Any) -> str:
        folder = f"results/harmonized/{name}" if name in self.imported else "results/harmonized"
        return f"{folder}/{wildcards.dataset}/{wildcards.recording}.h5"
