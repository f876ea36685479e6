"""Write docs/config.md from the schema, the defaults of config.yaml and the plugins' own docstrings.

Run from anywhere: `python docs/generate_config.py`. A test fails while the page is out of step.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from bandmap.vocabulary import plugins
from bandmap.workflow.settings import GIVEN, PLUGINS, lacking

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "config.md"

PARAMETER = r"^(\w[^:\n]*?)(?: : ([^\n]*))?\n((?: +[^\n]*\n?|\n)*)"
"""Of a numpydoc section: "names : type", then indented lines."""

HEAD = """# Settings

<!-- Made by docs/generate_config.py from schemas/config.schema.yaml, config.yaml and the plugins. Do not edit. -->

`config.yaml` holds every setting with its default. Write what you want to change into a file of your own and lay it
over the defaults:

```
snakemake --configfile my.yaml
```

Sections are merged key by key, so your file needs only what differs. A list replaces the list it is laid over. An entry
of a section (a region, a band) can be changed or added this way; to leave one out, set it to `null`.

A misspelt key or name stops `snakemake -n` with the nearest name that exists. Every name in these settings becomes part
of a file's path, so it may hold letters, digits, `_`, `.`, `+` and `-`, and does not begin with a dot.
"""

OPTIONS_HEAD = """## Options of the plugins

What an entry of `datasets`, `representations`, `models` or `interpretations` may hold beside `kind` (and, for a model,
`representation`). A default in this table holds where neither `config.yaml` nor your file names the option.
"""


FITS_HEAD = """## Which interpretation fits which model

A run makes a matrix for the models that it fits and leaves it out for the others; where it fits none, the plan stops.
Results over seconds or time are for pictures; `temporal_gradcam` tells of time only and makes no matrix.
"""


def page(schema: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    schema : mapping
        JSON schema of the settings.
    settings : mapping
        Defaults.

    Returns
    -------
    str
        Markdown.
    """
    parts = [HEAD]
    for name, section in schema["properties"].items():
        parts.append(f"## {name}\n\n{section['description'].strip()}\n\n{_defaults(name, section, settings, schema)}")
    parts.append(OPTIONS_HEAD)
    for section, (package, function) in PLUGINS.items():
        parts += [_plugin_options(section, package, kind, function) for kind in plugins.available(package)]
    parts.append(f"{FITS_HEAD}\n{_fits()}")
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _fits() -> str:
    """Return the table of what interpretation fits what model, and what its result tells apart."""
    models, methods = plugins.available("bandmap.train.models"), plugins.available("bandmap.interpret.methods")
    entries = {"models": {name: {} for name in models}, "interpretations": {name: {} for name in methods}}
    lines = [f"| | tells apart | {' | '.join(models)} |", f"| --- | --- |{' :-: |' * len(models)}"]
    for method in methods:
        axes: Any = plugins.constant("bandmap.interpret.methods", method, "AXES")
        marks = ["" if lacking(entries, model, method) else "✓" for model in models]
        lines.append(f"| `{method}` | {' × '.join(axes)} | {' | '.join(marks)} |")
    return "\n".join(lines)


def _defaults(name: str, section: Mapping[str, Any], settings: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    rows = _keys(name, section, settings[name], schema)
    lines = [f"| `{key}` | `{default}` | {values} | {text} |" for key, default, values, text in rows]
    if lines:
        return "\n".join(["| key | default | values | what |", "| --- | --- | --- | --- |", *lines])
    if isinstance(settings[name], Mapping):
        text = yaml.safe_dump({name: settings[name]}, sort_keys=False, default_flow_style=None, width=110)
        return f"Default:\n\n```yaml\n{text}```"
    return f"Default: `{_literal(settings[name])}`. Values: {_values(section, schema)}."


def _keys(
    where: str, section: Mapping[str, Any], settings: Any, schema: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    for name, part in section.get("properties", {}).items():
        if "properties" in part:
            yield from _keys(f"{where}: {name}", part, settings[name], schema)
        elif name in settings:
            key = name if ":" not in where else f"{where.partition(': ')[2]}: {name}"
            yield key, _literal(settings[name]), _values(part, schema), part["description"].strip()


def _values(part: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return what a schema allows, in words."""
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if "$ref" in part:
        return _values(schema["$defs"][part["$ref"].rpartition("/")[2]], schema)
    if part["type"] == "array":
        return f"list of {_values(part['items'], schema)}"
    if "pattern" in part:
        return "name"
    kind = " or ".join(part["type"]) if isinstance(part["type"], list) else part["type"]
    words = (("minimum", "at least"), ("exclusiveMinimum", "above"), ("maximum", "at most"))
    bounds = [f"{word} {part[key]}" for key, word in words if key in part]
    return ", ".join([kind, *bounds])


def _plugin_options(section: str, package: str, kind: str, function: str) -> str:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    tree = ast.parse((Path(spec.submodule_search_locations[0]) / f"{kind}.py").read_text(encoding="utf-8"))
    definition = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
    texts = _parameters(ast.get_docstring(definition) or "")
    lines = []
    for argument, default in zip(definition.args.kwonlyargs, definition.args.kw_defaults, strict=True):
        if argument.arg not in GIVEN:
            value = "required" if default is None else f"`{_literal(ast.literal_eval(default))}`"
            type_, text = texts.get(argument.arg, ("", ""))
            lines.append(f"| `{argument.arg}` | {value} | {type_} | {text} |")
    head = f"### {section}: {kind}\n\n{(ast.get_docstring(tree) or '').partition(chr(10))[0]}\n"
    if not lines:
        return f"{head}\nNo options."
    return "\n".join([head, "| option | default | type | what |", "| --- | --- | --- | --- |", *lines])


def _parameters(docstring: str) -> dict[str, tuple[str, str]]:
    """Return name -> (type, text) of a numpydoc section "Parameters"."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+$|\Z)", docstring, re.DOTALL | re.MULTILINE)
    found: dict[str, tuple[str, str]] = {}
    for entry in re.finditer(PARAMETER, section[1] if section else "", re.MULTILINE):
        text = " ".join(entry[3].split()).replace("|", "\\|")
        found |= {name.strip(): ((entry[2] or "").replace("|", "\\|"), text) for name in entry[1].split(",")}
    return found


def _literal(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Write the page."""
    schema = yaml.safe_load((ROOT / "schemas" / "config.schema.yaml").read_text(encoding="utf-8"))
    settings = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    PAGE.write_text(page(schema, settings), encoding="utf-8")


if __name__ == "__main__":
    main()
