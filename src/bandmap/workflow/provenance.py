"""What a run's results were made with: versions, commit, settings, checksums of the recordings."""

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
    """Return what has to be known to make the results again.

    Parameters
    ----------
    settings : mapping
        All of config.yaml, with `seed`.
    sources : mapping of str to str
        "<data set>/<recording>" -> sha256 of its EDF file; empty where it is not known.

    Returns
    -------
    dict
        bandmap (version, commit, changed), python, platform, packages, seed, settings, sources. `commit` is None where
        the package does not run from a checkout; `changed` says whether files of the checkout differ from the commit.
        Nothing in it depends on when or where the results were made on one machine.
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
    """Write what `provenance` has returned as JSON; the same content gives the same bytes."""
    with whole_file(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def packages() -> dict[str, str]:
    """Return the versions of the packages that bandmap asks for, in order of name; not those for its development."""
    asked = [line for line in metadata.requires("bandmap") or () if "extra ==" not in line]
    names = sorted(match[0] for line in asked if (match := _NAME.match(line)))
    return {name: metadata.version(name) for name in names}


def _commit(checkout: Path) -> dict[str, Any]:
    if _git(checkout, "rev-parse", "--show-toplevel") != str(checkout):  # an environment in somebody else's checkout
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
