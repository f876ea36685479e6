"""Events as annotations for other programs: MNE, and EDF+ for EDFbrowser."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bandmap.files.whole import whole_file
from bandmap.vocabulary.recording import SleepStage

if TYPE_CHECKING:
    import mne

_TEXTS = {stage.name: f"Sleep stage {stage.name}" for stage in SleepStage} | {"REM": "Sleep stage R"}
"""Stage -> standard text of EDF+, which EDFbrowser draws as a hypnogram."""


def annotations(events: pd.DataFrame) -> "mne.Annotations":
    """Return events as MNE annotations, for `raw.set_annotations(...)`.

    Parameters
    ----------
    events : DataFrame
        Result of `Model.detect` or `Model.stage`. Seizures are described by their type ("sz"), sleep stages by the
        standard texts of EDF+ ("Sleep stage N2").

    Returns
    -------
    mne.Annotations
        Seconds from the first sample of the recording.
    """
    import mne

    return mne.Annotations(events["onset"].to_numpy(), events["duration"].to_numpy(), descriptions(events))


def write_annotations(path: str | Path, events: pd.DataFrame, *, start: datetime | None = None) -> None:
    """Write events as an EDF+ file with annotations and without signals.

    Parameters
    ----------
    path : path-like
    events : DataFrame
        As in `annotations`.
    start : datetime, optional
        Start of the recording. With it, EDFbrowser shows the file in time beside the recording.
    """
    from pyedflib import FILETYPE_EDFPLUS, EdfWriter

    with whole_file(path) as unfinished, EdfWriter(str(unfinished), 0, FILETYPE_EDFPLUS) as writer:
        if start is not None:
            writer.setStartdatetime(start.replace(tzinfo=None))
        for onset, duration, text in zip(events["onset"], events["duration"], descriptions(events), strict=True):
            writer.writeAnnotation(onset, duration, text)


def descriptions(events: pd.DataFrame) -> list[str]:
    """Return the texts of events."""
    column = "trial_type" if "trial_type" in events else "eventType"
    return [_TEXTS.get(label, label) for label in events[column]]
