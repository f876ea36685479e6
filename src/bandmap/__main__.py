"""The command `bandmap`: runs the workflow, answers questions about a run, and applies its models."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import bandmap
from bandmap.vocabulary import plugins

if TYPE_CHECKING:
    import pandas as pd

TASKS = {"detect": "seizure", "stage": "sleep"}
"""Command that applies a model file -> task of the model."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    options, others = _parser().parse_known_args(arguments)
    if options.command in _OF_SNAKEMAKE:
        return _OF_SNAKEMAKE[options.command](options, others)
    if others:
        sys.stderr.write(f"ERROR unknown arguments: {' '.join(others)}; see bandmap {options.command} --help\n")
        return 2
    return _OWN[options.command](options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bandmap", description=bandmap.__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_workflow(commands)
    card = commands.add_parser("card", help="show the description and the scores of a model file", allow_abbrev=False)
    card.add_argument("model", help="a .bandmap file")
    published = commands.add_parser("import", help="convert published weights to a model file", allow_abbrev=False)
    published.add_argument("kind", choices=plugins.available("bandmap.apply.imports"))
    published.add_argument("folder", help="folder with the published weights")
    published.add_argument("model", help="the .bandmap file to write")
    detect = commands.add_parser("detect", help="find seizures in recordings with a model file", allow_abbrev=False)
    detect.add_argument("--probabilities", action="store_true", help="also write the probabilities of every window")
    stage = commands.add_parser("stage", help="stage sleep in recordings with a model file", allow_abbrev=False)
    for command in (detect, stage):
        _add_apply(command)
    _add_explain(commands)
    exported = commands.add_parser("export", help="write a model's networks as ONNX or .pt2", allow_abbrev=False)
    exported.add_argument("model", help="a .bandmap file")
    exported.add_argument("file", help="the file to write: .onnx, or .pt2 for torch.export")
    _add_szcore(commands)
    _add_truth(commands)
    return parser


def _add_workflow(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser(
        "run",
        help="run the workflow",
        description="Run the workflow that comes with the package. Takes all arguments of snakemake.",
        usage="bandmap run [-n] [--configfile my.yaml] [--directory folder] [other arguments of snakemake]",
        allow_abbrev=False,
    )
    init = commands.add_parser("init", help="write settings, profiles and a README to edit", allow_abbrev=False)
    init.add_argument("folder", type=Path)
    demo = commands.add_parser(
        "demo",
        help="simulate ten subjects and run everything on them",
        description="Simulate ten subjects and run everything on them. Takes arguments of snakemake.",
        usage="bandmap demo [FOLDER] [arguments of snakemake]",
        allow_abbrev=False,
    )
    demo.add_argument("folder", type=Path, nargs="?", default=Path("demo"))
    status = commands.add_parser(
        "status",
        help="show what is done, what is stale and why, and what is missing",
        description="Show what snakemake would do, by stage and subject, without running it. Takes its arguments.",
        usage="bandmap status [--tsv] [--configfile my.yaml] [--directory folder] [other arguments of snakemake]",
        allow_abbrev=False,
    )
    status.add_argument("--tsv", action="store_true", help="tab-separated, one line per stage and subject")


def _add_apply(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", help="a .bandmap file")
    command.add_argument("recordings", nargs="+", help="files, folders or patterns: EDF, BDF, or what MNE reads")
    command.add_argument("--output", help="folder for the tables (default: beside each recording)")
    command.add_argument("--annotations", action="store_true", help="also write the events as EDF+ annotations")
    command.add_argument("--overwrite", action="store_true", help="replace existing tables")
    command.add_argument("--jobs", type=int, default=1, help="number of simultaneous recordings (default: 1)")
    command.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))


def _add_explain(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    explain = commands.add_parser(
        "explain", help="show why a model detects seizures in a recording", allow_abbrev=False
    )
    explain.add_argument("model", help="a .bandmap file")
    explain.add_argument("recording", help="a file: EDF, BDF, or what MNE reads")
    explain.add_argument("--output", required=True, help="new folder for the page, its figures and its tables")
    explain.add_argument("--events", help="table of annotated seizures; without it, all detections are explained")
    explain.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))


def _add_szcore(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    szcore = commands.add_parser(
        "szcore",
        help="find the seizures of one recording by the contract of SzCORE's containers",
        description="Read the recording that the variable INPUT names and write the table that OUTPUT names.",
        allow_abbrev=False,
    )
    szcore.add_argument("model", help="a .bandmap file")
    szcore.add_argument("--data", type=Path, default=Path("/data"), help="folder that INPUT is relative to")
    szcore.add_argument("--output", type=Path, default=Path("/output"), help="folder that OUTPUT is relative to")
    szcore.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))


