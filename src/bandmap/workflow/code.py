"""Fingerprints of code: a result is stale when the code that made it has changed its meaning."""

import ast
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import bandmap

ENGINE = "bandmap.workflow"
"""The part of the package that no result depends on."""


def code_of(script: str | Path, *plugins: str | Callable[[Any], str]) -> Callable[[Any], str]:
    """Return a function of a job's wildcards that fingerprints all code the job's outcome depends on.

    Parameters
    ----------
    script : path-like
        The rule's script.
    *plugins : str or callable
        Modules that the script loads by name, or functions of the job's wildcards that name them.

    Returns
    -------
    callable
        wildcards -> sixteen hexadecimal digits; comments, docstrings and layout do not count.
    """

    def code(wildcards: Any) -> str:
        modules = [plugin(wildcards) if callable(plugin) else plugin for plugin in plugins]
        return fingerprint(Path(script), *modules)

    return code


@cache
def fingerprint(script: Path, *modules: str) -> str:
    """Return a digest of a script, of the named modules and of all they import from the package."""
    digest = hashlib.sha256(_meaning(script).encode())
    found: set[Path] = set()
    waiting = [*_imported(script), *(path for name in modules for path in _module_files(name))]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_imported(path))
    for path in sorted(found):
        digest.update(_meaning(path).encode())
    return digest.hexdigest()[:16]


@cache
def _meaning(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            node.body = body[1:]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    ours = [name for name in names if name.split(".")[0] == "bandmap" and not name.startswith(ENGINE)]
    return tuple(dict.fromkeys(file for name in ours for file in _module_files(name)))


@cache
def _module_files(name: str) -> tuple[Path, ...]:
    path = Path(bandmap.__file__).parent.joinpath(*name.split(".")[1:])
    if path.with_suffix(".py").exists():
        return (path.with_suffix(".py"),)
    if name.count(".") and (path / "__init__.py").exists():
        return (path / "__init__.py",)
    return ()
