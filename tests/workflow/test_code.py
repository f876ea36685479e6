"""Fingerprints of code: what changes a result changes them, and nothing else does."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bandmap.download import datasets
from bandmap.vocabulary import plugins
from bandmap.workflow import code

FILES = {
    "script.py": "from bandmap import shared\n",
    "bandmap/__init__.py": "",
    "bandmap/shared.py": "VALUE = 1\n",
    "bandmap/reading.py": "import bandmap.deep\n",
    "bandmap/deep.py": "DEPTH = 1\n",
    "bandmap/net.py": "def get(): return 1\n",
    "bandmap/vocabulary.py": "WORD = 1\n",
    "bandmap/datasets/__init__.py": "",
    "bandmap/datasets/mine.py": (
        '"""Mine."""\n'
        "from typing import TYPE_CHECKING\n"
        "from bandmap import net\n"
        "if TYPE_CHECKING:\n    from bandmap.vocabulary import WORD\n"
        "BASE = 1\n"
        "def fetch():\n    return _place() + net.get()\n"
        "def _place():\n    return BASE\n"
        "def annotate():\n    import bandmap.reading\n    return _mark()\n"
        "def _mark():\n    return 2\n"
    ),
    "bandmap/datasets/mine.tsv": "recording\na\n",
    "bandmap/report/templates/page.j2": "<p>",
}

Fingerprint = Callable[..., str]


@pytest.fixture
def fingerprint(tmp_path, monkeypatch) -> Fingerprint:
    """Return a function that changes a file of a small package and fingerprints one function of its plugin."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(code.bandmap, "__file__", str(tmp_path / "bandmap/__init__.py"))

    def of(function: str = "", file: str = "", old: str = "", new: str = "", folder: str = "") -> str:
        if file:
            (tmp_path / file).write_text(FILES[file].replace(old, new))
        _forget()
        found = code.fingerprint(tmp_path / "script.py", "bandmap.datasets.mine", function=function, folder=folder)
        if file:
            (tmp_path / file).write_text(FILES[file])
        return found

    yield of
    _forget()


def _forget() -> None:
    for cached in (code.fingerprint, code._tree, code._text, code._part, code._imported, code._module_files):
        cached.cache_clear()


MINE = "bandmap/datasets/mine.py"


@pytest.mark.parametrize("function", ["", "fetch", "annotate"])
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("script.py", "shared\n", "shared\nVALUE = 2\n"),
        ("bandmap/shared.py", "1", "2"),
        ("bandmap/datasets/mine.tsv", "a\n", "b\n"),
    ],
)
def test_scripts_what_they_import_and_tables_beside_plugins_always_count(fingerprint, function, file, old, new):
    assert fingerprint(function, file, old, new) != fingerprint(function)


@pytest.mark.parametrize(
    ("file", "old", "new", "counts_for"),
    [
        (MINE, "BASE = 1", "BASE = 2", {"fetch"}),
        (MINE, "_place() +", "_place() -", {"fetch"}),
        ("bandmap/net.py", "1", "2", {"fetch"}),
        (MINE, "return 2", "return 3", {"annotate"}),
        ("bandmap/reading.py", "deep\n", "deep\nVALUE = 1\n", {"annotate"}),
        ("bandmap/deep.py", "1", "2", {"annotate"}),
        ("bandmap/vocabulary.py", "1", "2", set()),
        (MINE, "Mine.", "Thine.", set()),
        (MINE, "BASE = 1", "BASE = 1  # as ever", set()),
    ],
)
def test_a_function_of_a_plugin_counts_only_with_what_it_uses(fingerprint, file, old, new, counts_for):
    changed = {name for name in ("fetch", "annotate") if fingerprint(name, file, old, new) != fingerprint(name)}
    assert changed == counts_for
    assert (fingerprint("", file, old, new) != fingerprint("")) == bool(counts_for)


def test_files_of_a_folder_count_if_requested(fingerprint):
    change = ("", "bandmap/report/templates/page.j2", "<p>", "<div>")
    assert fingerprint(*change, folder="report/templates") != fingerprint(folder="report/templates")
    assert fingerprint(*change) == fingerprint()


def test_a_missing_function_is_an_error(fingerprint):
    with pytest.raises(ValueError, match=r"mine\.py has no function 'fetsch'"):
        fingerprint("fetsch")


@pytest.mark.parametrize("name", plugins.available("bandmap.download.datasets"))
def test_bringing_a_recording_depends_on_no_code_that_handles_its_events(name):
    path = Path(str(importlib.import_module(f"bandmap.download.datasets.{name}").__file__))
    files, waiting = set(), list(code._imported(code._part(path, "fetch")))
    while waiting:
        file = waiting.pop()
        if file not in files:
            files.add(file)
            waiting.extend(code._imported(code._tree(file)))
    assert not {"hypnogram.py", "marks.py", "events.py"} & {file.name for file in files}


def test_options_come_from_the_settings_or_from_the_defaults_of_recordings(monkeypatch):
    mine = type(sys)("mine")

    def recordings(*, root: str, task: str | None = None, minutes: int = 30) -> list[dict[str, str]]:
        return []

    def annotate(recording: str, edf: Path, *, seed: int, root: str, minutes: int) -> None: ...

    mine.recordings, mine.annotate = recordings, annotate
    given = {"root": "a", "task": "sleep", "seed": 3}
    assert datasets.taken(mine, "annotate", given) == {"seed": 3, "root": "a", "minutes": 30}
    assert datasets.taken(mine, "annotate", given | {"minutes": 5})["minutes"] == 5
