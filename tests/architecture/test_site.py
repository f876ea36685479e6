"""The site is not built from pages with broken links, or with code that does not parse."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SOUND = """# Start

## Here

[there](#here), [the page](start.md#here)

```python
x = 1
```

```yaml
a: [1]
```
"""

FAULTS = {
    "'myst' cross-reference target not found: 'gone.md'": "[page](gone.md)\n",
    "local id not found in doc 'docs/start': 'gone'": "[anchor](start.md#gone)\n",
    "block of python does not parse": "```python\nx = (1\n```\n",
    "block of yaml does not parse": "```yaml\na: [1\n```\n",
    "block of bash does not parse": "```bash\necho 'a\n```\n",
    "block of text that starts with a command does not parse": "```\nbandmap detect 'a\n```\n",
    "block of unknown language 'pyton'": "```pyton\nx = 1\n```\n",
    "table without a line of names": "| a | 1 |\n| b | 2 |\n",
}
"""Complaint to the fault that it is about."""


def built(folder: Path, text: str) -> str:
    """Build a site of two pages as `make docs` does, and return the warnings that stop it."""
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text("# Front\n\n* [Start](start.md): here.\n")
    (folder / "docs/start.md").write_text(text)
    command = [sys.executable, "-m", "sphinx", "-c", str(ROOT / "docs"), "-b", "dummy", "-q", "-W", "--keep-going"]
    done = subprocess.run([*command, str(folder), str(folder / "site")], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr


def test_a_site_of_sound_pages_is_built(tmp_path: Path) -> None:
    assert built(tmp_path, SOUND) == ""


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what a page with every fault is told."""
    return built(tmp_path_factory.mktemp("faulty"), SOUND + "\n" + "\n".join(FAULTS.values()))


@pytest.mark.parametrize("complaint", FAULTS)
def test_a_fault_of_a_page_stops_the_build(complaints: str, complaint: str) -> None:
    assert complaint in complaints
