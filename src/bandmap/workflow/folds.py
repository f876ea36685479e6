"""The frozen folds of a run: made once and then read, so that subjects added later change no trained model."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bandmap.files.rows import read_rows, write_rows
from bandmap.train import schemes as splits
from bandmap.workflow.people import shared
from bandmap.workflow.settings import Settings, SettingsError, base_of, kind_of, left_out, options_of

COLUMNS = (*splits.COLUMNS, "settings")
"""Columns of `results/folds/{scheme}.tsv`."""

KNOWN_COLUMNS = ("dataset", "subject", "recording")
"""Columns of `results/folds/{scheme}_recordings.tsv`: the recordings from which the folds were made."""

Row = Mapping[str, str]
Rows = Sequence[Row]


@dataclass(frozen=True)
class Folds:
    """Folds and the recordings from which they were made.

    Attributes
    ----------
    rows : sequence of mapping
        Columns `COLUMNS`.
    known : sequence of mapping
        Columns `KNOWN_COLUMNS`.
    """

    rows: Rows
    known: Rows

    @cached_property
    def _known(self) -> frozenset[tuple[str, str]]:
        return frozenset((row["dataset"], row["recording"]) for row in self.known)

    @cached_property
    def _subjects(self) -> frozenset[tuple[str, str]]:
        return frozenset((row["dataset"], row["subject"]) for row in self.known)

    def is_frozen(self, row: Row) -> bool:
        """Return whether the folds were made with a recording: no other recording trains or validates."""
        return (row["dataset"], row["recording"]) in self._known

    def is_new(self, row: Row) -> bool:
        """Return whether a recording's subject was added later: the models of all folds predict it together."""
        return not self.is_personal and (row["dataset"], row["subject"]) not in self._subjects

    @cached_property
    def is_personal(self) -> bool:
        """Whether each model is for one subject, so that it does not apply to other subjects."""
        return any(row["recording"] for row in self.rows)


def read_or_make(config: Settings, recordings: Rows) -> Folds:
    """Return the frozen folds, or new ones if there are none, settings have changed, or a recording is left out.

    Raises
    ------
    SettingsError
        If a subject or recording of the frozen table no longer exists.
    LeakageError
        If the frozen table tests on training data.
    """
    scheme = base_of(config, config["run"]["scheme"])
    manifest, known = files(scheme)
    if manifest.exists() and known.exists():
        frozen = Folds(read_rows(manifest), read_rows(known))
        if {row["settings"] for row in frozen.rows} == {_settings(config)}:
            splits.check_no_leak(frozen.rows, recordings)
            out = left_out(config)
            _check_all_there(frozen, recordings, known, out)
            if not any(f"{row['dataset']}/{row['recording']}" in out for row in frozen.known):
                _warn_of_new_recordings(frozen, recordings)
                return frozen
    return made(config, recordings)


def files(scheme: str) -> tuple[Path, Path]:
    """Return the table of folds of a scheme, and the table of the recordings from which they were made."""
    return Path(f"results/folds/{scheme}.tsv"), Path(f"results/folds/{scheme}_recordings.tsv")


def write(manifest: str | Path, known: str | Path, folds: Rows, recordings: Rows) -> None:
    """Write both tables of a scheme to the paths from `files`."""
    write_rows(manifest, folds, COLUMNS)
    write_rows(known, [{name: row[name] for name in KNOWN_COLUMNS} for row in recordings], KNOWN_COLUMNS)


def made(config: Settings, recordings: Rows) -> Folds:
    """Return new folds of the current recordings."""
    scheme = base_of(config, config["run"]["scheme"])
    options = config["schemes"][scheme]
    kind = kind_of(scheme, options)
    rows = splits.folds(recordings, scheme=kind, seed=config["seed"], **options_of("schemes", options))
    known = [{name: row[name] for name in KNOWN_COLUMNS} for row in recordings]
    text = _settings(config)
    return Folds([{**row, "settings": text} for row in rows], known)


def _settings(config: Settings) -> str:
    """Return what folds depend on as one line of text in a fixed order, to compare the settings of two runs."""
    scheme = base_of(config, config["run"]["scheme"])
    people = shared(config)
    people_setting = {"same_subject": people} if people else {}
    return " ".join(_flat({**config["schemes"][scheme], "seed": config["seed"], **people_setting}))


def _flat(options: Settings, prefix: str = "") -> Iterator[str]:
    for key in sorted(options):
        value = options[key]
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}={value}"


def _check_all_there(frozen: Folds, recordings: Rows, known: Path, out: Collection[str]) -> None:
    """Raise an error if recordings of the folds no longer exist: folds and scores would silently shrink."""
    there = {*(f"{row['dataset']}/{row['recording']}" for row in recordings), *out}
    lost = [row for row in frozen.known if f"{row['dataset']}/{row['recording']}" not in there]
    if lost:
        names = ", ".join(dict.fromkeys(f"{row['dataset']} {row['subject']}" for row in lost))
        raise SettingsError(
            f"{known}: the frozen folds name {len(lost)} recordings that no longer exist, of the subjects: {names};"
            f" restore them, or delete {known} to make new folds (this retrains)"
        )


def _warn_of_new_recordings(frozen: Folds, recordings: Rows) -> None:
    late = [row for row in recordings if frozen.is_personal and not frozen.is_frozen(row)]
    if late:
        logging.getLogger("bandmap").warning(
            "%d recordings were added after the folds were made, so this scheme does not score them: %s ... To make new"
            " folds, run `snakemake refold`, then `snakemake` (this retrains).",
            len(late),
            late[0]["recording"],
        )
    new = list(dict.fromkeys((row["dataset"], row["subject"]) for row in recordings if frozen.is_new(row)))
    if new:
        names = ", ".join(f"{dataset} {subject}" for dataset, subject in new)
        logging.getLogger("bandmap").warning(
            "subjects in no fold, which the models of all folds predict together: %s. To train on them too, run"
            " `snakemake refold`, then `snakemake` (this retrains).",
            names,
        )