def _add_truth(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    truth = commands.add_parser("truth", help="score matrices against a truth that is known for every cell")
    score = truth.add_subparsers(dest="what", required=True).add_parser(
        "score",
        help="metrics of a table of matrices, beside floors",
        description="Score matrices (columns subject, region, band, importance) against a truth; see docs/truth.md.",
        allow_abbrev=False,
    )
    score.add_argument("matrices", type=Path, help="such as results/matrices/<model>/<scheme>/<matrix>/subjects.tsv")
    score.add_argument("truth", type=Path, help="results/truth/<dataset>_cells.tsv")
    score.add_argument("--floor", action="append", default=[], metavar="NAME=TABLE", help="matrices to be better than")
    score.add_argument("--folds", type=Path, help="results/folds/<scheme>.tsv: only tested subjects count")
    score.add_argument(
        "--scores", type=Path, help="results/scores/<model>_<scheme>.tsv: only subjects with a competent model count"
    )
    score.add_argument("--ranking", choices=("value", "magnitude"), default="value", help="by what cells are ranked")
    score.add_argument("--tsv", action="store_true", help="tab-separated, all columns")


def _status(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    from bandmap.workflow import status
    from bandmap.workflow.packaged import located

    try:
        rows = status.status(located(arguments))
    except status.StatusError:
        return 1
    sys.stdout.write(status.tsv(rows) if options.tsv else status.table(rows))
    return 0


def _run(_options: argparse.Namespace, arguments: Sequence[str]) -> int:
    from bandmap.workflow import packaged

    return packaged.run(arguments)


def _demo(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    from bandmap.workflow import packaged

    return packaged.demo(options.folder, arguments)


_OF_SNAKEMAKE = {"run": _run, "demo": _demo, "status": _status}
"""Commands that pass on the arguments of snakemake."""


def _init(options: argparse.Namespace) -> int:
    from bandmap.workflow import packaged

    try:
        packaged.init(options.folder)
    except OSError as error:
        sys.stderr.write(f"ERROR {error}\n")
        return 1
    next_line = f"cd {options.folder} && bandmap run -n --configfile {packaged.NAME}"
    sys.stdout.write(f"Edit {options.folder / packaged.NAME}, then: {next_line}\n")
    return 0


def _card(options: argparse.Namespace) -> int:
    from bandmap.files.model_text import ModelFileError, read_model_text

    try:
        sys.stdout.write(read_model_text(options.model).card)
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
    from bandmap.apply.commands import Wanted, apply

    wanted = {name: value for name, value in vars(options).items() if name not in ("command", "recordings")}
    return apply(options.recordings, Wanted(task=TASKS[options.command], **wanted))


def _szcore(options: argparse.Namespace) -> int:
    import os

    from bandmap.apply.szcore import detect_one

    return detect_one(options.model, os.environ, data=options.data, output=options.output, device=options.device)


def _explain(options: argparse.Namespace) -> int:
    from bandmap.report.one_recording import explain

    return explain(options.model, options.recording, options.output, reference=options.events, device=options.device)


def _export(options: argparse.Namespace) -> int:
    from bandmap.apply.exporting import export
    from bandmap.files.model_file import ModelFileError

    try:
        export(options.model, options.file)
    except (ModelFileError, OSError) as error:
        sys.stderr.write(f"ERROR {error}\n")
        return 1
    return 0


def _score(options: argparse.Namespace) -> int:
    from bandmap.faithfulness import benchmark

    floors = dict(floor.partition("=")[::2] for floor in options.floor)
    try:
        tables = {path: _table(path) for path in (options.matrices, options.truth, *map(Path, floors.values()))}
        found = benchmark.score_table(
            tables[options.truth],
            tables[options.matrices],
            {name: tables[Path(path)] for name, path in floors.items()},
            ranking=options.ranking,
            folds=options.folds and _table(options.folds),
            scores=options.scores and _table(options.scores),
        )
    except (OSError, ValueError) as error:
        sys.stderr.write(f"ERROR {error}\n")
        return 1
    sys.stdout.write(benchmark.as_tsv(found) if options.tsv else benchmark.as_text(found))
    return 0


def _table(path: Path) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


_OWN = {
    **dict.fromkeys(TASKS, _apply),
    "card": _card,
    "explain": _explain,
    "export": _export,
    "import": _import,
    "init": _init,
    "szcore": _szcore,
    "truth": _score,
}
"""Commands whose arguments are all known."""


if __name__ == "__main__":
    sys.exit(main())
