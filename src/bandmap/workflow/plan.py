"""The plan of a run: which recordings, which folds, which file follows from which. Imports nothing heavy."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bandmap import plugins, splits
from bandmap.settings import (
    PLUGINS,
    Settings,
    SettingsError,
    check,
    check_representations,
    kind_of,
    methods_of,
    options_of,
    settings_text,
)
from bandmap.store.tables import read_table

SAFE_NAME = "[A-Za-z0-9_.+-]+"


@dataclass(frozen=True)
class Plan:
    """All that the rules ask about a run, from config.yaml and the tables of its data sets.

    Attributes
    ----------
    recordings : tuple of dict
        Rows of all data sets in use: dataset, recording, subject, source.
    folds : tuple of dict
        The manifest: fold, role, dataset, subject, settings. Read from its file once that exists, so that a subject
        that arrives later does not change the folds that are trained.
    """

    config: Settings
    recordings: tuple[dict[str, str], ...]
    folds: tuple[dict[str, str], ...]

    def of(self, section: str) -> dict[str, dict[str, Any]]:
        """Return name -> {kind, options} for a section of plugins, for `lookup`."""
        return {
            name: {"kind": kind_of(name, entry), "options": options_of(section, entry)}
            for name, entry in self.config[section].items()
        }

    def one_of(self, section: str) -> str:
        """Return a pattern that matches the names of a section and nothing else."""
        return "|".join(re.escape(name) for name in self.config[section])

    def plugin(self, section: str, wildcard: str) -> Callable[[Any], str]:
        """Return a function of a job's wildcards: the module of the plugin that one of them names."""
        package, _ = PLUGINS[section]
        return lambda wildcards: f"{package}.{kind_of(name := wildcards[wildcard], self.config[section][name])}"

    def source(self, wildcards: Any) -> list[str]:
        """Return the files that a recording and its events are copied from, if they lie on this machine."""
        row = self.row(wildcards.dataset, wildcards.recording)
        files = (row["source"], row.get("events", ""))
        return [file for file in files if file and Path(file).exists()]

    def row(self, dataset: str, recording: str) -> dict[str, str]:
        """Return the row of a recording."""
        return self._index[dataset, recording]

    @cached_property
    def _index(self) -> dict[tuple[str, str], dict[str, str]]:
        return {(row["dataset"], row["recording"]): row for row in self.recordings}

    @cached_property
    def _fold_that_tests(self) -> dict[tuple[str, str], str]:
        return {(row["dataset"], row["subject"]): row["fold"] for row in self.folds if row["role"] == "test"}

    def tested(self) -> list[dict[str, str]]:
        """Return the recordings that some fold tests."""
        rows = [row for row in self.recordings if (row["dataset"], row["subject"]) in self._fold_that_tests]
        return [{name: row[name] for name in ("dataset", "subject", "recording")} for row in rows]

    def fold_names(self) -> list[str]:
        """Return the names of the folds in the order of the manifest."""
        return list(dict.fromkeys(row["fold"] for row in self.folds))

    def arrays(self, *roles: str) -> Callable[[Any], list[str]]:
        """Return a function of {model} and {fold}: the representations of the fold's subjects in some roles."""

        def paths(wildcards: Any) -> list[str]:
            rows = [row for row in self.folds if row["fold"] == wildcards.fold and row["role"] in roles]
            people = {(row["dataset"], row["subject"]) for row in rows}
            chosen = [row for row in self.recordings if (row["dataset"], row["subject"]) in people]
            return [self._array(wildcards.model, row) for row in chosen]

        return paths

    def array(self, wildcards: Any) -> str:
        """Return the representation of {dataset} {recording} that {model} reads."""
        return self._array(wildcards.model, self.row(wildcards.dataset, wildcards.recording))

    def other_arrays_of_subject(self, wildcards: Any) -> list[str]:
        """Return the representations of the other recordings of the subject of {dataset} {recording}."""
        own = self.row(wildcards.dataset, wildcards.recording)
        person = (own["dataset"], own["subject"])
        rows = [row for row in self.recordings if (row["dataset"], row["subject"]) == person and row is not own]
        return [self._array(wildcards.model, row) for row in rows]

    def _array(self, model: str, row: Mapping[str, str]) -> str:
        representation = self.config["models"][model]["representation"]
        return f"results/represented/{representation}/{row['dataset']}/{row['recording']}.zarr.zip"

    def weights(self, wildcards: Any) -> str:
        """Return the weights of the fold that tests {dataset} {recording}."""
        row = self.row(wildcards.dataset, wildcards.recording)
        fold = self._fold_that_tests[row["dataset"], row["subject"]]
        return f"results/trained/{wildcards.model}/{wildcards.scheme}/{fold}/weights.pt"

    def each(self, pattern: str) -> Callable[[Any], list[str]]:
        """Return a function of a job's wildcards: the pattern filled for every tested recording."""
        return lambda wildcards: [pattern.format(**{**wildcards, **row}) for row in self.tested()]

    def each_tested(self, pattern: str) -> list[str]:
        """Return a pattern filled for every tested recording."""
        return [pattern.format(**row) for row in self.tested()]

    def everything(self) -> list[str]:
        """Return the files of every tested recording that the report rests on, so that none of them can be missed."""
        scheme = self.config["run"]["scheme"]
        files = self.each_tested("results/harmonized/{dataset}/{recording}.h5")
        for model in self.config["run"]["models"]:
            own = f"results/{{}}/{model}/{scheme}"
            files += [self._array(model, row) for row in self.tested()]
            files += self.each_tested(own.format("predicted") + "/{dataset}/{recording}_events.tsv")
            for method in self.methods():
                files += self.each_tested(f"{own.format('attributed')}/{method}/{{dataset}}/{{recording}}.h5")
        return files

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

    def axes_of(self, method: str) -> tuple[str, ...]:
        """Return what an interpretation tells apart beside windows."""
        kind = kind_of(method, self.config["interpretations"][method])
        axes: Any = plugins.constant("bandmap.attribution", kind, "AXES")
        return tuple(axes)

    def first_attributed(self, *axes: str) -> Callable[[Any], list[str]]:
        """Return a function of a job's wildcards: the recording's attribution by the first method with these axes."""
        methods = [method for method in self.methods() if self.axes_of(method) == axes][:1]
        pattern = "results/attributed/{model}/{scheme}/{method}/{dataset}/{recording}.h5"
        return lambda wildcards: [pattern.format(method=method, **wildcards) for method in methods]

    def titles(self, matrices: Sequence[str]) -> dict[str, str]:
        """Return matrix -> what it is, in words."""
        return {name: self._title(name) for name in matrices}

    def _title(self, matrix: str) -> str:
        if matrix in self.config["products"]:
            return f"{matrix}: product"
        joint = set(self.axes_of(matrix)) == {"region", "band"}
        return f"joint: {matrix.replace('_', ' ')}" if joint else matrix.replace("_", " ")

    def shown(self) -> list[str]:
        """Return the run's matrices that tell regions and bands apart, the joint ones first."""
        joint = [name for name in self.config["run"]["matrices"] if self._title(name).startswith("joint")]
        products = [name for name in self.config["run"]["matrices"] if name in self.config["products"]]
        return joint + products

    def attributed(self, wildcards: Any) -> list[str]:
        """Return the attributions of {matrix}: of each tested recording by its first method, then by its second."""
        folder = f"results/attributed/{wildcards.model}/{wildcards.scheme}"
        methods = methods_of(self.config, wildcards.matrix)
        return [f"{folder}/{m}/{row['dataset']}/{row['recording']}.h5" for m in methods for row in self.tested()]

    def methods(self) -> list[str]:
        """Return the interpretations that the run's matrices and figures need."""
        needed = [method for matrix in self.config["run"]["matrices"] for method in methods_of(self.config, matrix)]
        return list(dict.fromkeys([*self.config["run"]["interpretations"], *needed]))

    def planted(self) -> list[str]:
        """Return the data sets in use that plant a truth."""
        names = self.config["run"]["datasets"]
        kinds = {name: kind_of(name, self.config["datasets"][name]) for name in names}
        return [name for name, kind in kinds.items() if plugins.defines("bandmap.datasets", kind, "truth")]


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
    recordings = tuple(_recordings(config))
    return Plan(config, recordings, tuple(_folds(config, recordings)))


