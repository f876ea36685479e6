"""The server of the page: this machine only, a token in every address, and no file but those that are known."""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol

import waitress.server

from bandmap.view import reviewing
from bandmap.view.chunks import Chunks
from bandmap.view.found import FoundRecording
from bandmap.view.pages import PAGE, TYPES, page, page_files, policy
from bandmap.vocabulary.recording import RecordingError

HOST = "127.0.0.1"
MOST_BODY_BYTES = reviewing.LARGEST_BODY


@dataclass(frozen=True)
class Request:
    """What a route gets.

    Attributes
    ----------
    method : str
    path : tuple of str
        The parts of the address after the token.
    body : bytes
    revision : str or None
        The header If-Match.
    """

    method: str
    path: tuple[str, ...]
    body: bytes = b""
    revision: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a route returns."""

    body: bytes
    kind: str = "application/octet-stream"
    status: str = "200 OK"


class Server(Protocol):
    """A server that listens already."""

    effective_port: int

    def run(self) -> None:
        """Answer until the process is interrupted."""

    def close(self) -> None:
        """Stop listening."""


Route = Callable[[Request], Answer]
"""Answers one request.

Raises KeyError if there is no such thing, RecordingError if its file is damaged.
"""


class App:
    """The WSGI application.

    Parameters
    ----------
    recordings : sequence of FoundRecording
    token : str
        The first part of every address.

    Attributes
    ----------
    routes : dict of (str, str) to Route
        Method and first part of the address after the token -> what answers.
    """

    def __init__(self, recordings: Sequence[FoundRecording], token: str) -> None:
        self.token, self._files = token, page_files()
        self._chunks = {found.name: Chunks(found) for found in recordings}
        self._policy = policy(self._files)
        self.hosts: frozenset[str] = frozenset()
        self.routes: dict[tuple[str, str], Route] = {
            ("GET", "page"): self._page,
            ("GET", "recordings"): self._recordings,
            ("GET", "data"): self._data,
            ("GET", "reviewed"): self._reviews,
            ("PUT", "reviewed"): self._save,
        }

    def __call__(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request of WSGI."""
        answer = self._answer(environ)
        headers = {
            "Content-Type": answer.kind,
            "Content-Length": str(len(answer.body)),
            "Content-Security-Policy": self._policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        start(answer.status, list(headers.items()))
        return [answer.body]

    def _answer(self, environ: Mapping[str, Any]) -> Answer:
        if environ.get("HTTP_HOST") not in self.hosts:
            return _refusal("403 Forbidden", "This server answers only under the address that it printed.")
        _, token, *path = f"{environ.get('PATH_INFO', '')}/".split("/")
        if not secrets.compare_digest(token.encode("utf-8", "replace"), self.token.encode()):
            return _refusal("403 Forbidden", "Open the address that `bandmap view` printed; it contains a token.")
        method, parts = environ["REQUEST_METHOD"], tuple(path[:-1]) or ("page", PAGE)
        parts = ("page", PAGE) if parts == ("",) else parts
        route = self.routes.get((method, parts[0]))
        if route is None:
            known = any(first == parts[0] for _, first in self.routes)
            return _refusal("405 Method Not Allowed" if known else "404 Not Found", "There is nothing here.")
        body = environ["wsgi.input"].read(MOST_BODY_BYTES) if method != "GET" else b""
        try:
            return route(Request(method, parts, body, environ.get("HTTP_IF_MATCH")))
        except KeyError:
            return _refusal("404 Not Found", "There is nothing here.")
        except RecordingError as error:
            return _refusal("500 Internal Server Error", str(error))

    def _page(self, request: Request) -> Answer:
        name = "/".join(request.path[1:])
        body = page(self._files, inline=False) if name == PAGE else self._files[name]
        return Answer(body, f"{TYPES.get(PurePosixPath(name).suffix, 'text/plain')}; charset=utf-8")

    def _recordings(self, request: Request) -> Answer:
        if len(request.path) > 1:
            raise KeyError(request.path)
        return Answer(json.dumps(list(self._chunks)).encode(), "application/json")

    def _data(self, request: Request) -> Answer:
        if len(request.path) != 4:
            raise KeyError(request.path)
        _, dataset, recording, name = request.path
        kind = "application/json" if name == "about" else "application/octet-stream"
        return Answer(self._chunks[f"{dataset}/{recording}"].read(name), kind)

    def _reviews(self, request: Request) -> Answer:
        found = self._reviewed(request)
        stored = reviewing.reviews_of(found.reviewed, found.dataset, found.recording)
        return Answer(json.dumps(stored).encode(), "application/json")

    def _save(self, request: Request) -> Answer:
        found = self._reviewed(request)
        seconds = self._chunks[found.name].about["seconds"]
        revision = request.revision and request.revision.strip('"')
        place = found.reviewed, found.dataset, found.recording
        status, content = reviewing.save(*place, request.body, revision=revision, seconds=seconds)
        return Answer(json.dumps(content).encode(), "application/json", f"{status.value} {status.phrase}")

    def _reviewed(self, request: Request) -> FoundRecording:
        if len(request.path) != 3:
            raise KeyError(request.path)
        return self._chunks["/".join(request.path[1:])].found


def _refusal(status: str, words: str) -> Answer:
    return Answer(words.encode(), "text/plain; charset=utf-8", status)


def make_server(recordings: Sequence[FoundRecording], *, port: int = 0) -> tuple[Server, str]:
    """Return a server that listens on this machine only, and the address of the page.

    Parameters
    ----------
    recordings : sequence of FoundRecording
    port : int
        0 for any free port.

    Raises
    ------
    OSError
        If the port is taken.
    """
    app = App(recordings, secrets.token_urlsafe(24))
    server = waitress.server.create_server(
        app, host=HOST, port=port, threads=4, ident=None, max_request_body_size=MOST_BODY_BYTES
    )
    app.hosts = frozenset({f"{HOST}:{server.effective_port}", f"localhost:{server.effective_port}"})
    return server, f"http://{HOST}:{server.effective_port}/{app.token}/page/{PAGE}"
