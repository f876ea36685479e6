"""The arguments of the command `bandmap`."""

import argparse
from pathlib import Path

import bandmap
from bandmap.vocabulary import plugins


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    main = argparse.ArgumentParser("bandmap", description=bandmap.__doc__, allow_abbrev=False)
    commands = main.add_subparsers(dest="command", required=True)
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
    _add_loop(commands)
    _add_view(commands)
    compared = commands.add_parser("annotators", help="compare all annotators of the same seconds", allow_abbrev=False)
    compared.add_argument("labels", nargs="+", type=Path, help="such as resources/helsinki/*_labels")
    return main


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


def _add_loop(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    agreement = commands.add_parser(
        "agreement", help="compare reviewers and models, beside what chance reaches", allow_abbrev=False
    )
    agreement.add_argument("reference", type=Path, help="a table of events, or a folder: results/reviewed/<reviewer>")
    agreement.add_argument("hypothesis", type=Path, help="the same: results/predicted/<model>/<scheme>")
    tune = commands.add_parser("fine-tune", help="continue the training of a model on reviewed time")
    tune.add_argument("model", help="a .bandmap file")
    tune.add_argument("recording", help="a file: EDF, BDF, or what MNE reads")
    tune.add_argument("reviewed", metavar="reviewed.tsv", help="a review of the recording, or another table of events")
    tune.add_argument("output", metavar="new_model", help="the .bandmap file to write")
    tune.add_argument("--epochs", type=int, default=20, help="passes over the reviewed time (default: 20)")
    tune.add_argument("--learning-rate", type=float, default=0.001, help="(default: 0.001)")
    tune.add_argument(
        "--seed", type=int, default=0, help="of the order of windows and the drawn background (default: 0)"
    )
    tune.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    review = commands.add_parser(
        "export-review", help="make an EEG-BIDS folder of reviewed recordings, for a run", allow_abbrev=False
    )
    review.add_argument("reviewed", type=Path, help="the reviews of one reviewer: results/reviewed/<reviewer>")
    review.add_argument("recordings", type=Path, help="folder of the recordings: resources")
    review.add_argument("output", type=Path, help="the folder to write")
    agreement.add_argument("--tsv", action="store_true", help="tab-separated, all columns")
    for command in (agreement, review):
        command.add_argument("--subjects", type=Path, help="table: recording, subject; by default, names state sub-...")


def _add_view(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    view = commands.add_parser("view", help="show the recordings of a finished run in a browser", allow_abbrev=False)
    view.add_argument("results", type=Path, help="the folder `results` of a run")
    view.add_argument("recording", nargs="?", help="<data set>/<recording> to open (default: the first)")
    view.add_argument("--at", type=float, metavar="SECONDS", help="the second to open")
    view.add_argument("--static", type=Path, metavar="FOLDER", help="write the page as a folder that opens from disk")
    view.add_argument("--port", type=int, default=0, help="of this machine (default: any free one)")
    view.add_argument("--no-browser", dest="browser", action="store_false", help="only print the address")
