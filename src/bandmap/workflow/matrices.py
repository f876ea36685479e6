"""The matrices of a run, the interpretations that they use, and the files of both."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bandmap.download.datasets import taken
from bandmap.vocabulary import plugins
from bandmap.workflow.imported import ImportPlan
from bandmap.workflow.quick import with_known_parameters
from bandmap.workflow.settings import kind_of, lacking, methods_of, options_of


@dataclass(frozen=True)
class MatrixPlan(ImportPlan):
    """The part of a plan that is about matrices."""

    @abstractmethod
    def tested(self) -> list[dict[str, str]]:
        """Return the recordings on which models are scored."""

    def people_tested(self) -> list[tuple[str, str]]:
        """Return (data set, subject) of all tested subjects, in order."""
        return list(dict.fromkeys((row["dataset"], row["subject"]) for row in self.tested()))

    def subjects_tested(self) -> list[str]:
        """Return "{dataset}-{subject}" of all tested subjects, in order."""
        return ["-".join(person) for person in self.people_tested()]

    def fitting(self, model: str) -> list[str]:
        """Return the run's interpretations that fit a model."""
        return [method for method in self.methods() if not lacking(self.config, model, method)]

    def matrices(self, model: str) -> list[str]:
        """Return the run's matrices whose interpretations fit a model."""
        fits = self.fitting(model)
        return [name for name in self.config["run"]["matrices"] if set(methods_of(self.config, name)) <= set(fits)]

    def axes_of(self, method: str) -> tuple[str, ...]:
        """Return the axes of an interpretation's result, apart from windows."""
        kind = kind_of(method, self.config["interpretations"][method])
        axes: Any = plugins.constant("bandmap.interpret.methods", kind, "AXES")
        return tuple(axes)

    def has_pairs(self, method: str) -> bool:
        """Return whether an interpretation gives interactions of cells, not a matrix."""
        return "with_region" in self.axes_of(method)

    @with_known_parameters
    def regions_of(self, wildcards: Any) -> dict[str, Any]:
        """Return the regions if the result of {method} has this axis, so that other methods do not depend on them."""
        return dict(self.config["regions"]) if "region" in self.axes_of(wildcards.method) else {}

    @with_known_parameters
    def bands_of(self, wildcards: Any) -> dict[str, Any]:
        """Return the bands if the result of {method} has this axis."""
        return dict(self.config["bands_hz"]) if "band" in self.axes_of(wildcards.method) else {}

    def first_attributed(self, *axes: str) -> Callable[[Any], list[str]]:
        """Return a function of a job's wildcards: the recording's attribution by the first method with these axes."""
        pattern = "results/attributed/{model}/{scheme}/{method}/{dataset}/{recording}.h5"

        @with_known_parameters
        def files(wildcards: Any) -> list[str]:
            methods = [method for method in self.fitting(wildcards.model) if self.axes_of(method) == axes]
            return [pattern.format(method=method, **wildcards) for method in methods[:1]]

        return files

    def tables(self, name: str) -> Callable[[Any], list[str]]:
        """Return a function of {model} and {scheme}: a table of each matrix of the model."""

        def files(wildcards: Any) -> list[str]:
            folder = f"results/matrices/{wildcards.model}/{wildcards.scheme}"
            return [f"{folder}/{matrix}/{name}" for matrix in self.matrices(wildcards.model)]

        return files

    def cohort_tables(self) -> list[str]:
        """Return the tables of every matrix of every model: seizures or nights, subjects, the cohort."""
        run = self.config["run"]
        pairs = [(model, matrix) for model in run["models"] for matrix in self.matrices(model)]
        folders = [f"results/matrices/{model}/{run['scheme']}/{matrix}" for model, matrix in pairs]
        return [f"{folder}/{name}.tsv" for folder in folders for name in ("cohort", "subjects", "seizures")]

    def titles(self, wildcards: Any) -> dict[str, str]:
        """Return, for {model}, matrix -> its title."""
        return {name: self._title(name) for name in self.matrices(wildcards.model)}

    def titles_by_model(self) -> dict[str, dict[str, str]]:
        """Return model -> matrix -> its title."""
        return {
            model: {name: self._title(name) for name in self.matrices(model)} for model in self.config["run"]["models"]
        }

    def _title(self, matrix: str) -> str:
        if matrix in self.config["products"]:
            return f"{matrix}: product"
        joint = set(self.axes_of(matrix)) == {"region", "band"}
        return f"joint: {matrix.replace('_', ' ')}" if joint else matrix.replace("_", " ")

    @with_known_parameters
    def made_of(self, wildcards: Any) -> dict[str, list[str]]:
        """Return, for {model}, title of a matrix -> the interpretations that it uses."""
        return {title: methods_of(self.config, name) for name, title in self.titles(wildcards).items()}

    @with_known_parameters
    def methods_of_matrices(self, wildcards: Any) -> list[str]:
        """Return the interpretations that the matrices of {model} use."""
        return list(dict.fromkeys(method for methods in self.made_of(wildcards).values() for method in methods))

    @with_known_parameters
    def attributed_of_recording(self, wildcards: Any) -> list[str]:
        """Return the attributions of one recording by `methods_of_matrices`, in the same order."""
        pattern = "results/attributed/{model}/{scheme}/{method}/{dataset}/{recording}.h5"
        return [pattern.format(method=method, **wildcards) for method in self.methods_of_matrices(wildcards)]

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
        """Return the data sets in use with one planted region and band for each subject."""
        return self._defining("truth")

    def tested_planted(self) -> list[dict[str, str]]:
        """Return the tested recordings with a planted region and band, or a truth for every cell."""
        return [row for row in self.tested() if row["dataset"] in {*self.planted(), *self.planted_cells()}]

    def planted_recordings(self) -> list[str]:
        """Return the harmonized files of `tested_planted`."""
        return _harmonized(self.tested_planted())

    def clinical_recordings(self) -> list[str]:
        """Return the harmonized files of `tested_clinically`."""
        return _harmonized(self.tested_clinically())

    def floors_of_truth(self) -> list[str]:
        """Return the table of what a contrast of power says about planted subjects; nothing without any."""
        return ["results/truth/power_contrast.tsv"] if self.tested_planted() else []

    def planted_cells(self) -> list[str]:
        """Return the data sets in use with a truth for every cell."""
        return self._defining("cells")

    def cell_scores(self) -> list[str]:
        """Return the tables of each model's maps scored against a truth for every cell; none without such a truth."""
        run = self.config["run"]
        models = run["models"] if self.planted_cells() else ()
        return [f"results/faithfulness/{model}/{run['scheme']}_cells.tsv" for model in models]

    def clinical(self) -> list[str]:
        """Return the data sets in use whose clinical truth is known."""
        return [name for name in self.config["run"]["datasets"] if self.clinical_files(name) is not None]

    def clinical_files(self, dataset: str) -> list[str] | None:
        """Return the files that state the clinical truth of a data set; None if it is not known."""
        return self._clinical.get(dataset)

    @cached_property
    def _clinical(self) -> dict[str, list[str] | None]:
        found: dict[str, list[str] | None] = {}
        for name in self._defining("clinical") if self.config["run"]["task"] == "seizure" else ():
            entry = self.config["datasets"][name]
            plugin = plugins.load("bandmap.download.datasets", kind_of(name, entry))
            found[name] = plugin.clinical_files(**taken(plugin, "clinical_files", options_of("datasets", entry)))
        return found

    def clinical_scores(self) -> list[str]:
        """Return the tables of each model's comparison with clinical truth; none where none is known."""
        run = self.config["run"]
        folders = [f"results/faithfulness/{model}/{run['scheme']}" for model in run["models"] if self.clinical()]
        return [f"{folder}_{name}.tsv" for folder in folders for name in ("clinical", "clinical_scores")]

    def channel_attributed(self, wildcards: Any) -> list[str]:
        """Return the attributions of tested recordings with clinical truth: by interpretation, then by recording."""
        folder = f"results/attributed/{wildcards.model}/{wildcards.scheme}"
        rows = self.tested_clinically()
        methods = self.methods_of_channels(wildcards)
        return [f"{folder}/{method}/{row['dataset']}/{row['recording']}.h5" for method in methods for row in rows]

    @with_known_parameters
    def methods_of_channels(self, wildcards: Any) -> list[str]:
        """Return the interpretations of {model} that tell channels or regions apart."""
        return [name for name in self.fitting(wildcards.model) if {"channel", "region"} & set(self.axes_of(name))]

    def tested_clinically(self) -> list[dict[str, str]]:
        """Return the tested recordings of data sets whose clinical truth is known."""
        known = self.clinical()
        return [row for row in self.tested() if row["dataset"] in known]

    def _defining(self, function: str) -> list[str]:
        names = self.config["run"]["datasets"]
        kinds = {name: kind_of(name, self.config["datasets"][name]) for name in names}
        return [name for name, kind in kinds.items() if plugins.defines("bandmap.download.datasets", kind, function)]


def _harmonized(rows: list[dict[str, str]]) -> list[str]:
    return [f"results/harmonized/{row['dataset']}/{row['recording']}.h5" for row in rows]
