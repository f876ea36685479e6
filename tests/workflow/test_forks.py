"""What stands in for `python SCRIPT` where jobs are forks."""

import subprocess
import time
from pathlib import Path

import pytest
from running import environment, python_in

pytestmark = pytest.mark.workflow


def start(forks: str, script: Path, text: str) -> subprocess.Popen[str]:
    """Start a script in its folder."""
    script.write_text(text)
    return subprocess.Popen(
        [*python_in(forks), str(script)],
        env={**environment(script.parent), "OF_THE_JOB": "7"},
        cwd=script.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_script_has_its_own_folder_environment_and_streams_and_ends_with_its_status(forks: str, tmp_path: Path):
    text = """
import os, sys
print(os.getcwd(), os.environ["OF_THE_JOB"], sys.argv, [name for name in sys.modules if name.startswith("bandmap")])
import bandmap
sys.exit(3)
"""
    script = start(forks, tmp_path / "script.py", text)
    out, err = script.communicate()
    assert (out, err) == (f"{tmp_path} 7 {[str(tmp_path / 'script.py')]} []\n", "")
    assert script.returncode == 3
    failed = start(forks, tmp_path / "script.py", "raise ValueError('so it fails')")
    assert "ValueError: so it fails" in failed.communicate()[1]
    assert failed.returncode == 1


def test_a_script_ends_with_the_process_that_stands_for_it(forks: str, tmp_path: Path) -> None:
    text = "import os, time; print(os.getpid(), flush=True); time.sleep(1000)"
    script = start(forks, tmp_path / "script.py", text)
    assert script.stdout
    fork = int(script.stdout.readline())
    script.kill()
    script.wait()
    while Path(f"/proc/{fork}").exists():
        time.sleep(0.05)
    script.communicate()
    assert script.returncode < 0
