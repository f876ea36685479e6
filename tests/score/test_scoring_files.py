"""Tables of events as SzCORE's evaluation reads them: the numbers it would give are ours."""

import re
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timescoring.annotations import Annotation
from timescoring.scoring import EventScoring

from bandmap.files.events import read_duration, read_events, write_events
from bandmap.score.detection import Predicted, postprocess
from bandmap.score.events import event_scores, same_duration
from bandmap.vocabulary.recording import Event, RecordingError

ROW = re.compile(
    r"\d+\.\d\d\t\d+\.\d\d\t(bckg|sz(_[A-Za-z_]+)?)\t(n/a|[01]\.\d\d)\tn/a\t"
    r"(n/a|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\t\d+\.\d\d"
)


def sz(*pairs):
    return tuple(Event(onset, offset, "sz") for onset, offset in pairs)


@pytest.fixture(scope="module")
def epilepsy2bids():
    """The reader of szcore-evaluation."""
    return pytest.importorskip("epilepsy2bids.annotations")


def theirs(reader, reference, hypothesis):
    """Return what szcore-evaluation counts in two tables: it reads masks of one hertz and scores them as they are."""
    masks = [reader.Annotations.loadTsv(str(path)).getMask(1) for path in (reference, hypothesis)]
    return EventScoring(*(Annotation(mask, 1) for mask in masks))


@pytest.mark.parametrize("events", [(), sz((1, 2.345)), (Event(1, 2, "sz_foc_a_m_tonic"), Event(5.006, 6, "sz"))])
@pytest.mark.parametrize("start", [None, datetime(2001, 2, 3, 4, 5, 6)])
def test_header_and_rows_have_the_spelling_of_the_benchmark(tmp_path, events, start):
    write_events(tmp_path / "e.tsv", events, recording_seconds=60.5, confidences=[0.5] * len(events), start=start)
    header, *rows = (tmp_path / "e.tsv").read_text().splitlines()
    assert header == "onset\tduration\teventType\tconfidence\tchannels\tdateTime\trecordingDuration"
    assert len(rows) == max(1, len(events))
    assert all(ROW.fullmatch(row) for row in rows)


PAIRS = st.lists(st.tuples(st.integers(0, 350_000), st.integers(50, 60_000)), max_size=6)


@given(PAIRS, PAIRS)
@settings(max_examples=30)
def test_the_evaluation_of_our_tables_gives_our_counts(tmp_path, epilepsy2bids, reference, hypothesis):
    sides = []
    for name, pairs in (("reference.tsv", reference), ("hypothesis.tsv", hypothesis)):
        events = sz(*((a / 100, min(3600, (a + b) / 100)) for a, b in pairs if a < 360_000))
        write_events(tmp_path / name, events, recording_seconds=3600, confidences=[0.5] * len(events))
        sides.append(read_events(tmp_path / name))
    counted = theirs(epilepsy2bids, tmp_path / "reference.tsv", tmp_path / "hypothesis.tsv")
    ours = event_scores(*sides, 3600)
    assert (ours.reference, ours.true_positives, ours.false_positives) == (counted.refTrue, counted.tp, counted.fp)


def test_a_table_of_detections_is_read_back_as_written(tmp_path, epilepsy2bids):
    predicted = Predicted(np.array([0.1, 0.9, 0.8, 0.1]), np.array([2.0, 3, 4, 5]), 1.0, 60.25)
    events, confidences = postprocess(predicted, threshold=0.5)
    write_events(tmp_path / "e.tsv", events, recording_seconds=60.25, confidences=confidences)
    (row,) = epilepsy2bids.Annotations.loadTsv(str(tmp_path / "e.tsv")).events
    assert (row["onset"], row["duration"], row["eventType"].value) == (2.5, 2, "sz")
    assert (row["confidence"], row["recordingDuration"]) == (0.85, 60.25)


def test_a_recording_without_detections_is_read_as_background_of_its_length(tmp_path, epilepsy2bids):
    write_events(tmp_path / "e.tsv", (), recording_seconds=60)
    mask = epilepsy2bids.Annotations.loadTsv(str(tmp_path / "e.tsv")).getMask(1)
    assert (len(mask), mask.sum()) == (60, 0)


def test_the_hyphen_of_the_website_breaks_the_evaluation_and_our_tables_do_not(tmp_path, epilepsy2bids):
    header = "onset\tduration\teventType\tconfidence\tchannels\tdateTime\trecordingDuration\n"
    (tmp_path / "a.tsv").write_text(f"{header}1.00\t2.00\tsz-foc\tn/a\tn/a\tn/a\t60.00\n")
    with pytest.raises(AttributeError):
        epilepsy2bids.Annotations.loadTsv(str(tmp_path / "a.tsv")).getEvents()
    write_events(tmp_path / "b.tsv", read_events(tmp_path / "a.tsv"), recording_seconds=60)
    assert epilepsy2bids.Annotations.loadTsv(str(tmp_path / "b.tsv")).getEvents() == [(1, 3)]


def test_a_table_with_a_header_only_has_no_duration_and_is_refused(tmp_path):
    """The benchmark takes it for a recording without a detection."""
    (tmp_path / "e.tsv").write_text("onset\tduration\teventType\tconfidence\tchannels\tdateTime\trecordingDuration\n")
    with pytest.raises(RecordingError, match="no row states the recording's duration"):
        read_duration(tmp_path / "e.tsv")


def test_a_missing_table_is_refused(tmp_path):
    """The benchmark takes it for a recording without a detection."""
    with pytest.raises(RecordingError, match="there is no such file"):
        read_events(tmp_path / "e.tsv")


def test_tables_that_the_benchmark_would_ignore_are_refused(tmp_path):
    for name, seconds in (("reference.tsv", 3600), ("hypothesis.tsv", 3599)):
        write_events(tmp_path / name, (), recording_seconds=seconds)
    durations = [read_duration(tmp_path / name) for name in ("reference.tsv", "hypothesis.tsv")]
    with pytest.raises(ValueError, match="the same recordingDuration"):
        same_duration(*durations, "chb01_03")
