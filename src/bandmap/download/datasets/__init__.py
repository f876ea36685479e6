"""Plugins for data sets, one file each, with the functions of `DataSet`.

Input: the options of a data set.
Output: its list of recordings, EDF files and tables of events.
Called by: the planner (`recordings`) and by the scripts of this stage (the other functions).
"""

import inspect
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

__all__ = ["taken"]


class DataSet(Protocol):
    """The interface of a file of this package; each function takes only the options, and `seed`, that it depends on.

    A data set whose labels are published as separate files also has `fetch_labels`, which is like `fetch`. A simulated
    one has `truth(*, seed, ...)`, which returns the rows of results/truth. A real one whose clinical truth is known has
    `clinical_files`, which returns the files that state it, or None, and `clinical`, which returns the rows.
    """

    def recordings(self, **options: Any) -> list[dict[str, str]]:
        """List recording, subject and source of all recordings; declares every option with its default."""

    def fetch(self, recording: str, edf: Path, **options: Any) -> None:
        """Write a recording atomically.

        Parameters
        ----------
        recording : str
            One of `recordings`.
        edf : Path
            File to write.
        **options
            As in `recordings`.

        Raises
        ------
        DownloadError
            If no source has the correct file.
        """

    def annotate(self, recording: str, edf: Path, labels: Path | None, events: Path, **options: Any) -> None:
        """Write the events of a recording and check them against it.

        Parameters
        ----------
        recording : str
            One of `recordings`.
        edf : Path
            The recording.
        labels : Path or None
            The file of its labels; None if there is none.
        events : Path
            File to write.
        **options
            As in `recordings`.

        Raises
        ------
        RecordingError
            If a file cannot be read, or an event is outside the recording: one line with file, problem and remedy.
        """


def taken(plugin: ModuleType, function: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a function of a data set takes, so that other options do not make its files stale.

    Parameters
    ----------
    plugin : module
        A data set. Its `recordings` declares all options with their defaults; `fetch`, `fetch_labels`, `annotate`,
        `truth`, `cells`, `clinical` and `clinical_files` take the options that they depend on, and `seed` if needed.
    function : str
    options : mapping
        The options from config.yaml, and the run's `seed`.

    Returns
    -------
    dict
        The given values, or the defaults of `recordings`.
    """
    stated = {
        name: argument.default
        for name, argument in inspect.signature(plugin.recordings).parameters.items()
        if argument.default is not argument.empty
    }
    arguments = inspect.signature(getattr(plugin, function)).parameters.values()
    names = [argument.name for argument in arguments if argument.kind is argument.KEYWORD_ONLY]
    return {name: options[name] if name in options else stated[name] for name in names}
