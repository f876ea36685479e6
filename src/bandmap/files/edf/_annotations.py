"""Time-stamped annotation lists (TALs) of EDF+ and BDF+."""

import math
import re
from collections.abc import Iterable

from bandmap.files.edf._header import text
from bandmap.vocabulary.recording import Event

_TAL = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15(\d+(?:\.\d*)?))?\x14([^\x00]*)\x14\x00")
_RECORD_ONSET = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15[^\x14\x00]*)?\x14\x14")


def record_onset(record: bytes) -> float | None:
    """Return the start time of a record in seconds, from its first annotation, which has no text."""
    found = _RECORD_ONSET.match(record)
    onset = float(found[1]) if found else math.inf
    return onset if math.isfinite(onset) else None


def events(records: Iterable[bytes], *, start: float) -> tuple[Event, ...]:
    """Return the annotations with a duration, sorted by onset.

    Parameters
    ----------
    records : iterable of bytes
        The annotation signal's bytes in each record.
    start : float
        The second of the first sample on the annotations' clock.

    Returns
    -------
    tuple of Event
        Seconds from the first sample; earlier parts are cut off.
    """
    found: list[Event] = []
    for tal in _TAL.finditer(b"\x00".join(records) + b"\x00"):
        onset, duration = float(tal[1]) - start, float(tal[2] or 0)
        labels = [text(label) for label in tal[3].split(b"\x14") if label]
        if math.inf > onset + duration > max(onset, 0.0):
            found.extend(Event(max(onset, 0.0), onset + duration, label) for label in labels)
    return tuple(sorted(found))
