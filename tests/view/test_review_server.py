"""Reviews through the server: stored under its token only, whole or not at all, and never over another revision."""

import json
import threading
from urllib.parse import urlsplit

import pytest
from made_view import ask, root

from bandmap.files.reviewed import NO_REVISION, read_review
from bandmap.view.reviewing import LARGEST_BODY

MARK = {"onset": 10, "offset": 20.5, "type": "sz", "verdict": "added", "comment": "<b>\t\u2028</b>"}


def put(address, reviewer="AB", *, revision=NO_REVISION, path="reviewed/made/bipolar", marks=(MARK,), body=None):
    document = {"reviewer": reviewer, "marks": list(marks), "reviewed": [[0, 400]]}
    headers = {} if revision is None else {"If-Match": revision}
    content = json.dumps(document) if body is None else body
    answer, found = ask(address, f"{root(address)}/{path}", method="PUT", body=content, **headers)
    is_json = answer.headers["Content-Type"] == "application/json"
    return answer.status, json.loads(found) if is_json else found


def test_a_review_is_stored_and_returned_with_its_revision(address, results):
    status, answer = put(address)
    assert status == 200
    (review,) = json.loads(ask(address, f"{root(address)}/reviewed/made/bipolar")[1])
    assert (review["reviewer"], review["revision"]) == ("AB", answer["revision"])
    assert review["marks"][0]["comment"] == MARK["comment"]
    (path,) = (results / "reviewed").rglob("*.tsv")
    assert read_review(path).seconds == 400
    assert put(address, revision=f'"{answer["revision"]}"', marks=())[0] == 200


def test_an_old_revision_is_refused_and_nothing_is_written(address, results):
    first = put(address)[1]["revision"]
    (path,) = (results / "reviewed").rglob("*.tsv")
    before = path.read_bytes()
    status, answer = put(address, marks=())
    assert (status, answer["revision"]) == (412, first)
    assert "nothing was overwritten" in answer["error"]
    assert put(address, revision=None)[0] == 428
    assert path.read_bytes() == before


def test_of_many_requests_with_one_revision_one_is_stored(address, results):
    first, found = put(address)[1]["revision"], []
    asked = [
        threading.Thread(target=lambda n=n: found.append(put(address, revision=first, marks=[MARK] * n)[0]))
        for n in range(2, 8)
    ]
    for thread in asked:
        thread.start()
    for thread in asked:
        thread.join()
    assert sorted(found) == [200] + [412] * 5
    (path,) = (results / "reviewed").rglob("*.tsv")
    assert len(read_review(path).marks) in range(2, 8)


@pytest.mark.parametrize(
    "path",
    [
        "reviewed/made/nobody",
        "reviewed/made/..",
        "reviewed/made/%2e%2e",
        "reviewed/made",
        "reviewed/made/bipolar/more",
        "reviewed/../made/bipolar",
        "reviewed/made/bipolar%2f..%2felectrodes",
    ],
)
def test_only_recordings_of_the_run_have_reviews(address, results, path):
    assert put(address, path=path)[0] == 404
    assert ask(address, f"{root(address)}/{path}")[0].status == 404
    assert not (results / "reviewed").exists()


def test_without_the_token_or_from_another_host_nothing_is_stored(address, results):
    path = urlsplit(address).path.split("/")[1]
    for wrong in ("/reviewed/made/bipolar", f"/{path[:-1]}/reviewed/made/bipolar"):
        assert ask(address, wrong, method="PUT", body="{}", **{"If-Match": NO_REVISION})[0].status == 403
    headers = {"If-Match": NO_REVISION, "Host": "evil.example"}
    assert ask(address, f"/{path}/reviewed/made/bipolar", method="PUT", body="{}", **headers)[0].status == 403
    assert ask(address, f"/{path}/reviewed/made/bipolar", method="DELETE")[0].status == 405
    assert not (results / "reviewed").exists()


def test_what_is_no_review_or_too_large_is_refused(address, results):
    assert put(address, body="[")[0] == 400
    status, answer = put(address, "a\tb")
    assert (status, "initials are 1 to 20" in answer["error"]) == (400, True)
    assert put(address, marks=[{**MARK, "offset": 4000}])[0] == 400
    size = {"Content-Length": str(LARGEST_BODY + 1), "If-Match": NO_REVISION}
    assert ask(address, f"{root(address)}/reviewed/made/bipolar", method="PUT", **size)[0].status == 413
    assert not list(results.rglob("reviewed/**/*.tsv"))


@pytest.mark.parametrize("initials", ["../../../evil", "C:\\x", "<b>", "Å/Ö", "."])
def test_no_initials_write_outside_the_folder_of_reviews(address, results, tmp_path, initials):
    before = {path for path in tmp_path.rglob("*") if "reviewed" not in path.parts}
    assert put(address, initials)[0] == 200
    assert {path for path in tmp_path.rglob("*") if "reviewed" not in path.parts} == before
    (path,) = (results / "reviewed").rglob("*.tsv")
    assert path.relative_to(results / "reviewed").parts[1:] == ("made", "bipolar_events.tsv")
    assert read_review(path).reviewer == initials
