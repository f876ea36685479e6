"""Hypnograms: conversion of sleep stages, in all usual spellings, to spans of the five AASM stages. No files."""

import logging
import re
from collections.abc import Iterable, Sequence

from bandmap.vocabulary.recording import Event, RecordingError

UNSCORED = "unscored"
"""The result of `stage` for an epoch without a stage: movement or unscored."""

OVERLAP_SECONDS = 0.5
"""Tolerated overlap of two marks, for rounded times; the onset of the later mark takes precedence."""

_ALONE = {
    **dict.fromkeys(("w", "wake", "awake", "n0"), "W"),
    **dict.fromkeys(("n1", "nrem1"), "N1"),
    **dict.fromkeys(("n2", "nrem2"), "N2"),
    **dict.fromkeys(("n3", "nrem3", "n4", "nrem4"), "N3"),
    **dict.fromkeys(("r", "rem"), "REM"),
    **dict.fromkeys(("?", "unscored", "movement time"), UNSCORED),
}
_NAMED = {
    **_ALONE,
    **dict.fromkeys(("0", "s0"), "W"),
    **dict.fromkeys(("1", "s1"), "N1"),
    **dict.fromkeys(("2", "s2"), "N2"),
    **dict.fromkeys(("3", "s3", "4", "s4"), "N3"),
    **dict.fromkeys(("u", "unknown", "undefined", "m", "mt", "movement", "artifact", "n/a"), UNSCORED),
}
"""Prefix of a label: a number on its own is not a stage, but "stage 1" is."""

_PREFIX = re.compile(r"(?:sleep )?(?:stage )?(?=.)")

logger = logging.getLogger(__name__)


def stage(label: str) -> str | None:
    """Return the stage that a label of a hypnogram stands for.

    Parameters
    ----------
    label : str
        "Sleep stage W", "Sleep stage 4" (Rechtschaffen and Kales; 3 and 4 are N3), "N2", "R", "sleep_wake",
        "SLEEP-S2", "NREM 3", "Movement time", "Sleep stage ?" ...

    Returns
    -------
    str or None
        W, N1, N2, N3 or REM; `UNSCORED`; None if the label does not belong to a hypnogram.
    """
    words = re.sub(r"[\s_:-]+", " ", label.casefold()).strip()
    prefix = _PREFIX.match(words)
    rest = words[prefix.end() :] if prefix else words
    return (_ALONE if rest == words else _NAMED).get(re.sub(r"^(n|s|nrem) (?=\d$)", r"\1", rest))


def stages(marks: Iterable[Event], *, seconds: float, source: str) -> tuple[Event, ...]:
    """Return the sleep stages of a hypnogram, with adjacent spans of one stage merged.

    Parameters
    ----------
    marks : iterable of Event
        Marks of the hypnogram, in any spelling that `stage` recognises.
    seconds : float
        Duration of the recording; later parts of the hypnogram are ignored.
    source : str
        File with the marks, for messages.

    Returns
    -------
    tuple of Event
        Labelled with names of `SleepStage`, in order; time without a label is unscored.

    Raises
    ------
    RecordingError
        If a mark does not belong to a hypnogram, or two stages overlap.
    """
    found: list[Event] = []
    unscored = 0.0
    for mark in sorted(marks):
        name, offset = _known(mark, source), min(mark.offset, seconds)
        if mark.onset >= offset:
            continue
        if name == UNSCORED:
            unscored += offset - mark.onset
        else:
            _add(found, Event(mark.onset, offset, name), source)
    if unscored:
        logger.info("%s: %g s are movement or unscored and have no stage", source, unscored)
    return tuple(found)


def near_sleep(found: Sequence[Event], wake_minutes: float | None) -> tuple[Event, ...]:
    """Remove the wake that is more than some minutes before the first or after the last sleep.

    Parameters
    ----------
    found : sequence of Event
        Of `stages`.
    wake_minutes : float or None
        None keeps all wake.

    Returns
    -------
    tuple of Event
        Wake between two periods of sleep stays. A night without sleep is unchanged, with a warning.
    """
    asleep = [span for span in found if span.label != "W"]
    if wake_minutes is None:
        return tuple(found)
    if not asleep:
        logger.warning("the hypnogram has no sleep: all wake is kept")
        return tuple(found)
    begin, end = asleep[0].onset - 60 * wake_minutes, asleep[-1].offset + 60 * wake_minutes
    clipped = [(max(span.onset, begin), min(span.offset, end), span.label) for span in found]
    return tuple(Event(onset, offset, label) for onset, offset, label in clipped if onset < offset)


def _known(mark: Event, source: str) -> str:
    name = stage(mark.label)
    if name is None:
        raise RecordingError(
            f"{source}: {mark.label!a} at {mark.onset:g} s is not a sleep stage; write W, N1, N2, N3, REM, or"
            " 'Sleep stage' and one of W, 1, 2, 3, 4, R, ?"
        )
    return name


def _add(found: list[Event], span: Event, source: str) -> None:
    last = found[-1] if found else None
    if last is None or last.offset < span.onset:
        found.append(span)
    elif last.label == span.label:
        found[-1] = Event(last.onset, max(last.offset, span.offset), span.label)
    elif last.onset < span.onset and last.offset - span.onset <= OVERLAP_SECONDS:
        found[-1] = Event(last.onset, span.onset, last.label)
        found.append(span)
    else:
        raise RecordingError(
            f"{source}: {last.label} until {last.offset:g} s and {span.label} from {span.onset:g} s overlap;"
            " keep one scorer's stages"
        )