def _recordings(config: Settings) -> Iterator[dict[str, str]]:
    for name in config["run"]["datasets"]:
        entry = config["datasets"][name]
        plugin = plugins.load("bandmap.datasets", kind_of(name, entry))
        options = options_of("datasets", entry)
        try:
            rows = plugin.recordings(**options)
        except ValueError as error:
            raise SettingsError(f"config.yaml: datasets: {name}: {error}") from error
        yield from ({"dataset": name, **row} for row in rows)


def _folds(config: Settings, recordings: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    scheme = config["run"]["scheme"]
    options = config["schemes"][scheme]
    settings = settings_text({**options, "seed": config["seed"]})
    manifest = Path(f"results/folds/{scheme}.tsv")
    subjects = list(dict.fromkeys((row["dataset"], row["subject"]) for row in recordings))
    if manifest.exists():
        frozen = read_table(manifest)
        splits.check_no_leak(frozen)
        if {row["settings"] for row in frozen} == {settings}:
            _check_all_there(frozen, subjects, manifest)
            _warn_of_newcomers(frozen, subjects)
            return frozen
    made = splits.folds(
        subjects, scheme=kind_of(scheme, options), seed=config["seed"], **options_of("schemes", options)
    )
    return [{**row, "settings": settings} for row in made]


def _check_all_there(frozen: Sequence[Mapping[str, str]], subjects: Sequence[tuple[str, str]], manifest: Path) -> None:
    """Refuse a manifest that names subjects without recordings: folds and scores would silently shrink."""
    lost = {(row["dataset"], row["subject"]) for row in frozen} - set(subjects)
    if lost:
        names = ", ".join(f"{dataset} {subject}" for dataset, subject in sorted(lost))
        raise SettingsError(
            f"{manifest}: the frozen folds name subjects that have no recordings now: {names}; bring them back,"
            " or delete the file to fold anew (this retrains)"
        )


def _warn_of_newcomers(frozen: Sequence[Mapping[str, str]], subjects: Sequence[tuple[str, str]]) -> None:
    new = set(subjects) - {(row["dataset"], row["subject"]) for row in frozen}
    if new:
        names = ", ".join(f"{dataset} {subject}" for dataset, subject in sorted(new))
        logging.getLogger("bandmap").warning(
            "not in the frozen folds, so not scored: %s. Delete results/folds to fold anew (this retrains).", names
        )
