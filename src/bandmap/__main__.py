"""The command `bandmap`, for questions about a run; `snakemake` runs the workflow."""

import argparse
import sys
from collections.abc import Sequence

import bandmap
from bandmap.vocabulary import plugins

TASKS = {"detect": "seizure", "stage": "sleep"}
"""Command that applies a model file -> task of the model."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    options, others = _parser().parse_known_args(arguments)
    if options.command == "status":
        return _status(others, tsv=options.tsv)
    if others:
        sys.stderr.write(f"ERROR unknown arguments: {' '.join(others)}; see bandmap {options.command} --help\n")
        return 2
    if options.command == "import":
        return _import(options)
    return _card(options.model) if options.command == "card" else _apply(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bandmap", description=bandmap.__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    status = commands.add_parser(
        "status",
        help="show what is done, what is stale and why, and what is missing",
        description="Show what snakemake would do, by stage and subject, without running it. Takes its arguments.",
        usage="bandmap status [--tsv] [--configfile my.yaml] [--directory folder] [other arguments of snakemake]",
        allow_abbrev=False,
    )
    status.add_argument("--tsv", action="store_true", help="tab-separated, one line per stage and subject")
    card = commands.add_parser("card", help="show the description and the scores of a model file", allow_abbrev=False)
    card.add_argument("model", help="a .bandmap file")
    published = commands.add_parser("import", help="convert published weights to a model file", allow_abbrev=False)
    published.add_argument("kind", choices=plugins.available("bandmap.apply.imports"))
    published.add_argument("folder", help="folder with the published weights")
    published.add_argument("model", help="the .bandmap file to write")
    for name, what in (("detect", "seizures"), ("stage", "sleep stages")):
        _add_apply(commands.add_parser(name, help=f"find {what} in recordings with a model file", allow_abbrev=False))
    return parser


def _add_apply(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", help="a .bandmap file")
    command.add_argument("recordings", nargs="+", help="files, folders or patterns: EDF, BDF, or what MNE reads")
    command.add_argument("--output", help="folder for the tables (default: beside each recording)")
    command.add_argument("--probabilities", action="store_true", help="also write the probabilities of every window")
    command.add_argument("--overwrite", action="store_true", help="replace existing tables")
    command.add_argument("--jobs", type=int, default=1, help="number of simultaneous recordings (default: 1)")
    command.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))


def _status(arguments: Sequence[str], *, tsv: bool) -> int:
    from bandmap.workflow import status

    try:
        rows = status.status(arguments)
    except status.StatusError:
        return 1
    sys.stdout.write(status.tsv(rows) if tsv else status.table(rows))
    return 0


def _card(model: str) -> int:
    from bandmap.files.model_file import ModelFileError, read_model_file

    try:
        sys.stdout.write(read_model_file(model, networks=False).card)
    except ModelFileError as error:
        sys.stderr.write(f"ERROR {error}\n")
        return 1
    return 0


def _import(options: argparse.Namespace) -> int:
    from bandmap.apply.card import card
    from bandmap.files.model_file import ModelFileError, write_model_file

    try:
        about, networks = plugins.load("bandmap.apply.imports", options.kind).read(options.folder)
        write_model_file(options.model, about, card(about, len(networks)), networks)
    except ModelFileError as error:
        sys.stderr.write(f"ERROR {error}\n")
        return 1
    return 0


def _apply(options: argparse.Namespace) -> int:
    from bandmap.apply.commands import Wanted, judge

    wanted = {name: value for name, value in vars(options).items() if name not in ("command", "recordings")}
    return judge(options.recordings, Wanted(task=TASKS[options.command], **wanted))


if __name__ == "__main__":
    sys.exit(main())
