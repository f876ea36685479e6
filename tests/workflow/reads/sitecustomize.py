"""Python imports this at its start: note which files of the run a job reads that its rule does not name as input.

The folder READS gets a file for each job, with such paths.
"""

import atexit
import os
import sys
from pathlib import Path

SCRIPTS = ".snakemake/scripts/"


def is_of(path: Path, named: Path) -> bool:
    """Return whether a file is a named one, lies below it, or is what it is called until it is whole."""
    return path.is_relative_to(named) or (path.parent == named.parent and named.name in path.name)


def watch(folder: Path) -> None:
    """Note what this process opens below results and resources until it ends."""
    here = Path.cwd()
    opened: set[Path] = set()

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | os.PathLike):
            opened.add(here / arguments[0])

    def tell() -> None:
        snakemake = sys.modules["__main__"].snakemake  # type: ignore[attr-defined]
        named = [here / path for path in (*snakemake.input, *snakemake.output, *snakemake.log)]
        ours = [path for path in opened if any(path.is_relative_to(here / top) for top in ("results", "resources"))]
        others = [path for path in ours if not any(is_of(path, file) for file in named)]
        (folder / f"{snakemake.rule}-{os.getpid()}").write_text("\n".join(str(p.relative_to(here)) for p in others))

    sys.addaudithook(note)
    atexit.register(tell)


if "READS" in os.environ and any(SCRIPTS in argument for argument in sys.orig_argv):
    watch(Path(os.environ["READS"]))
