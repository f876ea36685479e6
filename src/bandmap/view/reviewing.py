"""Reviews as the page of a recording sends and reads them: JSON, with a revision that keeps two tabs apart."""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bandmap.files.reviewed import ENDING, ConflictError, path_of, read_review, revision_of, write_review
from bandmap.vocabulary.recording import Event, RecordingError
from bandmap.vocabulary.review import Mark, Review, folder_of, known_type
from bandmap.vocabulary.spans import joined

LARGEST_BODY = 4 * 2**20
"""Maximum number of bytes of a review that is sent."""

Answer = tuple[HTTPStatus, dict[str, Any]]
"""Status and JSON of an answer: `revision` of what is stored, or `error`, one line."""


def reviews_of(folder: str | Path, dataset: str, recording: str) -> list[dict[str, Any]]:
    """Return the reviews of a recording, one for each reviewer.

    Parameters
    ----------
    folder : path-like
        `reviewed` of the results.
    dataset, recording : str

    Returns
    -------
    list of dict
        reviewer, revision, marks and reviewed, as `save` takes them; of a file that is damaged, `file` and `error`.
    """
    path_of(folder, dataset, recording, "any")  # refuses names that leave the folder
    found = []
    for path in sorted(Path(folder).glob(f"*/{dataset}/{recording}{ENDING}")):
        try:
            revision = revision_of(path)
            found.append({**as_document(read_review(path)), "revision": revision})
        except RecordingError as error:
            found.append({"file": path.parent.parent.name, "error": str(error)})
    return found


def save(
    folder: str | Path, dataset: str, recording: str, body: bytes, *, revision: str | None, seconds: float
) -> Answer:
    """Store a review, whole or not at all.

    Parameters
    ----------
    folder, dataset, recording
        As in `reviews_of`.
    body : bytes
        JSON: reviewer, marks (onset, offset, type, verdict, comment, source, proposed, confidence) and reviewed (pairs
        of seconds).
    revision : str or None
        Revision that was changed, the header `If-Match`; `NO_REVISION` for a new review.
    seconds : float
        Duration of the recording.

    Returns
    -------
    Answer
        200 with the new revision; 400 if it is no review; 412 with the stored revision if it was changed elsewhere;
        413 if it is too large; 428 without a revision.
    """
    if len(body) > LARGEST_BODY:
        return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a review has at most {LARGEST_BODY:,} bytes")
    if revision is None:
        return _refused(HTTPStatus.PRECONDITION_REQUIRED, "send the revision that was changed in If-Match")
    try:
        review = from_document(json.loads(body), seconds=seconds)
        path = path_of(folder, dataset, recording, review.reviewer)
        stored = write_review(path, review, revision=revision)
    except ConflictError as error:
        status, answer = _refused(HTTPStatus.PRECONDITION_FAILED, str(error))
        return status, {**answer, "revision": revision_of(path)}
    except (RecursionError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        return _refused(HTTPStatus.BAD_REQUEST, f"not a review: {reason:.300}")
    except OSError as error:
        return _refused(HTTPStatus.INTERNAL_SERVER_ERROR, f"the review cannot be written ({error.strerror})")
    return HTTPStatus.OK, {"revision": stored}


def as_document(review: Review) -> dict[str, Any]:
    """Return a review as JSON."""
    return {
        "reviewer": review.reviewer,
        "file": folder_of(review.reviewer),
        "marks": [
            {
                **_event(mark.event),
                "verdict": mark.verdict,
                "comment": mark.comment,
                "source": mark.source,
                "proposed": None if mark.proposed is None else _event(mark.proposed),
                "confidence": mark.confidence,
            }
            for mark in review.marks
        ],
        "reviewed": [list(span) for span in review.reviewed],
    }


def from_document(document: Mapping[str, Any], *, seconds: float) -> Review:
    """Return the review of a JSON document.

    Raises
    ------
    ValueError, TypeError, KeyError, AttributeError
        If the document is not a review.
    """
    spans = [(_number(start), _number(stop)) for start, stop in document["reviewed"]]
    if any(not 0 <= start < stop <= seconds + 1 for start, stop in spans):
        raise RecordingError(f"reviewed time lies between 0 and {seconds:g} s")
    marks = tuple(_mark(mark, seconds) for mark in document["marks"])
    return Review(
        _text(document["reviewer"]).strip(),
        seconds,
        marks,
        joined((start, min(stop, seconds)) for start, stop in spans),
    )


def _mark(mark: Mapping[str, Any], seconds: float) -> Mark:
    proposed, confidence = mark.get("proposed"), mark.get("confidence")
    return Mark(
        _read(mark, seconds),
        _text(mark["verdict"]),
        _text(mark.get("comment", "")).strip(),
        _text(mark.get("source", "")).strip(),
        None if proposed is None else _read(proposed, seconds),
        None if confidence is None else _number(confidence),
    )


def _read(event: Mapping[str, Any], seconds: float) -> Event:
    onset, offset = _number(event["onset"]), _number(event["offset"])
    if offset > seconds + 1:
        raise RecordingError(f"an event ends at {offset:g} s, the recording at {seconds:g} s; move its end")
    return Event(onset, min(offset, seconds), known_type(_text(event["type"])))


def _event(event: Event) -> dict[str, Any]:
    return {"onset": event.onset, "offset": event.offset, "type": event.label}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError(f"{value!a:.40} is not a number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!a:.40} is not text")
    return value


def _refused(status: HTTPStatus, line: str) -> Answer:
    return status, {"error": line}
