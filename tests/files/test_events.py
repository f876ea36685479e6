"""Events files: what goes in comes out, and wrong files are named with a remedy."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.files.events import read_duration, read_events, write_events
from bandmap.vocabulary.recording import Event, RecordingError

HEADER = "onset\tduration\teventType\tconfidence\tchannels\tdateTime\trecordingDuration\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "a_events.tsv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_events_are_read_back_as_written(tmp_path):
    events = (Event(3.25, 10.5, "sz"), Event(20.0, 41.0, "sz_foc_a"))
    write_events(tmp_path / "e.tsv", events[::-1], recording_seconds=60, confidences=[0.5, 0.25])
    assert read_events(tmp_path / "e.tsv") == events
    assert read_duration(tmp_path / "e.tsv") == 60


def test_confidences_are_sorted_with_their_events(tmp_path):
    write_events(
        tmp_path / "e.tsv", [Event(20, 30, "sz"), Event(1, 2, "sz")], recording_seconds=60, confidences=[0.9, 0.1]
    )
    lines = (tmp_path / "e.tsv").read_text().splitlines()
    assert [line.split("\t")[:4] for line in lines[1:]] == [
        ["1.00", "1.00", "sz", "0.10"],
        ["20.00", "10.00", "sz", "0.90"],
    ]


def test_a_recording_without_events_is_one_row_of_background(tmp_path):
    write_events(tmp_path / "e.tsv", [], recording_seconds=12.5, start=datetime(2001, 1, 1))
    row = "0.00\t12.50\tbckg\tn/a\tn/a\t2001-01-01 00:00:00\t12.50\n"
    assert (tmp_path / "e.tsv").read_text() == HEADER + row
    assert read_events(tmp_path / "e.tsv") == ()


def test_adjacent_events_stay_adjacent(tmp_path):
    write_events(tmp_path / "e.tsv", [Event(0.004, 1.006, "sz"), Event(1.006, 1.007, "sz")], recording_seconds=9)
    first, second = read_events(tmp_path / "e.tsv")
    assert first.offset == pytest.approx(second.onset)


def test_an_event_after_the_end_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="the recording at 10 s"):
        write_events(tmp_path / "e.tsv", [Event(5, 11, "sz")], recording_seconds=10)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("spelling", "label"),
    [
        ("SZ", "sz"),
        ("seizure", "sz"),
        ("SZ-foc", "sz_foc"),
        ("sz_gen_m_tonicClonic", "sz_gen_m_tonicClonic"),
        ("sz_foc_ia_um", "sz_foc_ia_um"),
        ("fnsz", "sz_foc"),
        ("MYSZ", "sz_gen_nm_myoclonic"),
        ("FBTCS", "sz_foc_f2b"),
        ("eyem_musc", "eyem_musc"),
        ("N2", "N2"),
        ("artifact", "artifact"),
    ],
)
def test_bids_columns_and_spellings_are_understood(tmp_path, spelling, label):
    path = written(tmp_path, f"onset\tduration\ttrial_type\r\n1\t2\t{spelling}\r\n\r\n")
    assert read_events(path) == (Event(1, 3, label),)


@pytest.mark.parametrize(("wrong", "meant"), [("szr", "sz"), ("seizures", "seizure"), ("fsz", "fnsz"), ("SZ1", "sz")])
def test_an_unknown_event_type_is_refused_and_not_background(tmp_path, wrong, meant):
    path = written(tmp_path, f"onset\tduration\teventType\n0\t9\tbckg\n1\t2\t{wrong}\n")
    with pytest.raises(RecordingError) as caught:
        read_events(path)
    text = f"{path}: line 3: the event type '{wrong}' is not known; did you mean '{meant}'?"
    assert str(caught.value) == f"{text} If it is not a seizure, add it to the data set's option 'ignore'"
    assert read_events(path, ignore=[wrong]) == ()


@pytest.mark.parametrize("label", ["Seizure onset", "ictal start", "sz begin", "szr"])
def test_a_marker_that_may_mean_a_seizure_is_refused(tmp_path, label):
    with pytest.raises(RecordingError, match=r"line 2: the event type .* is not known"):
        read_events(written(tmp_path, f"onset\tduration\ttrial_type\n1\tn/a\t{label}\n"))


@pytest.mark.parametrize("label", ["bckg", "Background", "interictal", "null"])
def test_background_is_not_an_event(tmp_path, label):
    assert read_events(written(tmp_path, f"onset\tduration\teventType\n0\t9\t{label}\n")) == ()


def test_markers_are_not_events_but_seizures_without_duration_are_an_error(tmp_path):
    assert read_events(written(tmp_path, "onset\tduration\ttrial_type\n1\tn/a\tbutton\n2\t0\tflash\n")) == ()
    with pytest.raises(RecordingError, match="line 2: event 'sz' runs from 1"):
        read_events(written(tmp_path, "onset\tduration\ttrial_type\n1\t0\tsz\n"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "line 1: the header is ''"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"a\tb\n1\t2\n", "line 1: the header is"),
        (b"onset\tduration\n1\t2\n", "line 1: there is no eventType or trial_type"),
        (b"onset\tduration\teventType\n1\t2\n", "line 2: 2 fields under 3 columns"),
        (b"onset\tduration\teventType\n\nx\t2\tsz\n", "line 3: onset is 'x'"),
        (b"onset\tduration\teventType\nnan\t2\tsz\n", "line 2: onset is 'nan'"),
        (b"onset\tduration\teventType\n1\tinf\tsz\n", "line 2: duration is 'inf'"),
        (b"onset\tduration\teventType\n-1\t5\tsz\n", "line 2: event 'sz' runs from -1.0 s"),
        (b"onset\tduration\teventType\n1\t2\t\x1b[31m\n", r"line 2: eventType is '\x1b[31m'"),
    ],
)
def test_a_wrong_file_is_named_in_one_line_with_its_line(tmp_path, content, problem):
    path = written(tmp_path, content)
    with pytest.raises(RecordingError) as caught:
        read_events(path)
    message = str(caught.value)
    assert problem in message
    assert message.startswith(f"{path}: ")
    assert ";" in message
    assert message.isprintable()


@pytest.mark.parametrize("rows", ["", "0\t9\tbckg\tn/a\tn/a\tn/a\tn/a\n", "1\t2\tsz\t\t\t\t9\n3\t4\tsz\t\t\t\t8\n"])
def test_a_missing_or_contradictory_duration_is_an_error(tmp_path, rows):
    with pytest.raises(RecordingError, match="uration"):
        read_duration(written(tmp_path, HEADER + rows))


def test_a_missing_file_is_named_in_the_error(tmp_path):
    with pytest.raises(RecordingError, match="there is no such file"):
        read_events(tmp_path / "none.tsv")


@settings(max_examples=100)
@given(text=st.text(alphabet=st.sampled_from("onsetduriTyp_\t\n\r0123456789.-n/asz\x00\u2028é'\"%{"), max_size=80))
def test_hostile_text_is_read_or_a_recording_error(tmp_path, text):
    path = written(tmp_path, "onset\tduration\teventType\n" + text)
    try:
        text = [event.label for event in read_events(path)]
    except RecordingError as error:
        text = [str(error)]
    assert all(text.isprintable() for text in text)
