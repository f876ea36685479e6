"""Hypnograms: stages of sleep, in every usual spelling, become spans of AASM's five stages. No files."""

import logging
import re
from collections.abc import Iterable, Sequence

from bandmap.vocabulary.recording import Event, RecordingError

UNSCORED = "unscored"
"""What `stage` says of an epoch of a hypnogram that has no stage: movement, or nothing to be scored."""

OVERLAP_SECONDS = 0.5
"""By how much two marks may overlap, as rounded times do; the later begins where it says."""

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
"""What may follow "sleep" or "stage": a number alone is no stage, "stage 1" is one."""

_PREFIX = re.compile(r"(?:sleep )?(?:stage )?(?=.)")

logger = logging.getLogger(__name__)


def stage(label: str) -> str | None:
    """Return what a mark of a hypnogram says.

    Parameters
    ----------
    label : str
        "Sleep stage W", "Sleep stage 4" (Rechtschaffen and Kales; 3 and 4 are N3), "N2", "R", "sleep_wake",
        "SLEEP-S2", "NREM 3", "Movement time", "Sleep stage ?" ...

    Returns
    -------
    str or None
        W, N1, N2, N3 or REM; `UNSCORED`; None if the label is none of a hypnogram.
    """
    words = re.sub(r"[\s_:-]+", " ", label.casefold()).strip()
    prefix = _PREFIX.match(words)
    rest = words[prefix.end() :] if prefix else words
    return (_ALONE if rest == words else _NAMED).get(re.sub(r"^(n|s|nrem) (?=\d$)", r"\1", rest))


def stages(marks: Iterable[Event], *, seconds: float, source: str) -> tuple[Event, ...]:
    """Return the stages of sleep that a hypnogram marks, neighbours of one stage joined.

    Parameters
    ----------
    marks : iterable of Event
        Of the hypnogram, in any spelling that `stage` knows.
    seconds : float
        Length of the recording; what a hypnogram says of the time after it does not count.
    source : str
        File that holds the marks, for messages.

    Returns
    -------
    tuple of Event
        Labelled with names of `SleepStage`, in order; time without one is not scored.

    Raises
    ------
    RecordingError
        If a mark is none of a hypnogram, or two stages are marked for one time.
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
        logger.info("%s: %g s are movement or not scored, and have no stage", source, unscored)
    return tuple(found)


def near_sleep(found: Sequence[Event], wake_minutes: float | None) -> tuple[Event, ...]:
    """Return stages without the wake that is further than some minutes before the first or after the last sleep.

    Parameters
    ----------
    found : sequence of Event
        Of `stages`.
    wake_minutes : float or None
        None keeps all wake.

    Returns
    -------
    tuple of Event
        Wake between two stretches of sleep stays, however long. A night without sleep stays as it is, with a warning.
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
            f"{source}: {mark.label!a} at {mark.onset:g} s is no stage of sleep; write W, N1, N2, N3, REM, or"
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
