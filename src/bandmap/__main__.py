"""The command `bandmap`: runs the workflow, answers questions about a run, and applies its models."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bandmap.arguments import parser
from bandmap.vocabulary import plugins

if TYPE_CHECKING:
    import pandas as pd

TASKS = {"detect": "seizure", "stage": "sleep"}
"""Command that applies a model file -> task of the model."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    options, others = parser().parse_known_args(arguments)
    if options.command in _OF_SNAKEMAKE:
        return _OF_SNAKEMAKE[options.command](options, others)
    if others:
        sys.stderr.write(f"ERROR unknown arguments: {' '.join(others)}; see bandmap {options.command} --help\n")
        return 2
    return _OWN[options.command](options)


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


def _answer(say: Callable[[], str | None]) -> int:
    """Write what a function returns, or its error as one line, and return the exit status."""
    try:
        sys.stdout.write(say() or "")
    except (ValueError, OSError, FloatingPointError) as error:  # ModelFileError and RecordingError are ValueErrors
        sys.stderr.write(f"ERROR {' '.join(str(error).split())}\n")
        return 1
    return 0


def _card(options: argparse.Namespace) -> int:
    from bandmap.files.model_text import read_model_text

    return _answer(lambda: read_model_text(options.model).card)


def _import(options: argparse.Namespace) -> int:
    from bandmap.apply.card import card
    from bandmap.files.model_file import write_model_file

    def convert() -> None:
        about, networks = plugins.load("bandmap.apply.imports", options.kind).read(options.folder)
        write_model_file(options.model, about, card(about, len(networks)), networks)

    return _answer(convert)


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

    return _answer(lambda: export(options.model, options.file))


def _score(options: argparse.Namespace) -> int:
    from bandmap.faithfulness import benchmark

    def scores() -> str:
        floors = dict(floor.partition("=")[::2] for floor in options.floor)
        tables = {path: _table(path) for path in (options.matrices, options.truth, *map(Path, floors.values()))}
        found = benchmark.score_table(
            tables[options.truth],
            tables[options.matrices],
            {name: tables[Path(path)] for name, path in floors.items()},
            ranking=options.ranking,
            folds=options.folds and _table(options.folds),
            scores=options.scores and _table(options.scores),
        )
        return benchmark.as_tsv(found) if options.tsv else benchmark.as_text(found)

    return _answer(scores)


def _agreement(options: argparse.Namespace) -> int:
    from bandmap.score.from_files.agreement import agreement, as_text, as_tsv

    how = as_tsv if options.tsv else as_text
    return _answer(lambda: how(agreement(options.reference, options.hypothesis, subjects=options.subjects)))


def _annotators(options: argparse.Namespace) -> int:
    from bandmap.score.from_files.annotators import compare

    return _answer(lambda: compare(options.labels))


def _fine_tune(options: argparse.Namespace) -> int:
    from bandmap.apply.tuning import fine_tune

    return _answer(lambda: fine_tune(**_given(options)))


def _export_review(options: argparse.Namespace) -> int:
    from bandmap.download.reviewed import export_review

    return _answer(lambda: export_review(**_given(options)))


def _given(options: argparse.Namespace) -> dict[str, Any]:
    return {name: value for name, value in vars(options).items() if name != "command"}


def _table(path: Path) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def _view(options: argparse.Namespace) -> int:
    from bandmap.view import view

    return view(**_given(options))


_OWN = {
    **dict.fromkeys(TASKS, _apply),
    "agreement": _agreement,
    "annotators": _annotators,
    "fine-tune": _fine_tune,
    "export-review": _export_review,
    "card": _card,
    "explain": _explain,
    "export": _export,
    "import": _import,
    "init": _init,
    "szcore": _szcore,
    "truth": _score,
    "view": _view,
}
"""Commands whose arguments are all known."""


if __name__ == "__main__":
    sys.exit(main())
