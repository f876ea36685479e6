"""The workflow that comes with the package: where it is, and the commands that start it."""

import shutil
from collections.abc import Sequence
from pathlib import Path

SETTINGS = """\
# What differs from the defaults. All settings: docs/config.md in the repository.
run:
  datasets: [mine]
datasets:
  mine:
    kind: bids
    root: recordings    # an EEG-BIDS folder, see README.md
"""

READ_ME = """\
# A Bandmap run

Which brain region, and which frequency band, led the model to its decision? Research use only: Bandmap is not a medical
device and must not be used for diagnosis or treatment.

| file | what to edit |
| --- | --- |
| `{settings}` | `root`: the folder of your recordings in EEG-BIDS; then whatever else shall differ from the defaults |
| `profiles/default/profile.yaml` | cores of this machine, and how Snakemake behaves |
| `profiles/slurm/profile.yaml` | partitions, memory and GPUs of a Slurm cluster |

    bandmap run -n --configfile {settings}      # shows the plan; an invalid setting stops here, with a hint
    bandmap run --configfile {settings}         # takes every argument of snakemake
    bandmap status --configfile {settings}      # what is done, what is stale and why, and what is missing

On a cluster add `--workflow-profile profiles/slurm`. The report is `results/report/index.html`.
"""

NAME = "bandmap.yaml"


def folder() -> Path:
    """Return the folder of the Snakefile: inside of an installed package, or the checkout that is installed."""
    package = Path(__file__).parents[1]
    inside = package / "_workflow"
    return inside if inside.exists() else package.parents[1]


def located(arguments: Sequence[str]) -> list[str]:
    """Return arguments of snakemake, with the Snakefile of the package if they name none and there is none here."""
    named = any(argument.partition("=")[0] in ("--snakefile", "-s") for argument in arguments)
    here = any(Path(name).exists() for name in ("Snakefile", "workflow/Snakefile"))
    return [*arguments] if named or here else [*arguments, "--snakefile", str(folder() / "Snakefile")]


def run(arguments: Sequence[str]) -> int:
    """Run the workflow with arguments of snakemake, and return the exit status."""
    from snakemake import cli

    try:
        cli.main(located(arguments))
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def demo(where: Path, arguments: Sequence[str]) -> int:
    """Simulate a cohort in a folder and run everything on it."""
    settings = folder() / "examples/demo.yaml"
    return run(["--configfile", str(settings), "--directory", str(where), *arguments])


def init(where: Path) -> None:
    """Write settings, profiles and a README of what to edit into a folder.

    Raises
    ------
    FileExistsError
        If one of them is there; nothing is written then.
    """
    texts = {NAME: SETTINGS, "README.md": READ_ME.format(settings=NAME)}
    for name in (*texts, "profiles"):
        if (where / name).exists():
            raise FileExistsError(f"{where / name}: exists already; name another folder, or remove it")
    shutil.copytree(folder() / "profiles", where / "profiles", ignore=shutil.ignore_patterns("kubernetes"))
    for name, text in texts.items():
        (where / name).write_text(text, encoding="utf-8")
