"""The command `bandmap`, for questions about a run; `snakemake` runs the workflow."""

import argparse
import sys
from collections.abc import Sequence

import bandmap


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    parser = argparse.ArgumentParser("bandmap", description=bandmap.__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "status",
        help="show what is done, what is stale and why, and what is missing",
        description="Show what snakemake would do, by stage and subject, without running it. Takes its arguments.",
        usage="bandmap status [--tsv] [--configfile my.yaml] [--directory folder] [other arguments of snakemake]",
        allow_abbrev=False,
    )
    command.add_argument("--tsv", action="store_true", help="tab-separated, one line per stage and subject")
    options, others = parser.parse_known_args(arguments)
    return _status(others, tsv=options.tsv)


def _status(arguments: Sequence[str], *, tsv: bool) -> int:
    from bandmap.workflow import status

    try:
        rows = status.status(arguments)
    except status.StatusError:
        return 1
    sys.stdout.write(status.tsv(rows) if tsv else status.table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
