"""Scores of two baseline detectors on the same folds, which a model must exceed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bandmap.files.events import read_events
from bandmap.files.harmonized import open_recording
from bandmap.score import Scored, postprocess
from bandmap.score.baselines import LineLengths, fit_line_length, measured
from bandmap.vocabulary.labels import seizure_labels
from bandmap.vocabulary.recording import Event

if TYPE_CHECKING:
    from bandmap.train.schemes import Manifest

Row = Mapping[str, str]
Known = Mapping[tuple[str, str], tuple[LineLengths, Sequence[Event]]]


def line_lengths(
    recordings: Sequence[Row], harmonized: Sequence[str], reference: Sequence[str], cutting: Mapping[str, float]
) -> Known:
    """Measure recordings and read their events.

    Parameters
    ----------
    recordings : sequence of mapping
        `dataset`, `recording`.
    harmonized, reference : sequence of str
        Files of the recordings and tables of their events, in the same order.
    cutting : mapping
        Section `windows` of the settings.
    """
    found = {}
    for row, path, events in zip(recordings, harmonized, reference, strict=True):
        with open_recording(path) as recording:
            lengths = measured(
                recording.microvolts,
                recording.rate_hz,
                length_seconds=cutting["length_seconds"],
                step_seconds=cutting["step_seconds"],
            )
        found[row["dataset"], row["recording"]] = (lengths, read_events(events))
    return found


def detect(
    known: Known,
    manifest: "Manifest",
    frozen: Sequence[Row],
    tested: Sequence[Row],
    cutting: Mapping[str, float],
    postprocessing: Mapping[str, Any],
) -> list[Scored]:
    """Return the detections of the line-length detector in tested recordings.

    The threshold of a recording is chosen on the training and validation recordings of the fold that tests it; for a
    new subject, which is in no fold, on those of all folds.

    Parameters
    ----------
    known : mapping
        Result of `line_lengths`.
    manifest : Manifest
    frozen, tested : sequence of mapping
        `dataset`, `subject`, `recording`: recordings from which the folds were made, and recordings to test.
    cutting, postprocessing : mapping
        Sections of the settings.
    """
    there = {_key(row) for row in frozen}
    detectors = {}
    for fold in dict.fromkeys(manifest.testing(row) for row in tested):
        learned = frozen if fold is None else manifest.members(fold, "train", "validation")
        pairs = [known[_key(row)] for row in learned if _key(row) in there]
        detectors[fold] = fit_line_length(pairs, **postprocessing)
    members = []
    for row in tested:
        detector, (lengths, events) = detectors[manifest.testing(row)], known[_key(row)]
        predicted = detector.predict(lengths)
        found, _ = postprocess(predicted, **{**postprocessing, "threshold": detector.threshold.value})
        labels = _labels(lengths, events, cutting)
        members.append(Scored(row["dataset"], row["subject"], events, found, predicted, labels))
    return members


def _key(row: Row) -> tuple[str, str]:
    return row["dataset"], row["recording"]


def _labels(lengths: LineLengths, events: Sequence[Event], cutting: Mapping[str, float]) -> Any:
    """Return the classes of windows, with edges rounded to a millisecond."""
    starts = np.round((lengths.centres_seconds - cutting["length_seconds"] / 2) * 1000).astype(np.int64)
    length = round(cutting["length_seconds"] * 1000)
    return seizure_labels(starts, length, 1000.0, events, seizure_overlap=cutting["seizure_overlap"])
