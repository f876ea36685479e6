"""A reviewer's verdicts on the events of a recording. No files."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from bandmap.vocabulary import event_types
from bandmap.vocabulary.recording import Event, RecordingError, SleepStage
from bandmap.vocabulary.spans import Spans

VERDICTS = ("accepted", "rejected", "moved", "added")
"""Accepted as proposed; rejected: there is no event; moved: with other ends or another type; added by the reviewer."""

LONGEST_INITIALS, LONGEST_COMMENT, MOST_MARKS = 20, 2000, 20_000
"""Limits of a review: characters, and number of marks."""


@dataclass(frozen=True)
class Mark:
    """A verdict on a stretch of a recording.

    Attributes
    ----------
    event : Event
        What the reviewer says is there; of a rejected event, what was proposed.
    verdict : str
        One of `VERDICTS`.
    comment : str
        Any text.
    source : str
        Who proposed the event: the name of a model, "reference", or "" for an added one.
    proposed : Event or None
        The event as it was proposed.
    confidence : float or None
        Of the proposal.

    Raises
    ------
    RecordingError
        If the verdict or the type of the event is not known, or a text is too long.
    """

    event: Event
    verdict: str
    comment: str = ""
    source: str = ""
    proposed: Event | None = None
    confidence: float | None = None

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise RecordingError(f"the verdict {self.verdict[:40]!a} is not known; use {', '.join(VERDICTS)}")
        if len(self.comment) > LONGEST_COMMENT or len(self.source) > 200:
            raise RecordingError(f"a comment has more than {LONGEST_COMMENT} characters; shorten it")
        if any("\ud800" <= letter <= "\udfff" for letter in self.comment + self.source):
            raise RecordingError("a comment is not valid text; type it again")
        if (self.verdict == "added") != (self.proposed is None):
            raise RecordingError(f"an event that is {self.verdict} {'has' if self.proposed else 'needs'} a proposal")
        for event in (self.event, *([self.proposed] if self.proposed else [])):
            known_type(event.label)

    @property
    def counts(self) -> bool:
        """Whether the reviewer says that there is an event."""
        return self.verdict != "rejected"


@dataclass(frozen=True)
class Review:
    """The verdicts of one reviewer on one recording.

    Attributes
    ----------
    reviewer : str
        Initials.
    seconds : float
        Duration of the recording.
    marks : tuple of Mark
    reviewed : Spans
        Time that the reviewer has looked at: what is not marked there is background. Other time says nothing.
    """

    reviewer: str
    seconds: float
    marks: tuple[Mark, ...] = ()
    reviewed: Spans = ()

    def __post_init__(self) -> None:
        check_initials(self.reviewer)
        if len(self.marks) > MOST_MARKS or len(self.reviewed) > MOST_MARKS:
            raise RecordingError(f"a review has at most {MOST_MARKS} marks; {len(self.marks)} were given")
        ends = [mark.event.offset for mark in self.marks] + [stop for _, stop in self.reviewed]
        if ends and max(ends) > self.seconds + 1:
            raise RecordingError(f"a mark ends at {max(ends):g} s, the recording at {self.seconds:g} s; move its end")


def check_initials(initials: str) -> None:
    """Raise RecordingError unless initials are short printable text."""
    if not 1 <= len(initials.strip()) <= LONGEST_INITIALS or not initials.isprintable():
        raise RecordingError(f"initials are 1 to {LONGEST_INITIALS} printable characters; {initials[:40]!a} are not")


def folder_of(initials: str) -> str:
    """Return the name of a reviewer's folder: letters and digits, and a checksum that tells similar initials apart.

    Nothing of the initials but the letters a to z and digits becomes part of a path.
    """
    check_initials(initials)
    text = unicodedata.normalize("NFC", initials.strip())
    plain = re.sub(r"[^a-z0-9]", "", text.casefold())[:8] or "reviewer"
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def known_type(label: str) -> str:
    """Return the type of an event as it is written: SzCORE's seizure, a sleep stage, or another known type.

    Raises
    ------
    RecordingError
        If the type is not known.
    """
    seizure = event_types.seizure_type(label)
    if seizure is None and not (label in SleepStage.__members__ or event_types.is_other(label)):
        near = event_types.nearest(label)
        raise RecordingError(f"the event type {label[:40]!a} is not known; {f'use {near}' if near else 'write sz'}")
    return seizure or label
