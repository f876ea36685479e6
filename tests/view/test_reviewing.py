"""What a page sends is stored whole or refused in one line, and what is stored comes back."""

import json

import pytest

from bandmap.files.events import read_events
from bandmap.files.reviewed import NO_REVISION
from bandmap.view.reviewing import LARGEST_BODY, reviews_of, save

MARK = {"onset": 10, "offset": 20.5, "type": "fnsz", "verdict": "added", "comment": "<b>\t</b>"}
DOCUMENT = {"reviewer": "AB", "marks": [MARK], "reviewed": [[0, 30], [30, 60]]}


def put(folder, document, revision=NO_REVISION, **names):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    where = {"dataset": "mine", "recording": "one"} | names
    return save(folder / "reviewed", where["dataset"], where["recording"], body, revision=revision, seconds=60.0)


def stored(folder):
    return reviews_of(folder / "reviewed", "mine", "one")


def test_what_is_stored_comes_back_with_its_revision(tmp_path):
    status, answer = put(tmp_path, DOCUMENT)
    (review,) = stored(tmp_path)
    assert status == 200
    assert review["revision"] == answer["revision"]
    assert review["reviewer"] == "AB"
    assert review["reviewed"] == [[0, 60]]
    assert review["marks"] == [
        {**MARK, "type": "sz_foc", "source": "", "proposed": None, "confidence": None},
    ]
    (path,) = (tmp_path / "reviewed").rglob("*.tsv")
    assert [event.label for event in read_events(path)] == ["sz_foc"]


def test_two_reviewers_have_files_of_their_own(tmp_path):
    assert put(tmp_path, DOCUMENT)[0] == 200
    assert put(tmp_path, {**DOCUMENT, "reviewer": "CD", "marks": []})[0] == 200
    assert {review["reviewer"]: len(review["marks"]) for review in stored(tmp_path)} == {"AB": 1, "CD": 0}


def test_a_second_tab_with_an_old_revision_is_refused_and_told_the_new_one(tmp_path):
    first = put(tmp_path, DOCUMENT)[1]["revision"]
    second = put(tmp_path, {**DOCUMENT, "marks": []}, first)[1]["revision"]
    status, answer = put(tmp_path, DOCUMENT, first)
    assert status == 412
    assert answer["revision"] == second
    assert "nothing was overwritten" in answer["error"]
    assert stored(tmp_path)[0]["marks"] == []
    assert put(tmp_path, DOCUMENT, None)[0] == 428


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"{", "Expecting property name"),
        (b"[" * 100_000, "recursion"),
        (b"\xff", "decode"),
        ([], "list indices"),
        ({**DOCUMENT, "reviewer": "a\tb"}, "initials are 1 to 20"),
        ({**DOCUMENT, "reviewer": 5}, "5 is not text"),
        ({"reviewer": "AB", "marks": []}, "there is no 'reviewed'"),
        ({**DOCUMENT, "reviewed": [[30, 10]]}, "reviewed time lies between 0 and 60 s"),
        ({**DOCUMENT, "reviewed": [[0, 1e9]]}, "reviewed time lies between 0 and 60 s"),
        ({**DOCUMENT, "marks": [{**MARK, "offset": 5}]}, "runs from 10.0 s to 5.0 s"),
        ({**DOCUMENT, "marks": [{**MARK, "offset": 500}]}, "an event ends at 500 s, the recording at 60 s"),
        ({**DOCUMENT, "marks": [{**MARK, "onset": float("nan")}]}, "nan is not a number"),
        ({**DOCUMENT, "marks": [{**MARK, "onset": "10"}]}, "'10' is not a number"),
        ({**DOCUMENT, "marks": [{**MARK, "type": "seizur"}]}, "the event type 'seizur' is not known; use seizure"),
        ({**DOCUMENT, "marks": [{**MARK, "verdict": "accepted"}]}, "needs a proposal"),
        ({**DOCUMENT, "marks": [{**MARK, "comment": "x" * 2001}]}, "more than 2000 characters"),
        ({**DOCUMENT, "marks": [{**MARK, "comment": "\ud800"}]}, "not valid text"),
        ({**DOCUMENT, "marks": [MARK] * 20_001}, "at most 20000 marks"),
    ],
)
def test_what_is_no_review_is_refused_in_one_line_and_nothing_is_written(tmp_path, document, problem):
    status, answer = put(tmp_path, document)
    assert status == 400
    assert problem in answer["error"]
    assert "\n" not in answer["error"]
    assert not list(tmp_path.rglob("*.tsv"))


def test_a_huge_body_is_refused_before_it_is_read(tmp_path):
    assert put(tmp_path, b" " * (LARGEST_BODY + 1))[0] == 413


@pytest.mark.parametrize("names", [{"recording": "../one"}, {"dataset": ".."}, {"recording": "a/b"}])
def test_no_name_leaves_the_folder(tmp_path, names):
    assert put(tmp_path, DOCUMENT, **names)[0] == 400
    assert not list(tmp_path.rglob("*.tsv"))


def test_a_damaged_review_is_named_and_the_others_are_read(tmp_path):
    put(tmp_path, DOCUMENT)
    put(tmp_path, {**DOCUMENT, "reviewer": "CD"})
    broken = next(path for path in (tmp_path / "reviewed").rglob("*.tsv") if "cd-" in str(path))
    broken.write_text("nonsense")
    found = stored(tmp_path)
    assert [review.get("reviewer") for review in found] == ["AB", None]
    assert "line 1: the header is 'nonsense'" in found[1]["error"]
