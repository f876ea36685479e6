"""A review is a SzCORE table that every reader takes, keeps hostile text as text, and overwrites nobody's changes."""

import csv
import threading
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmap.files.events import read_duration, read_events
from bandmap.files.reviewed import (
    NO_REVISION,
    ConflictError,
    decoded,
    encoded,
    path_of,
    read_review,
    read_stretches,
    revision_of,
    write_review,
)
from bandmap.vocabulary.recording import Event, RecordingError
from bandmap.vocabulary.review import Mark, Review, folder_of

HOSTILE = [
    '<img src=x onerror="alert(1)">',
    "tab\tand\nnew line\r\nand \u2028 and \x85",
    "=HYPERLINK(1)",
    "-1+1",
    "100 % \"quoted\" 'twice'",
    "n/a",
    "",
    "\x00\x1b[31m",
    "../../etc/passwd",
    "🧠 é",
]
FOUND = Event(10.0, 20.0, "sz")
MARKS = (
    Mark(FOUND, "accepted", "clear", "model", FOUND, 0.93),
    Mark(Event(30.0, 40.0, "sz"), "rejected", "chewing", "model", Event(30.0, 40.0, "sz"), 0.6),
    Mark(Event(48.0, 61.5, "sz_foc_ia"), "moved", "", "model", Event(50.0, 60.0, "sz")),
    Mark(Event(80.0, 90.0, "sz_gen_m_tonicClonic"), "added"),
)
REVIEW = Review("AB", 120.0, MARKS, ((0.0, 60.0), (70.0, 120.0)))


def test_a_review_is_read_back_as_it_was_written(tmp_path):
    path = tmp_path / "one_events.tsv"
    assert write_review(path, REVIEW, revision=NO_REVISION) == revision_of(path)
    assert read_review(path) == REVIEW
    assert read_stretches(path) == (((0.0, 60.0), (70.0, 120.0)), ())


def test_readers_of_szcore_see_the_events_that_the_reviewer_confirms(tmp_path):
    path = tmp_path / "one_events.tsv"
    write_review(path, REVIEW, revision=NO_REVISION)
    confirmed = (FOUND, Event(48.0, 61.5, "sz_foc_ia"), Event(80.0, 90.0, "sz_gen_m_tonicClonic"))
    assert read_events(path) == confirmed
    assert read_duration(path) == 120.0
    theirs = pytest.importorskip("epilepsy2bids.annotations").Annotations.loadTsv(str(path))
    assert theirs.getMask(1).sum() == 10 + 13 + 10
    assert {event["recordingDuration"] for event in theirs.events} == {120.0}


@pytest.mark.parametrize("comment", HOSTILE)
def test_hostile_comments_stay_one_field_of_one_line(tmp_path, comment):
    path = tmp_path / "one_events.tsv"
    mark = Mark(FOUND, "added", comment)
    write_review(path, Review("AB", 120.0, (mark,)), revision=NO_REVISION)
    assert read_review(path).marks == (mark,)
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) == 2
    (row,) = csv.DictReader(text.splitlines(), delimiter="\t")
    field = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)["comment"][0]
    assert field == row["comment"]
    assert not field.startswith(("=", "+", "-", "@"))
    assert decoded(field) == comment


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_every_text_is_read_back(text):
    field = encoded(text)
    assert decoded(field) == text
    assert not set('\t\n\r"') & set(field)


def test_an_old_revision_is_refused_and_nothing_is_lost(tmp_path):
    path = tmp_path / "one_events.tsv"
    first = write_review(path, REVIEW, revision=NO_REVISION)
    second = write_review(path, Review("AB", 120.0, MARKS[:1]), revision=first)
    with pytest.raises(ConflictError, match=r"changed elsewhere .* load it again") as refused:
        write_review(path, REVIEW, revision=first)
    assert "\n" not in str(refused.value)
    assert revision_of(path) == second
    assert read_review(path).marks == MARKS[:1]
    with pytest.raises(ConflictError):
        write_review(path, REVIEW, revision=NO_REVISION)


def test_of_many_writers_with_one_revision_exactly_one_writes(tmp_path):
    path = tmp_path / "one_events.tsv"
    first = write_review(path, REVIEW, revision=NO_REVISION)
    written, refused = [], []

    def write(number):
        try:
            review = Review("AB", 120.0, (Mark(FOUND, "added", str(number)),))
            written.append((number, write_review(path, review, revision=first)))
        except ConflictError:
            refused.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((number, revision),) = written
    assert len(refused) == 7
    assert revision_of(path) == revision
    assert read_review(path).marks[0].comment == str(number)
    assert [other.name for other in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("initials", ["../../x", "a/b", "..", "A B", "Å", "con", "x" * 20, "🧠", "a\\b", "%2e%2e"])
def test_no_initials_become_a_path(initials):
    path = path_of("reviewed", "mine", "one", initials)
    assert path.parent.parent.parent == Path("reviewed")
    assert folder_of(initials).replace("-", "").isalnum()
    assert folder_of(initials).isascii()


def test_initials_that_look_alike_in_a_path_have_folders_of_their_own():
    assert len({folder_of(initials) for initials in ("AB", "ab", "A.B", "A/B", "Å", "Ä")}) == 6
    assert folder_of("é") == folder_of("e\u0301")  # the same letter, typed in two ways


@pytest.mark.parametrize("initials", ["", "  ", "a\tb", "a\nb", "x" * 21])
def test_no_initials_are_refused_in_one_line(initials):
    with pytest.raises(RecordingError, match="initials are 1 to 20 printable characters"):
        Review(initials, 120.0)


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", ".hidden", "a b", "a\0b"])
def test_no_name_of_a_recording_leaves_the_folder(name):
    with pytest.raises(RecordingError, match="is not the name of a data set or recording"):
        path_of("reviewed", "mine", name, "AB")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("accepted", "perhaps", "line 3: the verdict 'perhaps' is not known"),
        ("0.93", "much", "line 3: could not convert string to float"),
        ("clear", "%FF", "line 3: .*decode"),
        ("sz_foc_ia", "seizur", "the event type 'seizur' is not known; use seizure"),
    ],
)
def test_a_damaged_review_is_one_line_with_file_and_line(tmp_path, old, new, problem):
    path = tmp_path / "one_events.tsv"
    write_review(path, REVIEW, revision=NO_REVISION)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(RecordingError, match=rf"one_events.tsv: .*{problem}") as refused:
        read_review(path)
    assert "\n" not in str(refused.value)


def test_a_table_without_a_reviewer_is_reviewed_as_a_whole(tmp_path):
    path = tmp_path / "one_events.tsv"
    path.write_text("onset\tduration\teventType\trecordingDuration\n10\t5\tsz\t60\n")
    assert read_stretches(path) == (None, ())
