"""Transfers from a server that does all that servers do: the right file in the end, or a clear error and no file."""

import hashlib
import random
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bandmap.download.transfer import CHUNK_BYTES, DownloadError, Patience, fetch_file

CONTENT = random.Random(1).randbytes(300_000)
SUM = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
HASTE = Patience(attempts=3, backoff_seconds=0.001, timeout_seconds=60)

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each request with the next of the server's answers, the last one for ever."""

    server: "Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        answers = self.server.answers
        self.server.asked.append((self.path, self.headers.get("Range")))
        self.close_connection = True
        answers[min(len(self.server.asked), len(answers)) - 1](self)

    @property
    def offset(self) -> int:
        return int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])

    def begin(self, status: int, **headers: object) -> None:
        self.send_response(status)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, str | None]] = []

    def url(self, path: str = "/a.edf") -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    @property
    def ranges(self) -> list[str | None]:
        return [asked for _, asked in self.asked]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def whole(content: bytes = CONTENT, **headers: object) -> Answer:
    """Answer as a good server does: the file, or the part of it that is asked for."""

    def answer(handler: Handler) -> None:
        offset, rest = handler.offset, content[handler.offset :]
        if offset and not rest:
            handler.begin(416, Content_Range=f"bytes */{len(content)}", Content_Length=0)
        elif offset:
            place = f"bytes {offset}-{len(content) - 1}/{len(content)}"
            handler.begin(206, Content_Length=len(rest), Content_Range=place, **headers)
        else:
            handler.begin(200, Content_Length=len(rest), **headers)
        handler.wfile.write(rest)

    return answer


def dropping(length: int, *, heed_range: bool = True) -> Answer:
    """Announce the file and break off after so many bytes of the answer."""

    def answer(handler: Handler) -> None:
        offset = handler.offset if heed_range else 0
        place = f"bytes {offset}-{len(CONTENT) - 1}/{len(CONTENT)}"
        status = 206 if offset else 200
        handler.begin(status, Content_Length=len(CONTENT) - offset, Content_Range=place)
        handler.wfile.write(CONTENT[offset : offset + length])

    return answer


def ignoring_range(handler: Handler) -> None:
    handler.begin(200, Content_Length=len(CONTENT))
    handler.wfile.write(CONTENT)


def without_length(length: int) -> Answer:
    """Do as old servers: send until the connection ends, whole or not."""

    def answer(handler: Handler) -> None:
        handler.begin(206 if handler.offset else 200, Content_Range=f"bytes {handler.offset}-")
        handler.wfile.write(CONTENT[handler.offset :][:length])

    return answer


def refusing(status: int, **headers: object) -> Answer:
    return lambda handler: handler.begin(status, Content_Length=0, **headers)


def silent(handler: Handler) -> None:
    handler.begin(200, Content_Length=len(CONTENT))
    handler.wfile.flush()
    threading.Event().wait(0.5)


