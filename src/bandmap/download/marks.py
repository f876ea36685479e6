"""Marks in a recording: seizures from a table, and a check that they are within the recording. No files."""

import logging
from collections.abc import Sequence

from bandmap.vocabulary.recording import Event, RecordingError

END_TOLERANCE_SECONDS = 1.0
"""Tolerance at the end of a recording, because events may be rounded to a second."""

logger = logging.getLogger(__name__)


def seizures(text: str) -> tuple[Event, ...]:
    """Parse seizures of a table: "<onset>-<offset>" in seconds from the start, separated by commas, or "n/a"."""
    spans = [] if text == "n/a" else [span.split("-") for span in text.split(",")]
    return tuple(Event(float(onset), float(offset), "sz") for onset, offset in spans)


def inside(events: Sequence[Event], seconds: float, source: str) -> tuple[Event, ...]:
    """Return events clipped to the recording.

    Parameters
    ----------
    events : sequence of Event
    seconds : float
        Duration of the recording.
    source : str
        File with the marks, for messages.

    Raises
    ------
    RecordingError
        If an event is outside the recording by more than a second.
    """
    for event in events:
        if event.onset >= seconds or event.offset > seconds + END_TOLERANCE_SECONDS:
            raise RecordingError(
                f"{source}: the event '{event.label}' from {event.onset:g} s to {event.offset:g} s is outside the"
                f" recording of {seconds:g} s; correct the event, or fetch the whole recording"
            )
        if event.offset > seconds:
            logger.warning("%s: the event at %g s is clipped to the end of the recording", source, event.onset)
    return tuple(Event(event.onset, min(event.offset, seconds), event.label) for event in events)
