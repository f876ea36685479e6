"""Defaults for what the user did not write, and those that do not fit what the user wrote."""

import logging
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from bandmap.vocabulary import plugins
from bandmap.workflow.imported import read_imported, with_imported
from bandmap.workflow.settings import PLUGINS, Settings, SettingsError, fits, kind_of, methods_of


def complete(config: dict[str, Any], path: str | Path) -> dict[str, Any]:
    """Fill in, in place, the defaults that a workflow which uses this one as a module does not pass.

    Parameters
    ----------
    config : dict
        The settings. Snakemake ignores `configfile:` in a module that is given a `config:`.
    path : path-like
        config.yaml.

    Returns
    -------
    dict
        The settings as they were passed; empty if nothing was missing.
    """
    from snakemake.utils import update_config

    passed, defaults = deepcopy(config), yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    update_config(defaults, passed)
    config.update(defaults)
    return passed if config != passed else {}


def check_typed(given: Settings, where: str = "--config") -> None:
    """Refuse a number, boolean or null of the command line that Snakemake has left as text, as it does inside braces.

    Parameters
    ----------
    given : mapping
        The settings of `--config`, as Snakemake has parsed them.
    where : str
        Place of these settings, for the message.

    Raises
    ------
    SettingsError
        "--config: training: epochs: Snakemake passes the value 3 as text here; ..."
    """
    for key, value in given.items():
        if isinstance(value, Mapping):
            check_typed(value, f"{where}: {key}")
        elif isinstance(value, str) and value and not _is_text(value):
            raise SettingsError(
                f"{where}: {key}: Snakemake passes the value {value} as text here; write it into a file and name this"
                " file with --configfile"
            )


def _is_text(value: str) -> bool:
    """Return whether a file of settings with this value, without quotes, would contain a text."""
    tag = yaml.SafeLoader("").resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    return bool(tag == "tag:yaml.org,2002:str")


def give_way(config: dict[str, Any], written: Settings) -> None:
    """Leave out, in place, the default matrices that cannot be made for the chosen models and interpretations.

    Matrices that the user lists stay; `check` refuses those that do not fit. One warning names what is left out.

    Parameters
    ----------
    config : dict
        All settings, valid under the schema.
    written : mapping
        The settings that the user wrote over those of config.yaml.
    """
    run, own = config["run"], written.get("run") or {}
    if "matrices" in own or not ({"models", "interpretations"} & set(own)):
        return
    known = with_imported(config, read_imported(config))
    if not _is_known(known, run["models"]):
        return
    kept = [matrix for matrix in run["matrices"] if _can_be_made(known, matrix)]
    out = [matrix for matrix in run["matrices"] if matrix not in kept]
    if kept and out:
        run["matrices"] = kept
        logging.getLogger("bandmap").warning(
            "config.yaml: run: matrices: left out of the default, since they do not work with the models %s or your"
            " interpretations: %s. To choose matrices yourself, write `run: {matrices: [%s]}`.",
            ", ".join(run["models"]),
            ", ".join(out),
            ", ".join(kept),
        )


def _is_known(config: Settings, models: list[str]) -> bool:
    available = plugins.available(PLUGINS["models"][0])
    return all(model in config["models"] and kind_of(model, config["models"][model]) in available for model in models)


def _can_be_made(config: Settings, matrix: str) -> bool:
    methods = methods_of(config, matrix)
    if not set(methods) <= set(config["interpretations"]):
        return True  # a misspelt name, which `check` refuses
    return set(methods) <= set(config["run"]["interpretations"]) and fits(config, config["run"]["models"], matrix)
