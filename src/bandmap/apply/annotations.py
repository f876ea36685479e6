"""Events as annotations for other programs: MNE, and EDF+ for EDFbrowser."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.files.whole import whole_file
from bandmap.harmonize.names import identify
from bandmap.vocabulary.recording import SleepStage

if TYPE_CHECKING:
    import mne

IMPORTANT_SHARE = 0.5
"""A channel is important where it reaches this share of the largest importance in the event."""

_LEAST = 1e-12  # importance above zero

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


def important(events: pd.DataFrame, importance: pd.DataFrame, names: Sequence[str] | None = None) -> "mne.Annotations":
    """Return events, and the times of their important channels as annotations of these channels.

    Parameters
    ----------
    events : DataFrame
        As in `annotations`.
    importance : DataFrame
        event, seconds, channel, importance (`bandmap.apply.explaining.Explanation`).
    names : sequence of str, optional
        Channels of the recording to annotate. A derivation that it does not contain marks both electrodes.

    Returns
    -------
    mne.Annotations
        An annotation "important" covers the adjacent windows in which a channel reaches half of the largest importance
        in its event.
    """
    import mne

    found = annotations(events)
    for _, table in importance.groupby("event", sort=False):
        wide = table.pivot_table(index="seconds", columns="channel", values="importance", sort=False).sort_index()
        seconds, largest = wide.index.to_numpy(), float(table["importance"].max())
        step = float(np.diff(seconds).min()) if len(seconds) > 1 else 1.0
        for channel, values in wide.items():
            shown = _shown(str(channel), names)
            for first, end in _runs(values.to_numpy() >= max(IMPORTANT_SHARE * largest, _LEAST)) if shown else ():
                span = seconds[first] - step / 2, (end - first) * step
                found += mne.Annotations(*span, "important", ch_names=[shown])
    return found


def _runs(marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return first and one past the last index of each run of true values, shape (runs, 2)."""
    edges: NDArray[np.int64] = np.flatnonzero(np.diff(marked, prepend=False, append=False)).reshape(-1, 2)
    return edges


def _shown(channel: str, names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the channels of a recording that show a channel of a model."""
    if names is None:
        return (channel,)
    ends, sources = set(channel.split("-")), identify(names)
    same = tuple(source.label for source in sources if {source.plus, source.minus} == ends)
    return same[:1] or tuple(source.label for source in sources if not source.is_bipolar and source.plus in ends)


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
