"""The page as a folder that opens from disk: chunks are script files, because disks answer no other requests."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bandmap.files.whole import whole_file
from bandmap.view.chunks import Chunks
from bandmap.view.found import FoundRecording
from bandmap.view.pages import PAGE, page, page_files


def write_static(recordings: Sequence[FoundRecording], folder: str | Path) -> Path:
    """Write the page and all chunks of recordings; return the file to open.

    Samples are written with 11 significant bits, which no screen can tell from all of them, to halve the folder.

    Parameters
    ----------
    recordings : sequence of FoundRecording
    folder : path-like
        Files of the same names are replaced, others stay.
    """
    folder = Path(folder)
    for found in recordings:
        chunks = Chunks(found)
        for name in chunks.names():
            content = chunks.read(name)
            if name.startswith("samples-"):
                content = np.frombuffer(content, "<f4").astype("<f2").tobytes()
            _write_script(folder / "data" / found.name / f"{name}.js", f"{found.name}/{name}", content)
    names = json.dumps([found.name for found in recordings]).encode()
    _write_script(folder / "data" / "recordings.js", "recordings", names)
    files = page_files()
    for name in files:
        if name.endswith(".css") or name.startswith("vendor/") or name == "chunk.js":
            with whole_file(folder / name) as unfinished:
                unfinished.write_bytes(files[name])
    with whole_file(folder / PAGE) as unfinished:
        unfinished.write_bytes(page(files, inline=True))
    return folder / PAGE


def _write_script(path: Path, name: str, content: bytes) -> None:
    with whole_file(path) as unfinished:
        text = f"bandmapChunk({json.dumps(name)}, {json.dumps(base64.b64encode(content).decode())});\n"
        unfinished.write_text(text, encoding="utf-8")
