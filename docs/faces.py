"""The public names of the package, for the site's API reference."""

import ast
import re
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"

PACKAGES = [
    "bandmap.harmonize",
    "bandmap.represent.timefrequency",
    "bandmap.train.schemes",
    "bandmap.train.tasks",
    "bandmap.score",
    "bandmap.aggregate",
    "bandmap.files.edf",
]
"""Packages whose functions can be of use outside of the workflow."""


def exports(package: str) -> list[str]:
    """Return the names in a package's `__all__`, without importing it."""
    tree = ast.parse((SOURCE / package.replace(".", "/") / "__init__.py").read_text())
    assigned = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    return ast.literal_eval(assigned["__all__"])


def reference() -> str:
    """Return the text that Sphinx makes the reference of."""
    parts = ["\n## bandmap\n", *map(object_of, [f"bandmap.{name}" for name in exports("bandmap")])]
    for package in PACKAGES:
        parts += [f"\n## {package}\n", directive("automodule", package, "no-index", "no-members")]
        parts += [object_of(f"{package}.{name}") for name in exports(package)]
    return "\n".join(parts)


def object_of(name: str) -> str:
    """Return the directive for a class, function or value."""
    last = name.rpartition(".")[2]
    kind = "autodata" if last.isupper() else "autoclass" if last[0].isupper() else "autofunction"
    options = ["members"] if kind == "autoclass" else ["no-value"] if kind == "autodata" else []
    return directive(kind, name, *options)


def directive(kind: str, name: str, *options: str) -> str:
    """Return a directive in a block of reStructuredText."""
    lines = [f".. {kind}:: {name}", *(f"   :{option}:" for option in options)]
    return "```{eval-rst}\n" + "\n".join(lines) + "\n```\n"


def as_fields(app, kind: str, name: str, thing, options, lines: list[str]) -> None:
    """Let "Input: ..." and its like at the start of a package's docstring be a list of fields."""
    if kind == "module":
        lines[:] = [re.sub(r"^(Input|Output|Called by): ", r":\1: ", line) for line in lines]