def fetch(target: Path, *sources: str, **options: object) -> None:
    chosen = {"checksum": SUM, "size": len(CONTENT), "patience": HASTE} | options
    fetch_file(sources, target, **chosen)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def begins_near(asked: str | None, arrived: int) -> bool:
    """Return whether a range begins where the last answer broke off, or a chunk or two before."""
    offset = int((asked or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
    return arrived - 2 * CHUNK_BYTES <= offset <= arrived


def test_a_broken_connection_continues_where_it_stopped(server, tmp_path):
    server.answers = [dropping(200_000), dropping(50_000), whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert (tmp_path / "a.edf").read_bytes() == CONTENT
    assert server.ranges[0] is None
    assert begins_near(server.ranges[1], 200_000)
    assert begins_near(server.ranges[2], 250_000)
    assert names(tmp_path) == ["a.edf"]


def test_a_server_that_sends_a_little_each_time_is_retried(server, tmp_path):
    server.answers = [dropping(70_000)]
    fetch(tmp_path / "a.edf", server.url(), patience=Patience(attempts=2, backoff_seconds=0.001))
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


def test_a_later_run_continues_where_an_earlier_one_stopped(server, tmp_path):
    server.answers = [dropping(200_000), refusing(500)]
    with pytest.raises(DownloadError, match="500"):
        fetch(tmp_path / "a.edf", server.url())
    assert names(tmp_path) == ["a.edf.part"]
    server.asked.clear()
    server.answers = [whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert [begins_near(asked, 200_000) for asked in server.ranges] == [True]
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


def test_a_server_that_ignores_the_range_is_read_from_the_start(server, tmp_path):
    server.answers = [dropping(200_000), ignoring_range]
    fetch(tmp_path / "a.edf", server.url())
    assert server.ranges[1] is not None
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


def test_a_server_that_sends_another_range_than_asked_for_is_read_from_the_beginning(server, tmp_path):
    def wrong_place(handler: Handler) -> None:
        handler.begin(206, Content_Length=10, Content_Range=f"bytes 5-14/{len(CONTENT)}")
        handler.wfile.write(CONTENT[5:15])

    server.answers = [dropping(200_000), wrong_place, whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert server.ranges[2] is None
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


def test_a_response_without_a_stated_length_continues_while_bytes_are_missing(server, tmp_path):
    server.answers = [without_length(100_000)]
    fetch(tmp_path / "a.edf", server.url())
    assert (tmp_path / "a.edf").read_bytes() == CONTENT
    assert len(server.asked) == 3


def test_a_busy_server_is_retried(server, tmp_path):
    server.answers = [refusing(503, Retry_After=0), refusing(503, Retry_After="soon"), whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert len(server.asked) == 3


def test_the_requested_wait_of_a_server_is_respected(server, tmp_path, monkeypatch):
    waits: list[float] = []
    monkeypatch.setattr("bandmap.download.transfer.time.sleep", waits.append)
    server.answers = [refusing(503, Retry_After=7), refusing(429, Retry_After=100_000), refusing(503), whole()]
    fetch(tmp_path / "a.edf", server.url(), patience=Patience(attempts=4, backoff_seconds=1))
    assert waits[:2] == [7, 120]
    assert 4 <= waits[2] <= 8


def test_a_server_that_stays_busy_is_replaced_by_the_next_source(server, tmp_path):
    server.answers = [refusing(503)] * 3 + [whole()]
    fetch(tmp_path / "a.edf", server.url("/first/a.edf"), server.url("/second/a.edf"))
    assert [path for path, _ in server.asked] == ["/first/a.edf"] * 3 + ["/second/a.edf"]


def test_the_next_source_continues_where_the_first_stopped(server, tmp_path):
    server.answers = [dropping(200_000), refusing(404), whole()]
    fetch(tmp_path / "a.edf", server.url("/first"), server.url("/second"))
    assert server.asked[-1][0] == "/second"
    assert begins_near(server.ranges[-1], 200_000)
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


@pytest.mark.parametrize("status", [401, 403, 404, 410, 204])
def test_a_file_missing_on_a_server_is_not_retried(server, tmp_path, status):
    server.answers = [refusing(status)]
    with pytest.raises(
        DownloadError, match=rf"^a\.edf could not be fetched \(http://.*/a\.edf: .*{status}.*\); .*mirror"
    ):
        fetch(tmp_path / "a.edf", server.url())
    assert len(server.asked) == 1
    assert names(tmp_path) == []


def test_a_wrong_byte_never_gets_the_right_name(server, tmp_path):
    wrong = CONTENT[:1000] + bytes([CONTENT[1000] ^ 1]) + CONTENT[1001:]
    server.answers = [whole(wrong)]
    with pytest.raises(DownloadError, match=r"its sha256 is \w+\.\.\. instead of"):
        fetch(tmp_path / "a.edf", server.url())
    assert names(tmp_path) == []


def test_a_wrong_byte_in_transit_is_corrected_by_another_transfer(server, tmp_path):
    server.answers = [whole(CONTENT[:-1] + b"?"), whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


def test_a_wrong_partial_file_of_an_earlier_run_does_not_damage_the_file(server, tmp_path):
    (tmp_path / "a.edf.part").write_bytes(bytes(150_000))
    server.answers = [whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert server.ranges == ["bytes=150000-", None]
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


def test_a_file_that_an_earlier_run_left_complete_is_not_transferred_again(server, tmp_path):
    (tmp_path / "a.edf.part").write_bytes(CONTENT)
    server.answers = [whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert server.ranges == []
    (tmp_path / "b.edf.part").write_bytes(CONTENT)
    fetch(tmp_path / "b.edf", server.url(), size=None)
    assert server.ranges == [f"bytes={len(CONTENT)}-"]
    assert names(tmp_path) == ["a.edf", "b.edf"]


def test_a_partial_file_longer_than_the_file_is_discarded(server, tmp_path):
    (tmp_path / "a.edf.part").write_bytes(CONTENT + b"more")
    server.answers = [whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_a_truncated_file_never_gets_the_right_name(server, tmp_path, size):
    server.answers = [whole(CONTENT[:-1000])]
    with pytest.raises(DownloadError, match=r"a\.edf could not be fetched"):
        fetch(tmp_path / "a.edf", server.url(), size=size)
    assert not (tmp_path / "a.edf").exists()


def test_a_truncated_file_of_the_first_source_is_read_from_the_second(server, tmp_path):
    def answer(handler: Handler) -> None:
        whole(CONTENT[:-1000] if handler.path == "/first" else CONTENT)(handler)

    server.answers = [answer]
    fetch(tmp_path / "a.edf", server.url("/first"), server.url("/second"))
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


def test_a_too_long_response_is_refused_before_it_fills_the_disk(server, tmp_path):
    server.answers = [whole(CONTENT * 20)]
    with pytest.raises(DownloadError, match="longer than 300000 bytes"):
        fetch(tmp_path / "a.edf", server.url())
    assert names(tmp_path) == []


def test_redirects_are_followed(server, tmp_path):
    server.answers = [refusing(302, Location="/other"), refusing(301, Location=server.url("/last")), whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert [path for path, _ in server.asked] == ["/a.edf", "/other", "/last"]
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


def test_a_transfer_continues_through_a_redirect(server, tmp_path):
    server.answers = [dropping(200_000), refusing(307, Location="/other"), whole()]
    fetch(tmp_path / "a.edf", server.url())
    assert server.asked[-1][0] == "/other"
    assert begins_near(server.ranges[-1], 200_000)
    assert (tmp_path / "a.edf").read_bytes() == CONTENT


def test_redirects_in_a_circle_are_an_error(server, tmp_path):
    server.answers = [refusing(302, Location="/a.edf")]
    with pytest.raises(DownloadError, match="TooManyRedirects"):
        fetch(tmp_path / "a.edf", server.url())


def test_a_silent_server_is_given_up(server, tmp_path):
    server.answers = [silent]
    with pytest.raises(DownloadError, match="the connection broke"):
        fetch(tmp_path / "a.edf", server.url(), patience=Patience(1, 0.001, timeout_seconds=0.1))


def test_a_refused_connection_is_an_error_that_states_it(tmp_path):
    with Server() as closed:
        url = closed.url()
    with pytest.raises(DownloadError, match=r"the connection broke \(NewConnectionError\), 3 times in a row"):
        fetch(tmp_path / "a.edf", url)
    assert names(tmp_path) == []


def test_without_a_checksum_parts_of_two_files_are_never_joined(server, tmp_path):
    newer = CONTENT[::-1]
    server.answers = [dropping(200_000), whole(newer)]
    fetch(tmp_path / "a.edf", server.url(), checksum=None, size=None)
    assert server.ranges == [None, None]
    assert (tmp_path / "a.edf").read_bytes() == newer


def test_a_correct_existing_file_is_kept_and_a_wrong_one_is_replaced(server, tmp_path):
    target = tmp_path / "a.edf"
    target.write_bytes(CONTENT)
    server.answers = [whole()]
    fetch(target, server.url())
    assert server.asked == []
    target.write_bytes(b"wrong")
    fetch(target, server.url())
    assert target.read_bytes() == CONTENT


def test_a_folder_is_a_source_with_the_same_checks(tmp_path):
    source = tmp_path / "mirror" / "a.edf"
    source.parent.mkdir()
    source.write_bytes(CONTENT)
    fetch(tmp_path / "out" / "a.edf", str(tmp_path / "absent.edf"), str(source))
    assert (tmp_path / "out" / "a.edf").read_bytes() == CONTENT
    source.write_bytes(CONTENT[:-1])
    with pytest.raises(DownloadError, match="it has 299999 bytes instead of 300000"):
        fetch(tmp_path / "out" / "b.edf", str(source))
    assert names(tmp_path / "out") == ["a.edf"]


def test_sha1_is_a_checksum_too(server, tmp_path):
    server.answers = [whole()]
    fetch(tmp_path / "a.edf", server.url(), checksum="sha1:" + hashlib.sha1(CONTENT).hexdigest(), size=None)
    with pytest.raises(DownloadError, match="its sha1 is"):
        fetch(tmp_path / "b.edf", server.url(), checksum="sha1:" + "0" * 40, size=None)


def test_an_error_names_every_source_that_was_tried(server, tmp_path):
    server.answers = [refusing(404), refusing(403)]
    with pytest.raises(DownloadError) as caught:
        fetch(tmp_path / "a.edf", server.url("/first"), server.url("/second"), str(tmp_path / "third"))
    assert all(place in str(caught.value) for place in ("/first", "404", "/second", "403", "/third", "no such file"))
