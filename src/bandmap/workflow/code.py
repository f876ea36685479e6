"""Fingerprints of code: a result becomes stale when the meaning of the code that made it changes."""

import ast
import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import bandmap
from bandmap.workflow.quick import with_known_parameters

ENGINE = "bandmap.workflow"
"""The part of the package that results do not depend on."""


def code_of(
    script: str | Path, *plugins: str | Callable[[Any], str], function: str = "", folder: str = ""
) -> Callable[[Any], str]:
    """Return a function of a job's wildcards that fingerprints all code on which the job's result depends.

    Parameters
    ----------
    script : path-like
        The rule's script.
    *plugins : str or callable
        Modules that the script loads by name, or functions of the job's wildcards that name them.
    function : str
        The only function of these modules that the script calls; other parts of the modules do not count then.
    folder : str
        Folder of the package whose files count byte by byte, such as "report/templates".

    Returns
    -------
    callable
        wildcards -> sixteen hexadecimal digits; comments, docstrings and layout do not count.
    """

    @with_known_parameters
    def code(wildcards: Any) -> str:
        modules = [plugin(wildcards) if callable(plugin) else plugin for plugin in plugins]
        return fingerprint(Path(script), *modules, function=function, folder=folder)

    return code


@cache
def fingerprint(script: Path, *modules: str, function: str = "", folder: str = "") -> str:
    """Return a digest of a script, the named modules, everything that they import from the package, and their tables.

    Parameters
    ----------
    script : Path
    *modules : str
        Such as "bandmap.download.datasets.siena"; a table beside a module, `siena.tsv`, counts as part of it.
    function : str
        If given, only this function of the named modules and the code that it uses count.
    folder : str
        If given, the files of this folder of the package also count.

    Raises
    ------
    ValueError
        If a module has no such function.
    """
    digest = hashlib.sha256(_text(script))
    named = [path for name in modules for path in _module_files(name)]
    trees = {path: _part(path, function) if function else _tree(path) for path in named}
    found = set() if function else set(named)
    waiting = [*_imported(_tree(script)), *(path for tree in trees.values() for path in _imported(tree))]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_imported(_tree(path)))
    for path, tree in sorted(trees.items()):
        digest.update(ast.dump(tree).encode() + _table(path))
    for path in sorted(found):
        digest.update(_text(path) + _table(path))
    for path in sorted((_package() / folder).iterdir()) if folder else ():
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _tree(path: Path) -> ast.Module:
    """Return a module without docstrings and without code for type checkers only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [part for part in body if not _is_text(part) and not _is_for_types(part)]  # type: ignore[attr-defined]
    return tree


@cache
def _text(path: Path) -> bytes:
    return ast.dump(_tree(path)).encode()


@cache
def _part(path: Path, function: str) -> ast.Module:
    """Return the statements of a module that a function needs, directly or indirectly."""
    tree = _tree(path)
    binding = {name: node for node in tree.body for name in _bound(node)}
    if function not in binding:
        raise ValueError(f"{path.name} has no function '{function}'")
    # A statement that binds no name, such as a call, may affect everything.
    needed = {id(node): node for node in tree.body if not list(_bound(node))}
    waiting = [function, *(name for node in needed.values() for name in _named(node))]
    while waiting:
        node = binding.get(waiting.pop())
        if node is not None and id(node) not in needed:
            needed[id(node)] = node
            waiting.extend(_named(node))
    return ast.Module([node for node in tree.body if id(node) in needed], [])


def _bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a top-level statement of a module binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))


def _named(node: ast.stmt) -> Iterator[str]:
    yield from (name.id for name in ast.walk(node) if isinstance(name, ast.Name))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@cache
def _imported(tree: ast.Module) -> tuple[Path, ...]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    ours = [name for name in names if name.split(".")[0] == "bandmap" and not name.startswith(ENGINE)]
    return tuple(dict.fromkeys(file for name in ours for file in _module_files(name)))


@cache
def _module_files(name: str) -> tuple[Path, ...]:
    path = _package().joinpath(*name.split(".")[1:])
    if path.with_suffix(".py").exists():
        return (path.with_suffix(".py"),)
    if name.count(".") and (path / "__init__.py").exists():
        return (path / "__init__.py",)
    return ()


def _package() -> Path:
    return Path(bandmap.__file__).parent


def _table(path: Path) -> bytes:
    """Return the content of the table beside a module, if there is one."""
    table = path.with_suffix(".tsv")
    return table.read_bytes() if table.exists() else b""
