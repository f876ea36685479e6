"""A loopback server that answers as a public S3 bucket does: listings in pages, ETags, parts of files."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'


class Bucket(ThreadingHTTPServer):
    """Serves the files of a folder; `asked` holds the path and the range of every request.

    Attributes
    ----------
    root : Path
    other : mapping of str to bytes
        Path -> what is answered instead of a file.
    drops : dict of str to int
        Path -> number of bytes after which its next answer breaks off.
    page : int
        Number of files on a page of the listing.
    """

    daemon_threads = True

    def __init__(self, root: Path, other: Mapping[str, bytes], page: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root, self.other, self.page = root, other, page
        self.drops: dict[str, int] = {}
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def files(self) -> list[str]:
        """Return the paths that were asked for, without listings."""
        return [path for path, _ in self.asked if "list-type" not in path]


class _Handler(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.asked.append((self.path, self.headers.get("Range")))
        self.close_connection = True
        path = unquote(url.path).lstrip("/")
        if path in self.server.other:
            self._send(self.server.other[path], path)
        elif "list-type" in parse_qs(url.query):
            self._send(self._listing(parse_qs(url.query)), path)
        elif (self.server.root / path).is_file():
            self._send((self.server.root / path).read_bytes(), path)
        else:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _listing(self, query: Mapping[str, list[str]]) -> bytes:
        keys = sorted(str(path.relative_to(self.server.root)) for path in self.server.root.rglob("*") if path.is_file())
        keys = [key for key in keys if key.startswith(query["prefix"][0])]
        begin = int(query.get("continuation-token", ["0"])[0])
        shown, end = keys[begin : begin + self.server.page], begin + self.server.page
        token = f"<NextContinuationToken>{end}</NextContinuationToken>" if end < len(keys) else ""
        return f"{HEAD}{token}{''.join(map(self._entry, shown))}</ListBucketResult>".encode()

    def _entry(self, key: str) -> str:
        content = (self.server.root / key).read_bytes()
        etag = f"<ETag>&quot;{hashlib.md5(content).hexdigest()}&quot;</ETag><Size>{len(content)}</Size>"
        return f"<Contents><Key>{escape(key)}</Key>{etag}</Contents>"

    def _send(self, content: bytes, path: str) -> None:
        offset = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        self.send_response(206 if offset else 200)
        if offset:
            self.send_header("Content-Range", f"bytes {offset}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - offset))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content[offset:][: self.server.drops.pop(path, None)])

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(root: Path, other: Mapping[str, bytes] | None = None, *, page: int = 3) -> Iterator[Bucket]:
    """Serve a folder until the block ends."""
    with Bucket(root, other or {}, page) as bucket:
        thread = threading.Thread(target=bucket.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield bucket
        finally:
            bucket.shutdown()
            thread.join()
