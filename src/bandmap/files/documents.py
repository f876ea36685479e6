"""Small nested results in JSON files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bandmap.files.whole import whole_file
from bandmap.vocabulary.recording import RecordingError


def write_json(path: str | Path, content: Mapping[str, object]) -> None:
    """Write a mapping as JSON."""
    with whole_file(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_json(path: str | Path) -> dict[str, Any]:
    """Read a file of `write_json`.

    Raises
    ------
    RecordingError
        If the file does not exist, is truncated or is a different file: file, problem, remedy.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordingError(f"{path}: there is no such file; run the stage that writes it") from None
    except ValueError as error:
        raise RecordingError(f"{path}: damaged ({error}); delete it and run the workflow again") from error
    if not isinstance(content, dict):
        raise RecordingError(f"{path}: damaged (it is not a JSON object); delete it and run the workflow again")
    return content
