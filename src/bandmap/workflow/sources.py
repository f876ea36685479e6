"""What the rules need to know about a data set: the source of a recording, and what makes its files stale."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bandmap.download.datasets import taken
from bandmap.vocabulary import plugins
from bandmap.workflow.code import code_of
from bandmap.workflow.people import renamed
from bandmap.workflow.plan import Plan

PACKAGE = "bandmap.download.datasets"
CONTENT = {"fetch": "content", "fetch_labels": "events_content"}
"""Function of a data set -> column of its recordings that identifies the file that the function fetches."""


@dataclass(frozen=True)
class Sources:
    """Files, options and fingerprints for the rules that write recordings and their events into resources/."""

    plan: Plan

    def recording(self, wildcards: Any) -> list[str]:
        """Return the local files that {recording} is copied from, unless its content is known in advance."""
        row = self._row(wildcards)
        local = "content" not in row and Path(row["source"]).is_file()
        return [row["source"], *row.get("beside", "").splitlines()] if local else []

    def labels(self, wildcards: Any) -> list[str]:
        """Return the file with the labels of {recording}: a fetched one, one beside the recording, or none."""
        if plugins.defines(PACKAGE, self._kind(wildcards), "fetch_labels"):
            return [f"resources/{wildcards.dataset}/{wildcards.recording}_labels"]
        file = self._row(wildcards).get("events", "")
        return [file] if Path(file).is_file() else []

    def options(self, function: str) -> Callable[[Any], dict[str, Any]]:
        """Return a function of {dataset}: its kind, and the options that one of its functions takes."""

        def options(wildcards: Any) -> dict[str, Any]:
            entry = self.plan.of("datasets")[wildcards.dataset]
            given = {"seed": self.plan.config["seed"], **entry["options"]}
            return {"kind": entry["kind"], "options": taken(self._plugin(wildcards), function, given)}

        return options

    def clinical_files(self, wildcards: Any) -> list[str]:
        """Return the files that state the clinical truth of {dataset}."""
        return self.plan.clinical_files(wildcards.dataset) or []

    def renamed(self, wildcards: Any) -> dict[str, str]:
        """Return other label -> label of the people of {dataset} who have several labels."""
        return renamed(self.plan.config, wildcards.dataset)

    def code(self, script: str, function: str) -> Callable[[Any], str]:
        """Return a function of a job's wildcards: the identity of the file if that is known, else a fingerprint.

        A file with a known checksum is the same regardless of the code, so a change of code does not fetch it again.
        """
        fingerprint = code_of(script, self.plan.plugin("datasets", "dataset"), function=function)

        def code(wildcards: Any) -> str:
            column = CONTENT.get(function, "")
            known = self._row(wildcards).get(column) if column else None
            return known or fingerprint(wildcards)

        return code

    def _row(self, wildcards: Any) -> dict[str, str]:
        return self.plan.row(wildcards.dataset, wildcards.recording)

    def _kind(self, wildcards: Any) -> str:
        return str(self.plan.of("datasets")[wildcards.dataset]["kind"])

    def _plugin(self, wildcards: Any) -> Any:
        return plugins.load(PACKAGE, self._kind(wildcards))
