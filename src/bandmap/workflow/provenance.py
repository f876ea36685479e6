"""Provenance of a run's results: versions, commit, settings, checksums of the recordings."""

import json
import platform
import re
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import bandmap
from bandmap.files.whole import whole_file

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def provenance(settings: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    """Return the information that is needed to reproduce the results.

    Parameters
    ----------
    settings : mapping
        All of config.yaml, with `seed`.
    sources : mapping of str to str
        "<data set>/<recording>" -> sha256 of its EDF file; empty if unknown.

    Returns
    -------
    dict
        bandmap (version, commit, changed), python, platform, packages, seed, settings, sources. `commit` is None if
        the package does not run from a checkout; `changed` is whether files of the checkout differ from the commit.
        Nothing depends on the time or the folder in which the results were made.
    """
    return {
        "bandmap": {"version": metadata.version("bandmap"), **_commit(Path(bandmap.__file__).parents[2])},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": packages(),
        "seed": settings["seed"],
        "settings": dict(settings),
        "sources": dict(sources),
    }


def write_provenance(path: str | Path, content: Mapping[str, Any]) -> None:
    """Write the result of `provenance` as JSON; the same content gives the same bytes."""
    with whole_file(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def packages() -> dict[str, str]:
    """Return the versions of the packages that bandmap requires, sorted by name, without development packages."""
    required = [line for line in metadata.requires("bandmap") or () if "extra ==" not in line]
    names = sorted(match[0] for line in required if (match := _NAME.match(line)))
    return {name: metadata.version(name) for name in names}


def _commit(checkout: Path) -> dict[str, Any]:
    if _git(checkout, "rev-parse", "--show-toplevel") != str(
        checkout
    ):  # the package lies in the checkout of another project
        return {"commit": None, "changed": None}
    changed = _git(checkout, "status", "--porcelain", "--untracked-files=no")
    return {"commit": _git(checkout, "rev-parse", "HEAD"), "changed": bool(changed)}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        run = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() if run.returncode == 0 else None
