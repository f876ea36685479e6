"""The files of the page itself, and how its modules find each other."""

import base64
import hashlib
import json
from importlib import resources

PAGE = "index.html"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
_MAP = "<!-- import map -->"
_START = '<script type="module" src="start.js"></script>'


def page_files() -> dict[str, bytes]:
    """Return the path of each file of the page, such as `vendor/uPlot.min.css` -> its content."""
    folder = resources.files("bandmap.view") / "page"
    found = {item.name: item.read_bytes() for item in folder.iterdir() if item.is_file()}
    vendor = {f"vendor/{item.name}": item.read_bytes() for item in (folder / "vendor").iterdir() if item.is_file()}
    return dict(sorted({**found, **vendor}.items()))


def import_map(files: dict[str, bytes], *, inline: bool) -> str:
    """Return where a browser finds each module: beside the page, or within it, because disks serve no modules."""
    modules = {name: content for name, content in files.items() if name.endswith(".js") and "/" not in name}
    addresses = {f"bandmap/{name}": _data(content) if inline else f"./{name}" for name, content in modules.items()}
    return json.dumps({"imports": addresses})


def page(files: dict[str, bytes], *, inline: bool) -> bytes:
    """Return the page with its map of modules; `inline` for a folder that opens from disk."""
    text = files[PAGE].decode()
    source = '<meta name="source" content="folder">\n<script src="chunk.js"></script>\n' if inline else ""
    if inline:
        text = text.replace(_START, '<script type="module">import "bandmap/start.js";</script>')
    return text.replace(_MAP, f'{source}<script type="importmap">{import_map(files, inline=inline)}</script>').encode()


def policy(files: dict[str, bytes]) -> str:
    """Return the content security policy of the served page: its own files, and the one map of modules."""
    digest = base64.b64encode(hashlib.sha256(import_map(files, inline=False).encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; connect-src 'self';"
        " img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _data(content: bytes) -> str:
    return f"data:text/javascript;base64,{base64.b64encode(content).decode()}"
