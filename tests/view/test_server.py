"""The server answers with known files only, under its own address only."""

import json
from urllib.parse import urlsplit

import numpy as np
import pytest
from made_view import a_run, ask, root, served

from bandmap.files.harmonized import read_recording
from bandmap.files.pyramid import CHUNK
from bandmap.view.found import find_recordings
from bandmap.vocabulary.recording import RecordingError


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return a_run(tmp_path_factory.mktemp("view"))


@pytest.fixture(scope="module")
def address(run):
    with served(run) as address:
        yield address


def test_the_address_is_of_this_machine_and_has_a_token(address):
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    assert len(root(address)) > 30


def test_without_the_token_there_is_nothing(address):
    for path in ("/", "/page/index.html", "/wrong/page/index.html", f"{root(address)}x/page/index.html"):
        answer, content = ask(address, path)
        assert (answer.status, b"token" in content) == (403, True)


def test_another_host_is_refused(address):
    answer, _ = ask(address, f"{root(address)}/page/index.html", Host="evil.example")
    assert answer.status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_reading_is_possible(address, method):
    answer, _ = ask(address, f"{root(address)}/page/index.html", method=method)
    assert answer.status == 405


@pytest.mark.parametrize(
    "path",
    [
        "page/../server.py",
        "page/%2e%2e/server.py",
        "page//etc/passwd",
        "page/vendor/../../chunks.py",
        "data/made/bipolar/../electrodes/about",
        "data/made/bipolar/samples",
        "data/made/bipolar/samples-99999",
        "data/made/bipolar/samples--1",
        "data/made/bipolar/samples-0-0",
        "data/made/bipolar/extremes-9-0",
        "data/made/bipolar/spectra-0-99-0",
        "data/made/bipolar/probability-7",
        "data/made/bipolar/importance-0-9",
        "data/made/bipolar/_about",
        "data/made/nobody/about",
        "data/made",
        "recordings/more",
        "anything",
    ],
)
def test_unknown_names_are_not_found(address, path):
    assert ask(address, f"{root(address)}/{path}")[0].status == 404


def test_every_answer_has_the_headers_that_protect_it(address):
    for path in ("page/index.html", "recordings", "data/made/bipolar/about", "nothing"):
        headers = ask(address, f"{root(address)}/{path}")[0].headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_samples_are_those_of_the_recording(run, address):
    recording = read_recording(run / "harmonized/made/bipolar.h5")
    _, content = ask(address, f"{root(address)}/data/made/bipolar/samples-1")
    found = np.frombuffer(content, "<f4").reshape(len(recording.channels), -1)
    np.testing.assert_array_equal(found, recording.microvolts[:, CHUNK : 2 * CHUNK])


def test_the_description_names_what_the_page_needs(address):
    about = json.loads(ask(address, f"{root(address)}/data/made/bipolar/about")[1])
    assert [model["name"] for model in about["models"]] == ["one", "two"]
    assert about["reference"][0] == [60.0, 90.0, "sz"]
    assert [one["kind"] for one in about["models"][0]["importance"]] == ["matrix", "channels"]
    assert about["regions"][:2] == ["frontal", "central"]


def test_every_named_chunk_can_be_read(run):
    from bandmap.view.chunks import Chunks

    for found in find_recordings(run):
        chunks = Chunks(found)
        names = list(chunks.names())
        assert len(set(names)) == len(names) > 10
        assert all(chunks.read(name) for name in names)


def test_a_damaged_pyramid_is_one_line(tmp_path):
    results = a_run(tmp_path)
    pyramid = results / "harmonized/made/bipolar.pyramid"
    pyramid.write_bytes(pyramid.read_bytes()[:3000])
    with served(results) as address:
        answer, content = ask(address, f"{root(address)}/data/made/bipolar/about")
        assert answer.status == 500
        assert b"delete it and run the workflow again" in content
        assert ask(address, f"{root(address)}/data/made/electrodes/about")[0].status == 200


def test_a_folder_without_pyramids_says_what_to_do(tmp_path):
    with pytest.raises(RecordingError, match="name the folder `results` of a run"):
        find_recordings(tmp_path)
    results = a_run(tmp_path)
    for pyramid in results.rglob("*.pyramid"):
        pyramid.unlink()
    with pytest.raises(RecordingError, match="none of 3 recordings has a pyramid"):
        find_recordings(tmp_path)
