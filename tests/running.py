"""Run the workflow as a user does: in a process of its own, or, where it only plans, in a fork that is soon there.

A fork comes from a server that has imported Snakemake and nothing of Bandmap, so it saves the time of that import and
reads the package and the settings as any other process does. The jobs of a run may be forks, too (`forks.py`).
"""

import multiprocessing
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
TINY = ROOT / "tests/workflow/tiny.yaml"
HANG_SECONDS = 3600
"""A run takes a minute or two; one that takes so long will never end, however busy the machine is."""

Run = subprocess.CompletedProcess[str]
Once = Callable[[str, Callable[[Path], None]], Path]
"""The fixture `once`: a folder of this name, filled by the first process of a session that asks for it."""

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["snakemake.cli", "snakemake.report", "smart_open", "jsonschema", "nbformat"])


def arguments_of(
    directory: Path, *arguments: str, configfile: Path | Sequence[Path] = TINY, checkout: Path = ROOT
) -> list[str]:
    """Return what a user types after `snakemake`."""
    profile = ["--workflow-profile", str(checkout / "profiles/default"), "--cores", "2"]
    where = ["--snakefile", str(checkout / "Snakefile"), "--directory", str(directory)]
    files = [configfile] if isinstance(configfile, Path) else configfile
    return [*where, *arguments, *profile, "--configfile", *map(str, files)]


def command(
    directory: Path, *arguments: str, configfile: Path | Sequence[Path] = TINY, checkout: Path = ROOT
) -> list[str]:
    """Return the whole line that a user types."""
    given = arguments_of(directory, *arguments, configfile=configfile, checkout=checkout)
    return [sys.executable, "-m", "snakemake", *given]


def environment(directory: Path, checkout: Path = ROOT) -> dict[str, str]:
    """Return the environment of a run that leaves nothing outside its folder."""
    own = {"OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(directory / ".cache"), "PYTHONPATH": str(checkout / "src")}
    return {**os.environ, **own}


def snakemake(
    directory: Path,
    *arguments: str,
    configfile: Path | Sequence[Path] = TINY,
    checkout: Path = ROOT,
    variables: dict[str, str] | None = None,
    forks: str | None = None,
) -> Run:
    """Run the workflow in a folder, maybe with more environment variables, by another checkout, or its jobs in forks.

    The jobs are forks of the process that the fixture `forks` has started.
    """
    if forks:
        given = arguments_of(directory, *arguments, configfile=configfile, checkout=checkout)
        return forked("snakemake.cli", given, directory, checkout=checkout, python=shlex.join(python_in(forks)))
    return subprocess.run(
        command(directory, *arguments, configfile=configfile, checkout=checkout),
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        env={**environment(directory, checkout), **(variables or {})},
        cwd=directory,
        check=False,
    )


def python_in(forks: str) -> list[str]:
    """Return what stands in for `python` where scripts are forks of a process with this address."""
    return [sys.executable, "-IS", str(ROOT / "tests/forks.py"), forks]


def plan(directory: Path, *arguments: str, configfile: Path | Sequence[Path] = TINY, checkout: Path = ROOT) -> Run:
    """Ask for a dry run (`-n` is added), maybe by the code of another checkout."""
    given = arguments_of(directory, "-n", *arguments, configfile=configfile, checkout=checkout)
    return forked("snakemake.cli", given, directory, checkout=checkout)


def unlock(directory: Path) -> Run:
    """Take away the lock that a killed run has left."""
    return forked("snakemake.cli", arguments_of(directory, "--unlock"), directory)


def forked(
    module: str, arguments: list[str], directory: Path, *, checkout: Path = ROOT, python: str = sys.executable
) -> Run:
    """Call `main` of a module in a fork that stands in a folder and imports Bandmap from a checkout.

    It takes `python` for what runs its scripts.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "stdout"), Path(folder, "stderr")
        process = _SERVER.Process(target=_call, args=(module, arguments, directory, checkout, output, python))
        process.start()
        process.join(HANG_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired([module, *arguments], HANG_SECONDS)
        return Run([module, *arguments], process.exitcode, *(path.read_text() for path in output))


def _call(
    module: str, arguments: list[str], directory: Path, checkout: Path, output: tuple[Path, Path], python: str
) -> None:
    for descriptor, path in zip((1, 2), output, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    os.environ.update(environment(directory, checkout))
    os.chdir(directory)
    sys.path.insert(0, str(checkout / "src"))
    sys.argv, sys.executable = [module, *arguments], python
    sys.exit(import_module(module).main(arguments))


def checked_out(source: Path, folder: Path) -> Path:
    """Copy what the workflow consists of into a folder, a checkout of its own."""
    for name in ("Snakefile", "config.yaml", "schemas", "rules", "scripts", "report", "envs", "profiles", "src"):
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy
        copy(source / name, folder / name)
    return folder


def planned(run: Run) -> dict[str, int]:
    """Return rule -> number of jobs of a dry run, without the target rule."""
    lines = run.stdout.partition("Job stats:")[2].splitlines()
    counts = {}
    for line in lines[3:]:
        rule, _, count = line.partition(" ")
        if not count.strip().isdigit():
            break
        counts[rule] = int(count)
    return {rule: count for rule, count in counts.items() if rule not in ("all", "total")}
