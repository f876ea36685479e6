"""Which subject labels are one person: declared in the settings; similar labels give a warning."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence

from bandmap.vocabulary import plugins
from bandmap.workflow.settings import Settings, SettingsError

Row = dict[str, str]


def shared(config: Settings) -> list[list[str]]:
    """Return the groups of "<data set>/<subject>" that are one person, without data sets that the run does not use."""
    used = set(config["run"]["datasets"])
    groups = [[name for name in group if name.partition("/")[0] in used] for group in config.get("same_subject") or ()]
    return [group for group in groups if len(group) > 1]


def merged(rows: Sequence[Row], config: Settings) -> list[Row]:
    """Give every person one label within a data set, and a common `person` if they are in several data sets.

    Parameters
    ----------
    rows : sequence of dict
        Recordings: dataset, subject, recording ...
    config : mapping
        The settings.

    Returns
    -------
    list of dict
        The rows in their order. Of a group's labels in one data set, the first replaces the others. `person` is the
        group's first "<data set>/<subject>"; rows of people with one label have none.

    Raises
    ------
    SettingsError
        If a group names a subject that is not there, or two groups name one.
    """
    groups = shared(config)
    _check(groups, {_name(row) for row in rows}, config)
    person = {name: group[0] for group in groups for name in group}
    label = {name: _first(group, name.partition("/")[0]) for group in groups for name in group}
    _warn_of_lookalikes(rows, person)
    return [_as_person(row, person, label) for row in rows]


def renamed(config: Settings, dataset: str) -> dict[str, str]:
    """Return other label -> label of the people who have several labels in a data set."""
    own = [[name.partition("/")[2] for name in group if name.startswith(f"{dataset}/")] for group in shared(config)]
    return {other: labels[0] for labels in own if labels for other in labels[1:]}


def _name(row: Row) -> str:
    return f"{row['dataset']}/{row['subject']}"


def _first(group: Sequence[str], dataset: str) -> str:
    return next(name.partition("/")[2] for name in group if name.partition("/")[0] == dataset)


def _as_person(row: Row, person: Mapping[str, str], label: Mapping[str, str]) -> Row:
    name = _name(row)
    return row if name not in person else {**row, "subject": label[name], "person": person[name]}


def _check(groups: Iterable[Sequence[str]], there: set[str], config: Settings) -> None:
    seen: set[str] = set()
    for group in config.get("same_subject") or ():
        for name in group:
            if name.partition("/")[0] not in config["datasets"]:
                hint = plugins.did_you_mean(name.partition("/")[0], config["datasets"])
                raise SettingsError(f"config.yaml: same_subject: {name}: {hint} Write <data set>/<subject>")
            if name in seen:
                raise SettingsError(f"config.yaml: same_subject: '{name}' is named twice; put it into one list")
            seen.add(name)
    for group in groups:
        for name in group:
            if name not in there:
                raise SettingsError(f"config.yaml: same_subject: {plugins.did_you_mean(name, there)}")


def _warn_of_lookalikes(rows: Iterable[Row], person: Mapping[str, str]) -> None:
    """Ask whether labels that differ in leading zeros or capitals only are one person's."""
    alike: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys(map(_name, rows)):
        key = re.sub(r"(?<!\d)0+(?=\d)", "", name).casefold()
        alike.setdefault(key, {}).setdefault(person.get(name, name), name)
    found = [list(names.values()) for names in alike.values() if len(names) > 1]
    if found:
        logging.getLogger("bandmap").warning(
            "%s are taken for different people. If they are one person, write `same_subject: [[%s]]`%s.",
            " and ".join(found[0]),
            ", ".join(found[0]),
            f"; {len(found) - 1} more such labels" if len(found) > 1 else "",
        )
