"""The recordings of a run: the lists of its data sets without those left out, and checks of their names."""

import re
from collections.abc import Iterator

from bandmap.vocabulary import plugins
from bandmap.workflow.people import merged
from bandmap.workflow.settings import Settings, SettingsError, kind_of, left_out, options_of

SAFE_NAME = "[A-Za-z0-9_.+-]+"
"""Pattern of names that become part of a path."""

Rows = tuple[dict[str, str], ...]


def listed(config: Settings) -> tuple[Rows, Rows]:
    """Return the recordings of a run, and those that are left out.

    Parameters
    ----------
    config : mapping
        The settings, checked.

    Returns
    -------
    recordings, left_out : tuple of dict
        Rows of the data sets with the column `dataset`, and `person` where `people.merged` adds it; the rows of
        `left_out` also have `why`.

    Raises
    ------
    SettingsError
        If a data set cannot be listed, Snakemake would misread a name or a path, or a recording to leave out does not
        exist.
    """
    rows, out = merged(list(_rows(config)), config), left_out(config)
    named = {f"{row['dataset']}/{row['recording']}": row for row in rows}
    for name in out:
        if name not in named:
            raise SettingsError(f"config.yaml: run: leave_out: {plugins.did_you_mean(name, named)}")
    kept = tuple(row for name, row in named.items() if name not in out)
    return kept, tuple({**named[name], "why": why} for name, why in out.items())


def _rows(config: Settings) -> Iterator[dict[str, str]]:
    for name in config["run"]["datasets"]:
        entry = config["datasets"][name]
        plugin = plugins.load("bandmap.download.datasets", kind_of(name, entry))
        options = options_of("datasets", entry)
        try:
            rows = plugin.recordings(**options)
        except ValueError as error:
            raise SettingsError(f"config.yaml: datasets: {name}: {error}") from error
        for row in rows:
            _check(name, row)
            yield {"dataset": name, **row}


def _check(dataset: str, row: dict[str, str]) -> None:
    where = f"config.yaml: datasets: {dataset}"
    for name in (row["recording"], row["subject"]):
        if not re.fullmatch(SAFE_NAME, name) or not name.strip("."):
            raise SettingsError(f"{where}: {name!a} cannot be part of a path; use only letters, digits, _ . + and -")
    for path in (row["source"], row.get("events", ""), *row.get("beside", "").splitlines()):
        if not path.isprintable() or "{" in path or "}" in path:
            raise SettingsError(
                f"{where}: {path!a} contains a brace or a control character, which Snakemake would misread; rename it"
            )
